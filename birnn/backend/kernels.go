//go:build cgo

package backend

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"

	"github.com/easy-gomlx/tutorials/birnn/internal/kernel"
	"github.com/easy-gomlx/tutorials/birnn/internal/xlacall"
	"github.com/gomlx/compute"
	"github.com/gomlx/go-xla/pjrt"
)

// kernelsVariable is the environment variable that selects the LSTM kernels.
const kernelsVariable = "EASY_GOMLX_KERNELS"

// kernels are the LSTM kernels to use.
type kernels struct {
	kernel.Implementation
	none error // why there are none; nil if there are
}

// selectKernels returns the kernels for a value of kernelsVariable, or an error if the value is not valid on this processor.
func selectKernels(value string) (kernels, error) {
	var names []string
	none := errors.New("this program was built without them")
	for _, i := range kernel.All() {
		if kernel.Operations(i) == nil {
			continue
		}
		switch {
		case i.Supported() && (value == "" || value == i.Name):
			return kernels{Implementation: i}, nil
		case value == i.Name:
			return kernels{}, fmt.Errorf("%s=%s: the processor lacks %s", kernelsVariable, value, i.Needs)
		}
		names = append(names, i.Name)
		none = errors.New("the processor lacks " + i.Needs) // the last one: what the least demanding kernels need
	}
	switch value {
	case "":
		return kernels{none: none}, nil
	case "off":
		return kernels{none: errors.New(kernelsVariable + "=off")}, nil
	}
	return kernels{}, fmt.Errorf("%s=%s: this program has no such kernels; unset it or choose one of %s", kernelsVariable, value,
		strings.Join(append(names, "off"), ", "))
}

// noKernels maps the path of a plugin to the reason why the last backend opened with it has no LSTM kernels.
var noKernels sync.Map

// install registers the plugin in a file with the kernels and returns the name to open it by: the path itself if they can't be used.
func (k kernels) install(path string) string {
	reason := k.none
	if reason == nil {
		var ops []xlacall.Operation
		for _, op := range kernel.Operations(k.Implementation) {
			ops = append(ops, xlacall.Operation(op))
		}
		var name string
		if name, reason = xlacall.Install(path, k.Name, ops); reason == nil {
			return name
		}
	}
	noKernels.Store(path, reason)
	return path
}

// isCPUPlugin reports whether the plugin in a file is one for the CPU, according to its name.
func isCPUPlugin(path string) bool {
	return strings.Contains(strings.ToUpper(filepath.Base(path)), "CPU") && !pjrt.IsCUDAName(path)
}

// describeKernels says which LSTM kernels a backend on the CPU uses, or why it uses none.
func describeKernels(b compute.Backend, plugin string) string {
	path, set := xlacall.SplitName(plugin)
	if set == "" {
		reason, ok := noKernels.Load(path)
		if !ok {
			reason = "not opened by package backend"
		}
		return fmt.Sprintf("no LSTM kernels: %v", reason)
	}
	total := xlacall.CountOf(b)
	description := "LSTM kernels " + strings.Replace(strings.ToUpper(set), "AVX512", "AVX-512", 1)
	if total.Kept > 0 {
		description += fmt.Sprintf(" except in %d of %d calls: %v", total.Kept, total.Kept+total.Replaced, total.Reason)
	}
	return description
}
