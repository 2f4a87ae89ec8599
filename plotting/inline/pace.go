package inline

import (
	"fmt"
	"time"
)

const (
	paceWindow  = 20 * time.Second       // of the moving average
	paceSpacing = 100 * time.Millisecond // between samples, however fast the steps are
	paceMinimum = time.Second            // before there is an average
)

// pace is a moving average of the time of a step. It starts with the first step that is reported, and
// so excludes compilation, which comes before.
type pace struct {
	samples []sample // oldest first
	latest  sample
}

type sample struct {
	at   time.Time
	step int
}

func (p *pace) add(now time.Time, step int) {
	p.latest = sample{now, step}
	n := len(p.samples)
	if n > 0 && now.Sub(p.samples[n-1].at) < paceSpacing {
		return
	}
	p.samples = append(p.samples, p.latest)
	// Keep two samples of any age: steps may take longer than the window.
	for len(p.samples) > 2 && now.Sub(p.samples[0].at) > paceWindow {
		p.samples = p.samples[1:]
	}
}

// perStep returns the average time of a step, and whether it is known yet.
func (p *pace) perStep() (time.Duration, bool) {
	if len(p.samples) == 0 {
		return 0, false
	}
	elapsed, steps := p.latest.at.Sub(p.samples[0].at), p.latest.step-p.samples[0].step
	if elapsed < paceMinimum || steps <= 0 {
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
