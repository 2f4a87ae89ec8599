//go:build linux && amd64 && cgo

package xlacall_test

import (
	"fmt"
	"os"
	"os/exec"
	"runtime/debug"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/easy-gomlx/tutorials/birnn/internal/longtest"
	"github.com/easy-gomlx/tutorials/birnn/internal/xlacall"
	"github.com/easy-gomlx/tutorials/birnn/internal/xlacall/xlacalltest"
	"github.com/gomlx/compute"
	"github.com/gomlx/compute/distributed"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/core/tensors/dtensor"
	"github.com/google/go-cmp/cmp"
)

// TestSeveralDevices: the rows are divided among two devices, and the sums are of all rows.
func TestSeveralDevices(t *testing.T) {
	_, b := both(t)
	mesh, err := distributed.NewDeviceMesh([]int{2}, []string{"rows"})
	if err != nil {
		t.Fatal(err)
	}
	spec, err := distributed.BuildSpec(mesh).S("rows").Done()
	if err != nil {
		t.Fatal(err)
	}
	e, err := NewExec(b, func(x *Node) *Node {
		s := sums(affine(x, "_1"), 3, "_2")
		return Add(s[0], Add(ExpandDims(s[1], -1), s[2]))
	})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Finalize()
	e.AutoSharding(mesh).WithInputShardingSpecs(spec).WithOutputShardingSpecs(spec)
	x, err := dtensor.ShardTensor(spec, tensors.FromValue([][]float32{{1, 2, 3}, {4, 5, 6}, {7, 8, 9}, {10, 11, 12}}))
	if err != nil {
		t.Fatal(err)
	}
	before := replacedSoFar(b)
	results, err := e.DistributedCall(x)
	if err != nil {
		t.Fatal(err)
	}
	if n := replacedSoFar(b) - before; n != 2 {
		t.Errorf("%d functions were replaced, want 2", n)
	}
	want := [][][]float32{{{192, 198, 204}, {228, 234, 240}}, {{264, 270, 276}, {300, 306, 312}}}
	for k, shard := range results[0].Shards() {
		if diff := cmp.Diff(want[k], shard.Value()); diff != "" {
			t.Errorf("device %d (-want +got):\n%s", k, diff)
		}
	}
}

// program computes with both operations; its result is 2x+1 plus the sum of all of that.
func program(x *Node) *Node {
	y := affine(x, "_1")
	return Add(y, sums(y, 1, "_2")[2])
}

// TestConcurrentCalls runs a program from 16 goroutines, each with another size and other values.
func TestConcurrentCalls(t *testing.T) {
	_, b := both(t)
	e, err := NewExec(b, program)
	if err != nil {
		t.Fatal(err)
	}
	defer e.Finalize()
	var g sync.WaitGroup
	for k := range 16 {
		g.Go(func() {
			rows := 1 + k*5
			x, sum := matrix(rows, 9), float32(0)
			for _, row := range x {
				for _, v := range row {
					sum += 2*v + 1
				}
			}
			for range longtest.Rounds(50, 2000) {
				y, err := e.Call1(x)
				if err != nil {
					t.Error(err)
					return
				}
				got := y.Value().([][]float32)
				y.FinalizeAll()
				for i, row := range x {
					for j, v := range row {
						if want := 2*v + 1 + sum; got[i][j] != want {
							t.Errorf("%d rows, [%d, %d]: got %v, want %v", rows, i, j, got[i][j], want)
							return
						}
					}
				}
			}
		})
	}
	g.Wait()
}

// TestMemory makes 20,000 calls at a time until memory stops growing. With a leak it grows each time: with one of 16 bytes a call, by 320 KB.
func TestMemory(t *testing.T) {
	_, b := both(t)
	e, err := NewExec(b, program)
	if err != nil {
		t.Fatal(err)
	}
	defer e.Finalize()
	x := tensors.FromValue(matrix(64, 16))
	calls := func(n int) int {
		for range n {
			y, err := e.Call1(x)
			if err != nil {
				t.Fatal(err)
			}
			y.FinalizeAll()
		}
		return residentKB(t)
	}
	sizes := []int{calls(2000)}
	for range 6 {
		sizes = append(sizes, calls(20_000))
		if n := len(sizes); sizes[n-1] < sizes[n-2]+300 {
			return
		}
	}
	t.Errorf("memory grows with every 20,000 calls: %v KB", sizes)
}

