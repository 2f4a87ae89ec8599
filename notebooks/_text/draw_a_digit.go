// -*- coding: utf-8 -*-
// ---
// jupyter:
//   jupytext:
//     text_representation:
//       extension: .go
//       format_name: percent
//       format_version: '1.3'
//       jupytext_version: 1.19.6
//   kernelspec:
//     display_name: Go (gonb)
//     language: go
//     name: gonb
// ---

// %% [markdown]
// # Draw a Digit
//
// You draw a digit with the mouse, a finger or a pen, and a recurrent neural network (RNN) names it while you draw. The network was trained on MNIST, the 70,000 handwritten digits of the first notebook. Then you see what happens to a drawing before the network reads it, and measure how much that matters. At the end, ten digits of your own become a small test set.
//
// **What you will learn**
//
// - what MNIST's authors did with each digit, and why a network trained on MNIST needs the same
// - how the belief of a bidirectional network changes from row to row
// - how much accuracy a shift of a few pixels costs
// - how little ten images say about an accuracy, and how to say so in numbers
// - why digits from another source are harder than those of the test set
//
// **Time:** 20 minutes. Each cell takes a few seconds on two cores, those with the pad as long as you draw; nothing is trained.
//
// **Before you start:** read [the first notebook](bidirectional_rnn.ipynb) up to section 5.2. The network comes with the Go code, so nothing has to be trained first. The pad works in JupyterLab with this notebook's Go kernel; elsewhere you see a picture of it.
//
// **Contents**
//
// 1. [Set up](#1.-Set-up)
// 2. [Draw](#2.-Draw)
// 3. [From a drawing to 28 by 28 pixels](#3.-From-a-drawing-to-28-by-28-pixels)
// 4. [Your own ten digits](#4.-Your-own-ten-digits)
// 5. [What you learned](#What-you-learned)
// 6. [Where to read on](#Where-to-read-on)

// %% [markdown]
// ## 1. Set up
//
// The first lines tell Go where to find the packages of this repository. Of these packages, `infer` runs a trained network in pure Go, `digit` holds such a network and prepares pictures for it, and `pad` shows the pad.

// %%
// !*cp "${GONB_DIR}/../go.mod" "${GONB_DIR}/../go.sum" .
// !*go mod edit -module=cells -require=github.com/easy-gomlx/tutorials@v0.0.0 -replace="github.com/easy-gomlx/tutorials=${GONB_DIR}/.."
// %noautoget
// %goflags -ldflags=-s
import (
	"context"
	"fmt"
	"image"
	"os"
	"sync"

	"github.com/easy-gomlx/tutorials/birnn/infer"       // predicts
	"github.com/easy-gomlx/tutorials/birnn/infer/digit" // a trained network; MNIST's preparation
	"github.com/easy-gomlx/tutorials/birnn/mnist"       // the data
	"github.com/easy-gomlx/tutorials/plotting"          // draws figures
	"github.com/easy-gomlx/tutorials/plotting/inline"   // shows them here
	"github.com/easy-gomlx/tutorials/plotting/pad"      // the pad
	"github.com/janpfeifer/must"                        // stops the cell at an error
)

// init_check runs first in every cell: an error is reported in a few lines.
func init_check() { must.M = inline.Check }

// show displays a figure below the cell.
func show(figure *plotting.Figure, err error) {
	must.M(err)
	must.M(inline.Show(figure))
}

// %% [markdown]
// These settings are all in one place. Leave `checkpoint` empty for the network that comes with package `digit`. If you have trained a network in the first notebook, enter the name of its folder, `"checkpoints"`, to use yours.

// %%
const (
	side       = 28               // pixels in a row, and rows
	checkpoint = ""               // the folder of a network of your own
	ownDigits  = "own_digits.png" // the file for your drawings, beside this notebook
	testImages = 500              // of MNIST, in sections 3 and 4
)

// %% [markdown]
// `network` loads the network once in each cell that needs it, and `testSet` the first images of MNIST's test set.

// %%
// network returns the trained network: 28 rows of 28 pixels in, ten probabilities out.
var network = sync.OnceValue(func() *infer.Network {
	if checkpoint == "" {
		return must.M1(digit.Network())
	}
	return must.M1(infer.Load(os.DirFS("."), checkpoint))
})

// testSet returns images, [testImages, 28, 28], and their labels.
func testSet() (images []float32, labels []int32) {
	test := must.M1(mnist.Load(context.Background(), "")).Test
	return test.Images[:testImages*side*side], test.Labels[:testImages]
}

