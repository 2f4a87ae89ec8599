package page_test

import (
	"path/filepath"
	"slices"
	"testing"

	"github.com/easy-gomlx/tutorials/birnn/mnist"
	"github.com/easy-gomlx/tutorials/notebooks/internal/browser"
	"github.com/easy-gomlx/tutorials/notebooks/internal/page"
	"github.com/easy-gomlx/tutorials/plotting/pad"
)

// events defines functions for the tests: stroke draws a line with pointer events, clear clears the pad.
const events = `
	const pad = document.getElementById("pad"), answer = document.getElementById("answer"), box = pad.getBoundingClientRect()
	const event = (type, [x, y]) => pad.dispatchEvent(new PointerEvent(type, {pointerId: 1, button: 0, bubbles: true,
		clientX: box.x + x * box.width / 280, clientY: box.y + y * box.height / 280}))
	const stroke = (points) => {
		event("pointerdown", points[0])
		for (const point of points) event("pointermove", point)
		event("pointerup", points.at(-1))
	}
	const clear = () => [...document.querySelectorAll("button")].find(b => b.textContent === "Clear").click()
`

// TestMNIST gives the network the first hundred test images of MNIST: loaded into the pad as its examples are, and traced with the pen.
func TestMNIST(t *testing.T) {
	dir := written(t)
	data, err := mnist.Load(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	const n = 100
	pictures, traces := make([]string, n), make([][][][2]float64, n)
	for k := range n {
		traces[k] = trace(data.Test.Image(k))
		if pictures[k], err = page.PNGURL(data.Test.Image(k)); err != nil {
			t.Fatal(err)
		}
	}
	p := open(t, browser.Browser(t), "file://"+filepath.ToSlash(filepath.Join(dir, page.Index)), browser.Window{})
	for _, test := range []struct{ name, expression string }{
		{"loaded", `(async () => {
			const button = document.querySelector("#examples button"), image = button.querySelector("img"), all = []
			for (const url of ` + inJavaScript(t, pictures) + `) {
				image.src = url
				await image.decode()
				button.click()
				all.push(document.getElementById("answer").textContent)
			}
			return all
		})()`},
		{"traced with the pen", `(() => {` + events + `
			return ` + inJavaScript(t, traces) + `.map((strokes) => {
				clear()
				strokes.forEach(stroke)
				return answer.textContent
			})
		})()`},
	} {
		var got []string
		p.Eval(test.expression, &got)
		right := 0
		for k, text := range got {
			if text == string(rune('0'+data.Test.Labels[k])) {
				right++
			}
		}
		t.Logf("%s: %d of %d named right", test.name, right, n)
		if right < 95 || len(got) != n {
			t.Errorf("%s: %d of %d are named right, want at least 95 of %d", test.name, right, len(got), n)
		}
	}
	clean(t, p)
}

// TestLatency measures the time from an event of the pen to the changed answer. It is not asserted: tests also run on busy machines.
func TestLatency(t *testing.T) {
	dir := written(t)
	p := open(t, browser.Browser(t), "file://"+filepath.ToSlash(filepath.Join(dir, page.Index)), browser.Window{})
	var strokes [][][2]float64
	for digit := range 10 {
		for _, stroke := range pad.Strokes(digit) {
			var points [][2]float64
			for k := 0; k < len(stroke); k += 3 {
				at := stroke[k]
				points = append(points, [2]float64{at.X, at.Y})
			}
			strokes = append(strokes, points)
		}
	}
	times := make(map[string][]float64)
	p.Eval(`(async () => {`+events+`
		const bars = document.querySelector(".digit-pad-bars"), times = [], computing = []
		const timed = async (type, point) => {
			const changed = new Promise((done) => {
				const observer = new MutationObserver(() => { observer.disconnect(); done() })
				observer.observe(bars, {attributes: true, childList: true, characterData: true, subtree: true})
			})
			const start = performance.now()
			event(type, point)
			await changed
			times.push(performance.now() - start)
			await new Promise(requestAnimationFrame)
		}
		for (const points of `+inJavaScript(t, strokes)+`) {
			clear()
			await timed("pointerdown", points[0])
			for (const point of points) await timed("pointermove", point)
			const start = performance.now()
			event("pointerup", points.at(-1)) // is answered at once
			computing.push(performance.now() - start)
			await new Promise((done) => setTimeout(done, 20)) // the pen is lifted, and put down again
		}
		return {"an event of the pen to the answer": times, "a picture to the answer": computing}
	})()`, &times)
	for what, all := range times {
		slices.Sort(all)
		t.Logf("from %s: %.1f ms, 19 of 20 within %.1f ms, at most %.1f ms (%d times)", what, all[len(all)/2], all[len(all)*19/20], all[len(all)-1], len(all))
	}
	clean(t, p)
}
