package sequences

import (
	"slices"
	"testing"
)

// TestReal loads the data sets into an empty cache, and then from there without a network.
func TestReal(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: the data sets are not fetched")
	}
	t.Setenv("EASY_GOMLX_CACHE", t.TempDir())
	for range 2 {
		train, test, err := Options{Report: t.Logf}.JapaneseVowels(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		wantSet(t, train, 270, 29, 12, 7, 26, []int{30, 30, 30, 30, 30, 30, 30, 30, 30})
		wantSet(t, test, 370, 29, 12, 7, 29, []int{31, 35, 88, 44, 29, 24, 40, 50, 29})
		if train.X[1] != -0.207383 || train.X[12] != 1.891651 {
			t.Errorf("the first time step starts with %v, and the second with %v", train.X[:2], train.X[12])
		}
		train, test, err = BasicMotions(t.Context(), "")
		if err != nil {
			t.Fatal(err)
		}
		wantSet(t, train, 40, 100, 6, 100, 100, []int{10, 10, 10, 10})
		wantSet(t, test, 40, 100, 6, 100, 100, []int{10, 10, 10, 10})
		airline, err := Airline(t.Context(), "")
		if err != nil {
			t.Fatal(err)
		}
		if n := len(airline.Values); n != 144 || airline.Periods[0] != "1949-01" || airline.Values[0] != 112 || airline.Periods[143] != "1960-12" || airline.Values[143] != 432 {
			t.Errorf("the airline's series has %d values: %v ... %v", n, airline.Values[0], airline.Values[n-1])
		}
		t.Setenv("PIP_INDEX_URL", "http://127.0.0.1:0")
	}
}

func wantSet(t *testing.T, s *Set, n, time, features, shortest, longest int, perClass []int) {
	t.Helper()
	if s.Len() != n || s.Time != time || s.Features != features || int(slices.Min(s.Lengths)) != shortest || int(slices.Max(s.Lengths)) != longest {
		t.Errorf("got %d sequences of %d to %d of %d time steps, %d features; want %d, %d to %d of %d, %d", s.Len(), slices.Min(s.Lengths),
			slices.Max(s.Lengths), s.Time, s.Features, n, shortest, longest, time, features)
	}
	counts := make([]int, len(s.Classes))
	for _, label := range s.Labels {
		counts[label]++
	}
	if !slices.Equal(counts, perClass) {
		t.Errorf("the classes have %v sequences, want %v", counts, perClass)
	}
}
