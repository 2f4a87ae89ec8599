// Command cuda installs go-xla's CUDA plugin and NVIDIA's libraries for all users of a machine. The image is built with it where the argument CUDA
// names a version of JAX, whose packages they come from:
//
//	go run ./docker/cuda 0.10.2
//
// Nobody has tried it on a GPU yet.
package main

import (
	"fmt"
	"os"

	"github.com/gomlx/go-xla/installer"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: cuda VERSION")
		os.Exit(2)
	}
	if err := installer.CudaInstall("cuda13", os.Args[1], "/usr/local/lib/go-xla", false, installer.Quiet); err != nil {
		fmt.Fprintln(os.Stderr, "✗", err)
		os.Exit(1)
	}
}
