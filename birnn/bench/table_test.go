package main

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func sample() []result {
	return []result{
		{Peer: ours, Title: "birnn", Steps: [][]float64{{20, 90, 21}, {24, 25, 23}, {22, 22, 22}}, FirstStep: 1.5, Peak: 300e6, Losses: []float64{2, 2, 2, 2, 2}},
		{Peer: "slow", Title: "slow", Steps: [][]float64{{220}, {2200}}, FirstStep: 29, Losses: []float64{2, 2, 2, 2, 2}},
		{Peer: "broken", Title: "broken", Fault: "no such library"},
		{Peer: "fast", Title: "fast", Steps: [][]float64{{5.5}, {5.5}}, FirstStep: 0.125, Peak: 61e7, Losses: []float64{2, 2, 2, 2, 2}},
	}
}

func TestTable(t *testing.T) {
	want := `
| peer     | ms/step |       rounds |        birnn / peer | first step | peak memory |
| -------- | ------: | -----------: | ------------------: | ---------: | ----------: |
| fast     |    5.50 | 5.50 to 5.50 | 4.09 (3.82 to 4.36) |     0.12 s |      610 MB |
| birnn    |    22.0 | 21.0 to 24.0 |                   - |     1.50 s |      300 MB |
| slow     |    1210 |  220 to 2200 | 0.05 (0.01 to 0.10) |     29.0 s |           - |
| ✗ broken |       - |            - |                   - |          - |           - |
✗ broken: no such library
`
	if diff := cmp.Diff(strings.TrimPrefix(want, "\n"), table(sample())); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// TestTableWidth: with the longest title, the table fits in 110 columns.
func TestTableWidth(t *testing.T) {
	var results []result
	for _, p := range peers {
		results = append(results, timed(p.name, p.title, 1234, 1250))
	}
	for line := range strings.Lines(table(results)) {
		if n := utf8.RuneCountInString(line) - 1; n > 110 {
			t.Errorf("%d columns: %s", n, line)
		}
	}
}

// TestReference: package infer is what the others are compared with, if it takes part.
func TestReference(t *testing.T) {
	got := table(append(sample(), timed("infer", "birnn/infer", 11)))
	for _, want := range []string{"infer / peer |", "| fast        |    5.50 | 5.50 to 5.50 | 2.00 (2.00 to 2.00) |", "| birnn       |    22.0 | 21.0 to 24.0 | 0.52 (0.52 to 0.52) |", "| birnn/infer |    11.0 | 11.0 to 11.0 |                   - |"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
}

func TestTableWithoutOurs(t *testing.T) {
	if got := table(sample()[1:2]); !strings.Contains(got, "|            - |") {
		t.Errorf("without our time there should be no ratio:\n%s", got)
	}
}

func TestSweepTable(t *testing.T) {
	s := newSummary("batch", true)
	for _, batch := range []int{10, 100} {
		s.add(work{Batch: batch}, sample())
	}
	got := s.sweepTable()
	for _, want := range []string{"| batch 10 |", "| birnn ", "| 22.0, 300 MB |", "| broken "} {
		if !strings.Contains(strings.Join(strings.Fields(got), " "), strings.TrimSpace(want)) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
}

func TestWorkNamed(t *testing.T) {
	usual := sizes{hidden: 128, batch: 100, timesteps: 28}
	for _, test := range []struct {
		name  string
		sizes sizes
		want  []string // nil: an error
	}{
		{"train", usual, []string{"One training step on a batch of 100: 28 time steps of 28, 128 hidden units, LastOutput"}},
		{"final", usual, []string{"One training step on a batch of 100: 28 time steps of 28, 128 hidden units, FinalStates"}},
		{"eval", usual, []string{"Evaluating 10000 sequences in batches of 1000: 28 time steps of 28, 128 hidden units, LastOutput"}},
		{"single", usual, []string{"Predicting one sequence: 28 time steps of 28, 128 hidden units, LastOutput"}},
		{"timesteps", usual, []string{
			"One training step on a batch of 100: 28 time steps of 28, 128 hidden units, LastOutput",
			"One training step on a batch of 100: 112 time steps of 7, 128 hidden units, LastOutput",
			"One training step on a batch of 100: 784 time steps of 1, 128 hidden units, LastOutput",
		}},
		{"threads", usual, []string{
			"One training step on a batch of 100: 28 time steps of 28, 128 hidden units, LastOutput, -threads 1",
			"One training step on a batch of 100: 28 time steps of 28, 128 hidden units, LastOutput, -threads 2",
			"One training step on a batch of 100: 28 time steps of 28, 128 hidden units, LastOutput, -threads 4",
		}},
		{"single", sizes{hidden: 128, batch: 100, timesteps: 28, threads: 1, isa: avx2}, []string{
			"Predicting one sequence: 28 time steps of 28, 128 hidden units, LastOutput, -threads 1, -isa avx2",
		}},
		{"train", sizes{hidden: 8, batch: 2, timesteps: 30, input: 5}, []string{"One training step on a batch of 2: 30 time steps of 5, 8 hidden units, LastOutput"}},
		{"train", sizes{hidden: 8, batch: 2, timesteps: 30}, nil},
		{"train", sizes{batch: 2, timesteps: 28}, nil},
		{"sleep", usual, nil},
	} {
		all, err := workNamed(test.name, test.sizes)
		var got []string
		for _, w := range all {
			got = append(got, w.String())
		}
		if (err == nil) != (test.want != nil) || err == nil && !cmp.Equal(got, test.want) {
			t.Errorf("%s, %v: got %q, %v; want %q", test.name, test.sizes, got, err, test.want)
		}
	}
}