// residentKB returns the memory of this process.
func residentKB(t *testing.T) (kb int) {
	t.Helper()
	debug.FreeOSMemory()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	_, rss, _ := strings.Cut(string(status), "VmRSS:")
	if _, err := fmt.Sscan(rss, &kb); err != nil {
		t.Fatal(err)
	}
	return kb
}

// TestOneThread repeats other tests in processes where XLA has one thread, more threads than cores, or one core.
func TestOneThread(t *testing.T) {
	both(t)
	if os.Getenv(childDevices) != "" {
		return
	}
	taskset, err := exec.LookPath("taskset")
	if err != nil {
		t.Fatal("needs taskset, of util-linux: ", err)
	}
	const tests = "-test.run=^(TestReplacedComputesTheSame|TestConcurrentCalls|TestErrorOfAnOperation)$"
	for name, child := range map[string]*exec.Cmd{
		"one thread":   {Args: []string{os.Args[0], tests}, Env: []string{"PJRT_NPROC=1", childDevices + "=1"}},
		"four threads": {Args: []string{os.Args[0], tests}, Env: []string{"PJRT_NPROC=4", childDevices + "=1"}},
		"one core":     {Args: []string{taskset, "1", os.Args[0], tests}, Env: []string{childDevices + "=2"}},
	} {
		child.Path = child.Args[0]
		child.Env = append(os.Environ(), child.Env...)
		if output, err := child.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", name, err, output)
		}
	}
}

// TestRejectedProgram: where XLA rejects the rewritten program it compiles the original.
func TestRejectedProgram(t *testing.T) {
	_, b := both(t)
	defer xlacall.SetTarget(xlacall.SetTarget("no_such_handler"))
	before := xlacall.CountOf(b)
	got := run(t, b, func(x *Node) []*Node { return []*Node{affine(x, "_1")} }, [][]float32{{1, 2}})
	if diff := cmp.Diff([][]float32{{3, 5}}, got[0]); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	after := xlacall.CountOf(b)
	if after.Kept != before.Kept+1 || after.Replaced != before.Replaced || !strings.Contains(after.Reason.Error(), "did not compile") {
		t.Errorf("got %+v after %+v, want one more kept because XLA did not compile it", after, before)
	}
}

// TestPlainComputationIsRemoved: where the function is replaced, XLA does not run the loop that computes the plain result.
func TestPlainComputationIsRemoved(t *testing.T) {
	plain, replaced := both(t)
	graph := func(x *Node) []*Node {
		g := x.Graph()
		condition := NewClosure(g, func(g *Graph) []*Node {
			k := Parameter(g, "k", shapes.Make(dtypes.Int32))
			Parameter(g, "x", x.Shape())
			return []*Node{LessThan(k, Const(g, int32(2_000_000)))}
		})
		step := NewClosure(g, func(g *Graph) []*Node {
			k, x := Parameter(g, "k", shapes.Make(dtypes.Int32)), Parameter(g, "x", x.Shape())
			return []*Node{Add(k, Const(g, int32(1))), Tanh(x)}
		})
		loop := While(condition, step, Const(g, int32(0)), x)
		return offer(xlacalltest.Affine+"_1", loop[1:], []*Node{x})
	}
	took := func(b compute.Backend) time.Duration {
		e, err := NewExec(b, graph)
		if err != nil {
			t.Fatal(err)
		}
		defer e.Finalize()
		var start time.Time
		for range 2 { // the first call compiles
			start = time.Now()
			if _, err := e.Call1(matrix(2, 2)); err != nil {
				t.Fatal(err)
			}
		}
		return time.Since(start)
	}
	p, r := took(plain), took(replaced)
	if r > p/10 {
		t.Errorf("the loop took %v, the operation in its place %v", p, r)
	}
}
