package birnn

import (
	"fmt"
	"slices"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/layers/norm"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/model/initializer"
	"github.com/gomlx/gomlx/ml/train"
	"github.com/gomlx/gomlx/ml/train/optimizer"
	"github.com/gomlx/gomlx/ml/train/optimizer/cosineschedule"

	"github.com/easy-gomlx/tutorials/birnn/internal/backendtest"
	"github.com/easy-gomlx/tutorials/birnn/internal/safetensors"
	"github.com/easy-gomlx/tutorials/birnn/rnn"
)

// everything is a network with all that GoMLX's trainer supports: dropout, batch
// normalization, a regularizer, an update in each step, a learning-rate schedule,
// and variables of several dtypes, one of them trained in float64.
func everything(scope *model.Scope, x *Node) *Node {
	g := x.Graph()
	cosineschedule.New(scope, g, dtypes.Float32).LearningRate(0.05).PeriodSteps(7).Done()
	outputs := rnn.Bidirectional(rnn.NewGRU(scope.In("fw"), x, 4), rnn.NewGRU(scope.In("bw"), x, 4), x)
	h := norm.BatchNorm(scope.In("norm"), outputs.Final(), -1).UseBackendInference(g.Backend().Capabilities().Operations[compute.OpTypeBatchNormForTraining]).Done()
	h = layers.DropoutStatic(scope, h, 0.3)
	w := scope.VariableWithShape("double", shapes.Make(dtypes.Float64, 8, 3)).NodeValue(x)
	train.AddRegularizationLoss(ConvertDType(MulScalar(ReduceAllSum(Mul(w, w)), 0.01), dtypes.Float32))

	once := func(name string, dtype dtypes.DType) *model.Variable {
		return scope.WithInitializer(initializer.Zero).VariableWithShape(name, shapes.Make(dtype)).SetTrainable(false)
	}
	count, flag := once("count", dtypes.Int32), once("flag", dtypes.Bool)
	count.NodeValue(g)
	train.AddPerStepUpdateGraphFn(scope, g, func(_ *model.Scope, g *Graph) {
		count.SetNodeValue(AddScalar(count.NodeValue(g), 1))
		flag.SetNodeValue(LogicalNot(flag.NodeValue(g)))
	})
	return ConvertDType(MatMul(ConvertDType(h, dtypes.Float64), w), dtypes.Float32)
}

// optimizers are those that a network is trained with.
var optimizers = map[string]func() optimizer.Interface{
	"birnn.Adam": func() optimizer.Interface { return Adam(0.05) },
	"Adam":       func() optimizer.Interface { return optimizer.Adam().Done() },
	"RMSProp":    func() optimizer.Interface { return optimizer.RMSProp().Done() },
	"SGD":        func() optimizer.Interface { return optimizer.StochasticGradientDescent().Done() },
}

// TestModelAgreesWithGoMLXTrainer trains the same network in a Model and in
// GoMLX's trainer: losses and all variables are the same.
func TestModelAgreesWithGoMLXTrainer(t *testing.T) {
	const steps = 6
	e, cfg := tinyExamples(12), tinyConfig()
	backendtest.Each(t, func(t *testing.T, b compute.Backend) {
		for name, newOptimizer := range optimizers {
			t.Run(name, func(t *testing.T) {
				m, err := newOn(1, b, cfg, Network{Logits: everything, Optimizer: newOptimizer()}, (*Model).drawValues)
				if err != nil {
					t.Fatal(err)
				}
				defer m.Close()
				got := trainSteps(t, m, steps, e)

				store := model.NewStore()
				if err := store.SetRNGStateFromSeed(cfg.Seed); err != nil {
					t.Fatal(err)
				}
				trainer := train.NewTrainer(b, store, everything, func(labels, predictions []*Node) *Node {
					return CrossEntropy(predictions[0], labels[0])
				}, newOptimizer(), nil, nil)
				var want []float32
				for range steps {
					metrics, err := trainer.TrainStep(train.Batch{
						Inputs: []*tensors.Tensor{sequences(m, e.X, len(e.Y))},
						Labels: []*tensors.Tensor{tensors.FromFlatDataAndDimensions(e.Y, len(e.Y))},
					})
					if err != nil {
						t.Fatal(err)
					}
					want = append(want, tensors.ToScalar[float32](metrics[0]))
				}
				near(t, "losses", got, want, 1e-6)
				sameVariables(t, m, store)

				loss, _, err := m.Evaluate(e.X, e.Y)
				if err != nil {
					t.Fatal(err)
				}
				metrics, err := trainer.EvalStep(train.Batch{
					Inputs: []*tensors.Tensor{sequences(m, e.X[:10*12], 10)},
					Labels: []*tensors.Tensor{tensors.FromFlatDataAndDimensions(e.Y[:10], 10)},
				})
				if err != nil {
					t.Fatal(err)
				}
				ten, _, err := m.Evaluate(e.X[:10*12], e.Y[:10])
				if err != nil {
					t.Fatal(err)
				}
				near(t, "evaluation", []float32{float32(ten)}, []float32{tensors.ToScalar[float32](metrics[0])}, 1e-6)
				if again, _, _ := m.Evaluate(e.X, e.Y); again != loss {
					t.Error("evaluation changes the model")
				}
			})
		}
	})
}

