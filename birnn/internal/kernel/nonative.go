//go:build !(linux && amd64 && cgo)

package kernel

// native are the implementations in C, the fastest first.
var native []Implementation

// Operations returns no operations.
func Operations(Implementation) []Operation { return nil }
