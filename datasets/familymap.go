package datasets

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"threatnet/datasets/internal/table"
)

// LineError is what is wrong in a line of a small file. Its text begins with line:column, both from 1, columns in bytes; a
// caller puts the file's name before it.
type LineError struct {
	Line, Column int
	Err          error
}

func (e *LineError) Error() string { return fmt.Sprintf("%d:%d: %v", e.Line, e.Column, e.Err) }

// Unwrap gives what is wrong.
func (e *LineError) Unwrap() error { return e.Err }

// The errors of a file of family names.
var (
	ErrNoSeparator  = errors.New("want old,new or old = new")
	ErrNoFamily     = errors.New("no family name")
	ErrRenamedTwice = errors.New("family is renamed twice")
	ErrRenameBenign = errors.New("the benign class cannot be renamed")
)

// ReadFamilyMap reads new names for families, as [FamilyRules] take them: a line for each, "old,new" or "old = new". The
// first comma or equals sign divides it; spaces and quotes around a name are not part of it. Empty lines and lines that
// begin with # are passed over. Synonyms of the benign class (see [IsBenign]) are benign, which may be a new name only.
// Anything else is a [*LineError].
func ReadFamilyMap(r io.Reader) (map[string]string, error) {
	names := make(map[string]string)
	lines := table.NewLines(r)
	for {
		line, err := lines.Next()
		if err == io.EOF {
			return names, nil
		}
		if errors.Is(err, table.ErrLong) {
			return nil, &LineError{Line: lines.Number(), Column: table.MaxLine + 1, Err: LineTooLong}
		}
		if err != nil {
			return nil, err
		}
		text := string(line)
		if t := strings.TrimSpace(text); t == "" || t[0] == '#' {
			continue
		}
		if column, err := addLine(names, text); err != nil {
			return nil, &LineError{Line: lines.Number(), Column: column, Err: err}
		}
	}
}

// addLine enters the new name that a line gives, or gives the column of what is wrong with it.
func addLine(names map[string]string, text string) (column int, err error) {
	if !utf8.ValidString(text) {
		valid := strings.ToValidUTF8(text, "\xff")
		return strings.IndexByte(valid, 0xff) + 1, InvalidUTF8
	}
	at := strings.IndexAny(text, ",=")
	if at < 0 {
		return start(text), ErrNoSeparator
	}
	err = AddRename(names, text[:at], text[at+1:])
	switch {
	case !errors.Is(err, ErrNoFamily):
		return start(text), err
	case FamilyOf(text[:at]) == "":
		return 1, err
	}
	return at + 2, err
}

// AddRename enters a new name for a family, by the rules of [ReadFamilyMap].
func AddRename(names map[string]string, from, to string) error {
	from, to = FamilyOf(from), FamilyOf(to)
	switch other, again := names[from]; {
	case from == "", from != Benign && to == "":
		return ErrNoFamily
	case from == Benign:
		return ErrRenameBenign
	case again && other != to:
		return fmt.Errorf("%w: %q to %q and to %q", ErrRenamedTwice, from, other, to)
	}
	names[from] = to
	return nil
}

// start is the column of the first thing but space.
func start(text string) int { return len(text) - len(strings.TrimLeft(text, " \t")) + 1 }
