package convert

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"github.com/easy-gomlx/tutorials/birnn"
)

// ourGates is the order of the gates in [birnn.CellWeights].
const ourGates = "ijfo"

// regate returns a copy of a matrix [n, 4*hidden] of one column block for each
// gate, with the blocks in another order. An order lists the letters of
// [ourGates].
func regate(matrix []float32, hidden int, from, to string) []float32 {
	out := make([]float32, 0, len(matrix))
	for row := range slices.Chunk(matrix, 4*hidden) {
		for _, gate := range to {
			at := strings.IndexRune(from, gate) * hidden
			out = append(out, row[at:at+hidden]...)
		}
	}
	return out
}

// transpose returns the transpose of a row-major matrix with the given number
// of columns.
func transpose(matrix []float32, columns int) []float32 {
	rows := len(matrix) / columns
	out := make([]float32, len(matrix))
	for r := range rows {
		for c := range columns {
			out[c*rows+r] = matrix[r*columns+c]
		}
	}
	return out
}

// foldForgetBias returns a copy of a bias of [birnn.CellWeights] with the
// configuration's forget bias added, for frameworks that have none.
func foldForgetBias(cfg birnn.Config, bias []float32) []float32 {
	out, h := slices.Clone(bias), cfg.NumHidden
	for k := range h {
		out[2*h+k] += float32(cfg.ForgetBias)
	}
	return out
}

// newConfig returns the configuration of a network that was read: its forget
// bias is in the biases, and how it is trained is up to the caller.
func newConfig(input, timesteps, hidden, classes int, readout birnn.Readout) (birnn.Config, error) {
	cfg := birnn.DefaultConfig()
	cfg.NumInput, cfg.Timesteps, cfg.NumHidden, cfg.NumClasses = input, timesteps, hidden, classes
	cfg.ForgetBias, cfg.Readout = 0, readout
	return cfg, cfg.Validate()
}

// check returns an error unless the configuration is valid and the weights are
// finite and have its sizes.
func check(cfg birnn.Config, w birnn.Weights) error {
	if err := cfg.Validate(); err != nil {
		return err
	}
	kernel, gates := (cfg.NumInput+cfg.NumHidden)*4*cfg.NumHidden, 4*cfg.NumHidden
	for _, f := range []struct {
		name   string
		values []float32
		want   int
	}{
		{"Forward.Kernel", w.Forward.Kernel, kernel}, {"Forward.Bias", w.Forward.Bias, gates},
		{"Backward.Kernel", w.Backward.Kernel, kernel}, {"Backward.Bias", w.Backward.Bias, gates},
		{"W", w.W, 2 * cfg.NumHidden * cfg.NumClasses}, {"B", w.B, cfg.NumClasses},
	} {
		if len(f.values) != f.want {
			return fmt.Errorf("convert: Weights.%s has %d values; the configuration takes %d", f.name, len(f.values), f.want)
		}
		for k, v := range f.values {
			if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
				return fmt.Errorf("convert: Weights.%s[%d] is %v; it must be a finite number", f.name, k, v)
			}
		}
	}
	return nil
}

// maxFile is the size of the largest file that is read: the largest network of
// package birnn has 1 GiB of weights.
const maxFile = 1<<30 + 1<<26

// readAll reads a file. Its memory grows with what r provides, not with what
// the file claims to hold.
func readAll(r io.Reader, format string) ([]byte, error) {
	file, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("convert: reading %s: %w", format, err)
	}
	if len(file) > maxFile {
		return nil, &Error{Format: format, Err: fmt.Errorf("it has more than %d bytes, more than the largest network of package birnn", maxFile)}
	}
	return file, nil
}
