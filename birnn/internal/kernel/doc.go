// Package kernel computes an LSTM layer in one direction, forwards and backwards.
package kernel