// likeliest returns the digit with the greatest probability.
func likeliest(probabilities []float32) int32 {
	return int32(slices.Index(probabilities, slices.Max(probabilities)))
}

// %% [markdown]
// ## 2. Draw
//
// The pad sends a picture of 280 by 280 pixels to the cell, about ten times a second. `recognize` makes 28 by 28 pixels of it, as section 3 explains, and asks the network. That is all the pad needs.

// %%
// recognize says what a drawing shows.
func recognize(drawing image.Image) (pad.Answer, error) {
	seen, err := digit.FromImage(drawing)
	if err != nil {
		return pad.Answer{}, err
	}
	probabilities, err := network().Predict(seen)
	return pad.Answer{Seen: seen, Probabilities: probabilities}, err
}

// %% [markdown]
// The network reads the picture row by row. After each row, a `Stream` gives the probabilities as if the image ended there. `beliefs` draws them below the picture whenever a stroke ends.

// %%
// beliefs draws the probabilities after each row of a drawing, from the top.
func beliefs(drawing image.Image) (*plotting.Figure, error) {
	answer, err := recognize(drawing)
	if err != nil {
		return nil, err
	}
	rows := plotting.Map{Name: "read from the top"}
	stream := network().Stream()
	for row := range slices.Chunk(answer.Seen, side) {
		rows.Values = append(rows.Values, must.M1(stream.Push(row)))
	}
	return plotting.Beliefs(answer.Seen, -1, rows) // -1: only you know which digit it is
}

// %% [markdown]
// Run this cell and draw a digit as large as the pad. "Clear", Escape or Delete empties the pad. "Done" ends the cell, as the button ■ in the toolbar does; after three minutes without a stroke it ends by itself. If you run all cells, those below wait until then.

// %%
//gonb:%%
drawing := pad.Pad{Recognize: recognize, Explain: beliefs}
must.M(drawing.Run(inline.Stoppable()))

// %% [markdown]
// **What to look for.** The small picture is what the network gets: your drawing, shrunk and moved. In the figure below it, each row of the map belongs to the row of the digit to its left: it shows the ten probabilities after that row, and a dot marks the largest. The frame marks the digit that the network names in the end, and the numbers on the right are the probability of that digit. In the empty rows at the top the network can only guess. Look for the row at which it decides. (The 7 in the stored example passes for a 2 while only its bar has been read, then for a 4 and a 9, and for a 7 from row 17 on.)
//
// Try to fool it. Draw a 7 with and without a bar, a 1 with a long serif, a 9 whose loop is open. Draw a letter: the ten probabilities add up to 1, so the network names a digit with great confidence even where there is none.
//
// The same pad is also [a web page](https://easy-gomlx.github.io/tutorials/draw/) that needs no notebook, on a phone for example. `go run ./notebooks -page DIR` writes it to a directory; with `-network notebooks/checkpoints`, it has the network that you have trained.

// %% [markdown]
// **Three questions**
//
// <details><summary>Why does the answer change while you draw?</summary>
//
// Each picture is classified from the start, with all 28 rows. An unfinished 8 is a 3 or a 6 until its loops close.
//
// </details>
//
// <details><summary>Why does the network name a digit when you draw a letter?</summary>
//
// The softmax gives ten probabilities that add up to 1. There is no class for 'none of these', and the network has never seen anything but digits. A high probability means 'this digit rather than the other nine', not 'certainly a digit'.
//
// </details>
//
// <details><summary>A stream says what the network believes after ten rows. What has its backward direction read then?</summary>
//
// The same ten rows, from the tenth to the first. This network joins the final states of both directions, and `Push` treats the rows so far as a whole image. The network was trained on whole images only, so early beliefs are guesses outside its experience.
//
// </details>

// %% [markdown]
// ## 3. From a drawing to 28 by 28 pixels
//
// MNIST's authors scaled each digit to fit into 20 by 20 pixels and placed it in 28 by 28 so that its center of mass is in the middle. (The center of mass is the mean position of all ink, dark pixels counting more.) `digit.FromImage` does the same. To see why, take a 7 that is drawn small, in a corner of the pad, and prepare it in three ways.
//
// `ink` finds the rectangle with ink, and `shrink` scales a rectangle of the drawing into one of the small image.

// %%
import xdraw "golang.org/x/image/draw"

