package setup

import (
	"context"
	"crypto/sha256"
	"debug/buildinfo"
	"embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// tool is a Go program of a fixed version.
type tool struct {
	name, module, version, pkg string // pkg: the directory of the main package in the module
	source                     fs.FS  // the module's files; nil if the go command downloads them
}

// starterSource is the source of a program that starts gopls only while it is needed.
//
//go:embed gopls/main.go gopls/message.go gopls/session.go
var starterSource embed.FS

// gonb runs the cells, goimports adds their imports, and gopls, started by starter, completes and documents names.
var (
	gonb      = tool{"gonb", "github.com/janpfeifer/gonb", "v0.11.5", ".", nil}
	goimports = tool{"goimports", "golang.org/x/tools", "v0.44.0", "./cmd/goimports", nil}
	gopls     = tool{"gopls", "golang.org/x/tools/gopls", "v0.21.0", ".", nil}
	starter   = tool{"gopls", "github.com/easy-gomlx/tutorials/notebooks/internal/setup", "starter-" + digest(starterSource), "./gopls", starterSource}

	tools = []tool{gonb, goimports, gopls, starter}
)

func (t tool) String() string { return t.name + " " + t.version }

// digest identifies the content of files.
func digest(files fs.FS) string {
	h := sha256.New()
	names, _ := fs.Glob(files, "*/*") // embedded files can be read
	for _, name := range names {
		content, _ := fs.ReadFile(files, name)
		fmt.Fprintf(h, "%s %d\n%s", name, len(content), content)
	}
	return hex.EncodeToString(h.Sum(nil))[:8]
}

// dir returns the program's directory. The version is in its name, so that a program found there is the right one.
func (s *Setup) dir(t tool) string { return filepath.Join(s.Cache, "tools", t.name+"-"+t.version) }

func (s *Setup) program(t tool) string { return filepath.Join(s.dir(t), t.name) }

// check reports what is wrong with the program.
func (s *Setup) check(t tool) error {
	info, err := buildinfo.ReadFile(s.program(t))
	if errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("%s is not installed", t)
	}
	if err != nil {
		return fmt.Errorf("%s is corrupt: %w", t, err)
	}
	if want := strings.TrimSuffix(t.module+strings.TrimPrefix(t.pkg, "."), "/"); info.Path != want {
		return fmt.Errorf("%s is a different program, %s", s.program(t), info.Path)
	}
	return nil
}

// kernel builds the programs and writes the kernel's specification into the environment.
func (s *Setup) kernel(ctx context.Context) error {
	for _, t := range tools {
		if s.check(t) == nil {
			continue
		}
		done := s.Console.Working("building %s", t)
		if err := s.build(ctx, t); err != nil {
			return err
		}
		done("%s", t)
	}
	spec, err := s.kernelSpec()
	if err != nil {
		return err
	}
	if err := writeIfChanged(s.kernelFile(), spec); err != nil {
		return err
	}
	s.Console.Done("Go kernel: %v, %v, %v", gonb, goimports, gopls)
	return nil
}

// build compiles a program with the dependencies that its own module pins, and moves it into place when it is complete. The command go
// install would need a list of versions, which not every module proxy has.
func (s *Setup) build(ctx context.Context, t tool) error {
	if err := os.MkdirAll(s.dir(t), 0o755); err != nil {
		return err
	}
	module, err := s.module(ctx, t)
	if err != nil {
		return err
	}
	unfinished := s.program(t) + ".unfinished"
	if _, err := s.runGo(ctx, module, "build", "-ldflags=-s -w", "-o", unfinished, t.pkg); err != nil {
		return explainGo(t, err)
	}
	return os.Rename(unfinished, s.program(t))
}

// module returns the directory of a program's module.
func (s *Setup) module(ctx context.Context, t tool) (string, error) {
	if t.source != nil {
		dir := filepath.Join(s.dir(t), "source")
		if err := os.RemoveAll(dir); err != nil { // left by an interrupted setup
			return "", err
		}
		if err := os.CopyFS(dir, t.source); err != nil {
			return "", err
		}
		return dir, os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module "+t.module+"\n\ngo 1.24\n"), 0o644)
	}
	out, err := s.runGo(ctx, s.Cache, "mod", "download", "-json", t.module+"@"+t.version)
	if err != nil {
		return "", explainGo(t, err)
	}
	return downloaded(out)
}

var errNoGo = errors.New("the go command is not on PATH; install Go from go.dev/dl")

// explainGo returns an error that says in one line why the go command failed.
func explainGo(t tool, err error) error {
	var command *CommandError
	if !errors.As(err, &command) {
		return err
	}
	if errors.Is(err, exec.ErrNotFound) {
		return errNoGo
	}
	if explained := Explain(err); explained != err {
		return explained
	}
	out := command.Output
	var answer struct{ Error string } // of go mod download -json
	if start := strings.Index(out, "{"); start >= 0 && json.Unmarshal([]byte(out[start:]), &answer) == nil && answer.Error != "" {
		out = answer.Error
	}
	for _, sign := range []string{"dial tcp", "no such host", "connection refused", "i/o timeout", "network is unreachable", "proxyconnect"} {
		if strings.Contains(out, sign) {
			return fmt.Errorf("no connection: the go command cannot download %s@%s; connect to the network, or set GOPROXY to another module proxy (%s)", t.module, t.version, lastLine(out))
		}
	}
	return fmt.Errorf("build %s: %s", t, lastLine(out))
}

func (s *Setup) kernelFile() string {
	return filepath.Join(s.Jupyter().Dir, "share", "jupyter", "kernels", "gonb", "kernel.json")
}

// quiet keeps the kernel's log off the terminal.
var quiet = []string{"-logtostderr=false", "-stderrthreshold=FATAL", "-log_file=" + os.DevNull, "-extra_log=" + os.DevNull}

// kernelSpec returns the content of kernel.json. Its variables apply to the cells, whoever starts the kernel.
func (s *Setup) kernelSpec() ([]byte, error) {
	goCommand, err := exec.LookPath("go")
	if err != nil {
		return nil, errNoGo
	}
	if goCommand, err = filepath.Abs(goCommand); err != nil {
		return nil, err
	}
	path := []string{s.dir(goimports), s.dir(starter), s.dir(gopls), filepath.Dir(goCommand), "${PATH}"} // Jupyter expands PATH
	spec := map[string]any{
		"argv":           append([]string{s.program(gonb), "--kernel", "{connection_file}"}, quiet...),
		"display_name":   "Go (gonb)",
		"language":       "go",
		"interrupt_mode": "message",
		"env": map[string]string{
			"PATH":                  strings.Join(path, string(filepath.ListSeparator)),
			"EASY_GOMLX_CACHE":      s.Cache,
			"GOMLX_NO_AUTO_INSTALL": "1", // a cell reports a missing plugin and does not download it
		},
	}
	content, err := json.MarshalIndent(spec, "", "  ")
	return append(content, '\n'), err
}

// CheckKernel returns an error if the kernel or one of its helpers is missing, corrupt or outdated.
func (s *Setup) CheckKernel() error {
	for _, t := range tools {
		if err := s.check(t); err != nil {
			return err
		}
	}
	want, err := s.kernelSpec()
	if err != nil {
		return err
	}
	got, err := os.ReadFile(s.kernelFile())
	if errors.Is(err, os.ErrNotExist) {
		return errors.New("the environment has no Go kernel")
	}
	if err == nil && string(got) != string(want) {
		err = fmt.Errorf("%s is out of date", s.kernelFile())
	}
	return err
}
