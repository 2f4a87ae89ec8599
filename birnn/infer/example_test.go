package infer_test

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/easy-gomlx/tutorials/birnn/infer"
)

//go:embed digit/network/model.safetensors
var files embed.FS

// A network is part of the program and classifies a picture of a digit.
func Example() {
	network, err := infer.Load(files, "digit/network")
	if err != nil {
		panic(err)
	}
	probabilities, err := network.Predict(seven())
	if err != nil {
		panic(err)
	}
	fmt.Println("classes:", len(probabilities))
	fmt.Println("most probable:", best(probabilities))
	// Output:
	// classes: 10
	// most probable: 7
}

// The rows of a picture arrive one after the other. The upper part of a seven
// might become a two or a nine.
func ExampleNetwork_Stream() {
	network, err := infer.Load(files, "digit/network")
	if err != nil {
		panic(err)
	}
	stream := network.Stream()
	rows := 0
	for row := range slices.Chunk(seven(), network.NumInput()) {
		probabilities, err := stream.Push(row)
		if err != nil {
			panic(err)
		}
		if rows++; rows%7 == 0 {
			fmt.Printf("after %d rows: %d\n", rows, best(probabilities))
		}
	}
	// Output:
	// after 7 rows: 2
	// after 14 rows: 9
	// after 21 rows: 7
	// after 28 rows: 7
}

// Two pictures are classified together.
func ExampleNetwork_PredictBatch() {
	network, err := infer.Load(files, "digit/network")
	if err != nil {
		panic(err)
	}
	rows, err := network.PredictBatch(append(seven(), one()...))
	if err != nil {
		panic(err)
	}
	for _, probabilities := range rows {
		fmt.Println(best(probabilities))
	}
	// Output:
	// 7
	// 1
}

// The checkpoint of a training run becomes a file to embed in a program.
func ExampleCompact() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)

	content, err := infer.Compact(files, "digit/network") // os.DirFS("checkpoints/digits"), "."
	if err != nil {
		panic(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "model.safetensors"), content, 0o666); err != nil {
		panic(err)
	}
	_, err = infer.Load(os.DirFS(dir), ".")
	fmt.Println(err)
	// Output:
	// <nil>
}

// Distinguish a missing file from one that cannot be used.
func ExampleCheckpointError() {
	_, err := infer.Load(files, "nowhere")
	var unusable *infer.CheckpointError
	fmt.Println("missing:", errors.Is(err, fs.ErrNotExist))
	fmt.Println("cannot be used:", errors.As(err, &unusable))
	// Output:
	// missing: true
	// cannot be used: false
}

// seven draws a digit, [28, 28].
func seven() []float32 {
	x := make([]float32, 28*28)
	for column := 7; column < 21; column++ {
		x[5*28+column], x[6*28+column] = 1, 1
	}
	for row := 7; row < 24; row++ {
		column := 20 - (row-6)/2
		x[row*28+column], x[row*28+column-1] = 1, 1
	}
	return x
}

// one draws a digit, [28, 28].
func one() []float32 {
	x := make([]float32, 28*28)
	for row := 4; row < 24; row++ {
		x[row*28+13], x[row*28+14] = 1, 1
	}
	return x
}

// best returns the most probable class.
func best(probabilities []float32) (class int) {
	for k, p := range probabilities {
		if p > probabilities[class] {
			class = k
		}
	}
	return class
}