// ink returns the smallest rectangle that holds everything drawn.
func ink(drawing *image.Gray) (box image.Rectangle) {
	for k, v := range drawing.Pix {
		if v < 200 { // dark
			at := image.Pt(k%drawing.Stride, k/drawing.Stride)
			box = box.Union(image.Rectangle{at, at.Add(image.Pt(1, 1))})
		}
	}
	return box
}

// shrink scales the part from of a drawing into the part to of an image, [28, 28]. 1 is full ink.
func shrink(drawing image.Image, from, to image.Rectangle) []float32 {
	small := image.NewGray(image.Rect(0, 0, side, side))
	draw.Draw(small, small.Rect, image.White, image.Point{}, draw.Src)
	xdraw.BiLinear.Scale(small, to, drawing, from, xdraw.Src, nil)
	x := make([]float32, side*side)
	for k, v := range small.Pix {
		x[k] = 1 - float32(v)/255
	}
	return x
}

// %% [markdown]
// The example is a list of strokes in the code, not one of MNIST's images. Here it shrinks to 40% of its size and moves into a corner.

// %%
// smallSeven draws a 7 in the upper left corner of the pad.
func smallSeven() *image.Gray {
	strokes := pad.Strokes(7)
	for _, stroke := range strokes {
		for k, p := range stroke {
			stroke[k] = pad.Point{X: 10 + p.X/2.5, Y: 10 + p.Y/2.5}
		}
	}
	return pad.Draw(strokes)
}

//gonb:%%
answer := must.M1(recognize(smallSeven()))
show(plotting.Drawing(smallSeven(), answer.Seen, answer.Probabilities))

// %% [markdown]
// **What to look for.** On the left is the pad, in the middle what `FromImage` makes of it. Size and place of the drawing no longer matter. The strokes have become thick, because they grow with the digit: a pen of the same width is thicker on a small digit.
//
// Now the same in steps: the whole pad shrunk to 28 by 28; the ink alone, scaled so that its longer side has 20 pixels, in the middle; and the same, moved so that the center of mass is in the middle. The network classifies all three.

// %%
//gonb:%%
drawing := smallSeven()
whole := shrink(drawing, drawing.Rect, image.Rect(0, 0, side, side))

box := ink(drawing)
scale := 20 / float64(max(box.Dx(), box.Dy()))
size := image.Pt(int(float64(box.Dx())*scale+0.5), int(float64(box.Dy())*scale+0.5))
corner := image.Pt((side-size.X)/2, (side-size.Y)/2)
scaled := shrink(drawing, box, image.Rectangle{corner, corner.Add(size)})

centered := must.M1(digit.FromImage(drawing))

images := slices.Concat(whole, scaled, centered)
var predictions []int32
for _, p := range must.M1(network().PredictBatch(images)) {
	predictions = append(predictions, likeliest(p))
}
show(plotting.Digits("The whole pad, the ink scaled, its mass centered", images, []int32{7, 7, 7}, predictions))

// %% [markdown]
// **What to look for.** The first image is small, thin and in a corner, unlike anything in MNIST; a frame marks a wrong answer. The second and the third differ by a few pixels: the mass of a 7 is in its upper half, so centering it moves the digit down.
//
// How much does a shift matter? The next cells take MNIST's own test images, which are centered, and move each by 0 to 6 pixels, left, right, up and down. What leaves the image is lost, and zeros come in on the other side.

// %%
// moved returns copies of the images, [n, 28, 28], moved by dx pixels to the right and dy down.
func moved(images []float32, dx, dy int) []float32 {
	result := make([]float32, len(images))
	for k, v := range images {
		x, y := k%side+dx, k/side%side+dy
		if x >= 0 && x < side && y >= 0 && y < side {
			result[k+dy*side+dx] = v
		}
	}
	return result
}

// accuracy is the fraction of the images that the network names correctly.
func accuracy(images []float32, labels []int32) float64 {
	right := 0
	for k, p := range must.M1(network().PredictBatch(images)) {
		if likeliest(p) == labels[k] {
			right++
		}
	}
	return float64(right) / float64(len(labels))
}

// %% [markdown]
// `recentered` treats each image as if someone had drawn it on the pad: it becomes a picture, and `FromImage` prepares it.

