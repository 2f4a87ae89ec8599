// Package backend opens the GoMLX backend that the programs and notebooks of this module compute with.
//
// Which one is chosen by GOMLX_BACKEND, as in GoMLX:
//
//	(unset), xla, xla:cpu   XLA on the CPU; its plugin is installed the first time
//	go                      pure Go: no plugin and no C library, an order of magnitude slower
//	xla:/abs/plugin.so      XLA with the PJRT plugin in that file
//	xla:cuda                XLA on an NVIDIA GPU, with the plugin that go-xla finds (passed on to go-xla; never tried here)
//
// Another backend than the one asked for is never opened: what can't be had is an error that says how to mend it.
//
// The package also reads PJRT_PLUGIN_LIBRARY_PATH (directories searched first for the plugin), EASY_GOMLX_CACHE (see
// [CacheDir]), GOMLX_NO_AUTO_INSTALL (when set, nothing is ever installed), EASY_GOMLX_ONLY_PINNED (when set, a plugin is
// installed only from the wheel that is pinned by its SHA-256, on platforms that have one) and PIP_INDEX_URL (the package
// index that the wheel is taken from, otherwise pypi.org).
package backend

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/gobackend"
	"github.com/gomlx/go-xla/compute/xla"
	"github.com/gomlx/go-xla/pjrt"
	"golang.org/x/sys/cpu"
)

// Options say how a backend is opened. The zero value does what [Open] does.
type Options struct {
	// Report receives one line for each thing worth telling a person, such as a download. Nil: silence.
	Report func(format string, args ...any)

	// CPUDevices is the number of devices that XLA on the CPU shows. A birnn.Model shares its batches out to as many of them as
	// there are cores: 1 keeps to one device. Zero leaves it to the plugin, which shows four. Other backends ignore it; among
	// GPUs CUDA_VISIBLE_DEVICES chooses.
	CPUDevices int
}

// Open opens the backend that GOMLX_BACKEND names, XLA on the CPU if it names none, and installs the plugin for that if
// it is missing. Each call opens a new backend; its Finalize method releases it.
func Open(ctx context.Context) (compute.Backend, error) {
	return OpenWith(ctx, Options{})
}

// OpenWith is [Open] with options.
func OpenWith(ctx context.Context, opts Options) (compute.Backend, error) {
	if opts.Report == nil {
		opts.Report = silent
	}
	config := os.Getenv(compute.ConfigEnvVar)
	b, err := open(ctx, config, opts)
	if err != nil {
		if config == "" {
			config = "unset"
		}
		return nil, fmt.Errorf("open the backend (%s %s): %w", compute.ConfigEnvVar, config, err)
	}
	return b, nil
}

func open(ctx context.Context, config string, opts Options) (b compute.Backend, err error) {
	defer func() { // go-xla panics on a file in its search path that can't be loaded
		if r := recover(); r != nil {
			b, err = nil, stumbled(r)
		}
	}()
	name, rest, _ := strings.Cut(config, ":")
	switch {
	case name == gobackend.BackendName:
		return gobackend.New(rest)
	case config != "" && !slices.Contains([]string{"xla", "stablehlo", "hlo", "shlo"}, name):
		return nil, fmt.Errorf(`no such backend; choose "xla:cpu", "xla:cuda", "xla:/path/to/plugin.so" or "go"`)
	}
	plugin, flags, _ := strings.Cut(rest, ",")
	switch {
	case plugin == "" || plugin == "cpu":
		return openCPU(ctx, flags, opts)
	case filepath.IsAbs(plugin):
		if err := checkBinary(plugin); err != nil {
			return nil, err
		}
		return newXLA(plugin, flags, opts)
	}
	return newXLA(plugin, flags, opts)
}

// openCPU opens XLA on the CPU with a plugin that is known to be whole.
func openCPU(ctx context.Context, flags string, opts Options) (compute.Backend, error) {
	if err := checkCPU(); err != nil {
		return nil, err
	}
	path, err := EnsurePlugin(ctx, opts.Report)
	if err != nil {
		return nil, err
	}
	if err := checkPath(path); err != nil {
		return nil, err
	}
	b, err := newXLA(path, flags, opts)
	if err != nil {
		return nil, fmt.Errorf("%w; delete %s and try again to install it anew, or %s", err, path, useGo)
	}
	return b, nil
}

// newXLA opens XLA with a plugin given by absolute path or by the name that go-xla is to search for.
func newXLA(plugin, flags string, opts Options) (compute.Backend, error) {
	xla.EnableAutoInstall(false) // installing is done here, with time limits and digests
	config := plugin
	if flags != "" {
		config += "," + flags
	}
	var values pjrt.NamedValuesMap
	if opts.CPUDevices > 0 && !pjrt.IsCUDAName(plugin) {
		values = pjrt.NamedValuesMap{"cpu_device_count": int64(opts.CPUDevices)}
	}
	b, err := xla.NewWithOptions(config, values)
	if err != nil {
		return nil, err // b is a typed nil: not to be returned as an interface
	}
	return b, nil
}

// useGo is the way out where XLA can't run.
const useGo = "set GOMLX_BACKEND=go to use the slow pure-Go backend"

// checkCPU refuses processors on which the plugin would end the program with an illegal instruction.
func checkCPU() error {
	if runtime.GOARCH == "amd64" && !cpu.X86.HasAVX {
		return errors.New("XLA's CPU plugin needs a processor with AVX, and this one has none (a virtual machine may hide it); " + useGo)
	}
	return nil
}

// checkPath refuses paths that go-xla reads as something else than a path to the CPU plugin.
func checkPath(path string) error {
	if strings.Contains(path, ",") || pjrt.IsCUDAName(path) {
		return fmt.Errorf("go-xla misreads the path %s (a comma starts options, \"cuda\" and \"nvidia\" mean a GPU): "+
			"set %s to a directory without those in its name", path, cacheVariable)
	}
	return nil
}
