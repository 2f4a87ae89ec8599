// Command notebooks opens the tutorial in JupyterLab, after preparing what it needs:
//
//	go run ./notebooks                         prepare, and open the tutorial in JupyterLab
//	go run ./notebooks -prepare                only prepare
//	go run ./notebooks -execute -epochs 1      run it without a browser
//	go run ./notebooks -doctor                 look what is wrong
//
// The name of another notebook can follow the flags. Everything is installed into easy-gomlx in the user's cache directory, or into
// EASY_GOMLX_CACHE if set; removing that directory removes it all.
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
	"strings"
	"syscall"

	"github.com/easy-gomlx/tutorials/notebooks/internal/doctor"
	"github.com/easy-gomlx/tutorials/notebooks/internal/lab"
	"github.com/easy-gomlx/tutorials/notebooks/internal/setup"
)

const (
	module   = "github.com/easy-gomlx/tutorials"
	tutorial = "bidirectional_rnn.ipynb"
)

type options struct {
	prepare, execute, doctor, noBrowser bool
	epochs, port                        int
	out, notebook                       string
}

func main() {
	o, err := parse(os.Args[1:])
	if err != nil {
		os.Exit(2) // told by package flag
	}
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer cancel()
	if err := run(ctx, o); err != nil {
		if !errors.Is(err, doctor.ErrUnwell) {
			fmt.Fprintln(os.Stderr, "✗", err)
		}
		cancel()
		os.Exit(1)
	}
}

func parse(args []string) (options, error) {
	var o options
	f := flag.NewFlagSet("notebooks", flag.ContinueOnError)
	f.BoolVar(&o.prepare, "prepare", false, "only prepare what is missing")
	f.BoolVar(&o.execute, "execute", false, "run the notebook without a browser")
	f.IntVar(&o.epochs, "epochs", 0, "with -execute: train for this many `epochs` instead of the notebook's own number")
	f.StringVar(&o.out, "o", "out", "with -execute: the `folder` for the executed notebook, its web page and its checkpoint")
	f.BoolVar(&o.doctor, "doctor", false, "check every part, change nothing, and say what mends what is wrong")
	f.IntVar(&o.port, "port", 0, fmt.Sprintf("the `port` that JupyterLab listens on (default %d or the next free one)", lab.DefaultPort))
	f.BoolVar(&o.noBrowser, "no-browser", false, "open no browser; the address is printed")
	if err := f.Parse(args); err != nil {
		return o, err
	}
	o.notebook = tutorial
	if f.NArg() > 0 {
		o.notebook = f.Arg(0)
	}
	var complaint string
	switch {
	case f.NArg() > 1:
		complaint = fmt.Sprintf("one notebook at a time, not %q (flags come before it)", f.Args())
	case o.epochs < 0:
		complaint = fmt.Sprintf("-epochs %d: at least 1 is needed", o.epochs)
	case o.epochs > 0 && !o.execute:
		complaint = "-epochs goes with -execute"
	}
	if complaint != "" {
		fmt.Fprintln(os.Stderr, "✗", complaint)
		return o, errors.New(complaint)
	}
	return o, nil
}

func run(ctx context.Context, o options) error {
	s, err := setup.New(setup.NewConsole(os.Stdout))
	if err != nil {
		return err
	}
	if o.doctor {
		return doctor.Examine(ctx, s, o.port)
	}
	var notebook string
	if !o.prepare { // before anything slow
		if notebook, err = find(o.notebook); err != nil {
			return err
		}
	}
	if err := s.Prepare(ctx); err != nil {
		return err
	}
	switch {
	case o.prepare:
		return nil
	case o.execute:
		return lab.Execute(ctx, s, lab.Execution{Notebook: notebook, Out: o.out, Epochs: o.epochs})
	}
	return lab.Open(ctx, s, lab.Session{Notebook: notebook, Port: o.port, NoBrowser: o.noBrowser})
}

// find returns the file of a notebook that is named by its path or, for one of this folder, by its name.
func find(name string) (string, error) {
	if _, err := os.Stat(name); err == nil {
		return filepath.Abs(name)
	}
	if filepath.Base(name) != name {
		return "", fmt.Errorf("there is no notebook %s", name)
	}
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", module).Output()
	if err != nil {
		return "", fmt.Errorf("find the folder of the notebooks: %w; start it inside a checkout of %s", err, module)
	}
	path := filepath.Join(strings.TrimSpace(string(out)), "notebooks", name)
	if _, err := os.Stat(path); err != nil {
		return "", fmt.Errorf("there is no notebook %s", path)
	}
	return path, nil
}
