package main

import "fmt"

// kind is what a peer does in one step.
type kind string

const (
	train  kind = "train"  // one batch forward and backward, and one update by Adam
	eval   kind = "eval"   // the loss of all examples, batch by batch
	single kind = "single" // the class probabilities of one example
)

// work is what each peer does. The workers receive it as JSON.
type work struct {
	Kind      kind    `json:"kind"`
	Final     bool    `json:"final"` // FinalStates, rather than LastOutput
	Examples  int     `json:"examples"`
	Batch     int     `json:"batch"`
	Timesteps int     `json:"timesteps"`
	Input     int     `json:"input"`
	Hidden    int     `json:"hidden"`
	Classes   int     `json:"classes"`
	Rate      float64 `json:"rate"`
	Threads   int     `json:"threads"` // 0: each library's default
	ISA       string  `json:"isa"`     // avx2, or empty for all that the processor has
	Data      string  `json:"data"`    // the file of writeData
	Network   string  `json:"network"` // the directory of writeNetwork
}

// String describes a step.
func (w work) String() string {
	sizes := fmt.Sprintf("%d time steps of %d, %d hidden units", w.Timesteps, w.Input, w.Hidden)
	readout := "LastOutput"
	if w.Final {
		readout = "FinalStates"
	}
	sizes += ", " + readout
	if w.Threads > 0 {
		sizes += fmt.Sprintf(", -threads %d", w.Threads)
	}
	if w.ISA != "" {
		sizes += ", -isa " + w.ISA
	}
	switch w.Kind {
	case eval:
		return fmt.Sprintf("Evaluating %d sequences in batches of %d: %s", w.Examples, w.Batch, sizes)
	case single:
		return fmt.Sprintf("Predicting one sequence: %s", sizes)
	}
	return fmt.Sprintf("One training step on a batch of %d: %s", w.Batch, sizes)
}

// sizes are set by flags.
type sizes struct {
	hidden, batch, timesteps, input, threads int
	isa                                      string
}

// pixels is the size of an image and of a sequence, unless -input is set.
const pixels = 28 * 28

// sweeps are the workloads that train with several values of a flag.
var sweeps = map[string][]int{
	"hidden":    {32, 128, 512},
	"batch":     {10, 100, 1000},
	"timesteps": {28, 112, 784},
	"threads":   {1, 2, 4},
}

// workloads are the names that -workload takes.
const workloads = "train, final, eval, single, hidden, batch, timesteps or threads"

// workNamed returns the work of a workload: one, or several for a sweep.
func workNamed(name string, s sizes) ([]work, error) {
	if values, ok := sweeps[name]; ok {
		var all []work
		for _, v := range values {
			swept := s
			*map[string]*int{"hidden": &swept.hidden, "batch": &swept.batch, "timesteps": &swept.timesteps, "threads": &swept.threads}[name] = v
			one, err := newWork("train", swept)
			if err != nil {
				return nil, err
			}
			all = append(all, one)
		}
		return all, nil
	}
	one, err := newWork(name, s)
	return []work{one}, err
}

func newWork(name string, s sizes) (work, error) {
	w := work{Kind: train, Batch: s.batch, Timesteps: s.timesteps, Input: s.input, Hidden: s.hidden, Classes: 10, Rate: 0.001, Threads: s.threads, ISA: s.isa}
	if min(s.hidden, s.batch, s.timesteps) < 1 || s.input < 0 {
		return w, fmt.Errorf("-hidden %d, -batch %d and -timesteps %d must be 1 or more", s.hidden, s.batch, s.timesteps)
	}
	if w.Input == 0 {
		if w.Input = pixels / w.Timesteps; w.Input*w.Timesteps != pixels {
			return w, fmt.Errorf("%d pixels are not divisible by %d time steps; set the size of a time step with -input", pixels, w.Timesteps)
		}
	}
	w.Examples = w.Batch
	switch name {
	case "train":
	case "final":
		w.Final = true
	case "eval":
		w.Kind, w.Batch, w.Examples = eval, 10*w.Batch, 100*w.Batch
	case "single":
		w.Kind, w.Batch, w.Examples = single, 1, checkedSteps
	default:
		return w, fmt.Errorf("unknown workload %q; the workloads are %s", name, workloads)
	}
	return w, nil
}

// sweptSize returns what a sweep varies.
func (w work) sweptSize(sweep string) int {
	return map[string]int{"hidden": w.Hidden, "batch": w.Batch, "timesteps": w.Timesteps, "threads": w.Threads}[sweep]
}
