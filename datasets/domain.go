package datasets

import (
	"fmt"
	"iter"
)

// Domain is one name with its family, as a reader delivers it.
type Domain struct {
	Name   string   // normalised (see [Normalize])
	Family string   // "" where the source has no label, [Benign] for the benign class
	Raw    string   // the name as it stood
	Fields []string // the fields of the record, valid until the next one; nil for plain lists
	Day    int32    // first seen, in days since 1970-01-01; 0 is unknown
	File   string   // where the record begins
	Line   int
}

// Domains iterates over the names of a source. An error that is itself a [*RowError] stands for one row, which may be
// skipped; after any other error the iteration ends.
type Domains = iter.Seq2[Domain, error]

// Pos is a place in a source. Lines and columns count from 1, columns in bytes.
type Pos struct {
	File   string `json:"file"`
	Line   int    `json:"line"`
	Column int    `json:"column"`
}

// String gives file:line:column, the form that editors understand.
func (p Pos) String() string {
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
}

// Reason is the category of a bad row, for counting. It is an error, so that errors.Is finds it in a [RowError].
type Reason string

// The reasons for which a row of names is bad.
const (
	EmptyName    Reason = "empty name"
	NameTooLong  Reason = "name too long"
	LabelTooLong Reason = "label of the name too long"
	EmptyPart    Reason = "empty part in the name"
	BadCharacter Reason = "bad character"
	InvalidUTF8  Reason = "invalid UTF-8"
	InvalidIDN   Reason = "invalid international name"
	IPAddress    Reason = "IP address"
	EmptyLabel   Reason = "empty label"
	FieldCount   Reason = "wrong number of fields"
	HeaderAgain  Reason = "header repeated"
	BadQuotes    Reason = "bad quotes"
	LineTooLong  Reason = "line too long"
)

func (r Reason) Error() string { return string(r) }

// RowError is a row that could not be read.
type RowError struct {
	Pos    Pos
	Reason Reason
	Err    error // what exactly is wrong; may be nil
}

func (e *RowError) Error() string {
	if e.Err == nil || e.Err == error(e.Reason) {
		return e.Pos.String() + ": " + string(e.Reason)
	}
	return e.Pos.String() + ": " + string(e.Reason) + ": " + e.Err.Error()
}

// Unwrap gives the reason and the error behind it.
func (e *RowError) Unwrap() []error {
	if e.Err == nil {
		return []error{e.Reason}
	}
	return []error{e.Reason, e.Err}
}

// BadRow tells a row that may be skipped from an error that ends the reading. It looks at err itself, not at what err
// wraps: a reader makes a bad row final by wrapping it, as [Strict] does.
func BadRow(err error) (*RowError, bool) {
	row, ok := err.(*RowError)
	return row, ok
}

// Strict makes the bad rows of an iteration final errors.
func Strict[R any](rows iter.Seq2[R, error]) iter.Seq2[R, error] {
	return func(yield func(R, error) bool) {
		var zero R
		for r, err := range rows {
			if row, ok := BadRow(err); ok {
				yield(zero, fmt.Errorf("bad row: %w", row))
				return
			}
			if !yield(r, err) {
				return
			}
		}
	}
}
