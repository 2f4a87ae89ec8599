package birnn

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/easy-gomlx/tutorials/birnn/history"
	"github.com/easy-gomlx/tutorials/birnn/internal/safetensors"
)

// headerVersion is the version of a checkpoint's content.
const headerVersion = 3

// header is the header of a checkpoint. The order of the examples follows from
// it: that of an epoch is drawn from Config.Seed and the number of the epoch.
type header struct {
	Version  int
	Config   Config
	Step     int
	Examples int    // in an epoch; 0: not known
	Graph    string // fingerprint of the training graph

	// For package infer, which only knows the built-in network.
	Own   bool      `json:",omitempty"` // Network.Logits is the program's own
	Probe []float32 `json:",omitempty"` // if it is, and has the built-in variables: its probabilities for checkpoint.ProbeSequence
}

// parseHeader parses a header; the error names what is wrong with it.
func parseHeader(text string) (header, error) {
	var h header
	if err := json.Unmarshal([]byte(text), &h); err != nil {
		return h, fmt.Errorf("its header is not valid: %w", err)
	}
	if h.Version != headerVersion {
		return h, fmt.Errorf("it has version %d, want version %d", h.Version, headerVersion)
	}
	if err := h.Config.Validate(); err != nil {
		return h, err
	}
	if h.Step < 0 {
		return h, fmt.Errorf("its Step is %d", h.Step)
	}
	if h.Examples < 0 || h.Examples > 0 && h.Examples < h.Config.BatchSize {
		return h, fmt.Errorf("its Examples are %d, with Config.BatchSize %d", h.Examples, h.Config.BatchSize)
	}
	return h, nil
}

// historyPrefix is the prefix of the names of the arrays that hold the history.
const historyPrefix = "History."

// namedSeries is a part of a history, with the name that its arrays begin with.
type namedSeries struct {
	name string
	*history.Series
}

func seriesOf(h *history.Record) []namedSeries {
	return []namedSeries{{historyPrefix + "Training", &h.Training}, {historyPrefix + "Validation", &h.Validation}}
}

// historyArrays returns the history as arrays.
func historyArrays(h history.Record) (arrays []safetensors.Array) {
	for _, s := range seriesOf(&h) {
		steps := make([]int64, len(s.Steps))
		for k, step := range s.Steps {
			steps[k] = int64(step)
		}
		arrays = append(arrays,
			safetensors.NewArray(s.name+".Steps", steps, len(steps)),
			safetensors.NewArray(s.name+".Loss", s.Loss, len(s.Loss)),
			safetensors.NewArray(s.name+".Accuracy", s.Accuracy, len(s.Accuracy)))
	}
	return arrays
}

// splitHistory returns the history among the arrays, and the other arrays.
func splitHistory(arrays []safetensors.Array) (h history.Record, others []safetensors.Array, err error) {
	hasHistory := func(a safetensors.Array) bool { return strings.HasPrefix(a.Name, historyPrefix) }
	if !slices.ContainsFunc(arrays, hasHistory) {
		return h, nil, errors.New("it holds weights only, as package infer writes them, and only that package can load it")
	}
	for _, s := range seriesOf(&h) {
		if *s.Series, err = parseSeries(arrays, s.name); err != nil {
			return h, nil, err
		}
	}
	for _, a := range arrays {
		if !hasHistory(a) {
			others = append(others, a)
		}
	}
	return h, others, nil
}

// parseSeries returns the series of the given name.
func parseSeries(arrays []safetensors.Array, name string) (s history.Series, err error) {
	steps, err := safetensors.Find[int64](arrays, name+".Steps")
	if err == nil {
		s.Loss, err = safetensors.Find[float64](arrays, name+".Loss")
	}
	if err == nil {
		s.Accuracy, err = safetensors.Find[float64](arrays, name+".Accuracy")
	}
	if err != nil {
		return s, err
	}
	if len(steps) != len(s.Loss) || len(steps) != len(s.Accuracy) {
		return s, fmt.Errorf("its %s has %d steps, %d losses and %d accuracies", name, len(steps), len(s.Loss), len(s.Accuracy))
	}
	if !slices.IsSorted(steps) {
		return s, fmt.Errorf("the steps of its %s are not in order", name)
	}
	for _, step := range steps {
		s.Steps = append(s.Steps, int(step))
	}
	return s, nil
}
