package source

import (
	"bytes"
	"fmt"
	"io"

	"threatnet/datasets/feed"
	"threatnet/datasets/internal/table"
)

// recognise finds the format of an opened text and its header. It reads the comments at its beginning, whose lines are
// counted in opt, and looks at what follows: all that fits the buffer of a file, of a stream no more than the first row.
func recognise(t *text, stream bool, format string, opt *feed.Options) (feed.Format, []string, error) {
	lines, err := table.SkipHead(t.Reader)
	if err != nil {
		return feed.Format{}, nil, err
	}
	opt.Line += lines
	head, err := table.Peek(t.Reader)
	if err == nil && !stream {
		if head, err = t.Peek(t.Size()); err == io.EOF {
			err = nil
		}
	}
	if err != nil {
		return feed.Format{}, nil, err
	}
	if err := refuse(head, len(head) == t.Size()); err != nil {
		return feed.Format{}, nil, err
	}
	f, ok := feed.Lookup(format)
	if format == "" {
		f, ok = feed.Recognize(head, *opt)
	}
	if !ok {
		return feed.Format{}, nil, fmt.Errorf("%w (it begins with %.60q); give it as FORMAT:PATH, with --name-column and --label if need be",
			ErrUnrecognised, firstRow(head))
	}
	return f, f.Header(head, *opt), nil
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
