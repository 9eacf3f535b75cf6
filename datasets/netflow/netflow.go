// Package netflow reads network flows as CICFlowMeter measures them into [datasets.Flow] records.
//
// It takes text (decompressed, with or without a byte order mark, lines ended by LF or CRLF) and gives one record or one bad
// row for each row, in constant memory but for flow-columns, each as soon as it is there. It refuses, with a final error that
// names the file and the line, what has fewer than [MinFeatures] of the features.
//
// # Columns
//
// Columns are known by their names, never by their place: those of CICIDS2017 (MachineLearningCSV and TrafficLabelling), of
// CIC-DDoS2019, of CSE-CIC-IDS2018, of CICFlowMeter today, and the same in lower case with underscores. Spaces around a name
// and its case say nothing, "/" may be "_per_" or "_", and of columns of one meaning, as "Fwd Header Length" and "Fwd Header
// Length.1", the first counts. Any other column is left alone; [Describe] tells which. Features that have no column are NaN.
// Nothing in a text tells units: durations should be in microseconds, as CICFlowMeter has them.
//
// A row is labelled by the first present of label, class and attack. The label is one string, without spaces around it;
// benign and its synonyms (see [datasets.IsBenign]) and 0 are [datasets.Benign]. The dash in "Web Attack – Brute Force", and
// what wrong decoding has made of it, is a hyphen: "Web Attack - Brute Force". A text without labels is read all the same.
//
// # Values
//
// A number is decimal; Infinity, inf and NaN in any case are what they say, and an empty field is NaN. Of a list, such as
// "[1408, 1408]" or lines of one field, the first counts. Anything else, and what is beyond the range of float32, makes a bad row. So do rows of
// other lengths than the header's, headers repeated inside a file, and rows in which all fields are empty; lines that are
// blank or begin with # are skipped as [datasets] readers do.
//
// # Times
//
// Times are UTC unless they say otherwise: day first, as 3/7/2017 8:55 or 14/02/2018 08:31:01, with or without AM and PM; or
// in the order of ISO 8601; or in seconds, milliseconds, microseconds or nanoseconds since 1970, if that is after September
// 2001. The published sets have a 12-hour clock but no AM or PM, and were recorded at work, from 8 to 17 o'clock: so in
// day-first times without AM and PM the hours 1 to 7 are those of the afternoon. A time that cannot be read is the zero time
// and no fault of its row.
//
// # Formats
//
// cicflow is text with columns. flow-json are JSON objects: one after the other, mostly one a line, or in an array; or a
// search's results as Splunk writes them, {"result":{...}} or {"results":[{...}]}. flow-columns is one JSON object of objects,
// {"column":{"row":value}}, as pandas writes tables. In JSON, numbers may be strings, null is an empty field, and NaN and
// Infinity may stand bare.
package netflow

import (
	"bufio"
	"errors"
	"fmt"
	"slices"
	"strings"

	"threatnet/datasets"
)

// Options say how to read a text.
type Options struct {
	File   string // for positions
	Label  string // the column with the label, instead of the usual ones; in cicflow also its number from 1
	Benign bool   // all flows are benign, whatever the text says
	Line   int    // how many lines of the source were read before the text, for positions
}

// Format is one way of writing flows.
type Format struct {
	Name        string
	Description string
	// Recognize tells whether the text that begins with head is in this format. The head ends anywhere.
	Recognize func(head []byte, opt Options) bool
	// Header gives the names of the columns as they stand, nil if there are none. In flow-json these are the columns of the
	// first record, in flow-columns those that begin within the head.
	Header func(head []byte, opt Options) []string
	// Read iterates over the text, once.
	Read func(text *bufio.Reader, opt Options) datasets.Flows
}

// Formats gives all formats in the order in which they are tried.
func Formats() []Format { return []Format{cicflow, flowJSON, flowColumns} }

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

// MinFeatures is the number of features that a text must have columns for.
const MinFeatures = 10

// Errors that end the reading.
var (
	ErrNotFlows = errors.New("no flow records")
	ErrColumn   = errors.New("no such column")
	ErrTooLarge = errors.New("too large to be read as columns")
)

// The reasons for which a row of flows is bad, beside those of package datasets.
const (
	BlankRow  datasets.Reason = "blank row"
	BadNumber datasets.Reason = "bad number"
	BadJSON   datasets.Reason = "bad JSON"
	NotFlow   datasets.Reason = "no flow record"
	Preview   datasets.Reason = "preliminary result" // Splunk sends the row again when it is final
)

// rowError locates a bad row, at a line of the text.
func (o Options) rowError(line, column int, reason datasets.Reason, err error) error {
	return &datasets.RowError{Pos: o.pos(line, column), Reason: reason, Err: err}
}

func (o Options) pos(line, column int) datasets.Pos {
	return datasets.Pos{File: o.File, Line: o.Line + line, Column: column}
}

// final locates an error that ends the reading.
func (o Options) final(line, column int, err error) error {
	return fmt.Errorf("%v: %w", o.pos(line, column), err)
}

// failed is an iteration that gives one final error.
func failed(err error) datasets.Flows {
	return func(yield func(datasets.Flow, error) bool) { yield(datasets.Flow{}, err) }
}

// quoteAll quotes the first of the names for a message.
func quoteAll(names []string) string {
	quoted := make([]string, min(len(names), 12), 13)
	for i := range quoted {
		quoted[i] = quote(names[i])
	}
	if len(quoted) < len(names) {
		quoted = append(quoted, "...")
	}
	return strings.Join(quoted, ", ")
}

// quote quotes a text for a message, not more than a few dozen bytes of it.
func quote(text string) string { return fmt.Sprintf("%q", text[:min(len(text), 40)]) }
