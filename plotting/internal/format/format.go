// Package format formats numbers for people.
package format

import (
	"math"
	"strconv"
)

// Thousands formats 5500 as "5,500".
func Thousands(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// Percent formats a fraction with one decimal. Only 0 and 1 become 0% and 100%.
func Percent(fraction float64) string {
	switch {
	case fraction == 0 || fraction == 1:
		return strconv.Itoa(int(100*fraction)) + "%"
	case fraction > 0 && fraction < 0.0005:
		return "<0.1%"
	case fraction >= 0.9995 && fraction < 1:
		return ">99.9%"
	}
	return strconv.FormatFloat(100*fraction, 'f', 1, 64) + "%"
}

// Short formats a loss with two or three significant digits.
func Short(v float64) string {
	switch size := math.Abs(v); {
	case size >= 1000 || size > 0 && size < 0.0001:
		return strconv.FormatFloat(v, 'g', 2, 64)
	case size >= 0.1 || size == 0:
		return strconv.FormatFloat(v, 'f', 2, 64)
	}
	return strconv.FormatFloat(v, 'g', 2, 64)
}

// Count formats "1 step" or "5,500 steps".
func Count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return Thousands(n) + " " + noun + "s"
}
