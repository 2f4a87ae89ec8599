// The command birnn-convert converts networks of package birnn from and to the
// formats of other frameworks:
//
//	go run github.com/easy-gomlx/tutorials/birnn/convert/birnn-convert FROM TO
//
// Each is a file, whose extension names the format, or the directory of a
// checkpoint. Package convert documents the formats.
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/easy-gomlx/tutorials/birnn"
	"github.com/easy-gomlx/tutorials/birnn/internal/durable"
)

const usage = `usage: birnn-convert [-f] FROM TO

Converts a network of package birnn from FROM to TO. Each of them is

  a directory        a checkpoint, as birnn's Model.Save writes it; a new one
                     with a dot in its name needs a slash at the end
  NAME.onnx          an ONNX graph, as torch.onnx.export writes it
  NAME.safetensors   a PyTorch state_dict, as safetensors.torch.save_file writes
                     it, with metadata={"timesteps": "28", "readout": "LastOutput"}
                     or "FinalStates"
  NAME.keras         a Keras model, as its method save writes it

  -f   replace TO if it exists; the checkpoint of a directory is kept beside the
       new one, as model.previous.safetensors
`

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// run returns the exit status: 1 if the conversion failed, 2 if the arguments
// are invalid.
func run(args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("birnn-convert", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	force := flags.Bool("f", false, "")
	err := flags.Parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprint(stdout, usage)
		return 0
	case err != nil:
		fmt.Fprintf(stderr, "birnn-convert: %v\n%s", err, usage)
		return 2
	case flags.NArg() != 2:
		fmt.Fprint(stderr, usage)
		return 2
	}
	if err := convertTo(flags.Arg(0), flags.Arg(1), *force, stdout); err != nil {
		fmt.Fprintf(stderr, "birnn-convert: %v\n", err)
		return 1
	}
	return 0
}

// convertTo converts a file or directory to another.
func convertTo(from, to string, replace bool, stdout io.Writer) error {
	target, err := formatOf(to)
	if err != nil {
		return err
	}
	if err := target.free(to, replace); err != nil {
		return err
	}
	source, err := formatOf(from)
	if err != nil {
		return err
	}
	cfg, weights, err := source.load(from)
	if err != nil {
		return fmt.Errorf("%s: %w", from, err)
	}
	if err := target.save(to, cfg, weights); err != nil {
		return fmt.Errorf("%s: %w", to, err)
	}
	fmt.Fprintf(stdout, "%s: %s\n", to, describe(cfg))
	return nil
}

func describe(cfg birnn.Config) string {
	return fmt.Sprintf("%v, %d time steps of %d inputs, %d hidden units in each direction, %d classes",
		cfg.Readout, cfg.Timesteps, cfg.NumInput, cfg.NumHidden, cfg.NumClasses)
}

// load reads a network from a file or directory.
func (f format) load(path string) (birnn.Config, birnn.Weights, error) {
	if f.read == nil {
		return loadCheckpoint(path)
	}
	file, err := os.Open(path)
	if err != nil {
		return birnn.Config{}, birnn.Weights{}, err
	}
	defer file.Close()
	return f.read(file)
}

// save writes a network to a file or directory.
func (f format) save(path string, cfg birnn.Config, weights birnn.Weights) error {
	if f.write == nil {
		return saveCheckpoint(path, cfg, weights)
	}
	var content bytes.Buffer
	if err := f.write(&content, cfg, weights); err != nil {
		return err
	}
	return durable.Replace(path, content.Bytes())
}
