package source

import (
	"errors"
	"io"
	"os"
	"sync/atomic"
)

// ErrStdinTwice is the error of a second "-": it would begin wherever the first one's buffer ends.
var ErrStdinTwice = errors.New("standard input can be read once: - is named twice")

// CheckStdin gives ErrStdinTwice if more than one SOURCE is standard input. It opens none of them.
func CheckStdin(args ...string) error {
	found := false
	for _, arg := range args {
		if !IsStdin(arg) {
			continue
		}
		if found {
			return ErrStdinTwice
		}
		found = true
	}
	return nil
}

// IsStdin tells whether a SOURCE is standard input. What is wrong with one Expand says.
func IsStdin(arg string) bool {
	s, err := parse(arg)
	return err == nil && s.path == "-"
}

// Once gives standard input as [Options] have it for several sources: Expand takes it for one "-", and refuses it with
// ErrStdinTwice after that.
func Once(stdin io.Reader) io.Reader { return &once{Reader: stdin} }

type once struct {
	io.Reader
	taken atomic.Bool
}

// processStdin is what "-" reads where the options do not say it.
var processStdin = Once(os.Stdin)
