//go:build cgo

package backend

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"

	"github.com/easy-gomlx/tutorials/birnn/internal/xlacall"
	"github.com/gomlx/compute"
	"github.com/gomlx/go-xla/compute/xla"
	"github.com/gomlx/go-xla/pjrt"
	"golang.org/x/sys/cpu"
)

// openXLA opens XLA with a plugin and options given as in GOMLX_BACKEND, without "xla:".
func openXLA(ctx context.Context, config string, opts Options) (compute.Backend, error) {
	k, err := selectKernels(os.Getenv(kernelsVariable))
	if err != nil {
		return nil, err
	}
	plugin, flags, _ := strings.Cut(config, ",")
	switch {
	case plugin == "" || plugin == "cpu":
		return openCPU(ctx, flags, opts, k)
	case filepath.IsAbs(plugin):
		if err := checkBinary(plugin); err != nil {
			return nil, err
		}
		if isCPUPlugin(plugin) {
			return newCPU(plugin, flags, opts, k)
		}
	}
	return newXLA(plugin, flags, opts)
}

// openCPU opens XLA on the CPU, and installs the plugin if there is none.
func openCPU(ctx context.Context, flags string, opts Options, k kernels) (compute.Backend, error) {
	if runtime.GOARCH == "amd64" && !cpu.X86.HasAVX { // the plugin would end the program with an illegal instruction
		return nil, errors.New("XLA's CPU plugin needs a processor with AVX, and this one has none (a virtual machine may hide it); " + useGo)
	}
	path, err := FindPlugin()
	if errors.Is(err, errNoPlugin) {
		path, err = EnsurePlugin(ctx, opts.Report)
	}
	if err != nil {
		return nil, err
	}
	if err := checkPath(path); err != nil {
		return nil, err
	}
	b, err := newCPU(path, flags, opts, k)
	if err != nil {
		return nil, fmt.Errorf("%w; delete %s and try again to reinstall it, or %s", err, path, useGo)
	}
	return b, nil
}

// opening serializes registering and opening CPU plugins: go-xla registers plugins without a lock.
var opening sync.Mutex

// newCPU opens XLA with the CPU plugin in a file, with the kernels if they can be used with it.
func newCPU(path, flags string, opts Options, k kernels) (compute.Backend, error) {
	opening.Lock()
	defer opening.Unlock()
	return newXLA(k.install(path), flags, opts)
}

// newXLA opens XLA with a plugin given by its absolute path or by a name that go-xla searches for.
func newXLA(plugin, flags string, opts Options) (b compute.Backend, err error) {
	defer func() {
		if r := recover(); r != nil {
			b, err = nil, searchError(r)
		}
	}()
	config := plugin
	if flags != "" {
		config += "," + flags
	}
	var values pjrt.NamedValuesMap
	if opts.CPUDevices > 0 && !pjrt.IsCUDAName(plugin) {
		values = pjrt.NamedValuesMap{"cpu_device_count": int64(opts.CPUDevices)}
	}
	opened, err := xla.NewWithOptions(config, values)
	if err != nil {
		return nil, err // opened is a typed nil
	}
	return opened, nil
}

// searchError explains a panic of go-xla: when it searches for a plugin by name, it panics on any plugin that can't be loaded.
func searchError(panicked any) error {
	const advice = "or name a plugin by its path (GOMLX_BACKEND=xla:/path/to/plugin.so)"
	for _, dir := range append(filepath.SplitList(os.Getenv(pjrt.PJRTPluginPathsEnv)), searchDirs("")...) {
		files, _ := filepath.Glob(filepath.Join(dir, "pjrt*"))
		for _, file := range files {
			if err := checkBinary(file); err != nil {
				return fmt.Errorf("go-xla can't search for a plugin because of another one: %w; remove it, %s", err, advice)
			}
		}
	}
	return fmt.Errorf("go-xla failed while it searched for a plugin: %v; set %s to the directory of a good one, %s", panicked, pjrt.PJRTPluginPathsEnv, advice)
}

// checkPath rejects paths that go-xla would not recognize as those of a CPU plugin.
func checkPath(path string) error {
	if strings.Contains(path, ",") || pjrt.IsCUDAName(path) {
		return fmt.Errorf("go-xla misreads the path %s (a comma starts options, \"cuda\" and \"nvidia\" mean a GPU): "+
			"set %s to a directory whose path contains none of these", path, cacheVariable)
	}
	return nil
}

var pluginVersion = regexp.MustCompile(`\) v(\d+\.\d+)`)

func describeXLA(b compute.Backend) string {
	x, ok := b.(*xla.Backend)
	if !ok {
		return b.Description()
	}
	if x.IsFinalized() {
		return "XLA (closed)"
	}
	where := "plugin " + x.PluginName()
	switch {
	case x.IsCUDA():
		where = "an NVIDIA GPU"
	case x.IsCPU():
		where = "the CPU"
	}
	devices := "1 device"
	if n := x.NumDevices(); n != 1 {
		devices = fmt.Sprintf("%d devices", n)
	}
	version := ""
	if m := pluginVersion.FindStringSubmatch(x.Description()); m != nil {
		version = "PJRT " + m[1] + ", "
	}
	kernels := ""
	if x.IsCPU() {
		kernels = describeKernels(b, x.PluginName()) + ", "
	}
	path, _ := xlacall.SplitName(x.PluginName())
	if home, err := os.UserHomeDir(); err == nil && strings.HasPrefix(path, home+string(filepath.Separator)) {
		path = "~" + strings.TrimPrefix(path, home) // published notebooks shouldn't show the user's name
	}
	return fmt.Sprintf("XLA on %s (%s, %s%s%s)", where, devices, version, kernels, path)
}
