package source

import (
	"bytes"
	"fmt"
	"io"

	"threatnet/datasets/feed"
	"threatnet/datasets/internal/table"
)

// recognise finds the format of an opened text and its header. It looks at all that fits the buffer of a file, of a stream at
// no more than the first row. The comments that a list begins with are read, and their lines counted in opt; those of a log
// are a part of it.
func recognise(t *text, stream bool, name, kind string, opt *feed.Options) (format, []string, error) {
	if f, ok, err := recogniseStrict(t, stream, name, kind, *opt); err != nil || ok {
		if err != nil {
			return format{}, nil, err
		}
		head, err := peek(t, stream)
		return f, f.header(head, *opt), err
	}
	lines, err := table.SkipHead(t.Reader)
	if err != nil {
		return format{}, nil, err
	}
	opt.Line += lines
	head, err := peek(t, stream)
	if err != nil {
		return format{}, nil, err
	}
	if err := refuse(head, len(head) == t.Size()); err != nil {
		return format{}, nil, err
	}
	if name != "" {
		f, err := lookup(name, kind)
		if err != nil {
			return format{}, nil, err
		}
		return f, f.header(head, *opt), nil
	}
	for _, f := range candidates(kind) {
		if !f.strict && f.recognize(head, *opt) {
			return f, f.header(head, *opt), nil
		}
	}
	return format{}, nil, fmt.Errorf("%w at line %d, column 1 (it begins with %.60q); give it as FORMAT:PATH, with --name-column and --label if need be",
		ErrUnrecognised, opt.Line+1, firstRow(head))
}

// recogniseStrict looks for a format that is told from the first byte on: by what a stream has sent so far, which is enough
// for a capture, and then by the first row.
func recogniseStrict(t *text, stream bool, name, kind string, opt feed.Options) (format, bool, error) {
	if name != "" {
		f, err := lookup(name, kind)
		return f, err == nil && f.strict, err
	}
	find := func(head []byte) (format, bool) {
		for _, f := range candidates(kind) {
			if f.strict && f.recognize(head, opt) {
				return f, true
			}
		}
		return format{}, false
	}
	head, err := t.Peek(max(t.Buffered(), 1))
	if err != nil && err != io.EOF {
		return format{}, false, err
	}
	if f, ok := find(head); ok {
		return f, true, nil
	}
	if head, err = peek(t, stream); err != nil {
		return format{}, false, err
	}
	f, ok := find(head)
	return f, ok, nil
}

// peek gives what a format is recognised by, without reading it.
func peek(t *text, stream bool) ([]byte, error) {
	head, err := table.Peek(t.Reader)
	if err == nil && !stream {
		head, _ = t.Peek(t.Size()) // the rows before an error are good: reading gives them, and then the error
	}
	return head, err
}

// refuse gives the error of data that is no text with rows, by its beginning, beyond which there may be more.
func refuse(head []byte, more bool) error {
	switch {
	case bytes.HasPrefix(head, []byte("\xff\xfe")), bytes.HasPrefix(head, []byte("\xfe\xff")):
		return fmt.Errorf("%w: UTF-16 text; convert it to UTF-8", ErrBinary)
	case len(head) > 262 && string(head[257:262]) == "ustar":
		return fmt.Errorf("%w: a tar archive; unpack it first", ErrBinary)
	case isBinary(head):
		return ErrBinary
	case endsInCR(head):
		return fmt.Errorf("%w: the lines end in CR alone; convert them to LF", ErrUnrecognised)
	case len(firstRow(head)) == 0 && more:
		return fmt.Errorf("%w: nothing but spaces in %d bytes", ErrUnrecognised, len(head))
	case len(firstRow(head)) == 0:
		return ErrEmpty
	}
	return nil
}

// isBinary tells data with more than one control character in twenty from text with a few bad rows.
func isBinary(head []byte) bool {
	control := 0
	for _, c := range head {
		if c < ' ' && c != '\t' && c != '\n' && c != '\r' || c == 0x7f {
			control++
		}
	}
	return control*20 > len(head)
}

// endsInCR tells text in which CR alone ends lines: it would be one row, however long. In JSON a CR is a space.
func endsInCR(head []byte) bool {
	head = bytes.TrimSpace(head)
	if len(head) == 0 || head[0] == '{' || head[0] == '[' || bytes.IndexByte(head, '\n') >= 0 {
		return false
	}
	quoted := false
	for _, c := range head {
		switch {
		case c == '"':
			quoted = !quoted
		case c == '\r' && !quoted:
			return true
		}
	}
	return false
}

// firstRow gives the first line that is neither blank nor a comment.
func firstRow(head []byte) []byte {
	lines := table.NewLines(bytes.NewReader(head))
	for {
		line, err := lines.Next()
		if err != nil {
			return nil
		}
		if !table.Skip(line) {
			return line
		}
	}
}
