package birnn

import "fmt"

// checkpointVersion is the version of what a checkpoint holds.
const checkpointVersion = 2

// metaKey is where a checkpoint keeps its meta.
const metaKey = "birnn"

// meta is what a checkpoint says in words. The order of the examples follows
// from it: that of an epoch is drawn from Config.Seed and the epoch's number.
type meta struct {
	Version  int
	Config   Config
	Step     int
	Epoch    int    // complete epochs, if Examples is known
	Examples int    // in an epoch; 0: unknown
	Training string // the same for all checkpoints of one training
	Graph    string // of the training, see [fingerprint]
}

// check returns an error that names what does not fit.
func (c meta) check() error {
	if c.Version != checkpointVersion {
		return fmt.Errorf("it has version %d, this program knows version %d", c.Version, checkpointVersion)
	}
	if err := c.Config.Validate(); err != nil {
		return err
	}
	if c.Step < 0 {
		return fmt.Errorf("its Step is %d", c.Step)
	}
	if c.Examples < 0 || c.Examples > 0 && c.Examples < c.Config.BatchSize {
		return fmt.Errorf("its Examples are %d, with Config.BatchSize %d", c.Examples, c.Config.BatchSize)
	}
	if want := completeEpochs(c.Config, c.Step, c.Examples); c.Epoch != want {
		return fmt.Errorf("its Epoch is %d; %d steps over %d examples make %d", c.Epoch, c.Step, c.Examples, want)
	}
	return nil
}

// completeEpochs returns how many epochs of n examples are behind a step; 0 if n is not known.
func completeEpochs(cfg Config, step, n int) int {
	if n == 0 {
		return 0
	}
	return step / (n / cfg.BatchSize)
}
