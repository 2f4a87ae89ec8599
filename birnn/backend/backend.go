// Package backend opens the GoMLX backend that the programs and notebooks of this module compute with.
//
// As in GoMLX, the environment variable GOMLX_BACKEND selects it:
//
//	(unset), xla, xla:cpu   XLA on the CPU; its plugin is installed the first time
//	go                      pure Go: no plugin and no C compiler, an order of magnitude slower
//	xla:/abs/plugin.so      XLA with the PJRT plugin in that file
//	xla:cuda                XLA on an NVIDIA GPU, with the plugin that go-xla finds (not tested)
//
// If that backend is not available, the error says how to fix it; no other backend takes its place.
//
// # Platforms
//
// XLA needs cgo, that is a C compiler when the program is built, and a plugin. There are plugins for the CPU for Linux (amd64 and arm64)
// and macOS (Apple silicon only, not Intel). On Windows use WSL 2 or Docker: go-xla has a plugin for Windows on amd64, but this package was
// not tested with it. The pure-Go backend runs wherever Go does, WebAssembly included, and is the only one in a program built without cgo.
//
// On amd64 the pure-Go backend is three to four times as fast in a program that was built with GOEXPERIMENT=simd, for example
// GOEXPERIMENT=simd GOMLX_BACKEND=go go run . ([Describe] then says so).
//
// # Other environment variables
//
//	PJRT_PLUGIN_LIBRARY_PATH   directories that are searched first for the plugin
//	EASY_GOMLX_CACHE           see [CacheDir]
//	GOMLX_NO_AUTO_INSTALL      if set, nothing is ever installed
//	EASY_GOMLX_ONLY_PINNED     if set, a plugin is installed only from the wheel that is pinned by its SHA-256, where there is one
//	EASY_GOMLX_KERNELS         selects the LSTM kernels, see below
//	PIP_INDEX_URL              the package index to download the wheel from, by default pypi.org
//
// # LSTM kernels
//
// On linux/amd64, XLA on the CPU runs the LSTM of package rnn in kernels of this module, written in C for AVX-512 and for AVX2. The
// environment variable EASY_GOMLX_KERNELS selects them:
//
//	(unset)        the fastest that the processor supports
//	avx512, avx2   these; Open returns an error if the processor does not support them
//	off            none: XLA's own operations are used, with the same results up to rounding
//
// go-xla has no public interface for custom operations, so the kernels are used only with versions of the plugin that they were tested
// with. XLA's own operations are used with other versions, and for LSTMs that the kernels do not support, such as those in Float64.
// [Describe] reports which kernels are used, or why there are none.
package backend

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/easy-gomlx/tutorials/birnn/internal/cachedir"
	"github.com/gomlx/compute"
	"github.com/gomlx/compute/gobackend"
	"golang.org/x/sys/cpu"
)

// Options for [OpenWith]. The zero value is what [Open] uses.
type Options struct {
	// Report receives one line for each event worth showing to the user, such as a download. If it is nil, nothing is reported.
	Report func(format string, args ...any)

	// CPUDevices is the number of devices that XLA on the CPU provides, each of which has a thread at least, whatever PJRT_NPROC (the
	// number of XLA's threads) says. A birnn.Model without LSTM kernels distributes its batches over as many of them as there are
	// cores; 1 confines it to one device. Zero: the plugin's default, four. Other backends ignore it; among GPUs,
	// CUDA_VISIBLE_DEVICES selects.
	CPUDevices int
}

// Open opens the backend that GOMLX_BACKEND names, by default XLA on the CPU, and installs the plugin for that if it is missing. Each
// call opens a new backend; its Finalize method releases it.
func Open(ctx context.Context) (compute.Backend, error) {
	return OpenWith(ctx, Options{})
}

// OpenWith is [Open] with options.
func OpenWith(ctx context.Context, opts Options) (compute.Backend, error) {
	if opts.Report == nil {
		opts.Report = silent
	}
	config := os.Getenv(compute.ConfigEnvVar)
	name, rest, _ := strings.Cut(config, ":")
	var b compute.Backend
	var err error
	switch {
	case name == gobackend.BackendName:
		b, err = gobackend.New(rest)
	case config == "" || slices.Contains([]string{"xla", "stablehlo", "hlo", "shlo"}, name):
		b, err = openXLA(ctx, rest, opts)
	default:
		err = errors.New(`no such backend; choose "xla:cpu", "xla:cuda", "xla:/path/to/plugin.so" or "go"`)
	}
	if err != nil {
		if config == "" {
			config = "unset"
		}
		return nil, fmt.Errorf("open the backend (%s %s): %w", compute.ConfigEnvVar, config, err)
	}
	return b, nil
}

func silent(string, ...any) {}

// useGo is the advice where XLA can't run.
const useGo = "set GOMLX_BACKEND=go to use the slower pure-Go backend"

// ErrNoCgo is the error for XLA in a program that was built without cgo.
var ErrNoCgo = errors.New("XLA needs cgo, and this program was built without it: install a C compiler and build with CGO_ENABLED=1 on Linux or macOS " +
	"(on Windows use WSL 2 or Docker), or " + useGo)

// Describe describes a backend in one line, such as
// "XLA on the CPU (4 devices, PJRT 0.115, LSTM kernels AVX-512, ~/.cache/easy-gomlx/xla/pjrt_c_api_cpu_plugin.so)" or "pure Go with SIMD".
func Describe(b compute.Backend) string {
	switch {
	case b == nil:
		return "no backend"
	case b.Name() != "Go Backend":
		return describeXLA(b)
	case builtWithSIMD && cpu.X86.HasAVX2:
		return "pure Go with SIMD"
	}
	return "pure Go"
}

// CacheDir is the directory for everything that this module installs or downloads: EASY_GOMLX_CACHE if set, otherwise easy-gomlx in
// the user's cache directory. It need not exist yet.
func CacheDir() (string, error) { return cachedir.Get() }
