// Command bench lets package birnn and its peers do the same work and prints how long each takes:
//
//	go run ./birnn/bench                              a training step at the tutorial's size
//	go run ./birnn/bench -workload eval               10,000 sequences evaluated
//	go run ./birnn/bench -workload timesteps          training with 28, 112 and 784 time steps
//	go run ./birnn/bench -peers birnn,pytorch -json results.json -png bars.png
//
// The peers are pinned versions of PyTorch (twice: as people write it, and pruned to the work that counts), TensorFlow, Keras and JAX
// in Python environments that it makes in easy-gomlx in the user's cache directory, or in EASY_GOMLX_CACHE; and GoMLX's own LSTM
// layer. Without a Python only the Go ones run.
//
// All begin with the same weights and the same batch, in float32. Each is a process of its own. The losses of the first five steps
// are compared: a peer with others does not do the same work, is marked, and the exit status is 1. Then the peers take turns, in
// several rounds, so that whatever else goes on in the machine meets them all; who waits is stopped (SIGSTOP). Where /proc
// tells that other programs keep the machine busy, a turn waits, or is repeated, for as long as -patience lasts. A time is the median
// over the rounds of the median over a round's steps; "rounds" shows the least and the greatest median of a round. The first step
// includes building and compiling, but not loading the library; the peak memory is that of the process.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"
)

type options struct {
	worker, workload, peers, json, png string
	sizes                              sizes
	plan                               plan
}

func main() {
	o, err := parse(os.Args[1:])
	if err != nil {
		os.Exit(2) // told by package flag
	}
	if o.worker != "" {
		err = serveAs(o.worker)
	} else {
		ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
		err = bench(ctx, o)
		cancel()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "✗", err)
		os.Exit(1)
	}
}

func parse(args []string) (options, error) {
	var o options
	f := flag.NewFlagSet("bench", flag.ContinueOnError)
	f.StringVar(&o.workload, "workload", "train", "what to do: "+workloads+"; the last three train with one size after another")
	f.StringVar(&o.peers, "peers", allPeers(), "who does it, a comma-separated `list`")
	f.IntVar(&o.plan.rounds, "rounds", 5, "how many turns each peer has")
	f.IntVar(&o.plan.steps, "steps", 40, "the steps of a turn")
	f.Float64Var(&o.plan.turn, "turn", 3, "the `seconds` after which a turn ends early")
	f.DurationVar(&o.plan.patience, "patience", 2*time.Minute, "how long to wait in all for a machine that others keep busy")
	f.IntVar(&o.sizes.hidden, "hidden", 128, "hidden units of each direction")
	f.IntVar(&o.sizes.batch, "batch", 100, "sequences in a training step; eval takes ten such batches' sequences at a time, a hundred in all")
	f.IntVar(&o.sizes.timesteps, "timesteps", 28, "time steps of a sequence")
	f.IntVar(&o.sizes.input, "input", 0, "numbers in a time step (default 784 / timesteps: an image's pixels)")
	f.StringVar(&o.json, "json", "", "write all measurements to this `file`")
	f.StringVar(&o.png, "png", "", "draw the table to this `file`; for the last three workloads also the memory, to FILE-memory")
	f.StringVar(&o.worker, "worker", "", "be the worker of a peer (the benchmark starts its workers with this)")
	if err := f.Parse(args); err != nil {
		return o, err
	}
	var err error
	if f.NArg() > 0 {
		err = fmt.Errorf("%q is not understood", f.Args())
	}
	if o.plan.rounds < 1 || o.plan.steps < 1 {
		err = errors.New("-rounds and -steps must be 1 or more")
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "✗", err)
	}
	return o, err
}

func serveAs(name string) error {
	load, err := loaderOf(name)
	if err != nil {
		return err
	}
	return serve(os.Stdin, os.Stdout, load)
}

func bench(ctx context.Context, o options) error {
	works, err := workNamed(o.workload, o.sizes)
	if err != nil {
		return err
	}
	chosen, err := peersNamed(o.peers)
	if err != nil {
		return err
	}
	report := func(format string, args ...any) { fmt.Fprintf(os.Stderr, "  "+format+"\n", args...) }
	chosen, envs := environments(ctx, chosen, report)
	if ctx.Err() != nil {
		return errors.New("stopped")
	}
	if len(chosen) == 0 {
		return errors.New("no peer can run")
	}
	scripts, err := os.MkdirTemp("", "bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(scripts)
	if err := os.CopyFS(scripts, files); err != nil {
		return err
	}
	command := func(p peer) (*exec.Cmd, error) { return p.command(ctx, envs, filepath.Join(scripts, "peers")) }

	all := newReport(o.workload, len(works) > 1)
	for _, w := range works {
		w.Data = filepath.Join(scripts, "data")
		if err := writeData(w.Data, newData(w)); err != nil {
			return err
		}
		fmt.Printf("%s\n\n", w)
		taking := able(chosen, w, len(works) > 1, report)
		results, err := measure(ctx, w, taking, command, o.plan, report)
		if err != nil {
			return fmt.Errorf("stopped: %w", err)
		}
		all.add(w, results)
		fmt.Println(all.Runs[len(all.Runs)-1])
	}
	return all.finish(o)
}

// able returns the peers that have a place in some work.
func able(chosen []peer, w work, sweep bool, report func(string, ...any)) []peer {
	var taking []peer
	for _, p := range chosen {
		if why := p.leftOut(w, sweep); why != "" {
			report("left out: %s: %s", p.name, why)
			continue
		}
		taking = append(taking, p)
	}
	return taking
}
