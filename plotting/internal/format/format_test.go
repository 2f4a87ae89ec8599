package format_test

import (
	"math"
	"testing"

	"github.com/easy-gomlx/tutorials/plotting/internal/format"
)

func TestThousands(t *testing.T) {
	for n, want := range map[int]string{
		0: "0", 999: "999", 1000: "1,000", 55000: "55,000", 1234567: "1,234,567", -999: "-999", -123456: "-123,456",
	} {
		if got := format.Thousands(n); got != want {
			t.Errorf("Thousands(%d) is %q, want %q", n, got, want)
		}
	}
}

func TestPercent(t *testing.T) {
	for fraction, want := range map[float64]string{
		0: "0%", 1: "100%", 0.977: "97.7%", 0.5: "50.0%", 0.0001: "<0.1%", 0.0006: "0.1%",
		0.9995: ">99.9%", 0.9994: "99.9%", 0.1: "10.0%",
	} {
		if got := format.Percent(fraction); got != want {
			t.Errorf("Percent(%v) is %q, want %q", fraction, got, want)
		}
	}
}

func TestShort(t *testing.T) {
	for v, want := range map[float64]string{
		0: "0.00", 2.302: "2.30", 0.1: "0.10", 0.0213: "0.021", 0.00071: "0.00071", 0.00001234: "1.2e-05",
		123.456: "123.46", 12345: "1.2e+04", -2.5: "-2.50", math.Inf(1): "+Inf",
	} {
		if got := format.Short(v); got != want {
			t.Errorf("Short(%v) is %q, want %q", v, got, want)
		}
	}
}

func TestCount(t *testing.T) {
	for n, want := range map[int]string{0: "0 steps", 1: "1 step", 5500: "5,500 steps"} {
		if got := format.Count(n, "step"); got != want {
			t.Errorf("Count(%d) is %q, want %q", n, got, want)
		}
	}
}
