package setup

import (
	"context"
	_ "embed"
	"errors"
	"os"
	"path/filepath"

	"github.com/easy-gomlx/tutorials/birnn/pyenv"
	"golang.org/x/sys/unix"
)

// JupyterVersion is the version of JupyterLab that is installed, as requirements.txt pins it.
const JupyterVersion = "4.6.6"

var (
	//go:embed requirements.txt
	requirements []byte

	// labSettings disables the questions that JupyterLab asks at its first start, wraps long lines of code, whose ends would be hidden,
	// and shows Markdown as formatted text.
	//go:embed lab.json
	labSettings []byte

	// serverSettings hides from JupyterLab's file browser what a reader does not need. The Docker image has this environment too.
	//go:embed server.json
	serverSettings []byte
)

// Jupyter is the Python environment.
func (s *Setup) Jupyter() pyenv.Env {
	return pyenv.Env{Dir: filepath.Join(s.Cache, "jupyter"), Requirements: requirements}
}

// Environ returns the variables that Jupyter is started with in addition to the current ones: its settings and state are in the cache too,
// and the environment's kernels take precedence over others of the same name.
func (s *Setup) Environ() []string {
	state := s.state()
	variables := []string{
		"JUPYTER_CONFIG_DIR=" + filepath.Join(state, "config"),
		"JUPYTER_DATA_DIR=" + filepath.Join(state, "data"),
		"JUPYTER_RUNTIME_DIR=" + filepath.Join(state, "runtime"),
		"IPYTHONDIR=" + filepath.Join(state, "ipython"),
		"JUPYTER_PREFER_ENV_PATH=1",
		"JUPYTER_PLATFORM_DIRS=1",
		"PYTHONNOUSERSITE=1",
		"PYTHONPATH=", // packages there would hide ours
		"PYTHONHOME=",
	}
	// SIMD instructions make GoMLX's pure-Go backend 3 to 4 times as fast. XLA gains nothing, and the go command would
	// compile everything again for the first cell: 48 s instead of 1.5 on two cores, and another 200 MB of build cache.
	if os.Getenv("GOMLX_BACKEND") == "go" && os.Getenv("GOEXPERIMENT") == "" {
		variables = append(variables, "GOEXPERIMENT=simd")
	}
	return variables
}

// state is the directory for the user's Jupyter settings.
func (s *Setup) state() string {
	if s.Shared() {
		if dir, err := os.UserCacheDir(); err == nil {
			return filepath.Join(dir, "easy-gomlx", "jupyter-state")
		}
	}
	return filepath.Join(s.Cache, "jupyter-state")
}

// Shared reports whether another user made the setup, which this one can only read.
func (s *Setup) Shared() bool {
	_, err := os.Stat(s.Jupyter().Complete())
	return err == nil && unix.Access(s.Cache, unix.W_OK) != nil
}

// jupyter makes the environment if it is missing, unfinished or outdated.
func (s *Setup) jupyter(ctx context.Context) error {
	env := s.Jupyter()
	done := s.Console.Done
	if env.Check(ctx) != nil {
		done = s.Console.Working("installing JupyterLab %s: some 90 packages", JupyterVersion)
	}
	if err := env.Ensure(ctx, s.Console.Report); err != nil {
		return err
	}
	done("JupyterLab %s (%s)", JupyterVersion, env.Dir)
	return errors.Join(
		os.MkdirAll(s.state(), 0o700),
		writeIfChanged(filepath.Join(env.Dir, "share", "jupyter", "lab", "settings", "overrides.json"), labSettings),
		writeIfChanged(filepath.Join(env.Dir, "etc", "jupyter", "jupyter_server_config.json"), serverSettings),
	)
}

// writeIfChanged writes a file unless it already has the content.
func writeIfChanged(path string, content []byte) error {
	if got, err := os.ReadFile(path); err == nil && string(got) == string(content) {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, content, 0o644)
}
