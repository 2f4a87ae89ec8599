//go:build unix

// Package frameworks has the Python environments of the frameworks that package
// birnn is compared with and exchanges networks with, in pinned versions.
package frameworks

import (
	"embed"
	"fmt"
	"path/filepath"

	"github.com/easy-gomlx/tutorials/birnn/internal/cachedir"
	"github.com/easy-gomlx/tutorials/birnn/pyenv"
)

// The environments and what they hold beside the framework.
const (
	JAX         = "jax"
	ONNXRuntime = "onnxruntime" // with onnx, which checks and writes graphs
	PyTorch     = "pytorch"     // with safetensors, and what torch.onnx.export needs
	TensorFlow  = "tensorflow"  // with Keras and tf_keras
)

//go:embed *.txt
var requirements embed.FS

// Environment returns the environment of that name, in the user's cache. It
// may not be installed yet: see [pyenv.Env.Ensure].
func Environment(name string) (pyenv.Env, error) {
	list, err := requirements.ReadFile(name + ".txt")
	if err != nil {
		return pyenv.Env{}, fmt.Errorf("no Python environment is named %q", name)
	}
	cache, err := cachedir.Get()
	return pyenv.Env{Dir: filepath.Join(cache, "bench", name), Requirements: list, Oldest: 11, Newest: 13}, err
}
