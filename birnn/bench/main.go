// Command bench compares the speed and memory of package birnn with those of other libraries, its peers:
//
//	go run ./birnn/bench                              a training step at the tutorial's size
//	go run ./birnn/bench -workload eval               evaluation of 10,000 sequences
//	go run ./birnn/bench -workload timesteps          training with 28, 112 and 784 time steps
//	go run ./birnn/bench -workload threads            training with 1, 2 and 4 threads
//	go run ./birnn/bench -threads 1 -isa avx2         one thread, and no AVX-512
//	go run ./birnn/bench -peers birnn,pytorch -json results.json -png bars.png
//
// The peers are pinned versions of PyTorch (as usually written; pruned to the necessary work; and pruned, without oneDNN or with weights packed
// beforehand), TensorFlow, Keras and JAX, and for evaluation and prediction also ONNX Runtime and package infer: as it is, without cgo, and
// as WebAssembly in Node.js. Bench makes environments for those in Python in EASY_GOMLX_CACHE, by default easy-gomlx in the user's cache
// directory; without Python, only those in Go run.
//
// Each peer is a process of its own, and starts with the same float32 weights and the same batch. A peer whose losses in the first five
// steps are not those of the others is marked, and the exit status is 1. The peers then take turns for several rounds, so that other load
// on the machine affects them all; waiting peers are stopped (SIGSTOP).
//
// A time is the median over the rounds of each round's median step; "rounds" is the range of the rounds' medians. "birnn / peer" is the
// time of birnn relative to the peer's: the median of the ratios within each round, and their range; if package infer takes part, its time
// takes the place of birnn's. The first step includes building and compiling, but not loading the library. Peak memory is that of the
// process, if the system has /proc.
//
// The flags -threads and -isa set the environment variables that restrict each library. "ONNX Runtime, one thread" always has one thread.
// Matrix products in JAX, and on AMD's processors in MKL, are as fast with -isa avx2 as without. ONNX Runtime and package infer have no switch
// for the instruction set, and are left out.
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
	"slices"
	"syscall"
)

type options struct {
	worker, workload, peers, json, png string
	sizes                              sizes
	plan                               plan
}

func main() {
	o, err := parse(os.Args[1:])
	if err != nil {
		os.Exit(2) // reported by parse
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
	f.StringVar(&o.workload, "workload", "train", "what to measure: "+workloads+"; the last four train with several values")
	f.StringVar(&o.peers, "peers", allPeers(), "comma-separated `list` of the peers")
	f.IntVar(&o.plan.rounds, "rounds", 5, "turns of each peer")
	f.IntVar(&o.plan.steps, "steps", 40, "steps of a turn")
	f.Float64Var(&o.plan.turn, "turn", 3, "the `seconds` after which a turn ends early")
	f.IntVar(&o.sizes.hidden, "hidden", 128, "hidden units of each direction")
	f.IntVar(&o.sizes.batch, "batch", 100, "sequences of a training step; eval takes ten times as many at a time, a hundred times in total")
	f.IntVar(&o.sizes.timesteps, "timesteps", 28, "time steps of a sequence")
	f.IntVar(&o.sizes.input, "input", 0, "inputs of a time step (default 784 / timesteps, the pixels of an image)")
	f.IntVar(&o.sizes.threads, "threads", 0, "threads of each peer (default: as each library chooses)")
	f.StringVar(&o.sizes.isa, "isa", "", "avx2: no AVX-512, as far as each library lets it be disabled")
	f.StringVar(&o.json, "json", "", "write all measurements to this `file`")
	f.StringVar(&o.png, "png", "", "draw the times to this `file`; with several values, also the memory, to the file whose name has -memory added")
	f.StringVar(&o.worker, "worker", "", "run as the worker of this `peer` (for internal use)")
	if err := f.Parse(args); err != nil {
		return o, err
	}
	var err error
	if f.NArg() > 0 {
		err = fmt.Errorf("unexpected arguments %q", f.Args())
	}
	if o.plan.rounds < 1 || o.plan.steps < 1 {
		err = errors.New("-rounds and -steps must be 1 or more")
	}
	if o.sizes.threads < 0 {
		err = errors.New("-threads must be 1 or more")
	}
	if o.sizes.isa != "" && o.sizes.isa != avx2 {
		err = fmt.Errorf("unknown instruction set %q for -isa; there is only avx2", o.sizes.isa)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "✗", err)
	}
	return o, err
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
	dir, err := os.MkdirTemp("", "bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := os.CopyFS(dir, files); err != nil {
		return err
	}
	chosen, envs := environments(ctx, buildPredictors(ctx, chosen, dir, report), report)
	if ctx.Err() != nil {
		return errors.New("interrupted")
	}
	if len(chosen) == 0 {
		return errors.New("no peer can run")
	}
	all := newSummary(o.workload, len(works) > 1)
	for _, w := range works {
		w.Data, w.Network = filepath.Join(dir, "data"), filepath.Join(dir, "network")
		d := newData(w)
		if err := writeData(w.Data, d); err != nil {
			return err
		}
		fmt.Printf("%s\n\n", w)
		taking := able(chosen, w, report)
		if slices.ContainsFunc(taking, func(p peer) bool { return p.build != "" }) {
			if err := writeNetwork(w, d); err != nil {
				return err
			}
		}
		command := func(p peer) (*exec.Cmd, error) { return p.command(ctx, envs, dir, w) }
		results, err := measure(ctx, w, taking, command, o.plan, report)
		if err != nil {
			return fmt.Errorf("interrupted: %w", err)
		}
		all.add(w, results)
		fmt.Println(all.Runs[len(all.Runs)-1])
	}
	return all.finish(o)
}

// able returns the peers that can do the work.
func able(chosen []peer, w work, report func(string, ...any)) []peer {
	var taking []peer
	for _, p := range chosen {
		if why := p.leftOut(w); why != "" {
			report("left out: %s: %s", p.name, why)
			continue
		}
		taking = append(taking, p)
	}
	return taking
}
