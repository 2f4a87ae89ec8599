package consumer

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/easy-gomlx/tutorials/notebooks/internal/setup"
)

// TestPrograms builds and runs programs in modules of their own, which get this module from the proxy: the layer of the
// README, and the programs of the packages' guide.
func TestPrograms(t *testing.T) {
	if testing.Short() {
		t.Skip("builds programs outside of this module, and trains on XLA")
	}
	module := publish(t)
	text := string(read(t, filepath.Join(root, "README.md"))) + string(read(t, filepath.Join(root, "birnn", "README.md")))
	code := regexp.MustCompile("(?s)```go\n(.*?)```").FindAllStringSubmatch(text, -1)
	if len(code) != 3 {
		t.Fatalf("there are %d blocks of Go code, want a layer and two programs", len(code))
	}
	work := t.TempDir() // for what the programs write
	var table strings.Builder
	for _, p := range []struct {
		name, source, environ string
		prints                string
		without               []string // parts of the names of packages that it must not import
	}{
		{"birnn", replace(t, code[1][1],
			"birnn.DefaultConfig()", "func() birnn.Config { cfg := birnn.DefaultConfig(); cfg.Epochs = 1; return cfg }()",
			"Train.Images", "Train.Images[:1000*784]", "Train.Labels", "Train.Labels[:1000]",
		), "CGO_ENABLED=1", "test: loss ", nil},
		{"rnn", "package main\n" + replace(t, code[0][1], "import (\n", "import (\n\"fmt\"\n\"github.com/gomlx/compute/gobackend\"\n") + runLayer,
			"CGO_ENABLED=0", "(Float32)[1, 10]", []string{"go-xla", "flock", "/checkpoint", "/durable", "/fetch", "/pyenv", "/mnist"}},
		{"infer", code[2][1], "CGO_ENABLED=0", "10 probabilities", []string{"gomlx/gomlx", "gomlx/compute", "go-xla"}},
	} {
		dir := t.TempDir()
		write(t, filepath.Join(dir, "main.go"), []byte(p.source))
		run := func(dir, command string, args ...string) string {
			t.Helper()
			return execute(t, dir, append(module.environ, p.environ), command, args...)
		}
		run(dir, "go", "mod", "init", "example.com/"+p.name)
		run(dir, "go", "get", setup.Module+"@"+module.version)
		run(dir, "go", "mod", "tidy")
		run(dir, "go", "vet", ".")
		run(dir, "go", "build", "-ldflags=-s -w", "-o", p.name, ".")
		if out := run(work, filepath.Join(dir, p.name)); !strings.Contains(out, p.prints) {
			t.Errorf("%s printed %q, want %q", p.name, out, p.prints)
		}
		packages, modules := dependencies(t, run(dir, "go", "list", "-deps", "-json=ImportPath,Standard,Module", "."))
		for _, part := range p.without {
			if k := slices.IndexFunc(packages, func(pkg string) bool { return strings.Contains(pkg, part) }); k >= 0 {
				t.Errorf("who imports %s gets %s", p.name, packages[k])
			}
		}
		info, err := os.Stat(filepath.Join(dir, p.name))
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&table, "%-6s %s  %3d packages of %2d modules  %5.1f MB\n", p.name, p.environ, len(packages), len(modules), float64(info.Size())/1e6)
	}
	t.Logf("Programs outside of this module: packages that are not Go's own, and the size without debugging information\n%s", &table)
}

// runLayer runs the layer on a batch of one sequence, of one time step.
const runLayer = `
func main() {
	backend, err := gobackend.New("")
	if err != nil {
		panic(err)
	}
	scores, err := model.CallOnce(backend, model.NewStore(), Logits, [][][]float32{{{1, 2, 3}}})
	if err != nil {
		panic(err)
	}
	fmt.Println(scores.Shape())
}
`

// replace replaces parts of a program, each of which must be there exactly once.
func replace(t *testing.T, program string, oldnew ...string) string {
	t.Helper()
	for pair := range slices.Chunk(oldnew, 2) {
		if n := strings.Count(program, pair[0]); n != 1 {
			t.Fatalf("the program contains %q %d times, want once:\n%s", pair[0], n, program)
		}
		program = strings.Replace(program, pair[0], pair[1], 1)
	}
	return program
}

// dependencies returns the packages in the output of go list that are not Go's own, and their modules.
func dependencies(t *testing.T, list string) (packages, modules []string) {
	t.Helper()
	for decoder := json.NewDecoder(strings.NewReader(list)); ; {
		var pkg struct {
			ImportPath string
			Standard   bool
			Module     struct{ Path string }
		}
		if err := decoder.Decode(&pkg); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		if !pkg.Standard && !strings.HasPrefix(pkg.ImportPath, "example.com/") {
			packages, modules = append(packages, pkg.ImportPath), append(modules, pkg.Module.Path)
		}
	}
	slices.Sort(modules)
	return packages, slices.Compact(modules)
}
