package inline

import (
	"testing"
	"time"
)

func TestPace(t *testing.T) {
	start := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	type report struct {
		at   time.Duration
		step int
	}
	const s, ms = time.Second, time.Millisecond
	for _, test := range []struct {
		why     string
		reports []report
		want    time.Duration // 0: not known yet
	}{
		{"nothing", nil, 0},
		{"one step has no pace", []report{{5 * s, 1}}, 0},
		{"too early to tell", []report{{5 * s, 1}, {5*s + 900*ms, 10}}, 0},
		{"time before the first step does not count", []report{{60 * s, 1}, {62 * s, 101}}, 20 * ms},
		{"every hundredth step", []report{{s, 1}, {3 * s, 101}, {5 * s, 201}}, 20 * ms},
		{"an evaluation costs time", []report{{s, 1}, {3 * s, 101}, {5 * s, 101}}, 40 * ms},
		{"no progress", []report{{s, 7}, {9 * s, 7}}, 0},
	} {
		t.Run(test.why, func(t *testing.T) {
			var p pace
			for _, r := range test.reports {
				p.add(start.Add(r.at), r.step)
			}
			if got, ok := p.perStep(); got != test.want || ok != (test.want > 0) {
				t.Errorf("%v for a step (known: %v), want %v", got, ok, test.want)
			}
		})
	}
}

func TestDuration(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0 s", 1499 * time.Millisecond: "1 s", 59*time.Second + 700*time.Millisecond: "1 min 0 s",
		102 * time.Second: "1 min 42 s", 3600 * time.Second: "1 h 0 min", 27*time.Hour + 5*time.Minute: "27 h 5 min",
	} {
		if got := duration(d); got != want {
			t.Errorf("duration(%v) is %q, want %q", d, got, want)
		}
	}
}

func TestStepTime(t *testing.T) {
	for d, want := range map[time.Duration]string{
		25 * time.Millisecond: "25 ms/step", 1240 * time.Millisecond: "1.2 s/step",
		3400 * time.Microsecond: "3.4 ms/step", 40 * time.Microsecond: "0.04 ms/step",
	} {
		if got := stepTime(d); got != want {
			t.Errorf("stepTime(%v) is %q, want %q", d, got, want)
		}
	}
}
