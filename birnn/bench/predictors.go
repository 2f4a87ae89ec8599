package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/gomlx/compute/gobackend"

	"github.com/easy-gomlx/tutorials/birnn"
)

const predictor = "github.com/easy-gomlx/tutorials/birnn/bench/predictor"

const native, noCgo, wasm = "native", "without cgo", "WebAssembly"

// buildSettings has the environment variables with which the go command builds the predictor.
var buildSettings = map[string][]string{native: nil, noCgo: {"CGO_ENABLED=0"}, wasm: {"GOOS=js", "GOARCH=wasm"}}

// buildPredictors builds, in dir, the programs of the peers that predict with package infer. It leaves out, with a report, each
// peer whose program can't be built.
func buildPredictors(ctx context.Context, chosen []peer, dir string, report func(string, ...any)) (able []peer) {
	for _, p := range chosen {
		if err := p.buildPredictor(ctx, dir); err != nil {
			report("left out: %s: %v", p.name, err)
			continue
		}
		able = append(able, p)
	}
	return able
}

func (p peer) buildPredictor(ctx context.Context, dir string) error {
	if p.build == "" {
		return nil
	}
	if p.build == wasm {
		if _, err := exec.LookPath("node"); err != nil {
			return fmt.Errorf("it needs Node.js: %w", err)
		}
	}
	build := exec.CommandContext(ctx, "go", "build", "-o", p.predictor(dir), predictor)
	build.Env = append(os.Environ(), buildSettings[p.build]...)
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w: %s", strings.Join(build.Args, " "), err, out)
	}
	return nil
}

// predictor is where the program of a peer is built.
func (p peer) predictor(dir string) string { return filepath.Join(dir, p.name) }

// predictorCommand returns the command that runs the program of a peer.
func (p peer) predictorCommand(ctx context.Context, dir string, w work) (*exec.Cmd, error) {
	if p.build != wasm {
		cmd := exec.CommandContext(ctx, p.predictor(dir))
		cmd.Env = append(os.Environ(), w.environ()...)
		return cmd, nil
	}
	root, err := exec.CommandContext(ctx, "go", "env", "GOROOT").Output()
	if err != nil {
		return nil, fmt.Errorf("go env GOROOT: %w", err)
	}
	cmd := exec.CommandContext(ctx, filepath.Join(strings.TrimSpace(string(root)), "lib", "wasm", "go_js_wasm_exec"), p.predictor(dir))
	cmd.Env = []string{"PATH=" + os.Getenv("PATH")} // its environment must be short
	return cmd, nil
}

// writeNetwork saves the network of some work for package infer.
func writeNetwork(w work, d data) error {
	b, err := gobackend.New("")
	if err != nil {
		return err
	}
	defer b.Finalize()
	m, err := birnn.New(b, w.config())
	if err != nil {
		return err
	}
	defer m.Close()
	if err := m.SetWeights(d.weights); err != nil {
		return err
	}
	return m.Save(w.Network)
}