// TestEverythingOnDevices trains the network on two devices and on one.
func TestEverythingOnDevices(t *testing.T) {
	b, e := backendtest.XLA(t), tinyExamples(12)
	network := Network{Logits: everything}
	one, err := newOn(1, b, tinyConfig(), network, (*Model).drawValues)
	if err != nil {
		t.Fatal(err)
	}
	defer one.Close()
	two, err := newOn(2, b, tinyConfig(), network, (*Model).drawValues)
	if err != nil {
		t.Fatal(err)
	}
	defer two.Close()
	near(t, "losses", trainSteps(t, two, 5, e), trainSteps(t, one, 5, e), 1e-5)
}

// sameVariables compares the variables of a model with those of a store that a
// trainer used, which also has its metrics.
func sameVariables(t *testing.T, m *Model, store *model.Store) {
	t.Helper()
	arrays, err := m.variableArrays()
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range arrays {
		v := store.GetVariable("/" + a.Name)
		if v == nil {
			t.Errorf("GoMLX's trainer has no variable %s", a.Name)
			continue
		}
		var data []byte
		if err := v.MustValue().ConstBytes(func(b []byte) { data = slices.Clone(b) }); err != nil {
			t.Fatal(err)
		}
		if a.DType != "F32" && a.DType != "F64" {
			if !slices.Equal(data, a.Data) {
				t.Errorf("%s is %v, in GoMLX's trainer %v", a.Name, a.Data, data)
			}
			continue
		}
		near(t, a.Name, float32s(t, a), float32s(t, safetensors.Array{Name: a.Name, DType: a.DType, Data: data}), 2e-6)
	}
}

func float32s(t *testing.T, a safetensors.Array) []float32 {
	t.Helper()
	if a.DType == "F32" {
		values, err := safetensors.Values[float32](a)
		if err != nil {
			t.Fatal(err)
		}
		return values
	}
	values, err := safetensors.Values[float64](a)
	if err != nil {
		t.Fatal(err)
	}
	return toFloat32(values)
}

// TestEverythingIsSaved: a network with dropout, averages and a schedule,
// stopped and saved after each step, ends up the same as without stopping.
func TestEverythingIsSaved(t *testing.T) {
	e, cfg := tinyExamples(12), tinyConfig()
	for name, newOptimizer := range optimizers {
		t.Run(name, func(t *testing.T) {
			network := func() Network { return Network{Logits: everything, Optimizer: newOptimizer()} }
			uninterrupted := newModelWith(t, backendtest.Go(t), cfg, network())
			losses := trainSteps(t, uninterrupted, 5, e)
			want, err := uninterrupted.variableArrays()
			if err != nil {
				t.Fatal(err)
			}

			dir := t.TempDir()
			var stopped []float32
			for range 5 {
				m, err := network().Resume(backendtest.Go(t), cfg, dir)
				if err != nil {
					t.Fatal(err)
				}
				stopped = append(stopped, trainSteps(t, m, 1, e)...)
				if err := m.Save(dir); err != nil {
					t.Fatal(err)
				}
				m.Close()
			}
			near(t, "losses", stopped, losses, 0)
			loaded, err := network().Load(backendtest.Go(t), dir)
			if err != nil {
				t.Fatal(err)
			}
			defer loaded.Close()
			got, err := loaded.variableArrays()
			if err != nil {
				t.Fatal(err)
			}
			if fmt.Sprint(got) != fmt.Sprint(want) {
				t.Error("the variables are different")
			}
		})
	}
}
