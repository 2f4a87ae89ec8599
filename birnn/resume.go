package birnn

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"reflect"
	"time"

	"github.com/gomlx/compute"

	"github.com/easy-gomlx/tutorials/birnn/internal/checkpoint"
)

// Resume returns a model to be trained in the directory dir: one directory is
// one training run.
//
//   - If dir is empty or does not exist, a run starts there, with new
//     weights.
//   - If dir holds a checkpoint of this run, the model is the one that was
//     saved, and training continues from that step. If all epochs are done,
//     it is the trained model, and Train does nothing; with more Config.Epochs
//     training continues.
//   - If the checkpoint belongs to another run, the error is a [*MismatchError],
//     and nothing in dir changes.
//
// [Model.Train] saves to dir after each epoch and when its context is done; a
// training loop of your own calls Save(dir).
//
// The directory belongs to the model until Close, or until the process ends:
// until then Resume and Save of other models return an [*InUseError]. Resume
// also fails if it cannot write to the directory, and with a [*CheckpointError]
// if the checkpoint is corrupt.
func (n Network) Resume(backend compute.Backend, cfg Config, dir string) (*Model, error) {
	if backend == nil {
		return nil, errNoBackend
	}
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	home, err := lockDir(dir, thisProcess())
	if err != nil {
		return nil, err
	}
	m, err := n.resume(backend, cfg, dir)
	if err != nil {
		home.Unlock()
		return nil, err
	}
	m.home = home
	return m, nil
}

// Resume returns a model of the built-in network; see [Network.Resume].
func Resume(backend compute.Backend, cfg Config, dir string) (*Model, error) {
	return Network{}.Resume(backend, cfg, dir)
}

// resume returns the model that is saved in the directory, or a new one.
func (n Network) resume(backend compute.Backend, cfg Config, dir string) (*Model, error) {
	c, err := readCheckpoint(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return n.New(backend, cfg)
	}
	if err != nil {
		return nil, err
	}
	if err := compareConfigs(dir, c.Config, cfg); err != nil {
		return nil, err
	}
	m, err := n.build(backend, cfg, func(m *Model) error {
		if c.Graph != m.fingerprint {
			return &MismatchError{Dir: dir, Field: "network", Was: c.Graph, Is: m.fingerprint}
		}
		return m.restore(c)
	})
	if err != nil {
		return nil, err
	}
	m.homeSaved = true
	return m, nil
}

// MismatchError reports that the checkpoint in a directory belongs to another
// training run.
type MismatchError struct {
	Dir string // "": the model has no directory
	// Field is what is different: a field of Config ("Config.Seed"), "examples"
	// (their number) or "network". A network is compared by a fingerprint of its
	// training graph, which also depends on the backend and on GoMLX's version,
	// but not on the values of large constants.
	Field   string
	Was, Is string // its value in the checkpoint, and now
}

func (e *MismatchError) Error() string {
	what := fmt.Sprintf("%s was %s and is now %s", e.Field, e.Was, e.Is)
	if e.Field == "network" {
		what = fmt.Sprintf("the network has changed (its graph was %s and is now %s; it also depends on the backend and the version of GoMLX)", e.Was, e.Is)
	}
	if e.Dir == "" {
		return fmt.Sprintf("birnn: the model belongs to another training run: %s; create a new model", what)
	}
	return fmt.Sprintf("birnn: %s holds another training run: %s; choose another directory, or delete this one to start over", e.Dir, what)
}

// compareConfigs returns a [*MismatchError] if the configurations belong to
// different runs. Epochs and DisplayFreq may change.
func compareConfigs(dir string, was, is Config) error {
	was.Epochs, was.DisplayFreq = is.Epochs, is.DisplayFreq
	for k := range reflect.TypeFor[Config]().NumField() {
		a, b := reflect.ValueOf(was).Field(k), reflect.ValueOf(is).Field(k)
		if !a.Equal(b) {
			return &MismatchError{Dir: dir, Field: "Config." + reflect.TypeFor[Config]().Field(k).Name, Was: fmt.Sprint(a), Is: fmt.Sprint(b)}
		}
	}
	return nil
}

// InUseError reports that another model that [Resume] returned, in this process
// or another, holds the directory.
type InUseError struct {
	Dir    string
	Holder string // "process 4711 on HOST, since 15:04:05"
}

func (e *InUseError) Error() string {
	return fmt.Sprintf("birnn: the directory %s is in use by %s: wait until it is done, or choose another directory", e.Dir, e.Holder)
}

var errNoDir = errors.New("birnn: the directory's name is empty; the current directory is \".\"")

// lockDir locks a directory; see [checkpoint.Lock].
func lockDir(dir, holder string) (*checkpoint.Dir, error) {
	if dir == "" {
		return nil, errNoDir
	}
	d, err := checkpoint.Lock(dir, holder)
	var inUse *checkpoint.InUseError
	switch {
	case errors.As(err, &inUse):
		return nil, &InUseError{Dir: inUse.Dir, Holder: inUse.Holder}
	case err != nil:
		return nil, fmt.Errorf("birnn: cannot write to %s; choose another directory: %w", dir, err)
	}
	return d, nil
}

// thisProcess describes this process to others that want the directory.
func thisProcess() string {
	host, err := os.Hostname()
	if err != nil {
		host = "this machine"
	}
	return fmt.Sprintf("process %d on %s, since %s", os.Getpid(), host, time.Now().Format(time.TimeOnly))
}
