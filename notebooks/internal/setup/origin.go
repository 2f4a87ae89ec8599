package setup

import (
	"runtime/debug"
	"slices"
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
