package main

import (
	"context"
	"embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/easy-gomlx/tutorials/birnn/pyenv"
)

// peer is a library, used in a certain way.
type peer struct {
	name   string
	title  string // in the table
	env    string // the Python environment that it runs in, empty for a peer in Go
	module string // the Python module in directory peers
}

// ours is the peer that the others are compared with.
const ours = "birnn"

var peers = []peer{
	{name: ours, title: "birnn (this package)"},
	{"pytorch", "PyTorch nn.LSTM, both directions", "pytorch", "with_torch"},
	{"pytorch-pruned", "PyTorch LSTM + one LSTMCell step", "pytorch", "with_torch"},
	{"tensorflow", "TensorFlow, the tutorial's static graph", "tensorflow", "with_tensorflow"},
	{"keras", "Keras Bidirectional(LSTM)", "tensorflow", "with_keras"},
	{"jax", "JAX lax.scan", "jax", "with_jax"},
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
	if p.name == "pytorch-pruned" && w.Final {
		return "with FinalStates there is nothing to prune"
	}
	return ""
}

//go:embed peers
var files embed.FS

// command returns the command for a peer's worker: this program, or the Python of an environment with the scripts in dir.
func (p peer) command(ctx context.Context, envs map[string]pyenv.Env, scripts string) (*exec.Cmd, error) {
	if p.env != "" {
		cmd := envs[p.env].Command(ctx, filepath.Join(scripts, "worker.py"), p.module, p.name)
		cmd.Env = append(cmd.Env, "PYTHONDONTWRITEBYTECODE=1")
		return cmd, nil
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	return exec.CommandContext(ctx, self, "-worker", p.name), nil
}
