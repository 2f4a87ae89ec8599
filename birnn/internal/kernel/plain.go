package kernel

import (
	"math"
	"slices"
)

// This file defines what all implementations compute. One time
// step, with the pre-activations z = x·Wx + h·Wh + b, where the kernel is Wx
// above Wh, and with the gates in the order i, j, f, o:
//
//	i = σ(z_i)           input gate: how much of the candidate to add
//	j = tanh(z_j)        candidate
//	f = σ(z_f)           forget gate: how much of the cell state to keep
//	o = σ(z_o)           output gate: how much of the cell state to output
//	c = f*c + i*j        cell state
//	h = o*tanh(c)        hidden state
//
// Since σ(z) = ½·tanh(z/2) + ½, one function serves all gates: u = tanh(z),
// with z_i, z_f and z_o halved, holds j and, for each other gate g, 2g-1.

func plainForward[T Float](f *ForwardPass[T]) {
	f.each(func(u, x, h []T) { gates(u, f.Kernel, f.Bias, x, h) }, step[T])
}

// each calls gates and step for each time step of each sequence. They get the
// gates u, the inputs x and the state h, c of the sequence; in a first time step
// from zero, h is empty for gates.
func (f *ForwardPass[T]) each(gates func(u, x, h []T), step func(h, c, u []T)) {
	h, c, u := make([]T, f.Hidden), make([]T, f.Hidden), make([]T, 4*f.Hidden)
	for n := range f.Batch {
		get(h, f.H0, n)
		get(c, f.C0, n)
		put(f.H, n, h)
		for t := range f.Time {
			at := f.place(n, t, f.Reversed)
			gates(u, row(f.X, at, f.Input), known(h, f.H0, t))
			if f.Mask == nil || f.Mask[at] {
				step(h, c, u)
			}
			put(f.U, t*f.Batch+n, u)
			put(f.C, t*f.Batch+n, c)
			put(f.H, (t+1)*f.Batch+n, h)
		}
		put(f.HLast, n, h)
		put(f.CLast, n, c)
	}
}

func plainLayer(input, hidden int, kernel, bias []float32) (func(Run, []float32), func(int) int) {
	kernel, bias = slices.Clone(kernel), slices.Clone(bias)
	return func(r Run, scratch []float32) {
		r.each(Sizes{r.Batch, r.Time, input, hidden}, scratch, func(u, x, h []float32) { gates(u, kernel, bias, x, h) }, step[float32])
	}, plainScratch(hidden)
}

// plainScratch returns the scratch memory of [Run.each].
func plainScratch(hidden int) func(int) int { return func(int) int { return 6 * hidden } }

// each is that of [ForwardPass], for a layer.
func (r *Run) each(s Sizes, scratch []float32, gates func(u, x, h []float32), step func(h, c, u []float32)) {
	h, c, u := scratch[:s.Hidden], scratch[s.Hidden:2*s.Hidden], scratch[2*s.Hidden:6*s.Hidden]
	for n := range r.Batch {
		get(h, r.H0, n)
		get(c, r.C0, n)
		for t := range r.Steps {
			gates(u, row(r.X, s.place(n, t, r.Reversed), s.Input), known(h, r.H0, t))
			step(h, c, u)
		}
		put(r.H, n, h)
		put(r.C, n, c)
	}
}

// known returns h, or nothing in a first time step from zero.
func known[T Float](h, h0 []T, t int) []T {
	if t == 0 && h0 == nil {
		return nil
	}
	return h
}

// gates sets u to the gates of one time step of one sequence.
func gates[T Float](u, kernel, bias, x, h []T) {
	copy(u, bias)
	for k, v := range x {
		addScaled(u, v, row(kernel, k, len(u)))
	}
	for k, v := range h {
		addScaled(u, v, row(kernel, len(x)+k, len(u)))
	}
	for k, z := range u {
		if k/(len(u)/4) != 1 { // not j
			z /= 2
		}
		u[k] = tanh(z)
	}
}

// step advances the state h, c of one sequence by one time step.
func step[T Float](h, c, u []T) {
	for k := range h {
		i, j, f, o := gatesOf(u, len(h), k)
		c[k] = f*c[k] + i*j
		h[k] = o * tanh(c[k])
	}
}

// gatesOf returns the gates of hidden unit k.
func gatesOf[T Float](u []T, hidden, k int) (i, j, f, o T) {
	σ := func(u T) T { return u/2 + 0.5 }
	return σ(u[k]), u[hidden+k], σ(u[2*hidden+k]), σ(u[3*hidden+k])
}

