// Package protocol is how the benchmark and its workers talk. [Serve] is the side of a worker, for
// peers that are written in Go.
package protocol

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
)

// Request is a line of JSON from the benchmark to a worker, which answers with
// a [Reply]. A worker first loads its library and replies with Ready. The
// requests are then Setup, Steps any number of times, and Quit.
type Request struct {
	Setup   json.RawMessage `json:"setup,omitempty"` // the work
	Steps   int             `json:"steps,omitempty"`
	Seconds float64         `json:"seconds,omitempty"` // with Steps: start no further step after this time
	Quit    bool            `json:"quit,omitempty"`
}

// Reply is a line of JSON from a worker.
type Reply struct {
	Ready        string    `json:"ready,omitempty"`   // the library and its version
	Seconds      float64   `json:"seconds,omitempty"` // of Setup: building, compiling and the first step
	Milliseconds []float64 `json:"ms,omitempty"`      // of each step
	Losses       []float64 `json:"losses,omitempty"`  // of each step, before its update; of Setup: of the first
	Error        string    `json:"error,omitempty"`
}

// Step does the work once and returns the loss.
type Step func() (loss float64, err error)

// Library is what a worker measures.
type Library struct {
	Name string // with its version

	// Read reads the data of some work. The function that it returns builds and
	// compiles the work, in the time that counts.
	Read func(work json.RawMessage) (build func() (Step, error), err error)
}

// Serve answers the requests. Load loads the library.
func Serve(in io.Reader, out io.Writer, load func() (Library, error)) error {
	replies, requests := json.NewEncoder(out), json.NewDecoder(in)
	library, err := load()
	if err != nil {
		return errors.Join(err, replies.Encode(Reply{Error: err.Error()}))
	}
	if err := replies.Encode(Reply{Ready: library.Name}); err != nil {
		return err
	}
	var take Step
	for {
		var r Request
		if err := requests.Decode(&r); err != nil || r.Quit {
			return nil // at the end of the input, the benchmark has ended
		}
		var answer Reply
		switch {
		case r.Setup != nil:
			take, answer, err = setUp(library, r.Setup)
		case take == nil:
			err = errors.New("steps requested before setup")
		default:
			answer, err = TakeSteps(take, r)
		}
		if err != nil {
			answer = Reply{Error: err.Error()}
		}
		if err := replies.Encode(answer); err != nil {
			return err
		}
	}
}

func setUp(library Library, work json.RawMessage) (Step, Reply, error) {
	build, err := library.Read(work)
	if err != nil {
		return nil, Reply{}, err
	}
	start := time.Now()
	take, err := build()
	if err != nil {
		return nil, Reply{}, fmt.Errorf("building: %w", err)
	}
	loss, err := take()
	return take, Reply{Seconds: time.Since(start).Seconds(), Losses: []float64{loss}}, err
}

// TakeSteps takes the steps that are requested.
func TakeSteps(take Step, r Request) (Reply, error) {
	var answer Reply
	for begin := time.Now(); len(answer.Losses) < r.Steps && (len(answer.Losses) == 0 || r.Seconds == 0 || time.Since(begin).Seconds() < r.Seconds); {
		start := time.Now()
		loss, err := take()
		if err != nil {
			return Reply{}, err
		}
		answer.Milliseconds = append(answer.Milliseconds, float64(time.Since(start).Nanoseconds())/1e6)
		answer.Losses = append(answer.Losses, loss)
	}
	return answer, nil
}
