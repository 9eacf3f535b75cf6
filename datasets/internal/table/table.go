// Package table reads delimited text (CSV with any one-byte separator) record by record.
//
// It takes what encoding/csv takes, and gives the same fields: quoted fields with doubled quotes, separators and line
// ends inside quotes, LF and CRLF. It is made for published feeds and endless streams, and so differs where these need it:
//
//   - a missing closing quote spoils one line, not the rest of the text: a quoted field ends within MaxSpan lines, else its
//     first line is an error and reading goes on with the next line, in constant memory;
//   - a quote inside an unquoted field stands for itself;
//   - blank lines and comments (lines that begin with #) are skipped;
//   - a record is there as soon as its last line is.
//
// A record that cannot be read is an [*Error]; reading goes on after it.
package table

import (
	"bytes"
	"errors"
	"fmt"
	"io"
)

// MaxSpan is the number of lines that a record may span.
const MaxSpan = 32

// Errors of a record.
var (
	ErrQuote        = errors.New("closing quote is not followed by a separator")
	ErrUnterminated = errors.New("no closing quote")
)

// Error is a record that could not be read. Err is ErrLong, ErrQuote or ErrUnterminated.
type Error struct {
	Line, Column int // from 1, the column in bytes
	Err          error
}

func (e *Error) Error() string { return fmt.Sprintf("line %d, column %d: %v", e.Line, e.Column, e.Err) }

// Unwrap gives Err.
func (e *Error) Unwrap() error { return e.Err }

// Reader reads records.
type Reader struct {
	lines     *Lines
	separator byte

	fields []string
	starts []place // of the fields
	text   []byte  // the fields of a record with quotes, one after the other
	ends   []int   // of the fields in text
}

type place struct{ line, column int }

// NewReader reads records of r, whose fields the separator divides.
func NewReader(r io.Reader, separator byte) *Reader {
	return &Reader{lines: NewLines(r), separator: separator}
}

// Read gives the fields of the next record, or io.EOF, an *Error, or the reader's error. The slice is valid until the next
// call; the strings stay.
func (r *Reader) Read() ([]string, error) {
	r.fields, r.starts = r.fields[:0], r.starts[:0]
	for {
		line, err := r.lines.Next()
		if err == ErrLong {
			return nil, &Error{Line: r.lines.Number(), Column: 1, Err: err}
		}
		if err != nil {
			return nil, err
		}
		if Skip(line) {
			continue
		}
		if bytes.IndexByte(line, '"') >= 0 {
			return r.quoted(line)
		}
		r.split(string(line))
		return r.fields, nil
	}
}

// Pos gives the line and column where field i of the last record begins.
func (r *Reader) Pos(i int) (line, column int) { return r.starts[i].line, r.starts[i].column }

// split cuts a line without quotes.
func (r *Reader) split(line string) {
	number, start := r.lines.Number(), 0
	for i := range len(line) {
		if line[i] == r.separator {
			r.fields = append(r.fields, line[start:i])
			r.starts = append(r.starts, place{number, start + 1})
			start = i + 1
		}
	}
	r.fields = append(r.fields, line[start:])
	r.starts = append(r.starts, place{number, start + 1})
}

// quoted reads a record that begins with the given line.
func (r *Reader) quoted(first []byte) ([]string, error) {
	r.text, r.ends = r.text[:0], r.ends[:0]
	at := cursor{rest: first, place: place{r.lines.Number(), 1}}
	for last := false; !last; {
		r.starts = append(r.starts, at.place)
		if len(at.rest) > 0 && at.rest[0] == '"' {
			var err *Error
			if last, err = r.quotedField(&at); err != nil {
				r.lines.giveBack(at.more)
				if first := r.starts[0].line; err.Line > first { // a line that is read again
					err.Line, err.Column = first, 1
				}
				return nil, err
			}
		} else {
			end := bytes.IndexByte(at.rest, r.separator)
			if last = end < 0; last {
				end = len(at.rest)
			}
			r.text = append(r.text, at.rest[:end]...)
			at.skip(min(end+1, len(at.rest)))
		}
		r.ends = append(r.ends, len(r.text))
	}
	text, start := string(r.text), 0
	for _, end := range r.ends {
		r.fields = append(r.fields, text[start:end])
		start = end
	}
	return r.fields, nil
}

// cursor is a place in a record and what follows it on its line.
type cursor struct {
	place
	rest []byte
	more []line // the lines after the record's first, to be given back if it is no record
}

func (c *cursor) skip(n int) { c.rest, c.column = c.rest[n:], c.column+n }

// quotedField appends the field at the cursor to r.text and moves behind it and its separator. It tells whether the field
// was the record's last.
func (r *Reader) quotedField(at *cursor) (last bool, _ *Error) {
	opened := at.place
	at.skip(1)
	for {
		quote := bytes.IndexByte(at.rest, '"')
		if quote < 0 {
			r.text = append(append(r.text, at.rest...), '\n')
			if !r.nextLine(at) {
				return false, &Error{Line: opened.line, Column: opened.column, Err: ErrUnterminated}
			}
			continue
		}
		r.text = append(r.text, at.rest[:quote]...)
		at.skip(quote + 1)
		switch {
		case len(at.rest) == 0:
			return true, nil
		case at.rest[0] == r.separator:
			at.skip(1)
			return false, nil
		case at.rest[0] == '"':
			r.text = append(r.text, '"')
			at.skip(1)
		case at.line == opened.line:
			return false, &Error{Line: at.line, Column: at.column, Err: ErrQuote}
		default: // the lines in between are read again
			return false, &Error{Line: opened.line, Column: opened.column, Err: ErrQuote}
		}
	}
}

// nextLine moves the cursor to the next line, unless there is none or the record has spanned enough of them.
func (r *Reader) nextLine(at *cursor) bool {
	if len(at.more) == MaxSpan-1 {
		return false
	}
	text, err := r.lines.Next()
	if err != nil && err != ErrLong {
		return false // Next will say it again
	}
	at.rest, at.place = bytes.Clone(text), place{r.lines.Number(), 1}
	at.more = append(at.more, line{at.rest, at.line, err})
	return err == nil
}
