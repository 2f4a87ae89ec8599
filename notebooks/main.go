// Command notebooks opens the tutorial in JupyterLab, after preparing what it needs:
//
//	go run ./notebooks                         prepare, and open the tutorial in JupyterLab
//	go run ./notebooks -prepare                only prepare
//	go run ./notebooks -execute -epochs 1      run it without a browser
//	go run ./notebooks -doctor                 find out what is wrong
//
// The name of another notebook may follow the flags. Without a clone of the repository,
//
//	go run github.com/easy-gomlx/tutorials/notebooks@latest
//
// does the same, with a copy of the notebooks in the directory easy-gomlx, or in the one that -dir names. Files that are already there are
// kept.
//
// Everything is installed in easy-gomlx in the user's cache directory, or in EASY_GOMLX_CACHE if set; deleting that directory deletes it all.
package main

import (
	"cmp"
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
	tutorial = "bidirectional_rnn.ipynb"
	list     = "README.md" // of the notebooks, in the order to read
)

type options struct {
	prepare, execute, doctor, noBrowser bool
	epochs, port                        int
	dir, out, notebook                  string
}

func main() {
	o, err := parse(os.Args[1:])
	if err != nil {
		os.Exit(2) // parse has printed why
	}
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer cancel()
	if err := run(ctx, o); err != nil {
		if !errors.Is(err, doctor.ErrProblems) {
			fmt.Fprintln(os.Stderr, "✗", err)
		}
		cancel()
		os.Exit(1)
	}
}

func parse(args []string) (options, error) {
	var o options
	f := flag.NewFlagSet("notebooks", flag.ContinueOnError)
	f.BoolVar(&o.prepare, "prepare", false, "only prepare")
	f.BoolVar(&o.execute, "execute", false, "run the notebook without a browser")
	f.IntVar(&o.epochs, "epochs", 0, "with -execute: the number of `epochs` to train, instead of the notebook's")
	f.StringVar(&o.out, "o", "out", "with -execute: the `directory` for the executed notebook, its web page and its checkpoints")
	f.StringVar(&o.dir, "dir", "", "without a clone of the repository: the `directory` to copy the notebooks to (default \""+defaultDir+"\")")
	f.BoolVar(&o.doctor, "doctor", false, "check every part without changing anything, and say how to fix what is wrong")
	f.IntVar(&o.port, "port", 0, fmt.Sprintf("the `port` that JupyterLab listens on (default %d or the next free one)", lab.DefaultPort))
	f.BoolVar(&o.noBrowser, "no-browser", false, "print the address without opening a browser")
	if err := f.Parse(args); err != nil {
		return o, err
	}
	o.notebook = tutorial
	if f.NArg() > 0 {
		o.notebook = f.Arg(0)
	}
	var problem string
	switch {
	case f.NArg() > 1:
		problem = fmt.Sprintf("one notebook at a time, not %q; flags come before its name", f.Args())
	case o.epochs < 0:
		problem = fmt.Sprintf("-epochs %d: want at least 1", o.epochs)
	case o.epochs > 0 && !o.execute:
		problem = "-epochs needs -execute"
	}
	if problem != "" {
		fmt.Fprintln(os.Stderr, "✗", problem)
		return o, errors.New(problem)
	}
	return o, nil
}

func run(ctx context.Context, o options) error {
	s, err := setup.New(setup.NewConsole(os.Stdout))
	if err != nil {
		return err
	}
	if o.doctor {
		return doctor.Check(ctx, s, o.port)
	}
	var notebook string
	if !o.prepare { // before anything slow
		if notebook, err = find(o, setup.Version(), s.Console); err != nil {
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

// find returns the file of a notebook, given its path or the name of one of ours. Ours are those of the clone or, where there is none
// because the go command downloaded the module, copies that the reader can change.
func find(o options, version string, console *setup.Console) (string, error) {
	if version == "" && o.dir != "" {
		return "", fmt.Errorf("-dir %s: in a clone of the repository the notebooks are not copied; start without -dir", o.dir)
	}
	if _, err := os.Stat(o.notebook); err == nil && o.dir == "" {
		return filepath.Abs(o.notebook)
	}
	if filepath.Base(o.notebook) != o.notebook {
		return "", fmt.Errorf("there is no notebook %s", o.notebook)
	}
	dir := cmp.Or(o.dir, defaultDir)
	if version != "" {
		if err := copyNotebooks(dir, version, console); err != nil {
			return "", err
		}
	} else {
		out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", setup.Module).Output()
		if err != nil {
			return "", fmt.Errorf("find the directory of the notebooks: %w; run the command inside a clone of %s", err, setup.Module)
		}
		dir = filepath.Join(strings.TrimSpace(string(out)), "notebooks")
	}
	path := filepath.Join(dir, o.notebook)
	if _, err := os.Stat(path); err != nil {
		return "", fmt.Errorf("there is no notebook %s", path)
	}
	return filepath.Abs(path)
}