// %%
// recentered returns the images, [n, 28, 28], prepared by FromImage.
func recentered(images []float32) (result []float32) {
	for x := range slices.Chunk(images, side*side) {
		picture := image.NewGray(image.Rect(0, 0, side, side))
		for k, v := range x {
			picture.Pix[k] = uint8(255 * v) // light on dark, as MNIST's files
		}
		result = append(result, must.M1(digit.FromImage(picture))...)
	}
	return result
}

// %% [markdown]
// The cell measures three things: images moved up or down, images moved to the left or to the right, and all of them after centering them again. Each line is the mean of two or four directions, with a band from the worst to the best. Which of the lines will stay level?

// %%
//gonb:%%
images, labels := testSet()
lines := []plotting.Line{{Name: "up or down"}, {Name: "left or right"}, {Name: "moved, then centered"}}
for k, d := range []image.Point{{0, -1}, {0, 1}, {-1, 0}, {1, 0}} { // up, down, left, right
	var plain, again []float64
	for shift := range 7 {
		x := moved(images, shift*d.X, shift*d.Y)
		plain = append(plain, accuracy(x, labels))
		again = append(again, accuracy(recentered(x), labels))
	}
	lines[k/2].Runs = append(lines[k/2].Runs, plain)
	lines[2].Runs = append(lines[2].Runs, again)
}
for k := range lines {
	lines[k].X = []float64{0, 1, 2, 3, 4, 5, 6}
}
show(plotting.Lines(plotting.Axes{Title: "Accuracy of moved test images", X: "shift, in pixels", Y: "accuracy", Percent: true}, lines...))

// %% [markdown]
// **What to look for.** A shift up or down costs little: it only makes the sequence begin earlier or later, and the network's LSTM cells (*long short-term memory*) have the same weights at each time step. A shift to the left or right by four pixels, which makes no digit harder for you to read, costs forty percentage points of accuracy. Centering brings almost all of it back. It cannot bring back ink that was moved out of the image, which is why its line bends at the end.

// %% [markdown]
// **Three questions**
//
// <details><summary>Only the position changes. Why does the network fail when a digit moves to the right, but not when it moves down?</summary>
//
// Pixel 5 and pixel 6 of a row are different inputs with different weights. To the network, a digit that has moved to the right is a sequence unlike all that it was trained on. Rows are different: they pass through the same weights, one after the other, so the network tolerates a shift up or down.
//
// </details>
//
// <details><summary>Would it help to train on shifted images?</summary>
//
// Yes. That is data augmentation: each image is shown in several positions, and the network learns that the position means nothing. It needs more training, though, while centering costs almost nothing. So center first, and use augmentation for what no preparation removes, such as slant.
//
// </details>
//
// <details><summary>Why the center of mass and not the middle of the rectangle with ink?</summary>
//
// MNIST's authors chose it, and a network has to be given what it was trained on. It is less sensitive to a long thin tail, which makes the rectangle much larger but carries little ink.
//
// </details>

// %% [markdown]
// ## 4. Your own ten digits
//
// A network that names 98 of 100 digits of MNIST's test set can do worse on yours: the test set was written, scanned and prepared like the training set, and your drawings were not. So test it on your own.
//
// The next cell asks for the digits 0 to 9, one after the other. Write each as you usually do and press "Next". The network's answers are hidden, because whoever sees them draws until they are right. Your drawings are kept in the file `own_digits.png` beside this notebook, which you can open. Digits that you have already drawn are replaced when you run the cell again.

// %%
// ownFile is the file for your digits. The variable is set if the notebook runs without a browser.
var ownFile = filepath.Join(os.Getenv("EASY_GOMLX_CHECKPOINTS"), ownDigits)

//gonb:%%
digits := must.M1(pad.LoadSheet(ownFile))
keep := func(which int, drawing image.Image) error {
	digits[which] = drawing
	return digits.Save(ownFile)
}
must.M(pad.Pad{Recognize: recognize, Keep: keep}.Run(inline.Stoppable()))
fmt.Printf("%d of 10 digits are in %s\n", len(digits.Drawn()), ownDigits)

// %% [markdown]
// **What to look for.** The picture is the last drawing, or an example if no browser was connected.
//
// `own` prepares what you have drawn for the network. If there is nothing yet, it takes the digits whose strokes are in the code, so that the cells below have something to show.

