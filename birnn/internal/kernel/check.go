package kernel

import (
	"errors"
	"fmt"
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

func (s Sizes) check() error {
	var errs []error
	for _, axis := range []struct {
		name string
		size int
	}{{"Batch", s.Batch}, {"Time", s.Time}, {"Input", s.Input}, {"Hidden", s.Hidden}} {
		if axis.size < 1 {
			errs = append(errs, fmt.Errorf("kernel: Sizes.%s is %d; want at least 1", axis.name, axis.size))
		}
	}
	return errors.Join(errs...)
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
	return fmt.Errorf("kernel: %s has length %d; want [%s] = %d", name, len(s), axes, dims)
}
