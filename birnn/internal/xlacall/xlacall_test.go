//go:build linux && amd64 && cgo

package xlacall_test

import (
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/easy-gomlx/tutorials/birnn/backend"
	"github.com/easy-gomlx/tutorials/birnn/internal/xlacall"
	"github.com/easy-gomlx/tutorials/birnn/internal/xlacall/xlacalltest"
	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/go-xla/compute/xla"
	"github.com/gomlx/go-xla/pjrt"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/google/go-cmp/cmp"
)

var (
	openPlain    = sync.OnceValues(func() (compute.Backend, error) { return open(false) })
	openReplaced = sync.OnceValues(func() (compute.Backend, error) { return open(true) })
)

// childDevices is the environment variable that sets the number of XLA's devices in a test's child process.
const childDevices = "XLACALL_TEST_DEVICES"

// open opens XLA with two devices, with the test operations or without them.
func open(replaced bool) (compute.Backend, error) {
	name, err := backend.FindPlugin()
	if err != nil {
		return nil, err
	}
	if replaced {
		if name, err = xlacall.Install(name, "test", xlacalltest.Operations()); err != nil {
			return nil, err
		}
	}
	devices := int64(2)
	if os.Getenv(childDevices) == "1" {
		devices = 1 // so that XLA's pool may have a single thread
	}
	return xla.NewWithOptions(name, pjrt.NamedValuesMap{"cpu_device_count": devices})
}

// both returns a backend without the test operations, and one with them.
func both(t testing.TB) (plain, replaced compute.Backend) {
	t.Helper()
	if testing.Short() {
		t.Skip("not with -short: XLA's plugin may have to be downloaded")
	}
	plain, err := openPlain()
	if err != nil {
		t.Fatal(err)
	}
	if replaced, err = openReplaced(); err != nil {
		t.Fatal(err)
	}
	return plain, replaced
}

// offer offers an operation in a graph: it returns the plain results, unless they are replaced.
func offer(function string, plain, operands []*Node) []*Node {
	all := append(append([]*Node{}, plain...), operands...)
	f := NewFunction(plain[0].Graph(), function, func(g *Graph) []*Node {
		parameters := make([]*Node, len(all))
		for k, n := range all {
			parameters[k] = Parameter(g, string(rune('a'+k)), n.Shape())
		}
		return parameters[:len(plain)]
	})
	return f.Call(all...)
}

func affine(x *Node, number string) *Node {
	return offer(xlacalltest.Affine+number, []*Node{AddScalar(MulScalar(x, 2), 1)}, []*Node{x})[0]
}

// sums returns factor * x, the sum of each row and the sum of all.
func sums(x *Node, factor float64, number string) []*Node {
	f := Scalar(x.Graph(), x.DType(), factor)
	return offer(xlacalltest.Sums+number, []*Node{Mul(x, f), ReduceSum(x, -1), ReduceAllSum(x)}, []*Node{x, f})
}

// matrix returns small integers, whose sums are exact in any order.
func matrix(rows, columns int) [][]float32 {
	m := make([][]float32, rows)
	for i := range m {
		m[i] = make([]float32, columns)
		for j := range m[i] {
			m[i][j] = float32((i*columns*7 + j*5 + 3) % 23)
		}
	}
	return m
}

// run runs a graph and returns the values of its results.
func run(t testing.TB, b compute.Backend, graph func(x *Node) []*Node, x [][]float32) []any {
	t.Helper()
	e, err := NewExec(b, graph)
	if err != nil {
		t.Fatal(err)
	}
	defer e.Finalize()
	results, err := e.Call(x)
	if err != nil {
		t.Fatal(err)
	}
	values := make([]any, len(results))
	for k, r := range results {
		values[k] = r.Value()
		r.FinalizeAll()
	}
	return values
}

