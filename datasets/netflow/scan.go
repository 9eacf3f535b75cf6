package netflow

import (
	"bufio"
	"bytes"
	"fmt"
	"io"

	"threatnet/datasets/internal/table"
)

// scanner reads JSON (RFC 8259) byte by byte and knows where it is. Beyond the standard it takes NaN and Infinity, which
// Python writes. It judges numbers by their characters alone.
type scanner struct {
	r      *bufio.Reader
	window []byte // what is buffered
	at     int    // of the next byte in the window
	err    error  // of the reader, at the end of the window

	line   int // of the next byte, from 1
	base   int // offset of the window in the text
	start  int // offset of the line
	opened int // offset of the first byte of the line that is no space, as far as space has come
}

func newScanner(r *bufio.Reader) *scanner {
	if mark, err := r.Peek(3); err == nil && string(mark) == "\ufeff" {
		_, _ = r.Discard(3)
	}
	return &scanner{r: r, line: 1}
}

// errLong is the error of a value, or a record, longer than [table.MaxLine].
var errLong = table.ErrLong

// offset of the next byte in the text.
func (s *scanner) offset() int { return s.base + s.at }

// column of the next byte, from 1.
func (s *scanner) column() int { return s.offset() - s.start + 1 }

// peek gives the next byte. It tells whether there is one.
func (s *scanner) peek() (byte, bool) {
	if s.at == len(s.window) && !s.fill() {
		return 0, false
	}
	return s.window[s.at], true
}

// fill moves the window on. It waits for no more than one byte.
func (s *scanner) fill() bool {
	if s.err != nil {
		return false
	}
	s.base += len(s.window)
	_, _ = s.r.Discard(len(s.window))
	s.window, s.at = nil, 0
	if _, s.err = s.r.Peek(1); s.err != nil {
		return false
	}
	s.window, _ = s.r.Peek(s.r.Buffered())
	return true
}

// space passes over what may stand between values, and gives the byte after it.
func (s *scanner) space() (byte, bool) {
	for {
		c, ok := s.peek()
		switch {
		case ok && c == '\n':
			s.at++
			s.newLine()
			continue
		case ok && (c == ' ' || c == '\t' || c == '\r'):
			s.at++
			continue
		}
		if s.opened < s.start {
			s.opened = s.offset()
		}
		return c, ok
	}
}

func (s *scanner) newLine() {
	s.line++
	s.start, s.opened = s.offset(), -1
}

// skipLine passes over the rest of the line.
func (s *scanner) skipLine() {
	for {
		if _, ok := s.peek(); !ok {
			return
		}
		if end := bytes.IndexByte(s.window[s.at:], '\n'); end >= 0 {
			s.at += end + 1
			s.newLine()
			return
		}
		s.at = len(s.window)
	}
}

// want passes over spaces and the byte that must follow.
func (s *scanner) want(c byte) error {
	if next, ok := s.space(); !ok || next != c {
		return s.unexpected(string(rune(c)))
	}
	s.at++
	return nil
}

// unexpected is the error of a byte, or an end, where something else should be.
func (s *scanner) unexpected(wanted string) error {
	c, ok := s.peek()
	if !ok {
		if s.err == io.EOF {
			return io.ErrUnexpectedEOF
		}
		return s.err
	}
	return fmt.Errorf("%q where %s should be", c, wanted)
}
