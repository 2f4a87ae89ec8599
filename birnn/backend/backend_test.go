package backend

import (
	"strings"
	"testing"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
)

// sumOfSquares runs a graph on the backend: 1 + 4 + 9.
func sumOfSquares(b compute.Backend) (float32, error) {
	exec, err := NewExec(b, func(x *Node) *Node { return ReduceAllSum(Mul(x, x)) })
	if err != nil {
		return 0, err
	}
	defer exec.Finalize()
	out, err := exec.Call1([]float32{1, 2, 3})
	if err != nil {
		return 0, err
	}
	return out.Value().(float32), nil
}

func TestPureGo(t *testing.T) {
	t.Setenv("GOMLX_BACKEND", "go")
	t.Setenv("HOME", t.TempDir()) // without a plugin
	t.Setenv("EASY_GOMLX_CACHE", t.TempDir())
	t.Setenv("GOMLX_NO_AUTO_INSTALL", "1")
	b, err := Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer b.Finalize()
	if got, err := sumOfSquares(b); got != 14 || err != nil {
		t.Errorf("got %v, %v; want 14", got, err)
	}
	if got := Describe(b); got != "pure Go" && !(builtWithSIMD && got == "pure Go with SIMD") {
		t.Errorf("Describe: got %q", got)
	}
}

func TestUnknownBackend(t *testing.T) {
	for _, config := range []string{"tpu", ":cpu"} {
		t.Setenv("GOMLX_BACKEND", config)
		if b, err := Open(t.Context()); b != nil || err == nil || !strings.Contains(err.Error(), config) || !strings.Contains(err.Error(), `"xla:cpu"`) {
			t.Errorf("%s: got %v, %v; want an error that names it and a backend to choose", config, b, err)
		}
	}
}
