package backend_test

import (
	"context"
	"fmt"
	"log"
	"os"

	"github.com/easy-gomlx/tutorials/birnn/backend"
)

// Open installs XLA's plugin the first time; a program that shows what happens
// passes a function to report it. Describe says what runs.
func ExampleOpenWith() {
	b, err := backend.OpenWith(context.Background(), backend.Options{Report: log.Printf})
	if err != nil {
		log.Fatal(err)
	}
	defer b.Finalize()
	fmt.Println("computing with", backend.Describe(b))
}

// GOMLX_BACKEND=go selects the backend that needs no plugin.
func ExampleOpen() {
	os.Setenv("GOMLX_BACKEND", "go")
	defer os.Unsetenv("GOMLX_BACKEND")
	b, err := backend.Open(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	defer b.Finalize()
	fmt.Println(b.Name())
	// Output: Go Backend
}
