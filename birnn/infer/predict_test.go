package infer_test

import (
	"fmt"
	"runtime"
	"slices"
	"sync"
	"testing"

	"github.com/gomlx/compute"

	"github.com/easy-gomlx/tutorials/birnn"
	"github.com/easy-gomlx/tutorials/birnn/infer"
	"github.com/easy-gomlx/tutorials/birnn/internal/backendtest"
)

var readouts = []birnn.Readout{birnn.LastOutput, birnn.FinalStates}

// TestEqualsModel compares with Model.Predict, which another program computes,
// at sizes that leave remainders in every vector register.
func TestEqualsModel(t *testing.T) {
	backendtest.Each(t, func(t *testing.T, b compute.Backend) {
		for _, readout := range readouts {
			for k, size := range [][4]int{{1, 1, 1, 1}, {3, 4, 2, 3}, {5, 1, 7, 2}, {7, 9, 17, 5}, {28, 5, 33, 10}, {13, 3, 64, 11}, {2, 30, 20, 4}} {
				cfg := config(size[0], size[1], size[2], size[3], readout)
				cfg.ForgetBias = []float64{1, 0, -0.75}[k%3]
				wantEqual(t, newModel(t, b, cfg), 3)
			}
		}
	})
}

// TestTutorialSize compares networks of the tutorial's size.
func TestTutorialSize(t *testing.T) {
	backendtest.Each(t, func(t *testing.T, b compute.Backend) {
		for _, readout := range readouts {
			cfg := birnn.DefaultConfig()
			cfg.Readout = readout
			wantEqual(t, newModel(t, b, cfg), 11)
		}
	})
}

// TestBatches compares batches of 0 to 60 sequences: less than a block, more
// than two.
func TestBatches(t *testing.T) {
	for _, readout := range readouts {
		m := newModel(t, backendtest.Go(t), config(3, 4, 5, 3, readout))
		n := network(t, m)
		for count := range 61 {
			wantSame(t, m, n, count)
		}
	}
}

// wantEqual fails the test unless a model and the network that it saves give
// the same probabilities for a number of sequences, together and one by one.
func wantEqual(t *testing.T, m *birnn.Model, count int) {
	t.Helper()
	wantSame(t, m, network(t, m), count)
}

func wantSame(t *testing.T, m *birnn.Model, n *infer.Network, count int) {
	t.Helper()
	cfg := m.Config()
	if n.NumInput() != cfg.NumInput || n.Timesteps() != cfg.Timesteps || n.NumClasses() != cfg.NumClasses {
		t.Fatalf("the network has %d inputs, %d time steps and %d classes; want those of %+v", n.NumInput(), n.Timesteps(), n.NumClasses(), cfg)
	}
	width := cfg.NumInput * cfg.Timesteps
	x := random(count * width)
	want, err := m.Predict(x)
	if err != nil {
		t.Fatal(err)
	}
	batch, err := n.PredictBatch(x)
	if err != nil || len(batch) != count {
		t.Fatalf("%d rows, %v; want %d", len(batch), err, count)
	}
	for k := range count {
		one, err := n.Predict(x[k*width : (k+1)*width])
		if err != nil {
			t.Fatal(err)
		}
		what := fmt.Sprintf("%+v: sequence %d of %d", cfg, k, count)
		wantClose(t, what, one, want[k])
		wantClose(t, what+" in a batch", batch[k], want[k])
	}
}

// TestStream compares each row's probabilities with those of a model for
// sequences of that length, before and beyond Timesteps.
func TestStream(t *testing.T) {
	for _, readout := range readouts {
		cfg := config(3, 4, 5, 3, readout)
		n := network(t, newModel(t, backendtest.Go(t), cfg))
		x := random(7 * 3)
		stream, other := n.Stream(), n.Stream()
		for k := range 7 {
			cfg.Timesteps = k + 1
			want, err := newModel(t, backendtest.Go(t), cfg).Predict(x[:3*(k+1)])
			if err != nil {
				t.Fatal(err)
			}
			if _, err := stream.Push(x[:2]); err == nil {
				t.Fatal("a row that is too short was read")
			}
			row := slices.Clone(x[3*k : 3*(k+1)])
			got, err := stream.Push(row)
			if err != nil {
				t.Fatal(err)
			}
			wantClose(t, fmt.Sprintf("%v, %d rows", readout, k+1), got, want[0])
			clear(row) // it belongs to the caller
			if _, err := other.Push(random(3)); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestThreadsDoNotMatter compares every bit.
func TestThreadsDoNotMatter(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	n := network(t, newModel(t, backendtest.Go(t), config(7, 5, 17, 4, birnn.LastOutput)))
	x := random(260 * 35)
	var want [][]float32
	for _, threads := range []int{1, 2, 3, 16} {
		runtime.GOMAXPROCS(threads)
		got, err := n.PredictBatch(x)
		if err != nil {
			t.Fatal(err)
		}
		if want == nil {
			want = got
		}
		if !slices.EqualFunc(got, want, slices.Equal) {
			t.Errorf("with %d threads the results are not those of one", threads)
		}
	}
}

// TestConcurrency: each of 16 goroutines gets its own results.
func TestConcurrency(t *testing.T) {
	n := network(t, newModel(t, backendtest.Go(t), config(3, 4, 5, 3, birnn.FinalStates)))
	x := random(16 * 12)
	var want [][]float32
	for k := range 16 {
		p, err := n.Predict(x[12*k : 12*(k+1)])
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, p)
	}
	var group sync.WaitGroup
	for k := range 16 {
		group.Go(func() {
			for range 50 {
				mine := x[12*k : 12*(k+1)]
				p, err := n.Predict(mine)
				rows, batchErr := n.PredictBatch(x)
				if err != nil || batchErr != nil || !slices.Equal(p, want[k]) || len(rows) != 16 {
					t.Errorf("goroutine %d: %v, %v, %v; want %v", k, p, err, batchErr, want[k])
				}
				stream := n.Stream()
				for row := range slices.Chunk(mine, 3) {
					p, err = stream.Push(row)
				}
				if err != nil {
					t.Error(err)
				}
				wantClose(t, "streamed", p, want[k])
			}
		})
	}
	group.Wait()
}

func TestPredictAllocatesItsResult(t *testing.T) {
	for _, readout := range readouts {
		n := network(t, newModel(t, backendtest.Go(t), config(28, 28, 32, 10, readout)))
		x := random(784)
		predict := func() {
			if _, err := n.Predict(x); err != nil {
				t.Fatal(err)
			}
		}
		if allocs := testing.AllocsPerRun(100, predict); allocs != 1 {
			t.Errorf("%v: Predict allocates %v times, want once", readout, allocs)
		}
	}
}
