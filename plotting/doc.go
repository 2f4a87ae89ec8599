// Package plotting draws figures for a digit classifier: the network unfolded in time, learning
// curves, grids of digits, a confusion matrix, and the probabilities of one prediction.
//
// Each function returns a [Figure], an image with its text alternative, and does not retain its
// arguments. Package plotting/inline shows figures in a notebook.
//
// Images of digits are 28x28 pixels, row-major, one after another in one slice: n images are n*784
// values between 0 (paper) and 1 (ink). They are drawn as dark ink on white paper.
//
// All figures have an opaque white background, and look the same in a light and a dark theme. Their
// colors are from the palette of Okabe and Ito, which stays distinct with the common forms of color
// blindness, and no meaning depends on color alone.
package plotting
