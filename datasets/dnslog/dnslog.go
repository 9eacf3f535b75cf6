// Package dnslog reads logs of DNS queries into [datasets.Query] records: the logs of resolvers and sensors, exports of
// search platforms, labelled lists of query names, and captures.
//
// A text (decompressed; lines ended by LF or CRLF) gives its records in constant memory, each as soon as its line is there. A
// line that is damaged, or is no line of such a log, is a bad row with its file, line and column. What is well written but is
// no query is passed over: responses, other events, messages and directives of the program that wrote the log, blank lines
// (where Unbound logs replies alone, they stand for their queries). What a text as a whole lacks, such as a column with names, is a final error.
//
// # Names
//
// A name is the bytes of its labels, joined by dots, in their case, however long. The escapes of the source are undone: \xNN
// of Zeek and Suricata, \DDD and \C of RFC 1035 in the logs of CoreDNS and BIND, octal \NNN of Route 53, and those of JSON.
// The dot that CoreDNS, Unbound, Route 53 and lists of pairs put after every name is cut off; in CSV it is kept, as it may
// have been logged. "." is the root, "". An absent name is a bad row: [datasets.EmptyName]. Queries to other services of the
// same protocol (mDNS, LLMNR, NetBIOS) are queries.
//
// # Times
//
// Times are numbers of seconds since 1970 (of milliseconds from 1e11 on) or dates (see [ParseTime]); those without a zone are
// read as UTC. Time stamps of syslog have no year: they begin in the year 0, and the year goes on when the months begin again.
// A time that cannot be read is a bad row: [BadDate].
//
// # Labels
//
// In text with columns the label is in the column that [Options] name, or in those of is_exfiltration,
// is_dns_data_exfiltration, exfiltration, family, subclass, label and class that are there: 0, false and the words of
// [datasets.IsBenign] mark benign queries, 1 and true are [datasets.AnyExfiltration], and other text is the class itself,
// which goes before a 1. In logs of JSON the options may name a key of the object. Queries that no column labels have the
// family of the options.
//
// # Formats
//
// A format is one file of this package and one line in [Formats].
package dnslog

import (
	"bufio"
	"errors"
	"slices"

	"threatnet/datasets"
)

// Options say how to read a source.
type Options struct {
	File       string // for positions
	Label      string // the column, or key, with the label, instead of the usual ones
	NameColumn string // the column with the name, instead of the usual ones
	Family     string // the label of queries that have none
	Benign     bool   // all queries are benign, whatever the source says
	Line       int    // how many lines of the source were read before the text, for positions
}

// Format is one way of recording queries.
type Format struct {
	Name        string
	Description string
	Strict      bool // recognised beyond doubt: what is recognised is not a list of names as well
	// Recognize tells whether the source that begins with head is in this format. The head ends anywhere, but holds a row
	// unless the source does not. The comments that a source begins with are part of it.
	Recognize func(head []byte, opt Options) bool
	// Header gives the names of the columns, nil if the source has none.
	Header func(head []byte, opt Options) []string
	// Read iterates over the source, once.
	Read func(text *bufio.Reader, opt Options) datasets.Queries
}

// Formats gives all formats in the order in which they are tried.
func Formats() []Format {
	return []Format{
		pcapFormat, pcapngFormat, dnstapFormat,
		zeek, zeekJSON, suricata, route53, coreDNS, bind, unbound, dnsmasq,
		pairs, splunk,
	}
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

// Recognize gives the format of a source by its first bytes.
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

// The reasons for which a row of a log is bad, beside those of [datasets].
const (
	BadLine   datasets.Reason = "not a line of this log"
	BadJSON   datasets.Reason = "bad JSON"
	BadDate   datasets.Reason = "bad date"
	BadEscape datasets.Reason = "bad escape"
	BadRank   datasets.Reason = "bad rank"
)

// rowError locates a bad row, at a line of the text.
func (o Options) rowError(line, column int, reason datasets.Reason, err error) error {
	return &datasets.RowError{Pos: datasets.Pos{File: o.File, Line: o.Line + line, Column: column}, Reason: reason, Err: err}
}

// label gives the label of a query that has this one in the source, or "".
func (o Options) label(own string) string {
	switch {
	case o.Benign:
		return datasets.Benign
	case own != "":
		return own
	}
	return datasets.FamilyOf(o.Family)
}

// noHeader is the header of formats that have none.
func noHeader([]byte, Options) []string { return nil }

// failed is an iteration that gives one final error.
func failed(err error) datasets.Queries {
	return func(yield func(datasets.Query, error) bool) { yield(datasets.Query{}, err) }
}