func TestReplacedComputesTheSame(t *testing.T) {
	plain, replaced := both(t)
	for _, test := range []struct {
		name  string
		count int // of functions that are replaced
		graph func(x *Node) []*Node
	}{
		{"one result", 1, func(x *Node) []*Node { return []*Node{affine(x, "_1")} }},
		{"no number", 1, func(x *Node) []*Node { return []*Node{affine(x, "")} }},
		{"three results, a scalar operand", 1, func(x *Node) []*Node { return sums(x, 3, "_5") }},
		{"the first result only", 1, func(x *Node) []*Node { return sums(x, 3, "_5")[:1] }},
		{"the second result only", 1, func(x *Node) []*Node { return sums(x, 3, "_5")[1:2] }},
		{"the last result only", 1, func(x *Node) []*Node { return sums(x, 3, "_5")[2:] }},
		{"all but the second", 1, func(x *Node) []*Node {
			s := sums(x, 3, "_5")
			return []*Node{Add(s[0], s[2])}
		}},
		{"no result", 0, func(x *Node) []*Node {
			sums(x, 3, "_5")
			return []*Node{Neg(x)}
		}},
		{"calls that follow each other", 3, func(x *Node) []*Node {
			s := sums(affine(x, "_1"), 0.5, "_20")
			return append(s, affine(s[0], "_300"))
		}},
		{"a function that is called twice", 1, func(x *Node) []*Node {
			rows, scalar := ReduceSum(x, -1).Shape(), ReduceAllSum(x).Shape()
			f := NewFunction(x.Graph(), xlacalltest.Sums+"_7", func(g *Graph) []*Node {
				a, b, c := Parameter(g, "a", x.Shape()), Parameter(g, "b", rows), Parameter(g, "c", scalar)
				Parameter(g, "x", x.Shape())
				Parameter(g, "factor", scalar)
				return []*Node{a, b, c}
			})
			factor := Scalar(x.Graph(), x.DType(), 2)
			call := func(x *Node) []*Node { return f.Call(Mul(x, factor), ReduceSum(x, -1), ReduceAllSum(x), x, factor) }
			return []*Node{call(x)[0], call(Neg(x))[2]}
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			for _, size := range [][2]int{{1, 1}, {7, 5}, {200, 33}} {
				x := matrix(size[0], size[1])
				before := replacedSoFar(replaced)
				got := run(t, replaced, test.graph, x)
				if n := replacedSoFar(replaced) - before; n != test.count {
					t.Fatalf("%d functions were replaced, want %d", n, test.count)
				}
				if diff := cmp.Diff(run(t, plain, test.graph, x), got); diff != "" {
					t.Errorf("%v: results (-plain +replaced):\n%s", size, diff)
				}
			}
		})
	}
}

func replacedSoFar(b compute.Backend) int { return xlacall.CountOf(b).Replaced }

// TestIsReplaced makes sure that the operation runs, by a plain result that is wrong.
func TestIsReplaced(t *testing.T) {
	plain, replaced := both(t)
	graph := func(x *Node) []*Node { return offer(xlacalltest.Affine+"_1", []*Node{Neg(x)}, []*Node{x}) }
	x := [][]float32{{1, 2}, {3, 4}}
	for b, want := range map[compute.Backend][][]float32{plain: {{-1, -2}, {-3, -4}}, replaced: {{3, 5}, {7, 9}}} {
		if diff := cmp.Diff(want, run(t, b, graph, x)[0]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", b.Description(), diff)
		}
	}
	if !xlacall.Replaces(replaced, xlacalltest.Affine) || xlacall.Replaces(replaced, "xlacalltest") || xlacall.Replaces(plain, xlacalltest.Affine) {
		t.Error("Replaces is wrong")
	}
}

// TestKept: a function that can't be replaced computes the plain results, and the reason is recorded.
func TestKept(t *testing.T) {
	_, b := both(t)
	for _, test := range []struct {
		name, reason string
		graph        func(x *Node) []*Node
	}{
		{"refused by the plan", "f64", func(x *Node) []*Node {
			return []*Node{ConvertDType(affine(ConvertDType(x, dtypes.Float64), "_9"), dtypes.Float32)}
		}},
		{"not the first parameters", "first parameters", func(x *Node) []*Node {
			f := NewFunction(x.Graph(), xlacalltest.Affine+"_9", func(g *Graph) []*Node {
				Parameter(g, "a", x.Shape())
				return []*Node{Parameter(g, "b", x.Shape())}
			})
			return f.Call(x, AddScalar(MulScalar(x, 2), 1))
		}},
		{"another statement", "more than one statement", func(x *Node) []*Node {
			f := NewFunction(x.Graph(), xlacalltest.Affine+"_9", func(g *Graph) []*Node {
				return []*Node{AddScalar(MulScalar(Parameter(g, "x", x.Shape()), 2), 1)}
			})
			return f.Call(x)
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			before := xlacall.CountOf(b)
			got := run(t, b, test.graph, [][]float32{{1, 2}})
			if diff := cmp.Diff([][]float32{{3, 5}}, got[0]); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			after := xlacall.CountOf(b)
			if after.Kept != before.Kept+1 || after.Replaced != before.Replaced || !strings.Contains(after.Reason.Error(), test.reason) {
				t.Errorf("got %+v after %+v, want one more kept because of %q", after, before, test.reason)
			}
		})
	}
}

// TestErrorOfAnOperation: it is an error of the execution.
func TestErrorOfAnOperation(t *testing.T) {
	_, b := both(t)
	e, err := NewExec(b, func(x *Node) *Node { return offer(xlacalltest.Fail, []*Node{x}, []*Node{x})[0] })
	if err != nil {
		t.Fatal(err)
	}
	defer e.Finalize()
	if _, err := e.Call1([][]float32{{1}}); err == nil || !strings.Contains(err.Error(), "this operation always fails") {
		t.Errorf("got %v, want the operation's error", err)
	}
}
