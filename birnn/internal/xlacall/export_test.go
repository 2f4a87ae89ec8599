package xlacall

// SetTarget changes the name of the handler in the programs that are compiled from now on, and returns the previous one.
func SetTarget(name string) string {
	previous := target
	target = name
	return previous
}
