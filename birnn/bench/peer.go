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

	build string // how its program is built, a key of buildSettings; empty if it has none
}

// ours is package birnn itself.
const ours = "birnn"

// isOurs reports whether a peer is a package of this module.
func isOurs(peer string) bool { return peer == ours || strings.HasPrefix(peer, "infer") }

var peers = []peer{
	{name: ours, title: "birnn (this package)"},
	{name: "infer", title: "birnn/infer", build: native},
	{name: "infer-go", title: "birnn/infer in pure Go", build: noCgo},
	{name: "infer-wasm", title: "birnn/infer as WebAssembly", build: wasm},
	{name: "pytorch", title: "PyTorch, both directions", env: frameworks.PyTorch, module: "with_torch"},
	{name: "pytorch-pruned", title: "PyTorch pruned", env: frameworks.PyTorch, module: "with_torch"},
	{name: "pytorch-packed", title: "PyTorch pruned and packed", env: frameworks.PyTorch, module: "with_torch"},
	{name: "pytorch-aten", title: "PyTorch without oneDNN", env: frameworks.PyTorch, module: "with_torch"},
	{name: "tensorflow", title: "TensorFlow static graph", env: frameworks.TensorFlow, module: "with_tensorflow"},
	{name: "keras", title: "Keras Bidirectional(LSTM)", env: frameworks.TensorFlow, module: "with_keras"},
	{name: "jax", title: "JAX lax.scan", env: frameworks.JAX, module: "with_jax"},
	{name: "onnxruntime", title: "ONNX Runtime", env: frameworks.ONNXRuntime, module: "with_onnxruntime"},
	{name: "onnxruntime-1", title: "ONNX Runtime, one thread", env: frameworks.ONNXRuntime, module: "with_onnxruntime"},
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
	case (p.env == frameworks.ONNXRuntime || p.build != "") && w.Kind == train:
		return "it cannot train"
	case (p.env == frameworks.ONNXRuntime || p.build != "") && w.ISA != "":
		return "it has no switch for the instruction set"
	}
	return ""
}

//go:embed peers
var files embed.FS

// command returns the command for a peer's worker, with the switches of its work: this program, the one that was built in dir, or the Python of an
// environment with the scripts in dir.
func (p peer) command(ctx context.Context, envs map[string]pyenv.Env, dir string, w work) (*exec.Cmd, error) {
	if p.build != "" {
		return p.predictorCommand(ctx, dir, w)
	}
	if p.env != "" {
		cmd := envs[p.env].Command(ctx, filepath.Join(dir, "peers", "worker.py"), p.module, p.name)
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
