package kernel

import (
	"errors"
	"fmt"
	"slices"
)

// check returns an error that names each slice whose length is wrong.
func (f *ForwardPass[T]) check() error {
	b, t, i, h := f.Batch, f.Time, f.Input, f.Hidden
	err := errors.Join(f.Sizes.check(),
		checkLength("Forward.X", f.X, "batch, time, input", b, t, i),
		checkLength("Forward.Kernel", f.Kernel, "input+hidden, 4, hidden", i+h, 4, h),
		checkLength("Forward.Bias", f.Bias, "4, hidden", 4, h),
		checkOptional("Forward.H0", f.H0, "batch, hidden", b, h),
		checkOptional("Forward.C0", f.C0, "batch, hidden", b, h),
		checkOptional("Forward.Mask", f.Mask, "batch, time", b, t),
		checkOptional("Forward.HLast", f.HLast, "batch, hidden", b, h),
		checkOptional("Forward.CLast", f.CLast, "batch, hidden", b, h),
		checkOptional("Forward.H", f.H, "time+1, batch, hidden", t+1, b, h),
		checkOptional("Forward.U", f.U, "time, batch, 4, hidden", t, b, 4, h),
		checkOptional("Forward.C", f.C, "time, batch, hidden", t, b, h))
	if err == nil && (f.U == nil) != (f.C == nil) {
		err = errors.New("kernel: one of Forward.U and Forward.C is nil; want both or neither")
	}
	return err
}

// check returns an error that names each slice whose length is wrong.
func (p *BackwardPass[T]) check() error {
	b, t, i, h := p.Batch, p.Time, p.Input, p.Hidden
	return errors.Join(p.Sizes.check(),
		checkLength("Backward.X", p.X, "batch, time, input", b, t, i),
		checkLength("Backward.Kernel", p.Kernel, "input+hidden, 4, hidden", i+h, 4, h),
		checkOptional("Backward.Mask", p.Mask, "batch, time", b, t),
		checkLength("Backward.U", p.U, "time, batch, 4, hidden", t, b, 4, h),
		checkLength("Backward.C", p.C, "time, batch, hidden", t, b, h),
		checkLength("Backward.H", p.H, "time+1, batch, hidden", t+1, b, h),
		checkOptional("Backward.DHLast", p.DHLast, "batch, hidden", b, h),
		checkOptional("Backward.DCLast", p.DCLast, "batch, hidden", b, h),
		checkOptional("Backward.DHAll", p.DHAll, "time, batch, hidden", t, b, h),
		checkOptional("Backward.DKernel", p.DKernel, "input+hidden, 4, hidden", i+h, 4, h),
		checkOptional("Backward.DBias", p.DBias, "4, hidden", 4, h),
		checkOptional("Backward.DX", p.DX, "batch, time, input", b, t, i),
		checkOptional("Backward.DH0", p.DH0, "batch, hidden", b, h),
		checkOptional("Backward.DC0", p.DC0, "batch, hidden", b, h))
}

// check returns an error that names each field that is wrong for a layer of
// these sizes. It allocates nothing if there is none.
func (r *Run) check(input, hidden int) error {
	err := errors.Join(checkSize("Run.Batch", r.Batch), checkSize("Run.Time", r.Time),
		checkLength("Run.X", r.X, "batch, time, input", r.Batch, r.Time, input),
		checkOptional("Run.H0", r.H0, "batch, hidden", r.Batch, hidden),
		checkOptional("Run.C0", r.C0, "batch, hidden", r.Batch, hidden),
		checkLength("Run.H", r.H, "batch, hidden", r.Batch, hidden),
		checkLength("Run.C", r.C, "batch, hidden", r.Batch, hidden))
	if err == nil && (r.Steps < 1 || r.Steps > r.Time) {
		err = fmt.Errorf("kernel: Run.Steps is %d; want 1 to Run.Time = %d", r.Steps, r.Time)
	}
	return err
}

func (s Sizes) check() error {
	return errors.Join(checkSize("Sizes.Batch", s.Batch), checkSize("Sizes.Time", s.Time),
		checkSize("Sizes.Input", s.Input), checkSize("Sizes.Hidden", s.Hidden))
}

func checkSize(name string, size int) error {
	if size < 1 {
		return fmt.Errorf("kernel: %s is %d; want at least 1", name, size)
	}
	return nil
}

// checkOptional is [checkLength] for a slice that may be nil.
func checkOptional[E any](name string, s []E, axes string, dims ...int) error {
	if s == nil {
		return nil
	}
	return checkLength(name, s, axes, dims...)
}

// checkLength returns an error if the length of s is not the product of the
// dimensions. It divides, because the product could overflow.
func checkLength[E any](name string, s []E, axes string, dims ...int) error {
	rest, whole := len(s), true
	for _, d := range dims {
		if d < 1 {
			return nil // the error is that of the sizes
		}
		whole = whole && rest%d == 0
		rest /= d
	}
	if whole && rest == 1 {
		return nil
	}
	return fmt.Errorf("kernel: %s has length %d; want [%s] = %d", name, len(s), axes, slices.Clone(dims)) // so that dims need not be on the heap
}
