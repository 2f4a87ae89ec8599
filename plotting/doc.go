// Package plotting draws the pictures of a digit classifier: the network unfolded in time, learning
// curves, grids of digits, a confusion matrix, and the probabilities behind one prediction.
//
// Drawing is pure: every function takes plain slices, keeps none of them, and returns a [Figure],
// which is an image with its text alternative. Package plotting/inline shows figures in a notebook.
//
// Images of digits are 28x28 pixels, row-major, one after the other in one slice: n images are
// n*784 values between 0 (paper) and 1 (ink). They are drawn as dark ink on white paper.
//
// All figures have an opaque white background, so that they read the same in a light and in a dark
// theme. The colours are from the palette of Okabe and Ito, which stays distinct with the common
// forms of colour blindness, and no meaning is carried by colour alone.
package plotting
