package kernel

// The names of the functions that a graph offers to be replaced, each followed
// by an underscore and a number. With "reversed" the sequences are read from
// the last time step to the first.
const (
	ForwardName          = "birnn_lstm_forward"
	ForwardReversedName  = "birnn_lstm_forward_reversed"
	BackwardName         = "birnn_lstm_backward"
	BackwardReversedName = "birnn_lstm_backward_reversed"
)
