//go:build !(linux && amd64 && cgo)

package xlacall

import "errors"

// Install returns an error, because this program was built for another platform
// or without cgo.
func Install(path, set string, operations []Operation) (name string, err error) {
	return "", errors.New("they need linux/amd64 and cgo")
}
