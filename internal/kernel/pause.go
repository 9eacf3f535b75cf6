//go:build !amd64 || noasm

package kernel

// Pause tells the processor that the program spins: a loop that waits for another core calls it.
func Pause() {}
