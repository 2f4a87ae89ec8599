package inline

import (
	"fmt"
	"time"
)

// pace is the average time of a step. It starts with the first step that is reported, and so excludes
// compilation, which comes before.
type pace struct{ first, latest sample }

type sample struct {
	at   time.Time
	step int
}

func (p *pace) add(now time.Time, step int) {
	p.latest = sample{now, step}
	if p.first.at.IsZero() {
		p.first = p.latest
	}
}

// perStep returns the average time of a step, and whether it is known yet: after a second.
func (p *pace) perStep() (time.Duration, bool) {
	elapsed, steps := p.latest.at.Sub(p.first.at), p.latest.step-p.first.step
	if elapsed < time.Second || steps <= 0 {
		return 0, false
	}
	return elapsed / time.Duration(steps), true
}

func stepTime(d time.Duration) string {
	switch {
	case d >= time.Second:
		return fmt.Sprintf("%.1f s/step", d.Seconds())
	case d >= 10*time.Millisecond:
		return fmt.Sprintf("%.0f ms/step", d.Seconds()*1e3)
	}
	return fmt.Sprintf("%.2g ms/step", d.Seconds()*1e3)
}

// duration formats a duration to the second, or to the minute if it is over an hour.
func duration(d time.Duration) string {
	d = d.Round(time.Second)
	hours, minutes, seconds := int(d.Hours()), int(d.Minutes())%60, int(d.Seconds())%60
	switch {
	case hours > 0:
		return fmt.Sprintf("%d h %d min", hours, minutes)
	case minutes > 0:
		return fmt.Sprintf("%d min %d s", minutes, seconds)
	}
	return fmt.Sprintf("%d s", seconds)
}
