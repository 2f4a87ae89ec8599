package infer

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"path"
	"slices"

	"github.com/easy-gomlx/tutorials/birnn/internal/checkpoint"
	"github.com/easy-gomlx/tutorials/birnn/internal/kernel"
	"github.com/easy-gomlx/tutorials/birnn/internal/safetensors"
)

// CheckpointError reports that a file does not hold a network that this package
// can run, and why.
type CheckpointError struct {
	File string // its path in the file system
	Err  error
}

func (e *CheckpointError) Error() string {
	return fmt.Sprintf("infer: the checkpoint %s cannot be used: %v", e.File, e.Err)
}

// Unwrap returns the reason.
func (e *CheckpointError) Unwrap() error { return e.Err }

// maxFile bounds the memory for reading a file: package birnn allows 2^28
// weights, of which a checkpoint has three copies of four bytes each.
const maxFile = 4 << 30

// Load reads the network that Model.Save of package birnn, or [Compact] of this
// one, wrote: the file model.safetensors in the directory dir of fsys. As in all
// of package io/fs, dir is a slash-separated path without a leading slash; "."
// is the root:
//
//	network, err := infer.Load(os.DirFS("checkpoints/digits"), ".")
//
// If there is no such file, the error wraps [fs.ErrNotExist]. If the file is
// corrupt, or if its network is not the built-in one of package birnn, the error
// is a [*CheckpointError].
//
// A file from an untrusted source is safe to load. It cannot make Load use more
// memory than a small multiple of its size, or compute for more than some seconds.
func Load(fsys fs.FS, dir string) (*Network, error) {
	n, _, err := load(fsys, dir)
	return n, err
}

// load returns the network and the file that holds it.
func load(fsys fs.FS, dir string) (*Network, checkpoint.File, error) {
	if fsys == nil {
		return nil, checkpoint.File{}, errors.New("infer: the file system is nil; os.DirFS and embed.FS are file systems")
	}
	name := path.Join(dir, checkpoint.Name)
	content, err := read(fsys, name)
	if err != nil {
		return nil, checkpoint.File{}, fmt.Errorf("infer: loading a network: %w", err)
	}
	file, err := checkpoint.Decode(content)
	if err != nil {
		return nil, checkpoint.File{}, &CheckpointError{File: name, Err: err}
	}
	n, err := build(file)
	if err != nil {
		return nil, checkpoint.File{}, &CheckpointError{File: name, Err: err}
	}
	return n, file, nil
}

// Compact returns, as the content of a file model.safetensors, the network that
// [Load] would load, without what Model.Save of package birnn stores to resume
// training: it has about a third of the size.
//
//	content, err := infer.Compact(os.DirFS("checkpoints/digits"), ".")
//	...
//	err = os.WriteFile("network/model.safetensors", content, 0o666)
//
// Its errors are those of Load.
func Compact(fsys fs.FS, dir string) ([]byte, error) {
	_, file, err := load(fsys, dir)
	if err != nil {
		return nil, err
	}
	file.Arrays = slices.DeleteFunc(file.Arrays, func(a safetensors.Array) bool { return !slices.Contains(tensors, a.Name) })
	content, err := file.Encode()
	if err != nil {
		return nil, fmt.Errorf("infer: Compact: %w", err)
	}
	return content, nil
}

// tensors are the names of the weights.
var tensors = []string{"fw/kernel", "fw/bias", "bw/kernel", "bw/bias", "W", "b"}

// read returns the content of a regular file. A pipe might never end, so it is
// not opened.
func read(fsys fs.FS, name string) ([]byte, error) {
	if !fs.ValidPath(name) {
		return nil, fmt.Errorf("%s: %w: a path in a file system is relative to its root and has no \"..\"", name, fs.ErrInvalid)
	}
	info, err := fs.Stat(fsys, name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a regular file", name)
	}
	if info.Size() > maxFile {
		return nil, fmt.Errorf("%s has %d bytes; at most %d are allowed", name, info.Size(), int64(maxFile))
	}
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	// The size may be a false claim, so memory is allocated for what is there.
	content, err := io.ReadAll(io.LimitReader(f, info.Size()+1))
	if err == nil && int64(len(content)) != info.Size() {
		err = fmt.Errorf("%s does not have the %d bytes that the file system reports", name, info.Size())
	}
	return content, err
}

// build returns the network that the file describes.
func build(file checkpoint.File) (*Network, error) {
	h, err := parseHeader(file.Header)
	if err != nil {
		return nil, err
	}
	c := h.Config
	n := &Network{sizes: c.sizes(), finalStates: c.Readout == finalStates}
	values := func(name string, shape ...int) (v []float32) {
		if err == nil {
			v, err = take(file.Arrays, name, shape)
		}
		return v
	}
	cell := func(name string) (l *kernel.Layer) {
		weights := values(name+"/kernel", c.NumInput+c.NumHidden, 4*c.NumHidden)
		bias := values(name+"/bias", 4*c.NumHidden)
		if err != nil {
			return nil
		}
		for k := range c.NumHidden { // the file has the bias without the forget bias
			bias[2*c.NumHidden+k] += float32(c.ForgetBias)
		}
		l, err = kernel.Best().NewLayer(c.NumInput, c.NumHidden, weights, bias)
		return l
	}
	n.forward, n.backward = cell("fw"), cell("bw")
	n.w, n.b = values("W", 2*c.NumHidden, c.NumClasses), values("b", c.NumClasses)
	if err != nil {
		return nil, err
	}
	n.scratch.New = func() any { return n.newScratch() }
	return n, n.checkProbe(h)
}

// take returns the values of an array.
func take(arrays []safetensors.Array, name string, shape []int) ([]float32, error) {
	at := slices.IndexFunc(arrays, func(a safetensors.Array) bool { return a.Name == name })
	if at < 0 {
		return nil, fmt.Errorf("it has no tensor %q", name)
	}
	a := arrays[at]
	if a.DType != "F32" || !slices.Equal(a.Shape, shape) {
		return nil, fmt.Errorf("tensor %q is %s%v; its header requires F32%v", name, a.DType, a.Shape, shape)
	}
	return safetensors.Values[float32](a)
}

// The limits for a probe.
const (
	maxProbe         = 1 << 22 // values: 16 MiB
	maxProbeProducts = 1 << 32 // some seconds
)

// checkProbe returns an error if the checkpoint's network is the program's own
// and computes something other than the built-in one.
func (n *Network) checkProbe(h header) error {
	const own = "its network is not the built-in one of package birnn but the program's own (Network.Logits), "
	weights := 2 * 4 * (n.input + n.hidden) * n.hidden // those in the file, so that the product does not overflow
	switch width := n.width(); {
	case !h.Own:
		return nil
	case len(h.Probe) != n.classes:
		return errors.New(own + "and has other variables; package infer runs the built-in one only")
	case width > maxProbe:
		return fmt.Errorf(own+"and its sequences of %d values are too long to check that it computes the same; at most %d are allowed", width, maxProbe)
	case int64(n.timesteps)*int64(weights) > maxProbeProducts:
		return fmt.Errorf(own+"and %d time steps times %d weights take too long to check that it computes the same; at most %d products are allowed",
			n.timesteps, weights, int64(maxProbeProducts))
	default:
		got, err := n.Predict(checkpoint.ProbeSequence(width))
		if err != nil {
			return err
		}
		for k, want := range h.Probe {
			if !(math.Abs(float64(got[k]-want)) <= 1e-4) {
				return fmt.Errorf(own+"and computes something else: probability %d of the test sequence is %v, that of the built-in network %v", k, want, got[k])
			}
		}
		return nil
	}
}
