package dnslog

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	"threatnet/datasets"
	"threatnet/datasets/internal/table"
)

// splunk is a CSV export of Splunk or of anything else that names its columns: a header with query, and any of src, _time,
// rank, record_type and a label. Of a cell with several values, on lines of their own, the first is taken. Values are text:
// null, NA and 1234 are names like any other; the name stands as it was logged. A column called time or timestamp is the time
// if its first value is one.
var splunk = Format{
	Name:        "splunk",
	Description: "CSV with a header: query, and any of src, _time, rank, record_type, is_exfiltration or label (Splunk, DSDL)",
	Recognize: func(head []byte, opt Options) bool {
		_, header := csvHeader(head, opt)
		return header != nil
	},
	Header: func(head []byte, opt Options) []string {
		_, header := csvHeader(head, opt)
		var names []string
		for _, h := range header {
			names = append(names, column(h))
		}
		return names
	},
	Read: readSplunk,
}

var separators = []byte{',', ';', '\t'}

// csvHeader gives the separator and the header of a text with a column of names; a comma and nil for other text.
func csvHeader(head []byte, opt Options) (byte, []string) {
	for _, separator := range separators {
		header, err := table.NewReader(bytes.NewReader(head), separator).Read()
		if err != nil {
			continue
		}
		wanted := nameColumns
		if opt.NameColumn != "" {
			wanted = []string{opt.NameColumn}
		}
		if firstOf(header, wanted) >= 0 {
			return separator, header
		}
	}
	return separators[0], nil
}

func readSplunk(text *bufio.Reader, opt Options) datasets.Queries {
	lines, err := table.SkipHead(text)
	if err != nil {
		return failed(err)
	}
	opt.Line += lines
	head, err := table.Peek(text)
	if err != nil {
		return failed(err)
	}
	separator, _ := csvHeader(head, opt)
	r := &splunkReader{opt: opt, table: table.NewReader(text, separator)}
	return r.all
}

type splunkReader struct {
	opt     Options
	table   *table.Reader
	header  []string
	columns *columns
	fields  []string
	guessed bool // the time is in a column that may hold something else
}

func (r *splunkReader) all(yield func(datasets.Query, error) bool) {
	for {
		fields, err := r.table.Read()
		if err == io.EOF {
			return
		}
		if err == nil && r.header == nil {
			if err = r.begin(fields); err == nil {
				continue
			}
		} else if err == nil {
			var q datasets.Query
			if q, err = r.query(fields); err == nil {
				if !yield(q, nil) {
					return
				}
				continue
			}
		}
		if bad, ok := err.(*table.Error); ok {
			err = r.opt.rowError(bad.Line, bad.Column, reasonOf(bad), bad.Err)
		}
		if !yield(datasets.Query{}, err) {
			return
		}
		if _, ok := datasets.BadRow(err); !ok {
			return
		}
	}
}

func reasonOf(e *table.Error) datasets.Reason {
	if e.Err == table.ErrLong {
		return datasets.LineTooLong
	}
	return datasets.BadQuotes
}

func (r *splunkReader) begin(header []string) (err error) {
	r.header = slices.Clone(header)
	if r.columns, err = newColumns(r.header, r.opt); err == nil && r.columns.time >= 0 {
		name := column(r.header[r.columns.time])
		r.guessed = !strings.EqualFold(name, timeColumns[0]) && !strings.EqualFold(name, timeColumns[1])
	}
	return err
}

func (r *splunkReader) query(fields []string) (q datasets.Query, err error) {
	if len(fields) != len(r.header) {
		line, _ := r.table.Pos(0)
		return q, r.opt.rowError(line, 1, datasets.FieldCount, fmt.Errorf("%d instead of %d", len(fields), len(r.header)))
	}
	if slices.Equal(fields, r.header) {
		return q, r.bad(&badCell{field: r.columns.name, reason: datasets.HeaderAgain})
	}
	r.fields = fields
	name := r.cell(r.columns.name)
	if name == "" {
		return q, r.bad(&badCell{field: r.columns.name, reason: datasets.EmptyName})
	}
	if name == "." {
		name = ""
	}
	if r.guessed {
		text := r.cell(r.columns.time)
		if _, err := ParseTime(text); err != nil && text != "" {
			r.columns.time = -1
		}
		r.guessed = text == ""
	}
	if bad := r.columns.fill(&q, r.cell); bad != nil {
		return datasets.Query{}, r.bad(bad)
	}
	line, _ := r.table.Pos(0)
	q.Name, q.Label, q.Fields = strings.Clone(name), r.opt.label(q.Label), fields
	q.File, q.Line = r.opt.File, r.opt.Line+line
	return q, nil
}

// cell gives the text of a field of the current row.
func (r *splunkReader) cell(field int) string { return first(r.fields[field]) }

func (r *splunkReader) bad(cell *badCell) error {
	line, column := r.table.Pos(cell.field)
	return r.opt.rowError(line, column, cell.reason, cell.err)
}
