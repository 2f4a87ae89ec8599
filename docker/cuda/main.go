// Command cuda installs go-xla's CUDA plugin and NVIDIA's libraries for all users of a machine, from the packages of a version of JAX:
//
//	go run ./docker/cuda 0.10.2
//
// The image is built with it if the argument CUDA is set. It has not been tested on a GPU.
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
