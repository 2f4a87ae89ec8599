package plotting

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

var nan, inf = math.NaN(), math.Inf(1)

func TestSmoothed(t *testing.T) {
	for _, test := range []struct {
		why          string
		values, want []float64
		radius       int
	}{
		{"nothing", nil, []float64{}, 2},
		{"radius 0 changes nothing", []float64{3, 1, 2}, []float64{3, 1, 2}, 0},
		{"fewer neighbors at the ends", []float64{1, 2, 6, 4}, []float64{1.5, 3, 4, 5}, 1},
		{"values that are not finite stay, and are in no mean", []float64{1, nan, 3, inf}, []float64{1, nan, 3, inf}, 1},
		{"a mean spans a gap", []float64{1, nan, 3}, []float64{2, nan, 2}, 2},
	} {
		t.Run(test.why, func(t *testing.T) {
			if diff := cmp.Diff(test.want, smoothed(test.values, test.radius), cmpopts.EquateNaNs()); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestSegments(t *testing.T) {
	for _, test := range []struct {
		why    string
		values []float64
		want   [][]xy
	}{
		{"nothing", nil, nil},
		{"one line", []float64{1, 2}, [][]xy{{{0, 1}, {1, 2}}}},
		{"a gap", []float64{1, nan, 3, 4}, [][]xy{{{0, 1}}, {{2, 3}, {3, 4}}}},
		{"gaps at both ends", []float64{inf, 1, -inf}, [][]xy{{{1, 1}}}},
		{"too large to draw", []float64{1, 1e31, -1e300}, [][]xy{{{0, 1}}}},
	} {
		t.Run(test.why, func(t *testing.T) {
			if diff := cmp.Diff(test.want, segments([]int{0, 1, 2, 3}, test.values), cmp.AllowUnexported(xy{})); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestThinned(t *testing.T) {
	line := []xy{{0, 5}, {1, 9}, {2, 1}, {3, 4}, {10, 2}, {11, 2}, {25, 7}}
	want := []xy{{1, 9}, {2, 1}, {10, 2}, {25, 7}}
	if diff := cmp.Diff(want, thinned(line, 10), cmp.AllowUnexported(xy{})); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	long := make([]xy, 55000)
	for i := range long {
		long[i] = xy{float64(i), float64(i * 7919 % 1000)}
	}
	if n := len(thinned(long, 100)); n != 2*550 {
		t.Errorf("55,000 points in 550 columns became %d, want two for each column", n)
	}
}
