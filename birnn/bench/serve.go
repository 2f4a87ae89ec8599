package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
)

// request is a line of JSON from the benchmark to a worker, which answers with
// a reply. A worker first loads its library and replies with Ready. The
// requests are then Setup, Steps any number of times, and Quit.
type request struct {
	Setup   *work   `json:"setup,omitempty"`
	Steps   int     `json:"steps,omitempty"`
	Seconds float64 `json:"seconds,omitempty"` // with Steps: start no further step after this time
	Quit    bool    `json:"quit,omitempty"`
}

type reply struct {
	Ready        string    `json:"ready,omitempty"`   // the library and its version
	Seconds      float64   `json:"seconds,omitempty"` // of Setup: building, compiling and the first step
	Milliseconds []float64 `json:"ms,omitempty"`      // of each step
	Losses       []float64 `json:"losses,omitempty"`  // of each step, before its update; of Setup: of the first
	Error        string    `json:"error,omitempty"`
}

// step does the work once and returns the loss.
type step func() (loss float64, err error)

// builder builds and compiles some work.
type builder func(work, data) (step, error)

// serve runs a worker of this program.
func serve(in io.Reader, out io.Writer, load func() (name string, build builder, err error)) error {
	answers, requests := json.NewEncoder(out), json.NewDecoder(in)
	name, build, err := load()
	if err != nil {
		return errors.Join(err, answers.Encode(reply{Error: err.Error()}))
	}
	if err := answers.Encode(reply{Ready: name}); err != nil {
		return err
	}
	var take step
	for {
		var r request
		if err := requests.Decode(&r); err != nil || r.Quit {
			return nil // at the end of the input, the benchmark has ended
		}
		var answer reply
		switch {
		case r.Setup != nil:
			take, answer, err = setUp(*r.Setup, build)
		case take == nil:
			err = errors.New("steps requested before setup")
		default:
			answer, err = takeSteps(take, r)
		}
		if err != nil {
			answer = reply{Error: err.Error()}
		}
		if err := answers.Encode(answer); err != nil {
			return err
		}
	}
}

func setUp(w work, build builder) (step, reply, error) {
	d, err := readData(w)
	if err != nil {
		return nil, reply{}, err
	}
	start := time.Now()
	take, err := build(w, d)
	if err != nil {
		return nil, reply{}, fmt.Errorf("building: %w", err)
	}
	loss, err := take()
	return take, reply{Seconds: time.Since(start).Seconds(), Losses: []float64{loss}}, err
}

func takeSteps(take step, r request) (reply, error) {
	var answer reply
	for begin := time.Now(); len(answer.Losses) < r.Steps && (len(answer.Losses) == 0 || r.Seconds == 0 || time.Since(begin).Seconds() < r.Seconds); {
		start := time.Now()
		loss, err := take()
		if err != nil {
			return reply{}, err
		}
		answer.Milliseconds = append(answer.Milliseconds, float64(time.Since(start).Nanoseconds())/1e6)
		answer.Losses = append(answer.Losses, loss)
	}
	return answer, nil
}
