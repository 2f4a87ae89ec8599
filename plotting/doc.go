// Package plotting draws figures for a classifier of digits or other sequences.
//
// What a network is, and what it does while it reads: [Unfolded], [States] (gates and states as heat
// maps), [Beliefs] (the probability of each class after each row) and [HeatMaps] (any matrices).
//
// How training goes, and how networks compare: [Curves], [Lines] and [Spread] (runs from several
// seeds).
//
// What a trained network gets right and wrong: [Digits], [Prediction], [Misclassified],
// [ConfidentMistakes], [Confusion], [Scores] (precision, recall and F1) and [Calibration].
//
// Each function returns a [Figure], an image with its text alternative, and does not retain its
// arguments. Package plotting/inline shows figures in a notebook.
//
// Images of digits are 28x28 pixels, row-major, one after another in one slice: n images are n*784
// values between 0 (paper) and 1 (ink). They are drawn as dark ink on white paper.
//
// All figures have an opaque white background, and look the same in a light and a dark theme. They
// are at most 720 CSS pixels wide, unless a confusion matrix has many classes and large counts. Their
// colors are from the palette of Okabe and Ito, which stays distinct with the common forms of color
// blindness. Heat maps have the lightness of a color for the size of a value, and blue or vermillion
// for its sign. Apart from that sign, no meaning depends on color alone.
package plotting
