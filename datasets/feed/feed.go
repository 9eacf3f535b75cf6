// Package feed reads lists of domain names - labelled feeds of DGA names, popularity lists, hosts files, plain lists - into
// [datasets.Domain] records.
//
// It takes text (decompressed, UTF-8 with or without a byte order mark, lines ended by LF or CRLF) and gives one record or
// one bad row for each row, in constant memory, each as soon as its line is there. Blank lines and comments (#) are
// skipped, however many there are. It refuses nothing within a text; what a text as a whole lacks, such as a column with
// names, is a final error.
//
// # Names and labels
//
// In text with columns the name is in the first present of host, domain, name, query, qname, fqdn, and the family in the
// first present of family, subclass, dga, label, class (in any case); [Options] override both. When the family is empty the
// next of these columns has it. Values are text: null, NA and nan are names and families like any other.
//
// A row is benign when one of these columns says so (see [datasets.IsBenign]) or holds a 0, whatever its family. A 1
// without a family is of the family [datasets.AnyDGA]. A column beside the family's that holds whole numbers other than 0
// and 1 in the first rows numbers classes: its 0 says nothing. A label that is a description of Bambenek's stands for the
// family it names (see [BambenekFamily]).
//
// # Days
//
// Where a format has dates, a record has the day of its first one (year-month-day, whatever follows); a column called date
// is read so too, as far as it holds days.
//
// # Formats
//
// A format is one file of this package and one line in [Formats].
package feed

import (
	"bufio"
	"errors"
	"slices"

	"threatnet/datasets"
)

// Options say how to read a text.
type Options struct {
	File       string // for positions, and for the family of a plain list; "" or "stdin" name no family
	Label      string // the column with the family, instead of the usual ones
	NameColumn string // the column with the name, instead of the usual ones
	Family     string // the family of names that have none in the text
	Benign     bool   // all names are benign, whatever the text says
	Line       int    // how many lines of the source were read before the text, for positions
}

// Format is one way of writing a list of names.
type Format struct {
	Name        string
	Description string
	// Recognize tells whether the text that begins with head is in this format. The head ends anywhere, but holds a row
	// unless the text does not.
	Recognize func(head []byte, opt Options) bool
	// Header gives the names of the columns, nil if the text has none.
	Header func(head []byte, opt Options) []string
	// Read iterates over the text, once.
	Read func(text *bufio.Reader, opt Options) datasets.Domains
}

// Formats gives all formats in the order in which they are tried.
func Formats() []Format {
	return []Format{bambenek, netlab, dgarchive, majestic, hosts, labelledCSV, ranked, plain}
}

// Lookup gives the format of a name.
func Lookup(name string) (Format, bool) {
	formats := Formats()
	i := slices.IndexFunc(formats, func(f Format) bool { return f.Name == name })
	if i < 0 {
		return Format{}, false
	}
	return formats[i], true
}

// Recognize gives the format of a text by its first bytes.
func Recognize(head []byte, opt Options) (Format, bool) {
	for _, f := range Formats() {
		if f.Recognize(head, opt) {
			return f, true
		}
	}
	return Format{}, false
}

// ErrColumn is the error of a text that lacks a column it is to be read by.
var ErrColumn = errors.New("no such column")

// The reasons for which a row of a feed is bad, beside those of names.
const (
	BadDate   datasets.Reason = "bad date"
	NoAddress datasets.Reason = "no IP address"
)

// rowError locates a bad row, at a line of the text.
func (o Options) rowError(line, column int, reason datasets.Reason, err error) error {
	return &datasets.RowError{Pos: datasets.Pos{File: o.File, Line: o.Line + line, Column: column}, Reason: reason, Err: err}
}

// failed is an iteration that gives one final error.
func failed(err error) datasets.Domains {
	return func(yield func(datasets.Domain, error) bool) { yield(datasets.Domain{}, err) }
}
