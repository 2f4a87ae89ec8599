package setup

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"runtime/debug"
	"slices"
	"strings"
)

// Module is the path of the module that this program is part of.
const Module = "github.com/easy-gomlx/tutorials"

// Version returns the version of the module from which the go command built this program, or "" if it built a clone of the repository.
func Version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	modules := append(slices.Clone(info.Deps), &info.Main)
	if i := slices.IndexFunc(modules, func(m *debug.Module) bool { return m.Path == Module && m.Sum != "" }); i >= 0 {
		return modules[i].Version
	}
	return "" // a clone's files have no checksum
}

// Command returns the command that runs this program.
func Command() string {
	if version := Version(); version != "" {
		return "go run " + Module + "/notebooks@" + version
	}
	return "go run ./notebooks"
}

// ModuleDir returns the directory of this program's module: that of the clone, or the one in the module cache, which is only to be read.
func ModuleDir(ctx context.Context) (string, error) {
	if version := Version(); version != "" {
		out, err := Go(ctx, os.TempDir(), nil, "mod", "download", "-json", Module+"@"+version)
		if err != nil {
			return "", err
		}
		return downloaded(out)
	}
	out, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}", Module).Output() // in the reader's workspace, if there is one
	if err != nil {
		return "", fmt.Errorf("find the directory of the module: %w; run the command inside a clone of %s", err, Module)
	}
	return strings.TrimSpace(string(out)), nil
}

// downloaded returns the directory in the output of go mod download -json.
func downloaded(out string) (string, error) {
	var module struct{ Dir string }
	err := json.Unmarshal([]byte(out), &module)
	return module.Dir, err
}
