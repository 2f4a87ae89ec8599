package birnn

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"reflect"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"
)

// Resume returns a model to be trained in the directory dir, on the given number
// of examples for Config.Epochs epochs. If a training like that was interrupted
// there, the model is the one that was saved last and goes on from its step;
// otherwise it is a new one. [Model.Origin] says which, and why.
//
// A training is like that one if it has the same configuration (but for Epochs
// and DisplayFreq), number of examples and training graph, and has not taken all
// steps yet. That the examples are the same is for the caller to see to. A new
// training does not touch what lies in the directory before its first
// [Model.Save]; the last checkpoint of the one before is kept then, as
// model.former.safetensors, and goes on when Resume is called as for that one.
//
// The directory is the model's until Close, or until the process ends: meanwhile
// Resume and Save of others return an [*InUseError]. [Model.Train] saves there
// after each epoch and when it is stopped.
//
// A directory that cannot be written to is an error at once, and so is a
// checkpoint there that cannot be read. If one is damaged and the one before it
// is whole, that is taken instead.
func Resume(backend compute.Backend, cfg Config, dir string, examples int) (*Model, error) {
	return ResumeWith(backend, cfg, Network{}, dir, examples)
}

// ResumeWith is Resume for a network of the caller's own.
func ResumeWith(backend compute.Backend, cfg Config, network Network, dir string, examples int) (*Model, error) {
	if backend == nil {
		return nil, errNoBackend
	}
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	if err := checkExamples("Resume", cfg, examples); err != nil {
		return nil, err
	}
	home, err := lockDir(dir, thisProcess())
	var inUse *InUseError
	if errors.As(err, &inUse) {
		return nil, err
	}
	if err != nil {
		return nil, fmt.Errorf("birnn: Resume: a training in %s could not be saved; choose another directory: %w", dir, err)
	}
	m, err := newOn(devicesFor(backend, cfg), backend, cfg, network, func(m *Model) error { return m.resume(dir, examples) })
	if err != nil {
		home.release()
		return nil, fmt.Errorf("birnn: Resume: in %s: %w", dir, err)
	}
	m.home = home
	return m, nil
}

// Origin says in a line where the weights of the model came from.
func (m *Model) Origin() string { return m.origin }

// resume sets the variables from the directory's checkpoint, or draws them.
func (m *Model) resume(dir string, examples int) error {
	present, file, note, err := latest(dir)
	if err != nil {
		return err
	}
	m.examples = examples
	c, why := present, ""
	if c != nil {
		why = m.unfit(c, examples)
	}
	if why != "" { // the training that another one has replaced meanwhile, perhaps by mistake
		file = filepath.Join(dir, formerFile)
		if former, err := readCheckpoint(file); err == nil && m.unfit(former, examples) == "" {
			c, why = former, ""
		}
	}
	if c == nil || why != "" {
		m.origin = newWeights(m.cfg) + why + note
		return m.drawValues()
	}
	if err := m.restore(c); err != nil {
		return err
	}
	m.examples, m.homeIsCurrent = examples, c == present && note == ""
	m.lastGood, m.lastGoodStep = file, c.Step
	m.origin = fmt.Sprintf("going on after step %d of %d, from %s%s", c.Step, stepsFor(m.cfg, examples), file, note)
	return nil
}

// latest returns a directory's checkpoint, or nil if there is none. If it is
// damaged, the one before it takes its place, and the note says so.
func latest(dir string) (c *checkpoint, file, note string, err error) {
	file = filepath.Join(dir, checkpointFile)
	c, err = readCheckpoint(file)
	var bad *CheckpointError
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, file, "", nil
	case !errors.As(err, &bad):
		return c, file, "", err
	}
	file = filepath.Join(dir, previousFile)
	if c, err = readCheckpoint(file); err != nil {
		return nil, file, "", fmt.Errorf("%w; to begin anew, delete it", bad)
	}
	return c, file, fmt.Sprintf(" (%v)", bad), nil
}

// unfit says why a checkpoint's training is not the one to go on with, or "".
func (m *Model) unfit(c *checkpoint, examples int) string {
	if other := m.differs(c, examples); other != "" {
		return fmt.Sprintf("; the training before it, of %d steps, had %s, and is kept as %s", c.Step, other, formerFile)
	}
	if c.Step >= stepsFor(m.cfg, examples) {
		return fmt.Sprintf("; the training before it, of %d steps, was finished, and is kept as %s", c.Step, formerFile)
	}
	return ""
}

func newWeights(cfg Config) string { return fmt.Sprintf("new weights, drawn with seed %d", cfg.Seed) }

// differs says what a checkpoint's training had other than this one, or "".
func (m *Model) differs(c *checkpoint, examples int) string {
	was, is := c.Config, m.cfg
	was.Epochs, was.DisplayFreq = is.Epochs, is.DisplayFreq
	for k := range reflect.TypeFor[Config]().NumField() {
		a, b := reflect.ValueOf(was).Field(k), reflect.ValueOf(is).Field(k)
		if !a.Equal(b) {
			return fmt.Sprintf("Config.%s %v, not %v", reflect.TypeFor[Config]().Field(k).Name, a, b)
		}
	}
	switch {
	case c.Examples != 0 && c.Examples != examples:
		return fmt.Sprintf("%d examples, not %d", c.Examples, examples)
	case c.Graph != m.graph:
		return "another graph: the network, the backend or the version of GoMLX has changed"
	}
	return ""
}

// fingerprint tells the graphs of trainings apart: their operations, shapes and
// small constants.
func fingerprint(g *graph.Graph) string {
	sum := sha256.Sum256([]byte(g.String()))
	return hex.EncodeToString(sum[:])
}

// stepsFor returns the steps of a whole training on n examples.
func stepsFor(cfg Config, n int) int { return n / cfg.BatchSize * cfg.Epochs }

// checkExamples returns an error if n examples do not fill a batch.
func checkExamples(method string, cfg Config, n int) error {
	if n < cfg.BatchSize {
		return fmt.Errorf("birnn: %s: %d examples do not fill one batch of Config.BatchSize %d", method, n, cfg.BatchSize)
	}
	return nil
}

// newTraining names a training that begins.
func newTraining() string { return rand.Text() }
