package source

import (
	"errors"
	"io"
	"os"
	"sync/atomic"
)

// ErrStdinTwice is the error of a second "-": it would begin wherever the first one's buffer ends.
var ErrStdinTwice = errors.New("standard input can be read once: - is named twice")

// CheckStdin gives ErrStdinTwice if more than one SOURCE is standard input, where not all are opened before one is read.
func CheckStdin(args ...string) error {
	found := false
	for _, arg := range args {
		s, err := parse(arg)
		if err != nil || s.path != "-" { // Expand says what is wrong with it
			continue
		}
		if found {
			return ErrStdinTwice
		}
		found = true
	}
	return nil
}

// Once tells whether a SOURCE can be read a single time: standard input, a pipe or a device. One that is not there is none.
func Once(arg string) bool {
	s, err := parse(arg)
	if err != nil || s.path == "-" {
		return err == nil
	}
	info, err := os.Stat(s.path)
	return err == nil && !info.Mode().IsRegular() && !info.IsDir()
}

// Stdin gives standard input as [Options] have it for several sources: Expand takes it for one "-", and refuses it with
// ErrStdinTwice after that.
func Stdin(stdin io.Reader) io.Reader { return &once{Reader: stdin} }

type once struct {
	io.Reader
	taken atomic.Bool
}

// processStdin is what "-" reads where the options do not say it.
var processStdin = Stdin(os.Stdin)
