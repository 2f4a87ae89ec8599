//go:build unix

package kernel

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

// TestPagesWithoutAccess runs on slices of which each ends where a page without
// access begins, and then on slices that begin where one ends: reading or writing
// beyond a slice crashes.
func TestPagesWithoutAccess(t *testing.T) {
	each(t, func(t *testing.T, i Implementation) {
		rng := rand.New(rand.NewPCG(19, 20))
		for _, s := range []Sizes{{1, 1, 1, 1}, {2, 3, 9, 15}, {7, 2, 3, 17}, {13, 2, 17, 33}, {26, 1, 5, 64}} {
			for _, v := range variants() {
				oracle := newForward(rng, s, v)
				oracleBackward := newBackward(rng, oracle)
				for _, atEnd := range []bool{true, false} {
					f, b := float32Forward(oracle), float32Backward(oracleBackward)
					want, wantBackward := float32Forward(oracle), float32Backward(oracleBackward)
					run(t, i.Forward(want), i.Backward(wantBackward))
					free := append(fence(t, f.fields(), &f.Mask, atEnd), fence(t, b.fields(), &b.Mask, atEnd)...)
					run(t, i.Forward(f), i.Backward(b))
					same(t, "forward", f.fields(), want.fields())
					same(t, "backward", b.fields(), wantBackward.fields())
					for _, memory := range free {
						run(t, unix.Munmap(memory))
					}
				}
			}
		}
	})
}

// fence moves the slices to memory between pages without access.
func fence(t *testing.T, fields []field[float32], mask *[]bool, atEnd bool) (memory [][]byte) {
	for _, field := range fields {
		*field.values = fenced(t, *field.values, atEnd, &memory)
	}
	if mask != nil {
		*mask = fenced(t, *mask, atEnd, &memory)
	}
	return memory
}

func fenced[E any](t *testing.T, s []E, atEnd bool, memory *[][]byte) []E {
	t.Helper()
	if s == nil {
		return nil
	}
	page, bytes := os.Getpagesize(), len(s)*int(unsafe.Sizeof(s[0]))
	size := (bytes + page - 1) / page * page
	m, err := unix.Mmap(-1, 0, size+2*page, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	run(t, err)
	run(t, unix.Mprotect(m[:page], unix.PROT_NONE), unix.Mprotect(m[page+size:], unix.PROT_NONE))
	*memory = append(*memory, m)
	first := page
	if atEnd {
		first += size - bytes
	}
	moved := unsafe.Slice((*E)(unsafe.Pointer(&m[first])), len(s))
	copy(moved, s)
	return moved
}

// TestAlignments runs with all alignments of the slices, and with numbers
// around each of them that have to stay as they are.
func TestAlignments(t *testing.T) {
	each(t, func(t *testing.T, i Implementation) {
		rng := rand.New(rand.NewPCG(21, 22))
		for _, s := range []Sizes{{7, 3, 5, 19}, {2, 2, 16, 32}} {
			oracle := newForward(rng, s, variant{masked: true, stateful: true})
			oracleBackward := newBackward(rng, oracle)
			want, wantBackward := float32Forward(oracle), float32Backward(oracleBackward)
			run(t, i.Forward(want), i.Backward(wantBackward))
			for alignment := range 16 {
				for _, step := range []int{0, 5} { // from one slice to the next
					f, b := float32Forward(oracle), float32Backward(oracleBackward)
					check, checkBackward := guard(t, f.fields(), alignment, step), guard(t, b.fields(), alignment, step)
					run(t, i.Forward(f), i.Backward(b))
					check(f.fields())
					checkBackward(b.fields())
					same(t, fmt.Sprintf("alignment %d", alignment), f.fields(), want.fields())
					same(t, fmt.Sprintf("alignment %d", alignment), b.fields(), wantBackward.fields())
				}
			}
		}
	})
}

// guard moves each slice to memory of the given alignment, in floats, with
// guards before and after it. The function that it returns verifies that
// nothing but the results was written to.
func guard(t *testing.T, fields []field[float32], alignment, step int) (check func([]field[float32])) {
	const guards = 32
	const value = -12345
	var around, before [][]float32
	for k, field := range fields {
		old := *field.values
		m := alignedFloats(guards + len(old) + 2*guards)
		fill(m, value)
		first := guards + (alignment+k*step)%16
		*field.values = m[first : first+len(old)]
		copy(*field.values, old)
		around = append(around, m[:first], m[first+len(old):])
		before = append(before, old)
	}
	return func(fields []field[float32]) {
		t.Helper()
		for k, field := range fields {
			for _, v := range slices.Concat(around[2*k], around[2*k+1]) {
				if v != value {
					t.Fatalf("alignment %d: a number beside %s was changed", alignment, field.name)
				}
			}
			if !field.result && !equalBits(*field.values, before[k]) {
				t.Fatalf("alignment %d: %s was changed", alignment, field.name)
			}
		}
	}
}

// fields returns the slices of the run that are not nil.
func (r *Run) fields() []field[float32] {
	all := []field[float32]{
		{"X", &r.X, len(r.X), false}, {"H0", &r.H0, len(r.H0), false}, {"C0", &r.C0, len(r.C0), false},
		{"H", &r.H, len(r.H), true}, {"C", &r.C, len(r.C), true},
	}
	return slices.DeleteFunc(all, func(f field[float32]) bool { return *f.values == nil })
}

// TestLayerMemory does for layers what the tests above do for the passes.
func TestLayerMemory(t *testing.T) {
	each(t, func(t *testing.T, i Implementation) {
		rng := rand.New(rand.NewPCG(33, 34))
		for _, s := range []Sizes{{1, 1, 1, 1}, {1, 30, 3, 17}, {7, 3, 5, 19}, {26, 1, 5, 64}} {
			for _, v := range variants() {
				if v.masked {
					continue
				}
				c := newLayerCase(t, i, rng, s, v)
				for _, atEnd := range []bool{true, false} {
					moved := c
					free := fence(t, moved.run.fields(), nil, atEnd)
					moved.check(t)
					for _, memory := range free {
						run(t, unix.Munmap(memory))
					}
				}
				for alignment := range 16 {
					moved := c
					unchanged := guard(t, moved.run.fields(), alignment, 5)
					moved.check(t)
					unchanged(moved.run.fields())
				}
			}
		}
	})
}