func plainBackward[T Float](b *BackwardPass[T]) {
	clear(b.DKernel)
	clear(b.DBias)
	dh, dc, dz := make([]T, b.Hidden), make([]T, b.Hidden), make([]T, 4*b.Hidden)
	for n := range b.Batch {
		get(dh, b.DHLast, n)
		get(dc, b.DCLast, n)
		for t := b.Time - 1; t >= 0; t-- {
			stacked, at := t*b.Batch+n, b.place(n, t, b.Reversed)
			if b.DHAll != nil {
				addScaled(dh, 1, row(b.DHAll, stacked, b.Hidden))
			}
			if b.Mask == nil || b.Mask[at] {
				stepGradient(dz, dh, dc, row(b.U, stacked, 4*b.Hidden), row(b.C, stacked, b.Hidden))
				b.addWeightGradient(row(b.X, at, b.Input), row(b.H, stacked, b.Hidden), dz)
				b.throughKernel(at, dh, dz)
			} else if b.DX != nil {
				clear(row(b.DX, at, b.Input))
			}
		}
		put(b.DH0, n, dh)
		put(b.DC0, n, dc)
	}
}

// stepGradient differentiates [step] and the tanh of [gates]. From dh and dc,
// the gradient of the state after the time step, it computes dz, that of the
// pre-activations, and replaces dc by the gradient of the cell state before it:
//
//	dc  += dh*o * (1-tanh(c)²)
//	dz_i = dc*j * ½·i*(1-u_i)            dz_j = dc*i * (1+j)*(1-j)
//	dz_f = dc*(c - i*j) * ½·(1-u_f)      dz_o = dh*tanh(c) * ½·o*(1-u_o)
//	dc'  = dc*f
//
// because the derivative of a gate g = ½·u + ½ is g*(1-g) = ½·g*(1-u), that of
// j is 1-j² = (1+j)*(1-j), and c - i*j is f*c', the cell state before times f.
func stepGradient[T Float](dz, dh, dc, u, c []T) {
	n := len(dh)
	for k := range dh {
		i, j, f, o := gatesOf(u, n, k)
		tanhC := tanh(c[k])
		dc[k] += dh[k] * o * (1 - tanhC*tanhC)
		dz[k] = dc[k] * j * i * (1 - u[k]) / 2
		dz[n+k] = dc[k] * i * (1 + j) * (1 - j)
		dz[2*n+k] = dc[k] * (c[k] - i*j) * (1 - u[2*n+k]) / 2
		dz[3*n+k] = dh[k] * tanhC * o * (1 - u[3*n+k]) / 2
		dc[k] *= f
	}
}

// addWeightGradient adds the contribution of one time step of one sequence to the
// gradients of kernel and bias; h is the hidden state before it.
func (p *BackwardPass[T]) addWeightGradient(x, h, dz []T) {
	if p.DKernel != nil {
		for k, v := range x {
			addScaled(row(p.DKernel, k, len(dz)), v, dz)
		}
		for k, v := range h {
			addScaled(row(p.DKernel, len(x)+k, len(dz)), v, dz)
		}
	}
	if p.DBias != nil {
		addScaled(p.DBias, 1, dz)
	}
}

// throughKernel differentiates z = x·Wx + h·Wh: it sets row at of DX and dh, the
// gradient of the hidden state before the time step.
func (p *BackwardPass[T]) throughKernel(at int, dh, dz []T) {
	if p.DX != nil {
		dx := row(p.DX, at, p.Input)
		for k := range dx {
			dx[k] = dot(dz, row(p.Kernel, k, len(dz)))
		}
	}
	for k := range dh {
		dh[k] = dot(dz, row(p.Kernel, p.Input+k, len(dz)))
	}
}

func plainTanh[T Float](y, x []T) {
	for k, v := range x {
		y[k] = tanh(v)
	}
}

func tanh[T Float](x T) T { return T(math.Tanh(float64(x))) }

// place returns the row of X and Mask that holds time step t, in the order of
// reading, of sequence n.
func (s Sizes) place(n, t int, reversed bool) int {
	if reversed {
		t = s.Time - 1 - t
	}
	return n*s.Time + t
}

// row returns row k of a matrix.
func row[T Float](matrix []T, k, columns int) []T { return matrix[k*columns : (k+1)*columns] }

// get copies row k of the matrix to dst; a nil matrix is zero.
func get[T Float](dst, matrix []T, k int) {
	clear(dst)
	if matrix != nil {
		copy(dst, row(matrix, k, len(dst)))
	}
}

// put copies src to row k of the matrix, unless that is nil.
func put[T Float](matrix []T, k int, src []T) {
	if matrix != nil {
		copy(row(matrix, k, len(src)), src)
	}
}

// addScaled adds factor*src to dst.
func addScaled[T Float](dst []T, factor T, src []T) {
	for k, v := range src {
		dst[k] += factor * v
	}
}

func dot[T Float](a, b []T) (sum T) {
	for k, v := range a {
		sum += v * b[k]
	}
	return sum
}
