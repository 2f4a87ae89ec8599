package kernel

import "testing"

// fuzz runs test for every implementation with sizes, variants and seeds of the
// fuzzer's choice.
func fuzz(f *testing.F, test func(t testing.TB, i Implementation, seed uint64, s Sizes, v variant)) {
	f.Add(uint64(1), uint8(6), uint8(2), uint8(4), uint8(18), uint8(7))
	f.Add(uint64(2), uint8(0), uint8(0), uint8(0), uint8(0), uint8(0))
	f.Add(uint64(3), uint8(49), uint8(3), uint8(27), uint8(127), uint8(3))
	f.Fuzz(func(t *testing.T, seed uint64, batch, time, input, hidden, flags uint8) {
		s := Sizes{1 + int(batch), 1 + int(time)%8, 1 + int(input)%80, 1 + int(hidden)%150}
		v := variants()[flags%8]
		each(t, func(t *testing.T, i Implementation) { test(t, i, seed, s, v) })
	})
}

func FuzzForward(f *testing.F) { fuzz(f, agreesForward) }

func FuzzBackward(f *testing.F) { fuzz(f, agreesBackward) }

func FuzzLayer(f *testing.F) { fuzz(f, agreesLayer) }
