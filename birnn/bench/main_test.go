package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/easy-gomlx/tutorials/birnn/bench/internal/protocol"
)

// TestMain also runs the test program as a worker, like the benchmark itself.
func TestMain(m *testing.M) {
	loaders["fake"] = fake(1)
	loaders["cheat"] = fake(1.001)
	loaders["broken"] = func() (string, builder, error) { return "", nil, errors.New("no such library") }
	loaders["dying"] = func() (string, builder, error) {
		return "dying 1.0", func(work, data) (protocol.Step, error) {
			fmt.Fprintln(os.Stderr, "out of luck")
			os.Exit(3)
			return nil, nil
		}, nil
	}
	if len(os.Args) == 3 && os.Args[1] == "-worker" {
		if err := serveAs(os.Args[2]); err != nil {
			os.Exit(1)
		}
		return
	}
	flag.Parse()
	os.Exit(m.Run())
}

// fake is the loader of a peer whose losses are factor times 2, 1, 2/3, ...
func fake(factor float64) func() (string, builder, error) {
	return func() (string, builder, error) {
		return "fake 1.0", func(work, data) (protocol.Step, error) {
			k := 0.0
			return func() (float64, error) { k++; return factor * 2 / k, nil }, nil
		}, nil
	}
}

func TestParse(t *testing.T) {
	for _, test := range []struct {
		args string
		ok   bool
	}{
		{"", true},
		{"-workload eval -peers birnn -rounds 1 -steps 1", true},
		{"-threads 2 -isa avx2", true},
		{"-threads -1", false},
		{"-isa sse", false},
		{"-rounds 0", false},
		{"-steps -1", false},
		{"eval", false},
	} {
		if _, err := parse(strings.Fields(test.args)); (err == nil) != test.ok {
			t.Errorf("%q: error is %v", test.args, err)
		}
	}
	o, err := parse(nil)
	if err != nil || o.sizes != (sizes{hidden: 128, batch: 100, timesteps: 28}) || o.peers != "birnn,infer,infer-go,infer-wasm,pytorch,pytorch-pruned,pytorch-packed,pytorch-aten,tensorflow,keras,jax,onnxruntime,onnxruntime-1" {
		t.Errorf("the defaults are %+v, %v", o, err)
	}
}

func TestPeersNamed(t *testing.T) {
	got, err := peersNamed("jax,birnn")
	if err != nil || len(got) != 2 || got[0].name != "jax" || got[1].name != ours {
		t.Errorf("got %v, %v", got, err)
	}
	if _, err := peersNamed("birnn,theano"); err == nil || !strings.Contains(err.Error(), `"theano"`) {
		t.Errorf("error is %v", err)
	}
}

// TestEnvironmentsWithoutPython: those in Go remain.
func TestEnvironmentsWithoutPython(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	t.Setenv("EASY_GOMLX_CACHE", t.TempDir())
	var said strings.Builder
	able, _ := environments(t.Context(), peers, func(format string, args ...any) { fmt.Fprintf(&said, format+"\n", args...) })
	if len(able) != 4 || able[0].name != ours || able[3].build != wasm {
		t.Errorf("the peers are %v", able)
	}
	if n := strings.Count(said.String(), "Python 3.11 to 3.13"); n != len(peers)-4 {
		t.Errorf("the report is:\n%s", said.String())
	}
}
