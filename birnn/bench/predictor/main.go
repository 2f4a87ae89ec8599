// Command predictor is the worker of the benchmark that predicts with package
// infer. The benchmark builds it for each platform that it measures.
package main

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"

	"github.com/easy-gomlx/tutorials/birnn/bench/internal/protocol"
	"github.com/easy-gomlx/tutorials/birnn/infer"
)

func main() {
	name := fmt.Sprintf("birnn/infer on %s/%s", runtime.GOOS, runtime.GOARCH)
	load := func() (protocol.Library, error) { return protocol.Library{Name: name, Read: read}, nil }
	if err := protocol.Serve(os.Stdin, os.Stdout, load); err != nil {
		fmt.Fprintln(os.Stderr, "✗", err)
		os.Exit(1)
	}
}

// work is the part of the benchmark's work that a prediction depends on.
type work struct {
	Kind                              string
	Examples, Batch, Timesteps, Input int
	Data                              string // x and y begin this file
	Network                           string // the directory of the network
}

// read reads x and y, and returns the function that loads the network.
func read(setup json.RawMessage) (func() (protocol.Step, error), error) {
	var w work
	if err := json.Unmarshal(setup, &w); err != nil {
		return nil, err
	}
	file, err := os.ReadFile(w.Data)
	if err != nil {
		return nil, err
	}
	numbers := make([]float32, w.Examples*(w.Timesteps*w.Input+1))
	if _, err := binary.Decode(file, binary.LittleEndian, numbers); err != nil {
		return nil, fmt.Errorf("%s: %w", w.Data, err)
	}
	x, y := numbers[:len(numbers)-w.Examples], numbers[len(numbers)-w.Examples:]
	return func() (protocol.Step, error) {
		n, err := infer.Load(os.DirFS(filepath.Dir(w.Network)), filepath.Base(w.Network))
		if err != nil {
			return nil, err
		}
		if w.Kind == "single" {
			return w.predict(n, x, y), nil
		}
		return w.evaluate(n, x, y), nil
	}, nil
}

// predict returns a step that predicts the next example.
func (w work) predict(n *infer.Network, x, y []float32) protocol.Step {
	k, width := -1, w.Timesteps*w.Input
	return func() (float64, error) {
		k = (k + 1) % w.Examples
		probabilities, err := n.Predict(x[k*width : (k+1)*width])
		if err != nil {
			return 0, err
		}
		return crossEntropy(probabilities, y[k]), nil
	}
}

// evaluate returns a step that predicts all examples, batch by batch.
func (w work) evaluate(n *infer.Network, x, y []float32) protocol.Step {
	width := w.Timesteps * w.Input
	return func() (float64, error) {
		loss := 0.0
		for start := 0; start < w.Examples; start += w.Batch {
			end := min(start+w.Batch, w.Examples)
			probabilities, err := n.PredictBatch(x[start*width : end*width])
			if err != nil {
				return 0, err
			}
			for k, p := range probabilities {
				loss += crossEntropy(p, y[start+k])
			}
		}
		return loss / float64(w.Examples), nil
	}
}

func crossEntropy(probabilities []float32, class float32) float64 {
	return -math.Log(float64(probabilities[int(class)]))
}
