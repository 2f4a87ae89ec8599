package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/gomlx/compute/gobackend"

	"github.com/easy-gomlx/tutorials/birnn"
	"github.com/easy-gomlx/tutorials/birnn/infer"
	"github.com/easy-gomlx/tutorials/birnn/internal/checkpoint"
	"github.com/easy-gomlx/tutorials/birnn/internal/safetensors"
)

// loadCheckpoint reads the network in a directory. It reads the file itself,
// because birnn.Load would also need the optimizer that it was trained with.
func loadCheckpoint(dir string) (cfg birnn.Config, w birnn.Weights, err error) {
	_, err = infer.Load(os.DirFS(dir), ".")
	if unusable := (*infer.CheckpointError)(nil); errors.As(err, &unusable) {
		return cfg, w, fmt.Errorf("only checkpoints of birnn's built-in network can be converted: %w", err)
	}
	if err != nil {
		return cfg, w, err
	}
	file, err := checkpoint.Read(filepath.Join(dir, checkpoint.Name))
	if err != nil {
		return cfg, w, err
	}
	var header struct{ Config birnn.Config }
	if err := json.Unmarshal([]byte(file.Header), &header); err != nil {
		return cfg, w, fmt.Errorf("its header is not valid: %w", err)
	}
	for _, a := range []struct {
		name   string
		values *[]float32
	}{
		{"fw/kernel", &w.Forward.Kernel}, {"fw/bias", &w.Forward.Bias},
		{"bw/kernel", &w.Backward.Kernel}, {"bw/bias", &w.Backward.Bias},
		{"W", &w.W}, {"b", &w.B},
	} {
		if *a.values, err = safetensors.Find[float32](file.Arrays, a.name); err != nil {
			return cfg, w, err
		}
	}
	return header.Config, w, nil
}

// saveCheckpoint saves the network to a directory, as an untrained model.
func saveCheckpoint(dir string, cfg birnn.Config, w birnn.Weights) error {
	backend, err := gobackend.New("")
	if err != nil {
		return err
	}
	defer backend.Finalize()
	m, err := birnn.New(backend, cfg)
	if err != nil {
		return err
	}
	defer m.Close()
	if err := m.SetWeights(w); err != nil {
		return err
	}
	return m.Save(dir)
}
