package main

import (
	"context"
	"embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/easy-gomlx/tutorials/birnn/internal/frameworks"
	"github.com/easy-gomlx/tutorials/birnn/pyenv"
)

// peer is a library, used in a certain way.
type peer struct {
	name   string
	title  string // in the table
	env    string // the Python environment that it runs in, of package frameworks; empty for a peer in Go
	module string // the Python module in directory peers
}

// ours is the peer that the others are compared with.
const ours = "birnn"

var peers = []peer{
	{name: ours, title: "birnn (this package)"},
	{"pytorch", "PyTorch, both directions", frameworks.PyTorch, "with_torch"},
	{"pytorch-pruned", "PyTorch pruned", frameworks.PyTorch, "with_torch"},
	{"pytorch-packed", "PyTorch pruned and packed", frameworks.PyTorch, "with_torch"},
	{"pytorch-aten", "PyTorch without oneDNN", frameworks.PyTorch, "with_torch"},
	{"tensorflow", "TensorFlow static graph", frameworks.TensorFlow, "with_tensorflow"},
	{"keras", "Keras Bidirectional(LSTM)", frameworks.TensorFlow, "with_keras"},
	{"jax", "JAX lax.scan", frameworks.JAX, "with_jax"},
	{"onnxruntime", "ONNX Runtime", frameworks.ONNXRuntime, "with_onnxruntime"},
	{"onnxruntime-1", "ONNX Runtime, one thread", frameworks.ONNXRuntime, "with_onnxruntime"},
}

// peersNamed returns the peers of a comma-separated list, in its order.
func peersNamed(list string) ([]peer, error) {
	var chosen []peer
	for name := range strings.SplitSeq(list, ",") {
		k := 0
		for k < len(peers) && peers[k].name != name {
			k++
		}
		if k == len(peers) {
			return nil, fmt.Errorf("unknown peer %q; the peers are %s", name, allPeers())
		}
		chosen = append(chosen, peers[k])
	}
	return chosen, nil
}

func allPeers() string {
	var names []string
	for _, p := range peers {
		names = append(names, p.name)
	}
	return strings.Join(names, ",")
}

// leftOut returns the reason why a peer can't do some work, or "".
func (p peer) leftOut(w work) string {
	switch {
	case p.name == "pytorch-pruned" && w.Final:
		return "with FinalStates there is nothing to prune"
	case p.name == "pytorch-packed" && w.Kind == train:
		return "the weights change in every training step"
	case p.env == frameworks.ONNXRuntime && w.Kind == train:
		return "it cannot train"
	case p.env == frameworks.ONNXRuntime && w.ISA != "":
		return "it has no switch for the instruction set"
	}
	return ""
}

//go:embed peers
var files embed.FS

// command returns the command for a peer's worker, with the switches of its work: this program, or the Python of an environment with the scripts in dir.
func (p peer) command(ctx context.Context, envs map[string]pyenv.Env, scripts string, w work) (*exec.Cmd, error) {
	if p.env != "" {
		cmd := envs[p.env].Command(ctx, filepath.Join(scripts, "worker.py"), p.module, p.name)
		cmd.Env = slices.Concat(cmd.Env, w.environ(), []string{"PYTHONDONTWRITEBYTECODE=1"})
		return cmd, nil
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, self, "-worker", p.name)
	cmd.Env = append(os.Environ(), w.environ()...)
	return cmd, nil
}
