package dnslog

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"strings"

	"threatnet/datasets"
	"threatnet/datasets/internal/table"
)

// zeek is dns.log as Zeek writes it: a header of lines with # that gives the separator, how empty and absent values are
// written, and the fields, in any order; then a line for each query, with \xNN for bytes that are not printable
// (https://docs.zeek.org, "Zeek Log Formats"). Logs may follow on each other, each with its header. A row without a name is
// bad: Zeek saw a message whose question it did not see.
var zeek = Format{
	Name:        "zeek",
	Description: "Zeek dns.log, with its header (#separator, #fields ...)",
	Strict:      true,
	Recognize:   func(head []byte, opt Options) bool { return zeekHeader(head, opt) != nil },
	Header:      zeekHeader,
	Read: func(text *bufio.Reader, opt Options) datasets.Queries {
		return readLines(text, opt, newZeek(opt))
	},
}

// zeekHeader gives the fields of a log that has names of queries.
func zeekHeader(head []byte, opt Options) []string {
	head = head[:bytes.LastIndexByte(head, '\n')+1] // the last line may go on
	lines, z := table.NewLines(bytes.NewReader(head)), newZeek(opt)
	for {
		line, err := lines.Next()
		if err != nil || !table.Skip(line) {
			return nil
		}
		if len(line) > 0 && line[0] == '#' && z.directive(string(line)) == nil && z.columns != nil {
			return z.header
		}
	}
}

var errNoFields = errors.New("no #fields line before it")

type zeekParser struct {
	opt          Options
	separator    string
	empty, unset string
	header       []string
	columns      *columns
	fields       []string // of the current row
	cell         func(field int) string
}

func newZeek(opt Options) *zeekParser {
	z := &zeekParser{opt: opt, separator: "\t", empty: "(empty)", unset: "-"}
	z.cell = z.value
	return z
}

// directive takes what a line of the header says. The error is final.
func (z *zeekParser) directive(line string) error {
	end := strings.IndexAny(line, " "+z.separator)
	if end < 0 {
		return nil
	}
	key, value := line[1:end], line[end+1:]
	switch key {
	case "separator":
		if value = unhex(value, 0); value != "" {
			z.separator = value
		}
	case "empty_field":
		z.empty = value
	case "unset_field":
		z.unset = value
	case "fields":
		header := strings.Split(value, z.separator)
		columns, err := newColumns(header, z.opt)
		if err != nil {
			return fmt.Errorf("%w, the fields of a log of Zeek", err)
		}
		z.header, z.columns = header, columns
	}
	return nil
}

func (z *zeekParser) parse(line []byte, qs []datasets.Query) ([]datasets.Query, error) {
	text := string(line)
	if text[0] == '#' {
		return qs, z.directive(text)
	}
	if z.columns == nil {
		return qs, &flaw{column: 1, reason: BadLine, err: errNoFields}
	}
	z.fields = z.fields[:0]
	for rest, more := text, true; more; {
		var field string
		field, rest, more = strings.Cut(rest, z.separator)
		z.fields = append(z.fields, field)
	}
	if len(z.fields) != len(z.header) {
		err := fmt.Errorf("%d instead of %d", len(z.fields), len(z.header))
		return qs, &flaw{column: 1, reason: datasets.FieldCount, err: err}
	}
	name := z.fields[z.columns.name]
	switch name {
	case "", z.unset:
		return qs, z.bad(&badCell{field: z.columns.name, reason: datasets.EmptyName})
	case z.empty, ".":
		name = ""
	}
	q := datasets.Query{Name: unhex(name, 0), Fields: z.fields}
	if bad := z.columns.fill(&q, z.cell); bad != nil {
		return qs, z.bad(bad)
	}
	return append(qs, q), nil
}

// value gives the text of a field, "" if it is absent or empty.
func (z *zeekParser) value(field int) string {
	text := z.fields[field]
	if text == z.unset || text == z.empty {
		return ""
	}
	if strings.IndexByte(text, '\\') >= 0 {
		return unhex(text, 0)
	}
	return text
}

// bad is the error of the current row for what is in a field.
func (z *zeekParser) bad(cell *badCell) error {
	column := 1
	for _, field := range z.fields[:cell.field] {
		column += len(field) + len(z.separator)
	}
	return &flaw{column: column, reason: cell.reason, err: cell.err}
}
