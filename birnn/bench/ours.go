package main

import (
	"context"
	"math"
	"os"
	"strconv"

	"github.com/easy-gomlx/tutorials/birnn"
	"github.com/easy-gomlx/tutorials/birnn/backend"
	"github.com/easy-gomlx/tutorials/birnn/bench/internal/protocol"
	"github.com/gomlx/compute"
)

// loadOurs opens the backend for package birnn.
func loadOurs() (string, builder, error) {
	// XLA has a thread for each device at least. Unless -threads sets the variable, the number of devices is the default.
	threads, _ := strconv.Atoi(os.Getenv("PJRT_NPROC"))
	b, err := backend.OpenWith(context.Background(), backend.Options{CPUDevices: threads})
	if err != nil {
		return "", nil, err
	}
	return "birnn on " + b.Name(), func(w work, d data) (protocol.Step, error) { return buildOurs(b, w, d) }, nil
}

// buildOurs builds the work with package birnn, as its users would.
func buildOurs(b compute.Backend, w work, d data) (protocol.Step, error) {
	m, err := birnn.New(b, w.config())
	if err != nil {
		return nil, err
	}
	if err := m.SetWeights(d.weights); err != nil {
		return nil, err
	}
	switch w.Kind {
	case train:
		return func() (float64, error) { loss, _, err := m.TrainStep(d.x, d.y); return loss, err }, nil
	case eval:
		return func() (float64, error) { loss, _, err := m.Evaluate(d.x, d.y); return loss, err }, nil
	}
	k, width := -1, w.Timesteps*w.Input
	return func() (float64, error) {
		k = (k + 1) % w.Examples
		probabilities, err := m.Predict(d.x[k*width : (k+1)*width])
		if err != nil {
			return 0, err
		}
		return -math.Log(float64(probabilities[0][d.y[k]])), nil
	}, nil
}

// config returns the configuration of package birnn for some work.
func (w work) config() birnn.Config {
	cfg := birnn.DefaultConfig()
	cfg.NumInput, cfg.Timesteps, cfg.NumHidden, cfg.NumClasses = w.Input, w.Timesteps, w.Hidden, w.Classes
	cfg.BatchSize, cfg.LearningRate = w.Batch, w.Rate
	if w.Final {
		cfg.Readout = birnn.FinalStates
	}
	return cfg
}
