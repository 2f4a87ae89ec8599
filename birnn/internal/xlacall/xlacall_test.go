//go:build linux && amd64 && cgo

package xlacall_test

import (
	"sync"
	"testing"

	"github.com/easy-gomlx/tutorials/birnn/backend"
	"github.com/easy-gomlx/tutorials/birnn/internal/xlacall"
	"github.com/easy-gomlx/tutorials/birnn/internal/xlacall/xlacalltest"
	"github.com/gomlx/compute"
	"github.com/gomlx/go-xla/compute/xla"
	"github.com/gomlx/go-xla/pjrt"
	. "github.com/gomlx/gomlx/core/graph"
)

// open opens XLA with two devices and the test operations.
var open = sync.OnceValues(func() (compute.Backend, error) {
	path, err := backend.FindPlugin()
	if err != nil {
		return nil, err
	}
	name, err := xlacall.Install(path, "test", xlacalltest.Operations())
	if err != nil {
		return nil, err
	}
	return xla.NewWithOptions(name, pjrt.NamedValuesMap{"cpu_device_count": int64(2)})
})

func opened(t *testing.T) compute.Backend {
	t.Helper()
	if testing.Short() {
		t.Skip("not with -short: XLA's plugin may have to be downloaded")
	}
	b, err := open()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// offer offers an operation with a number after its name.
func offer(name string, plain, operands []*Node) []*Node {
	f := NewFunction(plain[0].Graph(), name, func(g *Graph) []*Node {
		parameters := make([]*Node, 0, len(plain)+len(operands))
		for k, n := range append(plain, operands...) {
			parameters = append(parameters, Parameter(g, string(rune('a'+k)), n.Shape()))
		}
		return parameters[:len(plain)]
	})
	return f.Call(append(plain, operands...)...)
}

// run runs a graph and returns its results and how often the operation was replaced and kept in it.
func TestAffine(t *testing.T) {
	b := opened(t)
	before := xlacall.Counts(b, xlacalltest.Affine)
	e, err := NewExec(b, func(x *Node) *Node {
		return offer(xlacalltest.Affine+"_1", []*Node{MulScalar(x, -1)}, []*Node{x})[0]
	})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Finalize()
	out, err := e.Call1([][]float32{{1, 2}, {3, 4}, {5, 6}})
	if err != nil {
		t.Fatal(err)
	}
	t.Log(out.Value(), before, xlacall.Counts(b, xlacalltest.Affine))
}
