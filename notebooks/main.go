// Command notebooks opens the notebooks in JupyterLab, after preparing what they need:
//
//	go run ./notebooks                         prepare, and open the list of notebooks in JupyterLab
//	go run ./notebooks draw_a_digit.ipynb      open one of them
//	go run ./notebooks -prepare                only prepare
//	go run ./notebooks -execute -epochs 1      run the tutorial without a browser
//	go run ./notebooks -page DIR               write the page to draw on, which recognizes digits in any browser
//	go run ./notebooks -book DIR               write the notebooks, as they are, as a web site to read
//	go run ./notebooks -doctor                 find out what is wrong
//
// With -execute, the names of other notebooks may follow the flags. Without a clone of the repository,
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
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"sync"
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
	dir, out, page, network, book       string
	notebooks                           []string // names or paths
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
	f.BoolVar(&o.execute, "execute", false, "run the tutorial, or the notebooks that are named, without a browser")
	f.IntVar(&o.epochs, "epochs", 0, "with -execute: the number of `epochs` to train, instead of the notebook's")
	f.StringVar(&o.out, "o", "out", "with -execute: the `directory` for the executed notebook, its web page and its checkpoints")
	f.StringVar(&o.dir, "dir", "", "without a clone of the repository: the `directory` to copy the notebooks to (default \""+defaultDir+"\")")
	f.StringVar(&o.page, "page", "", "write the page to draw on to a `directory`: one web page, for a disk or any web server")
	f.StringVar(&o.network, "network", "", "with -page: the `directory` of the trained network, such as notebooks/checkpoints; a good one by default")
	f.StringVar(&o.book, "book", "", "write the book of the notebooks, a web site, to the `directory`; replaces an earlier book there")
	f.BoolVar(&o.doctor, "doctor", false, "check every part without changing anything, and say how to fix what is wrong")
	f.IntVar(&o.port, "port", 0, fmt.Sprintf("the `port` that JupyterLab listens on (default %d or the next free one)", lab.DefaultPort))
	f.BoolVar(&o.noBrowser, "no-browser", false, "print the address without opening a browser")
	if err := f.Parse(args); err != nil {
		return o, err
	}
	switch {
	case f.NArg() > 0:
		o.notebooks = f.Args()
	case o.execute:
		o.notebooks = []string{tutorial}
	default:
		o.notebooks = []string{list}
	}
	var problem string
	switch {
	case f.NArg() > 1 && !o.execute:
		problem = fmt.Sprintf("open one notebook at a time, not %q; flags come before its name", f.Args())
	case slices.ContainsFunc(f.Args(), func(name string) bool { return strings.HasPrefix(name, "-") }):
		problem = fmt.Sprintf("flags come before the names of notebooks, not %q", f.Args())
	case o.epochs < 0:
		problem = fmt.Sprintf("-epochs %d: want at least 1", o.epochs)
	case o.epochs > 0 && !o.execute:
		problem = "-epochs needs -execute"
	case o.page != "" && (o.book != "" || o.execute || o.prepare || f.NArg() > 0):
		problem = "-page only writes the page; run the other command on its own"
	case o.book != "" && (o.execute || o.prepare):
		problem = "-book only writes the book; run the other command on its own"
	case o.network != "" && o.page == "":
		problem = "-network needs -page"
	case o.book != "" && f.NArg() > 0:
		problem = fmt.Sprintf("-book writes all notebooks, not %q", f.Args())
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
	if o.page != "" {
		return writePage(ctx, o, s.Console)
	}
	if o.book != "" {
		return writeBook(ctx, s, o.book)
	}
	var files []string
	if !o.prepare { // before anything slow
		if files, err = find(o, setup.Version(), s.Console); err != nil {
			return err
		}
	}
	if err := s.Prepare(ctx); err != nil {
		return err
	}
	switch {
	case o.prepare:
		return nil
	case !o.execute:
		return lab.Open(ctx, s, lab.Session{File: files[0], Port: o.port, NoBrowser: o.noBrowser})
	}
	for _, file := range files {
		if err := lab.Execute(ctx, s, lab.Execution{Notebook: file, Out: o.out, Epochs: o.epochs}); err != nil {
			return err
		}
	}
	return nil
}

// find returns the files of notebooks, given their paths or the names of ours. Ours are those of the clone or, where there is none
// because the go command downloaded the module, copies that the reader can change.
func find(o options, version string, console *setup.Console) ([]string, error) {
	if version == "" && o.dir != "" {
		return nil, fmt.Errorf("-dir %s: in a clone of the repository the notebooks are not copied; start without -dir", o.dir)
	}
	ours := sync.OnceValues(func() (string, error) { return ourDir(cmp.Or(o.dir, defaultDir), version, console) })
	var files []string
	for _, name := range o.notebooks {
		path := name
		if _, err := os.Stat(name); err != nil || o.dir != "" || name == list { // the current directory may have a README.md too
			if filepath.Base(name) != name {
				return nil, fmt.Errorf("there is no notebook %s", name)
			}
			dir, err := ours()
			if err != nil {
				return nil, err
			}
			path = filepath.Join(dir, name)
			if _, err := os.Stat(path); err != nil {
				return nil, fmt.Errorf("there is no notebook %s", path)
			}
		}
		path, err := filepath.Abs(path)
		if err != nil {
			return nil, err
		}
		files = append(files, path)
	}
	return files, nil
}

// ourDir returns the directory with our notebooks: that of the clone, or dir, to which it copies those of a version of the module.
func ourDir(dir, version string, console *setup.Console) (string, error) {
	if version != "" {
		return dir, copyNotebooks(dir, version, console)
	}
	module, err := setup.ModuleDir(context.Background())
	return filepath.Join(module, "notebooks"), err
}
