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
	"github.com/easy-gomlx/tutorials/birnn/sequences"
	"github.com/easy-gomlx/tutorials/notebooks/internal/lab"
	"github.com/easy-gomlx/tutorials/notebooks/internal/setup"
	"github.com/gomlx/gomlx/core/graph"
	"golang.org/x/sys/unix"
)

type checks struct {
	setup *setup.Setup
	port  int
}

// neededSpace is the disk space that a setup needs while it is being prepared.
const neededSpace = 2 << 30

// nearest returns dir if it exists, or else its nearest parent that does.
func nearest(dir string) string {
	for {
		if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) || dir == filepath.Dir(dir) {
			return dir
		}
		dir = filepath.Dir(dir)
	}
}

func (c checks) cache(context.Context) finding {
	f := finding{part: "cache directory", detail: c.setup.Cache, fix: "export EASY_GOMLX_CACHE=/a/writable/directory"}
	if c.setup.Shared() {
		f.detail += ", shared and read-only"
		return f
	}
	dir := nearest(c.setup.Cache)
	info, err := os.Stat(dir)
	switch {
	case err != nil:
		f.err = err
	case !info.IsDir():
		f.err = fmt.Errorf("%s is not a directory", dir)
	default:
		if err := unix.Access(dir, unix.W_OK|unix.X_OK); err != nil {
			f.err = fmt.Errorf("%s is not writable: %w", dir, err)
		}
	}
	return f
}

func (c checks) disk(ctx context.Context) finding {
	f := finding{part: "disk", fix: "free some space, or: export EASY_GOMLX_CACHE=/a/directory/on/another/disk"}
	var st unix.Statfs_t
	if err := unix.Statfs(nearest(c.setup.Cache), &st); err != nil {
		f.err = err
		return f
	}
	free := uint64(st.Bavail) * uint64(st.Bsize)
	f.detail = fmt.Sprintf("%.1f GB free", float64(free)/1e9)
	if free < neededSpace && c.setup.Jupyter().Check(ctx) != nil {
		f.err = fmt.Errorf("%s, but a setup needs about %.0f GB", f.detail, neededSpace/1e9)
	} else if free < 200<<20 {
		f.err = fmt.Errorf("%s, which is too little", f.detail)
	}
	return f
}

func (c checks) goCommand(ctx context.Context) finding {
	f := finding{part: "Go", fix: "install Go from https://go.dev/dl and put its bin directory on PATH"}
	out, err := exec.CommandContext(ctx, "go", "env", "GOVERSION").Output()
	if err != nil {
		f.err = err
	}
	f.detail = strings.TrimSpace(string(out))
	return f
}

func (c checks) python(ctx context.Context) finding {
	f := finding{part: "Python"}
	python, err := c.setup.Jupyter().FindPython(ctx)
	f.detail, f.err = fmt.Sprintf("%s with its venv module (%s)", python.Version, python.Path), err
	return f
}

func (c checks) jupyter(ctx context.Context) finding {
	env := c.setup.Jupyter()
	return finding{"JupyterLab", setup.JupyterVersion + " in " + env.Dir, env.Check(ctx), prepare}
}

func (c checks) kernel(context.Context) finding {
	return finding{"Go kernel", "GoNB, goimports and gopls in " + c.setup.Cache, c.setup.CheckKernel(), prepare}
}

func (c checks) plugin(context.Context) finding {
	f := finding{part: "XLA's CPU plugin", fix: prepare}
	if config := os.Getenv("GOMLX_BACKEND"); !setup.NeedsPlugin(config) {
		f.detail = "not needed with GOMLX_BACKEND=" + config
		return f
	}
	if f.detail, f.err = backend.FindPlugin(); f.err == nil {
		f.err = backend.Verify(f.detail)
	}
	if errors.Is(f.err, backend.ErrNoCgo) {
		f.fix = "install a C compiler, such as gcc"
	}
	return f
}

// backend runs a small graph, if that needs no installation.
func (c checks) backend(ctx context.Context) finding {
	f := finding{part: "computation"}
	if plugin := c.plugin(ctx); plugin.err != nil {
		f.err, f.fix = errors.New("not tested, because the plugin is missing"), plugin.fix
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

// mnist loads the files from a directory, to which package mnist does not
// write.
func (c checks) mnist(ctx context.Context) finding {
	f := finding{part: "MNIST", fix: prepare}
	dir := os.Getenv("MNIST_DIR")
	if dir == "" {
		var err error
		if dir, err = mnist.CacheDir(); err != nil {
			f.err, f.fix = err, "export EASY_GOMLX_CACHE=/a/writable/directory"
			return f
		}
		if _, err := os.Stat(dir); err != nil {
			f.err = errors.New("not downloaded yet")
			return f
		}
	}
	data, err := mnist.Load(ctx, dir)
	if err != nil {
		f.err = err
		return f
	}
	f.detail = fmt.Sprintf("%d + %d + %d images in %s (%.0f MB)", data.Train.Len(), data.Validation.Len(), data.Test.Len(), dir, float64(size(dir))/1e6)
	return f
}

// size returns the size of the files in a directory in bytes.
func size(dir string) (sum int64) {
	entries, _ := os.ReadDir(dir)
	for _, entry := range entries {
		if info, err := entry.Info(); err == nil && info.Mode().IsRegular() {
			sum += info.Size()
		}
	}
	return sum
}

// speech loads the sequences of different lengths from the cache.
func (c checks) speech(ctx context.Context) finding {
	f := finding{part: "Japanese Vowels", fix: prepare}
	dir, err := sequences.CacheDir()
	if err != nil {
		f.err, f.fix = err, "export EASY_GOMLX_CACHE=/a/writable/directory"
		return f
	}
	if _, err := os.Stat(dir); err != nil {
		f.err = errors.New("not downloaded yet")
		return f
	}
	train, test, err := sequences.JapaneseVowels(ctx, dir)
	if err != nil {
		f.err = err
		return f
	}
	f.detail = fmt.Sprintf("%d + %d utterances in %s", train.Len(), test.Len(), dir)
	return f
}

func (c checks) freePort(context.Context) finding {
	port := c.port
	if port == 0 {
		port = lab.DefaultPort
	}
	f := finding{part: "port", detail: fmt.Sprintf("%d is free", port)}
	err := lab.PortFree(port)
	if err != nil && c.port == 0 {
		f.detail = fmt.Sprintf("%d is in use; JupyterLab will use the next free one", port)
		err = nil
	}
	f.err = err
	return f
}
