package backend

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/gomlx/compute"
	"github.com/gomlx/go-xla/compute/xla"
)

var pluginVersion = regexp.MustCompile(`\) v(\d+\.\d+)`)

// Describe says in one line what computes, such as
// "XLA on the CPU (4 devices, PJRT 0.115, ~/.cache/easy-gomlx/xla/pjrt_c_api_cpu_plugin.so)".
func Describe(b compute.Backend) string {
	switch b := b.(type) {
	case nil:
		return "no backend"
	case *xla.Backend:
		return describeXLA(b)
	}
	if b.Name() == "Go Backend" {
		return "pure Go"
	}
	return b.Description()
}

func describeXLA(b *xla.Backend) string {
	if b.IsFinalized() {
		return "XLA (closed)"
	}
	where := "plugin " + b.PluginName()
	switch {
	case b.IsCUDA():
		where = "an NVIDIA GPU"
	case b.IsCPU():
		where = "the CPU"
	}
	devices := "1 device"
	if n := b.NumDevices(); n != 1 {
		devices = fmt.Sprintf("%d devices", n)
	}
	version := ""
	if m := pluginVersion.FindStringSubmatch(b.Description()); m != nil {
		version = "PJRT " + m[1] + ", "
	}
	return fmt.Sprintf("XLA on %s (%s, %s%s)", where, devices, version, tilde(b.PluginName()))
}

// tilde shortens a path under the home directory, which would only tell the user's name.
func tilde(path string) string {
	home, err := os.UserHomeDir()
	if err != nil || home == "" || home == "/" {
		return path
	}
	if rest, ok := strings.CutPrefix(path, home+string(filepath.Separator)); ok {
		return filepath.Join("~", rest)
	}
	return path
}
