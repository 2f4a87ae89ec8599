// Command train trains the network of package digit on MNIST, which takes some
// minutes, and writes it to network/model.safetensors in that package's
// directory. Run it with
//
//	go generate ./birnn/infer/digit
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/easy-gomlx/tutorials/birnn"
	"github.com/easy-gomlx/tutorials/birnn/backend"
	"github.com/easy-gomlx/tutorials/birnn/infer"
	"github.com/easy-gomlx/tutorials/birnn/mnist"
)

func main() {
	log.SetFlags(0)
	if err := run(context.Background(), filepath.Join("network", "model.safetensors")); err != nil {
		log.Fatal(err)
	}
}

// run trains a network and writes the small form of its checkpoint to a file.
func run(ctx context.Context, file string) error {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := train(ctx, dir); err != nil {
		return err
	}
	content, err := infer.Compact(os.DirFS(dir), ".")
	if err != nil {
		return err
	}
	return os.WriteFile(file, content, 0o666)
}

// train trains a model of the tutorial's size and saves it to the directory.
func train(ctx context.Context, dir string) error {
	data, err := mnist.Load(ctx, "")
	if err != nil {
		return err
	}
	b, err := backend.Open(ctx)
	if err != nil {
		return err
	}
	defer b.Finalize()
	cfg := birnn.DefaultConfig()
	cfg.Readout = birnn.FinalStates
	m, err := birnn.New(b, cfg)
	if err != nil {
		return err
	}
	defer m.Close()
	examples := func(s *mnist.Set) birnn.Examples { return birnn.Examples{X: s.Images, Y: s.Labels} }
	err = m.Train(ctx, examples(data.Train), examples(data.Validation), func(p birnn.Progress) {
		if p.Validation {
			fmt.Println(p)
		}
	})
	if err != nil {
		return err
	}
	_, accuracy, err := m.Evaluate(data.Test.Images, data.Test.Labels)
	if err != nil {
		return err
	}
	fmt.Printf("test accuracy %.2f%%\n", 100*accuracy)
	return m.Save(dir)
}
