package convert

import (
	"bytes"
	"errors"
	"io"
	"math"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/easy-gomlx/tutorials/birnn"
)

// TestRoundTrip: what is written and read is the same network, with the forget bias in the bias; written again, it is the same file.
func TestRoundTrip(t *testing.T) {
	for _, f := range formats {
		for _, readout := range readouts {
			t.Run(f.name+" "+readout.String(), func(t *testing.T) {
				cfg := smallConfig(readout)
				w := randomWeights(cfg)
				file := written(t, f, cfg, w)
				gotCfg, got, err := f.read(file)
				if err != nil {
					t.Fatal(err)
				}
				wantCfg, want := cfg, randomWeights(cfg)
				wantCfg.ForgetBias = 0
				for k := 2 * cfg.NumHidden; k < 3*cfg.NumHidden; k++ {
					want.Forward.Bias[k]++
					want.Backward.Bias[k]++
				}
				if gotCfg != wantCfg {
					t.Errorf("the configuration is %+v, want %+v", gotCfg, wantCfg)
				}
				if !reflect.DeepEqual(got, want) {
					t.Errorf("the weights are %v, want %v", got, want)
				}
				if !reflect.DeepEqual(w, randomWeights(cfg)) {
					t.Error("writing changed the weights")
				}
				if again := written(t, f, gotCfg, got); !bytes.Equal(again, file) {
					t.Error("written again, the file is another one")
				}
			})
		}
	}
}

// TestInvalidNetworks: nothing is written of a network that could not be read.
func TestInvalidNetworks(t *testing.T) {
	cfg := smallConfig(birnn.LastOutput)
	for _, f := range formats {
		for _, tt := range []struct {
			change func(*birnn.Config, *birnn.Weights)
			want   string // in the error
		}{
			{func(c *birnn.Config, _ *birnn.Weights) { c.Timesteps = 0 }, "Timesteps"},
			{func(_ *birnn.Config, w *birnn.Weights) { w.Backward.Kernel = w.Backward.Kernel[1:] }, "Backward.Kernel"},
			{func(_ *birnn.Config, w *birnn.Weights) { w.Forward.Bias[3] = float32(math.NaN()) }, "Forward.Bias[3]"},
			{func(_ *birnn.Config, w *birnn.Weights) { *w = birnn.Weights{} }, "Forward.Kernel"},
		} {
			c, w, file := cfg, randomWeights(cfg), new(bytes.Buffer)
			tt.change(&c, &w)
			if err := f.write(file, c, w); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%s: the error is %v; want one that names %s", f.name, err, tt.want)
			}
			if file.Len() > 0 {
				t.Errorf("%s: %d bytes were written", f.name, file.Len())
			}
		}
	}
}

// TestIOErrors: errors of readers and writers are passed on, and are not about the file.
func TestIOErrors(t *testing.T) {
	broken := errors.New("broken")
	var e *Error
	if _, _, err := ReadPyTorch(iotest.ErrReader(broken)); !errors.Is(err, broken) || errors.As(err, &e) {
		t.Errorf("reading: the error is %v", err)
	}
	if _, _, err := ReadKeras(iotest.ErrReader(broken)); !errors.Is(err, broken) || errors.As(err, &e) {
		t.Errorf("reading: the error is %v", err)
	}
	if _, _, err := ReadONNX(iotest.ErrReader(broken)); !errors.Is(err, broken) || errors.As(err, &e) {
		t.Errorf("reading: the error is %v", err)
	}
	cfg := smallConfig(birnn.LastOutput)
	for _, write := range []func(io.Writer, birnn.Config, birnn.Weights) error{WritePyTorch, WriteKeras, WriteONNX} {
		r, w := io.Pipe()
		r.CloseWithError(broken)
		if err := write(w, cfg, randomWeights(cfg)); !errors.Is(err, broken) {
			t.Errorf("writing: the error is %v", err)
		}
	}
}

// TestEveryTruncationIsDetected cuts each file off after each of its bytes, and adds some.
func TestEveryTruncationIsDetected(t *testing.T) {
	cfg := smallConfig(birnn.LastOutput)
	for _, f := range formats {
		file := written(t, f, cfg, randomWeights(cfg))
		for n := range file {
			var e *Error
			if _, _, err := f.read(file[:n]); !errors.As(err, &e) || e.Format != f.name {
				t.Fatalf("%s: cut off after %d of %d bytes, the error is %v; want an *Error", f.name, n, len(file), err)
			}
		}
	}
}