// %%
// own returns your digits, [n, 28, 28], and their labels.
func own() (images []float32, labels []int32) {
	digits := must.M1(pad.LoadSheet(ownFile))
	if len(digits.Drawn()) == 0 {
		fmt.Println("You have drawn no digits yet: run the cell with the pad above. These are examples.")
		for k := range digits {
			digits[k] = pad.Example(k)
		}
	}
	for _, label := range digits.Drawn() {
		images = append(images, must.M1(digit.FromImage(digits[label]))...)
	}
	return images, digits.Drawn()
}

// %% [markdown]
// Now the test. The figure has room for nine digits; the printed line counts all of them.

// %%
//gonb:%%
images, labels := own()
var predictions []int32
right := 0
for k, p := range must.M1(network().PredictBatch(images)) {
	predictions = append(predictions, likeliest(p))
	if predictions[k] == labels[k] {
		right++
	}
}
fmt.Printf("%d of %d right\n", right, len(labels))
show(plotting.Digits("Your digits", images, labels, predictions))

// %% [markdown]
// **What to look for.** A frame marks a wrong answer. If there is one, compare the thickness and the slant of its strokes with MNIST's digits: these are the usual reasons.
//
// How good is the network on your handwriting? Ten images are few, so many true accuracies agree with your result. Two kinds do not: those so low that a result like yours or better would happen less than one time in forty, and those so high that a result like yours or worse would. What lies between is the 95% interval of Clopper and Pearson. In the long run at least 95 of 100 such intervals contain the true accuracy.
//
// The probability of at least $k$ right answers out of $n$, for an accuracy $p$, is
//
// $$P(K \ge k) = \sum_{i=k}^{n} \binom{n}{i} p^i (1-p)^{n-i}$$
//
// The lower end of the interval is the $p$ at which this is 2.5%, one in forty. The upper end follows in the same way from the number of wrong answers.

// %%
// atLeast is the probability of k or more right answers of n, for an accuracy p.
func atLeast(k, n int, p float64) (sum float64) {
	for i := k; i <= n; i++ {
		choose, _ := new(big.Float).SetInt(new(big.Int).Binomial(int64(n), int64(i))).Float64()
		sum += choose * math.Pow(p, float64(i)) * math.Pow(1-p, float64(n-i))
	}
	return sum
}

// lowest is the lower end of the 95% interval of the accuracy, for k right answers of n.
func lowest(k, n int) float64 {
	if k == 0 {
		return 0
	}
	steps := sort.Search(10000, func(i int) bool { return atLeast(k, n, float64(i)/10000) >= 0.025 })
	return float64(steps) / 10000
}

// interval is the 95% interval of Clopper and Pearson.
func interval(k, n int) (low, high float64) { return lowest(k, n), 1 - lowest(n-k, n) }

// %% [markdown]
// The more images, the narrower the interval. Compare your ten with the hundreds of MNIST.

// %%
//gonb:%%
report := func(name string, images []float32, labels []int32) {
	n := len(labels)
	right := int(math.Round(accuracy(images, labels) * float64(n)))
	low, high := interval(right, n)
	fmt.Printf("%-12s %3d of %3d right: %5.1f%%, 95%% interval %4.1f%% to %5.1f%%\n",
		name, right, n, 100*float64(right)/float64(n), 100*low, 100*high)
}
images, labels := own()
report("your digits", images, labels)
images, labels = testSet()
report("MNIST", images, labels)

// %% [markdown]
// **What to look for.** Ten right out of ten sounds perfect, but the interval starts at 69%: a network that gets three digits of ten wrong would still have such luck about one time in forty. Only many more images make the interval narrow.
//
// Why could your digits be harder? Compare what they look like: how many of the pixels have ink, how dark those are (1 is black), and how wide and high the digit is. The columns are the mean of your digits, and the range of the middle 90% of MNIST's.

// %%
// looks measures an image, [28, 28]: the share of pixels with ink, the mean of those, width and height.
func looks(x []float32) [4]float64 {
	var pixels, sum float64
	var box image.Rectangle
	for k, v := range x {
		if v > 0.1 {
			pixels, sum = pixels+1, sum+float64(v)
			at := image.Pt(k%side, k/side)
			box = box.Union(image.Rectangle{at, at.Add(image.Pt(1, 1))})
		}
	}
	return [4]float64{100 * pixels / (side * side), sum / pixels, float64(box.Dx()), float64(box.Dy())}
}

// each returns one of the four measures for all images, sorted.
func each(images []float32, measure int) (values []float64) {
	for x := range slices.Chunk(images, side*side) {
		values = append(values, looks(x)[measure])
	}
	slices.Sort(values)
	return values
}

