//go:build !(linux && amd64 && cgo)

package xlacall

import "errors"

// Install returns an error, because this program was built for another platform
// or without cgo.
func Install(path, set string, operations []Operation) (name string, err error) {
	return "", errors.New("only programs for linux/amd64 that were built with cgo have them")
}
