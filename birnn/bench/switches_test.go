package main

import (
	"slices"
	"strings"
	"testing"
)

func TestEnviron(t *testing.T) {
	t.Setenv("XLA_FLAGS", "--xla_dump_to=here")
	if got := (work{}).environ(); len(got) > 0 {
		t.Errorf("without switches: %q", got)
	}
	got := work{Threads: 2, ISA: avx2}.environ()
	for _, want := range []string{
		"GOMAXPROCS=2", "PJRT_NPROC=2", "OMP_NUM_THREADS=2", "TF_NUM_INTRAOP_THREADS=2",
		"EASY_GOMLX_KERNELS=avx2", "ATEN_CPU_CAPABILITY=avx2", "XLA_FLAGS=--xla_dump_to=here --xla_cpu_max_isa=AVX2",
	} {
		if !slices.Contains(got, want) {
			t.Errorf("no %q in %q", want, got)
		}
	}
}

// TestWorkerEnvironment: each worker gets the switches, in Python and in Go.
func TestWorkerEnvironment(t *testing.T) {
	for _, p := range []peer{peers[0], peers[1]} {
		cmd, err := p.command(t.Context(), nil, "", work{Threads: 3})
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Contains(cmd.Env, "OMP_NUM_THREADS=3") {
			t.Errorf("%s: no OMP_NUM_THREADS=3 in %q", p.name, cmd.Env)
		}
	}
}

// TestLeftOut: each peer does the work that it can do, and no other.
func TestLeftOut(t *testing.T) {
	for _, test := range []struct {
		workload, isa, leftOut string
	}{
		{"train", "", "infer infer-go infer-wasm pytorch-packed onnxruntime onnxruntime-1"},
		{"final", "", "infer infer-go infer-wasm pytorch-pruned pytorch-packed onnxruntime onnxruntime-1"},
		{"eval", "", ""},
		{"single", avx2, "infer infer-go infer-wasm onnxruntime onnxruntime-1"},
	} {
		w, err := newWork(test.workload, sizes{hidden: 128, batch: 100, timesteps: 28, isa: test.isa})
		if err != nil {
			t.Fatal(err)
		}
		var taking []peer
		for _, p := range peers {
			if !slices.Contains(strings.Fields(test.leftOut), p.name) {
				taking = append(taking, p)
			}
		}
		if got := able(peers, w, t.Logf); !slices.Equal(got, taking) {
			t.Errorf("%s %s: got %v, want %v", test.workload, test.isa, got, taking)
		}
	}
}
