package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os/exec"
	"slices"

	"github.com/easy-gomlx/tutorials/birnn/bench/internal/protocol"
)

// result holds the measurements of a peer.
type result struct {
	Peer      string      `json:"peer"`
	Title     string      `json:"title"`
	Library   string      `json:"library"`
	Steps     [][]float64 `json:"ms"`                 // of each step, by round
	Losses    []float64   `json:"losses"`             // of the first steps
	Load      float64     `json:"load_seconds"`       // starting the process and loading the library
	FirstStep float64     `json:"first_step_seconds"` // building, compiling and one step
	Peak      int64       `json:"peak_bytes"`
	Fault     string      `json:"fault,omitempty"` // why the peer can't be compared
}

// plan says how long to measure.
type plan struct {
	rounds, steps int
	turn          float64 // seconds after which no further step of a turn starts
}

// checkedSteps is the number of steps whose losses are compared. They are not timed.
const checkedSteps = 5

// contestant is a peer with its process.
type contestant struct {
	result
	worker *worker // nil: it has failed
}

// measure runs the peers in rounds, in which each takes its steps while the others are stopped. It returns a result for each peer,
// with a fault if it failed.
func measure(ctx context.Context, w work, chosen []peer, command func(peer) (*exec.Cmd, error), p plan, report func(string, ...any)) ([]result, error) {
	var all []*contestant
	defer func() {
		for _, c := range all {
			c.end()
		}
	}()
	for _, one := range chosen {
		report("%s: loading, building and its first %d steps", one.name, checkedSteps)
		c := &contestant{result: result{Peer: one.name, Title: one.title}}
		all = append(all, c)
		cmd, err := command(one)
		if err == nil {
			c.worker, err = startWorker(cmd)
		}
		c.failed(err)
		c.do(func() error { return c.begin(w) })
	}
	for round := range p.rounds {
		report("round %d of %d", round+1, p.rounds)
		for k := range all {
			c := all[(k+round)%len(all)] // so that a peer does not always follow the same one
			c.do(func() error { return c.turn(p) })
		}
	}
	var results []result
	for _, c := range all {
		c.end()
		results = append(results, c.result)
	}
	markOtherLosses(results)
	return results, ctx.Err()
}

// do resumes the worker for a part of its work, unless it has failed.
func (c *contestant) do(part func() error) {
	if c.worker == nil {
		return
	}
	c.failed(c.worker.resume())
	if c.worker != nil {
		c.failed(part())
	}
	if c.worker != nil {
		c.failed(c.worker.pause())
	}
}

func (c *contestant) failed(err error) {
	if err != nil {
		c.Fault = err.Error()
		c.end()
	}
}

func (c *contestant) end() {
	if c.worker != nil {
		c.Peak = c.worker.quit()
		c.worker = nil
	}
}

// begin sets up the worker and takes the checked steps.
func (c *contestant) begin(w work) error {
	c.Library, c.Load = c.worker.ready, c.worker.load
	setup, err := json.Marshal(w)
	if err != nil {
		return err
	}
	first, err := c.worker.ask(protocol.Request{Setup: setup})
	if err != nil {
		return err
	}
	more, err := c.worker.ask(protocol.Request{Steps: checkedSteps - 1})
	if err != nil {
		return err
	}
	c.FirstStep, c.Losses = first.Seconds, slices.Concat(first.Losses, more.Losses)
	return nil
}

func (c *contestant) turn(p plan) error {
	// Two steps to fill the caches.
	if _, err := c.worker.ask(protocol.Request{Steps: 2, Seconds: p.turn / 10}); err != nil {
		return err
	}
	answer, err := c.worker.ask(protocol.Request{Steps: p.steps, Seconds: p.turn})
	if err == nil && (len(answer.Milliseconds) == 0 || len(answer.Milliseconds) != len(answer.Losses)) {
		err = fmt.Errorf("the worker reports %d times and %d losses", len(answer.Milliseconds), len(answer.Losses))
	}
	if err != nil {
		return err
	}
	c.Steps = append(c.Steps, answer.Milliseconds)
	return nil
}
