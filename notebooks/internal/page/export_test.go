package page

// PNGURL is for the tests, which load images as the page loads its examples.
var PNGURL = pngURL
