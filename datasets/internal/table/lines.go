package table

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

// MaxLine is the length in bytes beyond which a line is an error. It bounds the memory of a reader.
const MaxLine = 1 << 20

// ErrLong is the error of a line longer than MaxLine. The next call goes on after it.
var ErrLong = errors.New("line too long")

// Lines reads lines of any ending (LF, CRLF, none at the end), without it and without a byte order mark.
type Lines struct {
	r      *bufio.Reader
	number int
	text   []byte
	back   []line // given back, to be read again
	err    error  // of the reader, which ended the text
}

type line struct {
	text   []byte
	number int
	err    error // nil or ErrLong
}

// NewLines reads the lines of r. A line is there as soon as r has given its end.
func NewLines(r io.Reader) *Lines { return &Lines{r: buffered(r)} }

// Number is the number of the line last read, from 1.
func (l *Lines) Number() int { return l.number }

// Next gives the next line, valid until the one after it, or io.EOF, ErrLong, or the error of the reader: what was read of
// a line before such an error is not a line.
func (l *Lines) Next() ([]byte, error) {
	if len(l.back) > 0 {
		next := l.back[0]
		l.back = l.back[1:]
		l.number = next.number
		return next.text, next.err
	}
	if l.err != nil {
		return nil, l.err
	}
	text, err := l.r.ReadSlice('\n')
	if err == bufio.ErrBufferFull {
		text, err = l.long(text)
	}
	switch {
	case err == ErrLong:
		l.number++
		return nil, err
	case err == io.EOF && len(text) > 0:
	case err != nil:
		l.err = err
		return nil, err
	}
	if l.number++; l.number == 1 {
		text = bytes.TrimPrefix(text, byteOrderMark)
	}
	text = bytes.TrimSuffix(text, []byte("\n"))
	return bytes.TrimSuffix(text, []byte("\r")), nil
}

var byteOrderMark = []byte("\ufeff")

// long reads the rest of a line that does not fit the buffer, up to MaxLine.
func (l *Lines) long(text []byte) ([]byte, error) {
	l.text = append(l.text[:0], text...)
	tooLong := false
	for {
		part, err := l.r.ReadSlice('\n')
		if tooLong = tooLong || len(l.text)+len(part) > MaxLine; !tooLong {
			l.text = append(l.text, part...)
		}
		switch {
		case err == bufio.ErrBufferFull:
		case err != nil && err != io.EOF:
			return nil, err
		case tooLong:
			return nil, ErrLong
		default:
			return l.text, nil
		}
	}
}

// giveBack makes lines that were read the next ones.
func (l *Lines) giveBack(lines []line) { l.back = append(lines, l.back...) }

// bufferSize is the size of the buffer, and of the head that formats are recognised by.
const bufferSize = 1 << 16

// buffered gives r itself when it is a buffered reader already, so that what Peek saw is read.
func buffered(r io.Reader) *bufio.Reader { return bufio.NewReaderSize(r, 4096) }

// NewBuffer gives a buffered reader of the size that Peek works with.
func NewBuffer(r io.Reader) *bufio.Reader { return bufio.NewReaderSize(r, bufferSize) }

// Peek gives the first bytes of a text, without reading them: as many as have been buffered once a whole line is among
// them that is neither blank nor a comment; less only at the end of the text. It never waits for more than that line. The
// error is that of the reader, nil at the end of the text.
func Peek(r *bufio.Reader) ([]byte, error) {
	for {
		head, _ := r.Peek(r.Buffered())
		if len(head) == r.Size() || hasRow(head) {
			return head, nil
		}
		if _, err := r.Peek(len(head) + 1); err != nil {
			head, _ = r.Peek(r.Buffered())
			if err == io.EOF {
				err = nil
			}
			return head, err
		}
	}
}

func hasRow(head []byte) bool {
	head = bytes.TrimPrefix(head, byteOrderMark)
	for {
		end := bytes.IndexByte(head, '\n')
		if end < 0 {
			return false
		}
		if !Skip(head[:end]) {
			return true
		}
		head = head[end+1:]
	}
}

// Skip tells whether a line is blank or a comment (#).
func Skip(line []byte) bool {
	if len(line) > 0 && line[0] > ' ' {
		return line[0] == '#'
	}
	line = bytes.TrimSpace(line)
	return len(line) == 0 || line[0] == '#'
}
