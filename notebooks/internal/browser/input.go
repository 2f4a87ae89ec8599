package browser

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
)

// Point is a place in an element, in pixels from its upper left corner.
type Point struct{ X, Y float64 }

// Click moves the mouse to the middle of an element and presses its left button. The element is the value of a JavaScript expression; what is
// its name in an error.
func (p *Page) Click(what, element string) {
	p.t.Helper()
	box := p.box(what, element)
	x, y := box.X+box.Width/2, box.Y+box.Height/2
	p.do("click "+what, chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, x, y), chromedp.MouseClickXY(x, y))
}

// Key presses a key, one of chromedp's package kb such as kb.Escape, in the element that has the focus.
func (p *Page) Key(key string) {
	p.t.Helper()
	p.do(fmt.Sprintf("press key %q", key), chromedp.KeyEvent(key))
}

// Stroke draws a line through the points with the left mouse button held down.
func (p *Page) Stroke(what, element string, points ...Point) {
	p.t.Helper()
	box := p.box(what, element)
	event := func(typ input.DispatchMouseEventType, at Point) chromedp.Action[chromedp.Void] {
		return chromedp.MouseEvent(typ, box.X+at.X, box.Y+at.Y, chromedp.ButtonLeft, chromedp.ClickCount(1))
	}
	actions := []chromedp.Action[chromedp.Void]{
		chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, box.X+points[0].X, box.Y+points[0].Y),
		event(input.DispatchMouseEventTypeMousePressed, points[0]),
	}
	for _, at := range between(points) {
		actions = append(actions, event(input.DispatchMouseEventTypeMouseMoved, at))
	}
	actions = append(actions, event(input.DispatchMouseEventTypeMouseReleased, points[len(points)-1]))
	p.do("draw on "+what, actions...)
}

// Touch draws a line through the points with a finger.
func (p *Page) Touch(what, element string, points ...Point) {
	p.t.Helper()
	box := p.box(what, element)
	event := func(typ input.DispatchTouchEventType, at ...Point) chromedp.Action[chromedp.Void] {
		touches := []*input.TouchPoint{}
		for _, a := range at {
			touches = append(touches, &input.TouchPoint{X: box.X + a.X, Y: box.Y + a.Y})
		}
		return command(input.DispatchTouchEvent, input.DispatchTouchEventParams{Type: typ, TouchPoints: touches})
	}
	actions := []chromedp.Action[chromedp.Void]{event(input.DispatchTouchEventTypeTouchStart, points[0])}
	for _, at := range between(points) {
		actions = append(actions, event(input.DispatchTouchEventTypeTouchMove, at))
	}
	p.do("touch "+what, append(actions, event(input.DispatchTouchEventTypeTouchEnd))...)
}

// command returns the action that carries out a command of the browser.
func command[P, R any](c cdp.Command[P, R], params P) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, c, params)
		return err
	})
}

// between returns the places of a pointer on its way through the points, four pixels apart.
func between(points []Point) []Point {
	var all []Point
	for k := 1; k < len(points); k++ {
		a, b := points[k-1], points[k]
		n := math.Ceil(math.Hypot(b.X-a.X, b.Y-a.Y) / 4)
		for i := 1.0; i <= n; i++ {
			all = append(all, Point{a.X + (b.X-a.X)*i/n, a.Y + (b.Y-a.Y)*i/n})
		}
	}
	return all
}

// Box is where an element is in the window, in pixels.
type Box struct{ X, Y, Width, Height float64 }

// box waits for a visible element, brings it into view and returns where it is.
func (p *Page) box(what, element string) Box {
	p.t.Helper()
	var before Box
	for start := time.Now(); time.Since(start) < patience; time.Sleep(100 * time.Millisecond) {
		var now Box
		p.Eval(fmt.Sprintf(`(() => {
			const e = %s
			if (!e?.checkVisibility()) return {}
			e.scrollIntoView({block: "nearest"})
			const b = e.getBoundingClientRect()
			return {x: b.x, y: b.y, width: b.width, height: b.height}
		})()`, element), &now)
		if now.Width > 0 && now == before { // it no longer moves
			return now
		}
		before = now
	}
	p.fail("%s does not appear", what)
	return before
}
