package doctor

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/easy-gomlx/tutorials/birnn/backend"
	"github.com/easy-gomlx/tutorials/birnn/mnist"
	"github.com/easy-gomlx/tutorials/notebooks/internal/lab"
	"github.com/easy-gomlx/tutorials/notebooks/internal/setup"
	"github.com/gomlx/gomlx/core/graph"
	"golang.org/x/sys/unix"
)

// patient is what is examined.
type patient struct {
	setup *setup.Setup
	port  int
}

// neededSpace is what a complete set-up takes, with what is only there while it is made.
const neededSpace = 2 << 30

// nearest is the directory itself, or the one above it that is there.
func nearest(dir string) string {
	for {
		if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) || dir == filepath.Dir(dir) {
			return dir
		}
		dir = filepath.Dir(dir)
	}
}

func (p patient) cache(context.Context) finding {
	f := finding{part: "cache directory", detail: p.setup.Cache, mend: "export EASY_GOMLX_CACHE=/a/directory/that/can/be/written/to"}
	if p.setup.Shared() {
		f.detail += ", shared: to read only"
		return f
	}
	dir := nearest(p.setup.Cache)
	info, err := os.Stat(dir)
	switch {
	case err != nil:
		f.err = err
	case !info.IsDir():
		f.err = fmt.Errorf("%s is not a directory", dir)
	default:
		if err := unix.Access(dir, unix.W_OK|unix.X_OK); err != nil {
			f.err = fmt.Errorf("%s can't be written to: %w", dir, err)
		}
	}
	return f
}

func (p patient) disk(ctx context.Context) finding {
	f := finding{part: "disk", mend: "make room, or: export EASY_GOMLX_CACHE=/a/directory/on/another/disk"}
	var st unix.Statfs_t
	if err := unix.Statfs(nearest(p.setup.Cache), &st); err != nil {
		f.err = err
		return f
	}
	free := uint64(st.Bavail) * uint64(st.Bsize)
	f.detail = fmt.Sprintf("%.1f GB free", float64(free)/1e9)
	if free < neededSpace && p.setup.CheckJupyter(ctx) != nil {
		f.err = fmt.Errorf("%s, and a set-up needs about %.0f GB", f.detail, neededSpace/1e9)
	} else if free < 200<<20 {
		f.err = fmt.Errorf("%s: too little to work with", f.detail)
	}
	return f
}

func (p patient) goCommand(ctx context.Context) finding {
	f := finding{part: "Go", mend: "install Go from https://go.dev/dl and put its bin directory on PATH"}
	out, err := exec.CommandContext(ctx, "go", "env", "GOVERSION").Output()
	if err != nil {
		f.err = err
	}
	f.detail = strings.TrimSpace(string(out))
	return f
}

func (p patient) python(ctx context.Context) finding {
	f := finding{part: "Python"}
	python, err := p.setup.FindPython(ctx)
	f.detail, f.err = fmt.Sprintf("%s with its venv module (%s)", python.Version, python.Path), err
	return f
}

func (p patient) jupyter(ctx context.Context) finding {
	return finding{"JupyterLab", setup.JupyterVersion + " in " + p.setup.Venv(), p.setup.CheckJupyter(ctx), prepare}
}

func (p patient) kernel(context.Context) finding {
	return finding{"Go kernel", "GoNB, goimports and gopls in " + p.setup.Cache, p.setup.CheckKernel(), prepare}
}

func (p patient) plugin(context.Context) finding {
	f := finding{part: "XLA's CPU plugin", mend: prepare}
	if config := os.Getenv("GOMLX_BACKEND"); !setup.NeedsPlugin(config) {
		f.detail = "not needed with GOMLX_BACKEND=" + config
		return f
	}
	if f.detail, f.err = backend.FindPlugin(); f.err == nil {
		f.err = backend.Verify(f.detail)
	}
	return f
}

// backend runs a small graph, where that does not install anything.
func (p patient) backend(ctx context.Context) finding {
	f := finding{part: "computation"}
	if plugin := p.plugin(ctx); plugin.err != nil {
		f.err, f.mend = errors.New("not tried without the plugin"), plugin.mend
		return f
	}
	b, err := backend.Open(ctx)
	if err != nil {
		f.err = err
		return f
	}
	defer b.Finalize()
	f.detail = backend.Describe(b)
	exec, err := graph.NewExec(b, func(x *graph.Node) *graph.Node { return graph.ReduceAllSum(graph.Mul(x, x)) })
	if err != nil {
		f.err = err
		return f
	}
	defer exec.Finalize()
	out, err := exec.Call1([]float32{1, 2, 3})
	if err != nil {
		f.err = err
	} else if got := out.Value(); got != float32(14) {
		f.err = fmt.Errorf("%s computes 1+4+9 = %v", f.detail, got)
	}
	return f
}

// mnist reads the files as they lie there: where a folder is named, nothing is fetched.
func (p patient) mnist(ctx context.Context) finding {
	f := finding{part: "MNIST", mend: prepare}
	dir := os.Getenv("MNIST_DIR")
	if dir == "" {
		var err error
		if dir, err = mnist.CacheDir(); err != nil {
			f.err, f.mend = err, "export EASY_GOMLX_CACHE=/a/directory/that/can/be/written/to"
			return f
		}
		if _, err := os.Stat(dir); err != nil {
			f.err = errors.New("not fetched yet")
			return f
		}
	}
	data, err := mnist.Load(ctx, dir)
	if err != nil {
		f.err = err
		return f
	}
	f.detail = fmt.Sprintf("%d + %d + %d images in %s", data.Train.Len(), data.Validation.Len(), data.Test.Len(), dir)
	return f
}

func (p patient) freePort(context.Context) finding {
	port := p.port
	if port == 0 {
		port = lab.DefaultPort
	}
	f := finding{part: "port", detail: fmt.Sprintf("%d is free", port)}
	err := lab.PortFree(port)
	if err != nil && p.port == 0 {
		f.detail = fmt.Sprintf("%d is in use; JupyterLab takes the next free one", port)
		err = nil
	}
	f.err = err
	return f
}
