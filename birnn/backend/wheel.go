//go:build cgo

package backend

import (
	"context"
	"path/filepath"

	"github.com/easy-gomlx/tutorials/birnn/internal/pypi"
)

// wheel is a Python package that contains the plugin, its only file.
type wheel struct {
	pypi.Wheel
	goos, goarch string
}

// pinned contains XLA as of jaxlib 0.11.2 (Apache-2.0); it needs glibc 2.27.
var pinned = wheel{
	Wheel: pypi.Wheel{
		Project: "lammps-jax-pjrt-cpu",
		Name:    "lammps_jax_pjrt_cpu-0.11.2-py3-none-manylinux_2_27_x86_64.whl",
		SHA256:  "1319390d948b39f69f7dade496b7c385149d9ca6097a6b62114da113216d9ad1",
		Size:    62711338,
		Files: []pypi.File{{
			Name:   "lammps_jax_pjrt_cpu/pjrt_c_api_cpu_plugin.so",
			SHA256: "ad1309ac822b1b24d51b7f9947c7c9fa9ef5d67f390584cbc3d1fa2428fed9c2",
			Size:   201600336,
		}},
	},
	goos:   "linux",
	goarch: "amd64",
}

func (w wheel) library() pypi.File { return w.Files[0] }

// path is where the library is installed in dir.
func (w wheel) path(dir string) string { return w.library().Path(dir) }

// installed reports whether file is where this package installs the library.
func (w wheel) installed(file string) bool {
	cache, err := CacheDir()
	return err == nil && file == w.path(filepath.Join(cache, "xla"))
}

// install downloads the wheel and puts its library into dir, which no other process writes to.
func (w wheel) install(ctx context.Context, dir string, report func(format string, args ...any)) (string, error) {
	report("downloading XLA's CPU plugin (%s, %d MB)", w.Name, w.Size/1e6)
	return w.path(dir), w.Install(ctx, dir, report)
}
