package birnn

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/easy-gomlx/tutorials/birnn/rnn"

	"github.com/easy-gomlx/tutorials/birnn/internal/backendtest"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/model/initializer"
)

func TestNumParameters(t *testing.T) {
	if n := DefaultConfig().NumParameters(); n != 163_338 {
		t.Errorf("the tutorial's network has %d parameters, want 163,338", n)
	}
	odd := Config{NumInput: 3, Timesteps: 4, NumHidden: 5, NumClasses: 7, LearningRate: 1, Epochs: 1, BatchSize: 1, DisplayFreq: 1}
	for _, cfg := range []Config{DefaultConfig(), odd} {
		total := 0
		for v := range newModel(t, backendtest.Go(t), cfg).store.RootScope().IterVariables() {
			if v.Trainable {
				total += v.Shape().Size()
			}
		}
		if total != cfg.NumParameters() {
			t.Errorf("the variables of %+v hold %d numbers, NumParameters says %d", cfg, total, cfg.NumParameters())
		}
	}
}

// TestInitialWeights: kernels are Glorot-uniform, W is a normal distribution cut
// off at two standard deviations of 0.01, biases are zero.
func TestInitialWeights(t *testing.T) {
	backendtest.Each(t, func(t *testing.T, b compute.Backend) {
		w := mustWeights(t, newModel(t, b, DefaultConfig()))
		bound := math.Sqrt(6.0 / (28 + 128 + 4*128))
		const stdOfCut = 0.8796 * 0.01 // of a normal distribution that is cut off at two standard deviations
		for _, d := range []struct {
			name       string
			values     []float32
			bound, std float64
		}{
			{"Forward.Kernel", w.Forward.Kernel, bound, bound / math.Sqrt(3)},
			{"Backward.Kernel", w.Backward.Kernel, bound, bound / math.Sqrt(3)},
			{"W", w.W, 0.02, stdOfCut},
			{"Forward.Bias", w.Forward.Bias, 0, 0},
			{"Backward.Bias", w.Backward.Bias, 0, 0},
			{"B", w.B, 0, 0},
		} {
			mean, std, largest := statistics(d.values)
			n := math.Sqrt(float64(len(d.values)))
			if largest > d.bound*(1+1e-6) || largest < 0.99*d.bound {
				t.Errorf("%s: the largest is %v, want just below %v", d.name, largest, d.bound)
			}
			if math.Abs(mean) > 4*d.std/n || math.Abs(std-d.std) > 4*d.std/n {
				t.Errorf("%s: mean %.3g and standard deviation %.4g, want 0 and %.4g", d.name, mean, std, d.std)
			}
		}
		if slices.Equal(w.Forward.Kernel, w.Backward.Kernel) {
			t.Error("both directions start with the same weights")
		}
	})
}

func statistics(values []float32) (mean, std, largest float64) {
	var sum, squares float64
	for _, v := range values {
		sum += float64(v)
		squares += float64(v) * float64(v)
		largest = max(largest, math.Abs(float64(v)))
	}
	n := float64(len(values))
	mean = sum / n
	return mean, math.Sqrt(squares/n - mean*mean), largest
}

func TestSeedDeterminesTheInitialWeights(t *testing.T) {
	weights := func(seed int64) Weights {
		cfg := tinyConfig()
		cfg.Seed = seed
		return mustWeights(t, newModel(t, backendtest.Go(t), cfg))
	}
	first := weights(1)
	sameWeights(t, weights(1), first)
	for _, seed := range []int64{0, 2, -1, 1 << 40} {
		other := weights(seed)
		if slices.Equal(other.Forward.Kernel, first.Forward.Kernel) || slices.Equal(other.W, first.W) {
			t.Errorf("seeds 1 and %d give the same weights", seed)
		}
	}
}

