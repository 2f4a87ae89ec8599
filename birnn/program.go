package birnn

import (
	"runtime"
	"slices"
	"strings"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/distributed"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/core/tensors/dtensor"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/easy-gomlx/tutorials/birnn/internal/kernel"
	"github.com/easy-gomlx/tutorials/birnn/internal/xlacall"
)

// program is a graph function over the model's variables, compiled for each
// batch size that it is called with. A batch that divides evenly runs on
// several devices at once, through GoMLX's automatic sharding: each takes its
// share of the sequences, the weights are the same on all. The results are
// those of one device, up to the order in which floating-point sums are taken.
type program struct {
	single *model.Exec
	shared *model.Exec // nil on one device
	spec   *distributed.ShardingSpec
}

// usableDevices returns how many of the backend's devices batches are divided
// among: all GPUs, but on a CPU no more than the program may use cores (XLA's
// plugin offers four whatever the machine). The LSTM kernels divide a batch among
// the cores themselves, and XLA cannot divide it for them.
func (m *Model) usableDevices() int {
	if m.hasKernels {
		return 1
	}
	devices := max(1, int(m.backend.NumDevices()))
	if b, ok := m.backend.(interface{ IsCPU() bool }); ok && b.IsCPU() {
		devices = min(devices, runtime.GOMAXPROCS(0))
	}
	return evenShares(devices, m.cfg.BatchSize)
}

// hasKernels reports whether the backend runs LSTMs of a graph in kernels.
func hasKernels(g *Graph) bool {
	var calls []string
	for _, name := range []string{kernel.ForwardName, kernel.ForwardReversedName} {
		if xlacall.Replaces(g.Backend(), name) {
			calls = append(calls, "Call("+name+"_") // as GoMLX prints calls; it has no accessor for the name
		}
	}
	return slices.ContainsFunc(g.Nodes(), func(n *Node) bool {
		return n.Type() == NodeTypeCall && slices.ContainsFunc(calls, func(call string) bool { return strings.Contains(n.String(), call) })
	})
}

// evenShares returns the largest number up to n that divides a batch evenly.
func evenShares(n, batch int) int {
	for batch%n != 0 {
		n--
	}
	return n
}

// meshOf returns the first devices as a mesh with one axis, or nil for one device.
func meshOf(devices int) (*distributed.DeviceMesh, error) {
	if devices < 2 {
		return nil, nil
	}
	return distributed.NewDeviceMesh([]int{devices}, []string{batchAxis})
}

// batchAxis is the mesh's axis, along which the batch is split.
const batchAxis = "batch"

// newProgram makes a program of a graph function that takes x and y.
func newProgram[F model.ExecGraphFn](backend compute.Backend, store *model.Store, mesh *distributed.DeviceMesh, graphFn F) (*program, error) {
	single, err := model.NewExec(backend, store, graphFn)
	if err != nil {
		return nil, err
	}
	p := &program{single: single.SetMaxCache(-1)}
	if mesh == nil {
		return p, nil
	}
	if p.spec, err = distributed.BuildSpec(mesh).S(batchAxis).Done(); err != nil {
		return nil, err
	}
	if p.shared, err = model.NewExec(backend, store, graphFn); err != nil {
		return nil, err
	}
	replicated := distributed.NewReplicatedShardingSpec(mesh)
	p.shared.AutoSharding(mesh).
		WithInputShardingSpecs(p.spec, p.spec).
		WithOutputShardingSpecs(replicated).
		SetMaxCache(-1)
	// GoMLX v0.28.6 creates this variable without a store, and looks for its
	// default sharding there.
	if err := store.GetVariable("/" + model.RNGStateVariableName).SetShardingSpec(replicated); err != nil {
		return nil, err
	}
	return p, p.shared.SetDefaultShardingSpec(replicated)
}

// run executes the program; the first axis of each argument is the batch.
func (p *program) run(args ...*tensors.Tensor) ([]*tensors.Tensor, error) {
	if p.shared == nil || args[0].Shape().Dim(0)%p.spec.Mesh.NumDevices() != 0 {
		return p.single.Call(anySlice(args)...)
	}
	shares := make([]any, len(args))
	for k, arg := range args {
		share, err := dtensor.ShardTensor(p.spec, arg)
		if err != nil {
			return nil, err
		}
		defer share.FinalizeAll()
		shares[k] = share
	}
	results, err := p.shared.DistributedExec(shares...)
	if err != nil {
		return nil, err
	}
	first := make([]*tensors.Tensor, len(results))
	for k, result := range results {
		if first[k], err = result.Shards()[0].LocalClone(); err != nil {
			return nil, err
		}
		if err := result.FinalizeAll(); err != nil {
			return nil, err
		}
	}
	return first, nil
}

func (p *program) finalize() {
	p.single.Finalize()
	if p.shared != nil {
		p.shared.Finalize()
	}
}

func anySlice(ts []*tensors.Tensor) []any {
	s := make([]any, len(ts))
	for k, t := range ts {
		s[k] = t
	}
	return s
}
