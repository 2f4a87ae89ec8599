package setup

import (
	"context"
	"crypto/sha256"
	_ "embed"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/google/renameio/v2"
	"golang.org/x/sys/unix"
)

// JupyterVersion is the JupyterLab that is installed.
const JupyterVersion = "4.6.6"

//go:embed requirements.txt
var requirements []byte

// labSettings disables the questions that JupyterLab asks at its first start; serverSettings hides from its file browser what
// a reader does not need. Docker's image, which is built with this environment, has them too.
var (
	//go:embed lab.json
	labSettings []byte
	//go:embed server.json
	serverSettings []byte
)

// Venv is the Python environment.
func (s *Setup) Venv() string { return filepath.Join(s.Cache, "jupyter") }

// Python is the interpreter of the environment.
func (s *Setup) Python() string { return filepath.Join(s.Venv(), "bin", "python") }

// complete is written last into the environment: which packages it holds.
func (s *Setup) complete() string { return filepath.Join(s.Venv(), "complete") }

// Environ is what Jupyter is started with beside the present environment: its settings and state lie in the cache too, and the kernels of the
// environment come before others of the same name.
func (s *Setup) Environ() []string {
	state := s.state()
	return []string{
		"JUPYTER_CONFIG_DIR=" + filepath.Join(state, "config"),
		"JUPYTER_DATA_DIR=" + filepath.Join(state, "data"),
		"JUPYTER_RUNTIME_DIR=" + filepath.Join(state, "runtime"),
		"IPYTHONDIR=" + filepath.Join(state, "ipython"),
		"JUPYTER_PREFER_ENV_PATH=1",
		"JUPYTER_PLATFORM_DIRS=1",
		"PYTHONNOUSERSITE=1",
		"PYTHONPATH=", // another environment's packages would hide ours
		"PYTHONHOME=",
	}
}

// state is where Jupyter keeps what a person sets there.
func (s *Setup) state() string {
	if s.Shared() {
		if dir, err := os.UserCacheDir(); err == nil {
			return filepath.Join(dir, "easy-gomlx", "jupyter-state")
		}
	}
	return filepath.Join(s.Cache, "jupyter-state")
}

// Shared reports whether somebody else has made the set-up, for many to use: it is there, and this user can only read it.
func (s *Setup) Shared() bool { return exists(s.complete()) && unix.Access(s.Cache, unix.W_OK) != nil }

// fingerprint names the set of packages.
func fingerprint() string { return fmt.Sprintf("%x\n", sha256.Sum256(requirements)) }

// jupyter makes the environment, anew if one is unfinished or its Python is gone.
func (s *Setup) jupyter(ctx context.Context) error {
	if s.CheckJupyter(ctx) == nil {
		s.Console.Done("JupyterLab %s (%s)", JupyterVersion, s.Venv())
		return s.settings()
	}
	python, err := s.FindPython(ctx)
	if err != nil {
		return err
	}
	done := s.Console.Working("installing JupyterLab %s with Python %s: some 90 packages", JupyterVersion, python.Version)
	if err := os.Remove(s.complete()); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if _, err := s.run(ctx, "", nil, python.Path, "-m", "venv", "--clear", s.Venv()); err != nil {
		return fmt.Errorf("make a Python environment in %s: %w", s.Venv(), err)
	}
	list := filepath.Join(s.Venv(), "requirements.txt")
	if err := os.WriteFile(list, requirements, 0o644); err != nil {
		return err
	}
	_, err = s.run(ctx, "", []string{"PYTHONPATH=", "PYTHONHOME="}, s.Python(), "-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check",
		"--retries", "2", "--only-binary", ":all:", "--require-hashes", "-r", list)
	if err != nil {
		return explainPip(err)
	}
	if err := renameio.WriteFile(s.complete(), []byte(fingerprint()), 0o644); err != nil {
		return err
	}
	done("JupyterLab %s (%s)", JupyterVersion, s.Venv())
	return s.settings()
}

func (s *Setup) settings() error {
	return errors.Join(
		os.MkdirAll(s.state(), 0o700),
		writeIfChanged(filepath.Join(s.Venv(), "share", "jupyter", "lab", "settings", "overrides.json"), labSettings),
		writeIfChanged(filepath.Join(s.Venv(), "etc", "jupyter", "jupyter_server_config.json"), serverSettings),
	)
}

// CheckJupyter reports what is wrong with the environment.
func (s *Setup) CheckJupyter(ctx context.Context) error {
	got, err := os.ReadFile(s.complete())
	switch {
	case errors.Is(err, os.ErrNotExist) && !exists(s.Venv()):
		return errors.New("not installed")
	case errors.Is(err, os.ErrNotExist):
		return errors.New("its installation was not finished")
	case err != nil:
		return err
	case string(got) != fingerprint():
		return errors.New("it holds other versions than this launcher wants")
	}
	version, err := s.run(ctx, "", s.Environ(), s.Python(), "-c", "import importlib.metadata as m; print(m.version('jupyterlab'))")
	if err != nil {
		return fmt.Errorf("its Python does not run: %w", err)
	}
	if version != JupyterVersion {
		return fmt.Errorf("it holds JupyterLab %s, not %s", version, JupyterVersion)
	}
	return nil
}

// writeIfChanged leaves a file alone that has the right content.
func writeIfChanged(path string, content []byte) error {
	if got, err := os.ReadFile(path); err == nil && string(got) == string(content) {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return renameio.WriteFile(path, content, 0o644)
}

var (
	noAddress = regexp.MustCompile(`Name or service not known|name resolution|nodename nor servname|NewConnectionError|Network is unreachable|Connection refused|ProxyError|ConnectTimeout|Read timed out|Max retries exceeded`)
	noFile    = regexp.MustCompile(`No matching distribution found for ([^\s;]+)`)
	badHash   = regexp.MustCompile(`(?s)DO NOT MATCH THE HASHES.*?\n\s*([\w.-]+==[\w.]+|https?://\S+)`)
	pipError  = regexp.MustCompile(`(?m)^ERROR: (.+)$`)
)

// indexHost is the host that pip asks.
func indexHost() string {
	if u, err := url.Parse(os.Getenv("PIP_INDEX_URL")); err == nil && u.Host != "" {
		return u.Host
	}
	return "pypi.org"
}

// explainPip says in a sentence what pip says in a page.
func explainPip(err error) error {
	var command *CommandError
	if !errors.As(err, &command) {
		return err
	}
	if explained := Explain(err); explained != err {
		return explained
	}
	out := command.Output
	switch {
	case noAddress.MatchString(out):
		return fmt.Errorf("no connection: pip can't reach %s; connect to the network, or name another index in PIP_INDEX_URL", indexHost())
	case badHash.MatchString(out):
		return fmt.Errorf("what the package index sent for %s is not what was pinned; try again, or another index (PIP_INDEX_URL)", badHash.FindStringSubmatch(out)[1])
	case noFile.MatchString(out):
		return fmt.Errorf("the package index has no %s for this Python and platform; try another index (PIP_INDEX_URL) or another Python", noFile.FindStringSubmatch(out)[1])
	}
	if m := pipError.FindStringSubmatch(out); m != nil {
		return fmt.Errorf("pip: %s", strings.TrimSpace(m[1]))
	}
	return fmt.Errorf("pip failed: %w", err)
}