// TestAdamAgreesWithItsFormulas follows a few weights whose gradients range over
// ten orders of magnitude, down to where ε counts.
func TestAdamAgreesWithItsFormulas(t *testing.T) {
	const rate, steps = 0.1, 6
	scales := []float64{1e3, 1, 1e-3, 1e-7, 0}
	store := model.NewStore()
	defer store.Finalize()
	step := model.MustNewExec(backendtest.Go(t), store, func(scope *model.Scope, k *Node) *Node {
		w := scope.WithInitializer(initializer.One).VariableWithShape("w", shapes.Make(dtypes.Float32, len(scales)))
		before := w.NodeValue(k)
		// The gradient is scale*(w + k): different at each step.
		loss := ReduceAllSum(Mul(Const(k.Graph(), toFloat32(scales)), Mul(before, Add(MulScalar(before, 0.5), k))))
		Adam(rate).UpdateGraph(scope, k.Graph(), loss)
		return before
	})
	defer step.Finalize()

	w, m, v := slices.Repeat([]float64{1}, len(scales)), make([]float64, len(scales)), make([]float64, len(scales))
	for k := range steps {
		got := tensors.MustCopyFlatData[float32](step.MustCall(float32(k))[0])
		near(t, "weights", got, toFloat32(w), 2e-6)
		for i, scale := range scales {
			g := scale * (w[i] + float64(k))
			m[i] = 0.9*m[i] + 0.1*g
			v[i] = 0.999*v[i] + 0.001*g*g
			corrected := rate * math.Sqrt(1-math.Pow(0.999, float64(k+1))) / (1 - math.Pow(0.9, float64(k+1)))
			w[i] -= corrected * m[i] / (math.Sqrt(v[i]) + 1e-8)
		}
	}
}

// readersBiRNN is the tutorial's network as a reader writes it.
func readersBiRNN(numHidden, numClasses int) func(scope *model.Scope, x *Node) *Node {
	return func(scope *model.Scope, x *Node) *Node {
		g := x.Graph()
		weights := scope.WithInitializer(TruncatedNormal(scope, 0.01)).
			VariableWithShape("W", shapes.Make(dtypes.Float32, 2*numHidden, numClasses)).NodeValue(g)
		biases := scope.WithInitializer(initializer.Zero).
			VariableWithShape("b", shapes.Make(dtypes.Float32, numClasses)).NodeValue(g)
		forward := rnn.NewLSTM(scope.In("fw"), x, numHidden, 1)
		backward := rnn.NewLSTM(scope.In("bw"), x, numHidden, 1)
		return Add(MatMul(rnn.Bidirectional(forward, backward, x).At(-1), weights), ExpandAxes(biases, 0))
	}
}

func TestReadersNetworkEqualsTheBuiltIn(t *testing.T) {
	cfg, e := tinyConfig(), tinyExamples(16)
	builtIn := newModel(t, backendtest.Go(t), cfg)
	readers := newModelWith(t, backendtest.Go(t), cfg, Network{Logits: readersBiRNN(cfg.NumHidden, cfg.NumClasses)})
	if err := readers.SetWeights(mustWeights(t, builtIn)); err != nil {
		t.Fatal(err)
	}
	near(t, "losses", trainSteps(t, readers, 5, e), trainSteps(t, builtIn, 5, e), 0)
	sameWeights(t, mustWeights(t, readers), mustWeights(t, builtIn))
	got, err := readers.Predict(e.X)
	if err != nil {
		t.Fatal(err)
	}
	want, err := builtIn.Predict(e.X)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "probabilities", flatten(got), flatten(want), 0)
}

// TestNetworkWithAnotherReadout averages over two stacked layers, without any
// variable of the built-in names.
func TestNetworkWithAnotherReadout(t *testing.T) {
	cfg := tinyConfig()
	m := newModelWith(t, backendtest.Go(t), cfg, Network{Logits: func(scope *model.Scope, x *Node) *Node {
		layer := func(name string, x *Node) *Node {
			return rnn.Bidirectional(rnn.NewLSTM(scope.In("%s_forward", name), x, 4, 1), rnn.NewLSTM(scope.In("%s_backward", name), x, 4, 1), x).All()
		}
		mean := ReduceMean(layer("second", layer("first", x)), 1)
		w := scope.VariableWithShape("readout", shapes.Make(dtypes.Float32, 8, cfg.NumClasses))
		return MatMul(mean, w.NodeValue(x))
	}})
	losses := trainSteps(t, m, 30, tinyExamples(30))
	if !(losses[29] < losses[0]-0.05) {
		t.Errorf("the loss went from %v to %v in 30 steps", losses[0], losses[29])
	}
	if _, err := m.Weights(); err == nil || !strings.Contains(err.Error(), "fw/kernel") {
		t.Errorf("Weights: the error is %v; want one that names the missing variable", err)
	}
}

