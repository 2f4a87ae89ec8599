package main

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"os"

	"github.com/easy-gomlx/tutorials/birnn"
)

// data is the input of all peers: the same sequences and weights.
type data struct {
	x       []float32 // [Examples, Timesteps, Input]
	y       []int32   // [Examples]
	weights birnn.Weights
}

// newData generates the data for some work, the same each time. Like pixels, most inputs are zero. The weights are larger than usual
// initial weights and no bias is zero, so that leaving out or mixing up any of them changes the loss.
func newData(w work) data {
	rng := rand.New(rand.NewPCG(1, 2))
	uniform := func(n int, limit float64) []float32 {
		s := make([]float32, n)
		for k := range s {
			s[k] = float32((2*rng.Float64() - 1) * limit)
		}
		return s
	}
	d := data{x: make([]float32, w.Examples*w.Timesteps*w.Input), y: make([]int32, w.Examples)}
	for k := range d.x {
		if rng.IntN(5) == 0 {
			d.x[k] = float32(rng.IntN(256)) / 255
		}
	}
	for k := range d.y {
		d.y[k] = int32(rng.IntN(w.Classes))
	}
	cell := func() birnn.CellWeights {
		glorot := math.Sqrt(6 / float64(w.Input+5*w.Hidden))
		return birnn.CellWeights{Kernel: uniform((w.Input+w.Hidden)*4*w.Hidden, glorot), Bias: uniform(4*w.Hidden, 0.2)}
	}
	d.weights = birnn.Weights{Forward: cell(), Backward: cell(), W: uniform(2*w.Hidden*w.Classes, 2), B: uniform(w.Classes, 0.2)}
	return d
}

// writeData writes a file of little-endian float32 numbers: x, y, and the weights, each cell's kernel before its bias.
func writeData(path string, d data) error {
	var file []byte
	add := func(numbers []float32) {
		for _, v := range numbers {
			file = binary.LittleEndian.AppendUint32(file, math.Float32bits(v))
		}
	}
	add(d.x)
	for _, class := range d.y {
		add([]float32{float32(class)})
	}
	for _, numbers := range [][]float32{
		d.weights.Forward.Kernel, d.weights.Forward.Bias, d.weights.Backward.Kernel, d.weights.Backward.Bias, d.weights.W, d.weights.B,
	} {
		add(numbers)
	}
	return os.WriteFile(path, file, 0o644)
}

// readData reads what writeData wrote.
func readData(w work) (data, error) {
	file, err := os.ReadFile(w.Data)
	if err != nil {
		return data{}, err
	}
	take := func(n int) []float32 {
		s := make([]float32, min(n, len(file)/4))
		for k := range s {
			s[k] = math.Float32frombits(binary.LittleEndian.Uint32(file[4*k:]))
		}
		file = file[4*len(s):]
		return s
	}
	d := data{x: take(w.Examples * w.Timesteps * w.Input), y: make([]int32, w.Examples)}
	for k, class := range take(w.Examples) {
		d.y[k] = int32(class)
	}
	kernel, bias := (w.Input+w.Hidden)*4*w.Hidden, 4*w.Hidden
	d.weights = birnn.Weights{
		Forward:  birnn.CellWeights{Kernel: take(kernel), Bias: take(bias)},
		Backward: birnn.CellWeights{Kernel: take(kernel), Bias: take(bias)},
		W:        take(2 * w.Hidden * w.Classes),
	}
	if d.weights.B = take(w.Classes); len(d.weights.B) != w.Classes || len(file) != 0 {
		return d, fmt.Errorf("%s does not have the data of this work", w.Data)
	}
	return d, nil
}
