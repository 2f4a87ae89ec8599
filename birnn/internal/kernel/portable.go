package kernel

// This file computes what plain.go defines several times as fast, on every
// processor. Only the backward pass is the plain one.

// portable is the implementation in Go that is made to be fast.
var portable = Implementation{
	Name:      "go",
	supported: true,
	forward:   portableForward,
	backward:  plainBackward[float32],
	tanh:      portableTanh,
	layer: func(input, hidden int, kernel, bias []float32) (func(Run, []float32), func(int) int) {
		weights := portablePack(input, hidden, kernel, bias)
		return func(r Run, scratch []float32) {
			r.each(Sizes{r.Batch, r.Time, input, hidden}, scratch, func(u, x, h []float32) { portableGates(u, weights, x, h) }, portableStep)
		}, plainScratch(hidden)
	},
}

func portableForward(f *Forward) {
	weights := portablePack(f.Input, f.Hidden, f.Kernel, f.Bias)
	f.each(func(u, x, h []float32) { portableGates(u, weights, x, h) }, portableStep)
}

// portablePack returns the weights in the order in which they are read, [hidden,
// 1+input+hidden]: for each hidden unit the bias, and the weights of each number
// in the input and of each hidden state, all of them for i, j, f and o. Those of
// i, f and o are halved.
func portablePack(input, hidden int, kernel, bias []float32) [][4]float32 {
	rows := 1 + input + hidden
	weights := make([][4]float32, hidden*rows)
	for k := range rows {
		from := bias
		if k > 0 {
			from = row(kernel, k-1, 4*hidden)
		}
		for unit := range hidden {
			weights[unit*rows+k] = [4]float32{from[unit] / 2, from[hidden+unit], from[2*hidden+unit] / 2, from[3*hidden+unit] / 2}
		}
	}
	return weights
}

// portableGates is [gates] with packed weights. It computes two hidden units at
// once, or the last one twice, because each sum has to wait for itself.
func portableGates(u []float32, weights [][4]float32, x, h []float32) {
	hidden := len(u) / 4
	rows := len(weights) / hidden
	for unit := 0; unit < hidden; unit += 2 {
		units := [2]int{unit, min(unit+1, hidden-1)}
		a, b := weights[units[0]*rows:][:rows], weights[units[1]*rows:][:rows]
		sums := [2][4]float32{a[0], b[0]}
		addProducts(&sums, x, a[1:], b[1:])
		addProducts(&sums, h, a[1+len(x):], b[1+len(x):])
		for k, unit := range units {
			for gate, z := range sums[k] {
				u[gate*hidden+unit] = portableTanhOf(z)
			}
		}
	}
}

// addProducts adds the products of x with the weights a and b of two hidden units.
func addProducts(sums *[2][4]float32, x []float32, a, b [][4]float32) {
	i0, j0, f0, o0 := sums[0][0], sums[0][1], sums[0][2], sums[0][3]
	i1, j1, f1, o1 := sums[1][0], sums[1][1], sums[1][2], sums[1][3]
	for k, v := range x {
		w := &a[k]
		i0 += v * w[0]
		j0 += v * w[1]
		f0 += v * w[2]
		o0 += v * w[3]
		w = &b[k]
		i1 += v * w[0]
		j1 += v * w[1]
		f1 += v * w[2]
		o1 += v * w[3]
	}
	*sums = [2][4]float32{{i0, j0, f0, o0}, {i1, j1, f1, o1}}
}

// portableStep is [step] with the fast tanh.
func portableStep(h, c, u []float32) {
	for k := range h {
		i, j, f, o := gatesOf(u, len(h), k)
		c[k] = f*c[k] + i*j
		h[k] = o * portableTanhOf(c[k])
	}
}

func portableTanh(y, x []float32) {
	for k, v := range x {
		y[k] = portableTanhOf(v)
	}
}

// portableTanhOf returns tanh(x), as tanh.h describes, but computes in float64,
// which costs next to nothing: in float32, without fused products and sums, its
// error would be above that of the other implementations.
func portableTanhOf(x32 float32) float32 {
	x := float64(x32)
	if x > 9.02 {
		x = 9.02
	} else if x < -9.02 {
		x = -9.02
	}
	s := x * x
	p := (((1.33189193e-08*s+2.05834694e-05)*s+0.00349403592)*s+0.133797169)*s + 1
	q := (((7.76198021e-07*s+0.000328309514)*s+0.025871072)*s+0.467130333)*s + 1
	y := float32(x * p / q)
	if y > 1 {
		return 1
	} else if y < -1 {
		return -1
	}
	return y
}
