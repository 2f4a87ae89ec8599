package kernel

// The names of the functions that a graph offers to be replaced; there, an
// underscore and a number follow. The reversed passes read the sequences from the
// last time step to the first.
const (
	ForwardName          = "birnn_lstm_forward"
	ForwardReversedName  = "birnn_lstm_forward_reversed"
	BackwardName         = "birnn_lstm_backward"
	BackwardReversedName = "birnn_lstm_backward_reversed"
)
