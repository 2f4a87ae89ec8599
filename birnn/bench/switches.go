package main

import (
	"fmt"
	"os"
	"strings"
)

// environ returns the environment variables that restrict the libraries of all peers to the threads and the instruction set of some work. ONNX Runtime
// has none for threads; it gets their number with the work.
func (w work) environ() []string {
	var all []string
	if w.Threads > 0 {
		for _, name := range []string{
			"GOMAXPROCS", "PJRT_NPROC", // birnn; JAX
			"OMP_NUM_THREADS", "MKL_NUM_THREADS", // PyTorch
			"TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", // TensorFlow, Keras
		} {
			all = append(all, fmt.Sprintf("%s=%d", name, w.Threads))
		}
	}
	if w.ISA == avx2 {
		all = append(all,
			"EASY_GOMLX_KERNELS=avx2", // birnn
			"XLA_FLAGS="+strings.TrimSpace(os.Getenv("XLA_FLAGS")+" --xla_cpu_max_isa=AVX2"), // birnn; JAX
			"ATEN_CPU_CAPABILITY=avx2", "MKL_ENABLE_INSTRUCTIONS=AVX2", // PyTorch
			"ONEDNN_MAX_CPU_ISA=AVX2", // PyTorch, TensorFlow
		)
	}
	return all
}

// avx2 is the value of -isa that leaves out AVX-512.
const avx2 = "avx2"
