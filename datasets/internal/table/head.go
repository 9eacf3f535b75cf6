package table

import (
	"bufio"
	"bytes"
	"io"
)

// SkipHead reads the blank lines and comments that a text begins with, however long they are, and gives their number. It
// waits for no more than the first line after them. The error is that of the reader, nil at the end of the text.
func SkipHead(r *bufio.Reader) (lines int, err error) {
	for {
		line, err := peekLine(r)
		if lines == 0 {
			line, err = withoutMark(r, line, err)
		}
		switch {
		case len(line) == 0 || !Skip(line):
			if err == bufio.ErrBufferFull { // a long row
				err = nil
			}
			return lines, notEOF(err)
		case err == nil || err == io.EOF:
			if _, err := r.Discard(len(line)); err != nil {
				return lines, err
			}
		case err != bufio.ErrBufferFull:
			return lines, err
		case len(bytes.TrimSpace(line)) == 0: // who knows what follows on so many spaces
			return lines, nil
		default:
			if err := skipLine(r); err != nil {
				return lines, notEOF(err)
			}
		}
		lines++
	}
}

// withoutMark reads the byte order mark when a comment or a blank line follows on it, and gives the line without it.
func withoutMark(r *bufio.Reader, line []byte, lineErr error) ([]byte, error) {
	rest, ok := bytes.CutPrefix(line, byteOrderMark)
	if !ok || !Skip(rest) {
		return line, lineErr
	}
	if _, err := r.Discard(len(byteOrderMark)); err != nil {
		return nil, err
	}
	return peekLine(r)
}

// peekLine gives the next line with its end, without reading it: less of it with bufio.ErrBufferFull, or with the error of
// the reader.
func peekLine(r *bufio.Reader) ([]byte, error) {
	for {
		head, _ := r.Peek(r.Buffered())
		if end := bytes.IndexByte(head, '\n'); end >= 0 {
			return head[:end+1], nil
		}
		if len(head) == r.Size() {
			return head, bufio.ErrBufferFull
		}
		if _, err := r.Peek(len(head) + 1); err != nil {
			head, _ = r.Peek(r.Buffered())
			return head, err
		}
	}
}

// skipLine reads to the end of a line.
func skipLine(r *bufio.Reader) error {
	for {
		if _, err := r.ReadSlice('\n'); err != bufio.ErrBufferFull {
			return err
		}
	}
}

func notEOF(err error) error {
	if err == io.EOF {
		return nil
	}
	return err
}
