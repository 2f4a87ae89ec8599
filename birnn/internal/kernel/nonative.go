//go:build !(linux && amd64 && cgo)

package kernel

// native lists the implementations in C, of which there are none.
var native []Implementation

// Operations returns nil, because there are no implementations in C.
func Operations(Implementation) []Operation { return nil }