func TestInvalidNetworks(t *testing.T) {
	double := func(scope *model.Scope, x *Node) *Node {
		return ReduceSum(scope.VariableWithShape("w", shapes.Make(dtypes.Float64, 3)).NodeValue(x), -1)
	}
	for _, tt := range []struct {
		reason string
		logits func(scope *model.Scope, x *Node) *Node
		want   []string // in the error
	}{
		{"too many classes", readersBiRNN(2, 5), []string{"[1, 5]", "[1, 3]", "NumClasses 3"}},
		{"one output for the whole batch", func(scope *model.Scope, x *Node) *Node { return ReduceAllSum(x) }, []string{"Network.Logits returned"}},
		{"a panic of GoMLX", func(scope *model.Scope, x *Node) *Node { return MatMul(x, Const(x.Graph(), []float32{1, 2})) }, []string{"building the network"}},
		{"a vector of another type", double, []string{"Network.Logits returned"}},
		{"nil", func(scope *model.Scope, x *Node) *Node { return nil }, []string{"Network.Logits returned"}},
	} {
		t.Run(tt.reason, func(t *testing.T) {
			_, err := Network{Logits: tt.logits}.New(backendtest.Go(t), tinyConfig())
			for _, want := range tt.want {
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("the error is %v; want one with %q", err, want)
				}
			}
		})
	}
}

// TestNilResults: an error names the function that returned nothing, or no number.
func TestNilResults(t *testing.T) {
	none := func(_, _ *Node) *Node { return nil }
	ints := func(_, y *Node) *Node { return y }
	for want, network := range map[string]Network{
		"Network.Loss returned nil": {Loss: none}, "Network.Accuracy returned nil": {Accuracy: none},
		"Network.Loss returned (Int32)": {Loss: ints}, "Network.Accuracy returned (Int32)": {Accuracy: ints},
		"out of order": {Loss: func(_, _ *Node) *Node { panic("out of order") }},
	} {
		if _, err := network.New(backendtest.Go(t), tinyConfig()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the error is %v; want one with %q", err, want)
		}
	}
}

// TestTruncatedNormal compares the distribution of the values with that of normal
// ones within two standard deviations (Kolmogorov and Smirnov's distance).
func TestTruncatedNormal(t *testing.T) {
	const n, stddev = 20000, 0.01
	for _, dtype := range []dtypes.DType{dtypes.Float32, dtypes.Float64} {
		store := model.NewStore()
		if err := store.SetRNGStateFromSeed(1); err != nil {
			t.Fatal(err)
		}
		values := model.MustCallOnce(backendtest.Go(t), store, func(scope *model.Scope, g *Graph) *Node {
			return ConvertDType(TruncatedNormal(scope, stddev)(g, shapes.Make(dtype, n)), dtypes.Float64)
		})
		sorted := slices.Sorted(slices.Values(tensors.MustCopyFlatData[float64](values)))
		if sorted[0] < -2*stddev || sorted[n-1] > 2*stddev {
			t.Errorf("%s: values from %v to %v, want -0.02 to 0.02", dtype, sorted[0], sorted[n-1])
		}
		for k, v := range sorted {
			share := (1 + math.Erf(v/stddev/math.Sqrt2)/math.Erf(math.Sqrt2)) / 2
			if d := math.Abs(share - (float64(k)+0.5)/n); !(d < 1.63/math.Sqrt(n)) { // one seed in a hundred is further away
				t.Fatalf("%s: %.4f of the values are below %v, want %.4f", dtype, (float64(k)+0.5)/n, v, share)
			}
		}
	}
}

func TestInverseErf(t *testing.T) {
	var x, want []float32
	for k := -99; k <= 99; k++ {
		x = append(x, float32(k)/100)
		want = append(want, float32(math.Erfinv(float64(x[len(x)-1]))))
	}
	got := MustExecOnce(backendtest.Go(t), inverseErf, x)
	near(t, "inverse", tensors.MustCopyFlatData[float32](got), want, 1e-6)
}

// TestCrossEntropyAgreesWithItsFormula, with logits so large that exp overflows.
func TestCrossEntropyAgreesWithItsFormula(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	logits := make([]float64, 12)
	for k := range logits {
		logits[k] = 2*rng.Float64() - 1
	}
	logits[3], logits[4] = 200, -200
	y := []int32{2, 0, 1, 2}
	want := 0.0
	for n, row := range slices.Collect(slices.Chunk(logits, 3)) {
		largest, sum := slices.Max(row), 0.0
		for _, v := range row {
			sum += math.Exp(v - largest)
		}
		want += (largest + math.Log(sum) - row[y[n]]) / 4
	}
	got := MustExecOnce(backendtest.Go(t), CrossEntropy, tensors.FromFlatDataAndDimensions(toFloat32(logits), 4, 3), y)
	near(t, "loss", []float32{tensors.ToScalar[float32](got)}, []float32{float32(want)}, 1e-5)
}

func toFloat32(numbers []float64) []float32 {
	result := make([]float32, len(numbers))
	for k, v := range numbers {
		result[k] = float32(v)
	}
	return result
}