// %% [markdown]
// A value outside MNIST's range is something that the network has hardly ever seen.

// %%
//gonb:%%
mine, _ := own()
theirs, _ := testSet()
fmt.Printf("%-22s %6s   %s\n", "", "yours", "MNIST, middle 90%")
for k, name := range []string{"pixels with ink, %", "their ink, from 0 to 1", "width, pixels", "height, pixels"} {
	yours, all := each(mine, k), each(theirs, k)
	mean := 0.0
	for _, v := range yours {
		mean += v / float64(len(yours))
	}
	fmt.Printf("%-22s %6.2f   %.2f to %.2f\n", name, mean, all[len(all)/20], all[len(all)*19/20])
}

// %% [markdown]
// The mean of all images shows such differences at a glance: one map of your digits, one of MNIST's.

// %%
// mean returns the mean of the images, [n, 28, 28], as a matrix [28][28].
func mean(images []float32) (rows [][]float32) {
	sum := make([]float32, side*side)
	for k, v := range images {
		sum[k%len(sum)] += v * side * side / float32(len(images))
	}
	return slices.Collect(slices.Chunk(sum, side))
}

//gonb:%%
mine, _ := own()
theirs, _ := testSet()
show(plotting.HeatMaps("The mean image", "column", "row",
	plotting.Map{Name: "your digits", Values: mean(mine)},
	plotting.Map{Name: "MNIST", Values: mean(theirs)}))

// %% [markdown]
// **What to look for.** Both are centered: that is the work of `FromImage`. MNIST's mean is smooth, because it is the mean of hundreds; in yours the strokes of single digits show. If yours is darker, or wider, the pen may be the reason: its width, its even black without the gray edges of a scanned line, and how large you draw, for on a small digit the same pen is thicker. `FromImage` cannot make up for these.

// %% [markdown]
// **Three questions**
//
// <details><summary>Your ten digits are all right. May you say that the network has an accuracy of 100% on your handwriting?</summary>
//
// You may say that ten out of ten were right, and that the 95% interval is from 69% to 100%. To claim 99% with the same confidence you would need 368 digits without a mistake.
//
// </details>
//
// <details><summary>You draw a digit again because the network got it wrong, and keep the new one. What is wrong with the accuracy then?</summary>
//
// It is too high: the test set was chosen with the network's answers in view. It no longer tells how the network does on digits that nobody selected.
//
// </details>
//
// <details><summary>The network does worse on your digits than on MNIST. What could you do?</summary>
//
// Find out how your digits differ (the table helps), then bring the two together: prepare the drawings to look like MNIST, with another pen for instance, or train on images that are varied as your drawings are: thicker, thinner, slanted, shifted. To know whether it helped, test on new digits.
//
// </details>

// %% [markdown]
// ## What you learned
//
// - A network is only as good as the preparation of its input: cut out, scale, center, as for the training data.
// - A recurrent network tolerates a shift in time, here up or down; a shift across its inputs ruins its accuracy, unless it was trained for that.
// - The belief after each row shows when a recurrent network decides, and on what.
// - The probabilities of a softmax say which class is more likely than the others, not whether the input is a digit at all.
// - An accuracy means little without the number of images behind it, or an interval.

// %% [markdown]
// ## Where to read on
//
// - Y. LeCun, L. Bottou, Y. Bengio and P. Haffner, *Gradient-based learning applied to document recognition*, 1998: [MNIST and its preparation](https://doi.org/10.1109/5.726791).
// - P. Simard, D. Steinkraus and J. Platt, *Best practices for convolutional neural networks applied to visual document analysis*, 2003: [digits shifted and distorted for training](https://doi.org/10.1109/ICDAR.2003.1227801).
// - B. Recht, R. Roelofs, L. Schmidt and V. Shankar, *Do ImageNet classifiers generalize to ImageNet?*, 2019: [accuracy on a new test set](https://arxiv.org/abs/1902.10811).
// - C. Clopper and E. Pearson, *The use of confidence or fiducial limits illustrated in the case of the binomial*, 1934: [the interval](https://doi.org/10.1093/biomet/26.4.404).
// - A. Graves and J. Schmidhuber, *Framewise phoneme classification with bidirectional LSTM and other neural network architectures*, 2005: [bidirectional LSTM](https://doi.org/10.1016/j.neunet.2005.06.042).
// - The next notebook: [ten exercises](exercises.ipynb).
