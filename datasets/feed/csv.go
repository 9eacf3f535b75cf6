package feed

import (
	"bufio"
	"errors"
	"fmt"
	"io"

	"threatnet/datasets"
	"threatnet/datasets/internal/table"
)

// labelledCSV has a column of names and usually columns of labels.
var labelledCSV = Format{
	Name: "csv",
	Description: "columns divided by ',', ';' or tab, with a header (host or domain or name ..., family or label or class ...) " +
		"or recognisable without one",
	Recognize: func(head []byte, opt Options) bool {
		l, err := newLayout(head, opt)
		return err == nil && !l.ranked
	},
	Header: header,
	Read: func(text *bufio.Reader, opt Options) datasets.Domains {
		return readColumns(text, opt, "")
	},
}

// ranked is a popularity list: benign, unless the options name a family.
var ranked = Format{
	Name:        "ranked",
	Description: "rank,domain: a popularity list, benign by itself",
	Recognize: func(head []byte, opt Options) bool {
		l, err := newLayout(head, opt)
		return err == nil && l.ranked
	},
	Header: header,
	Read: func(text *bufio.Reader, opt Options) datasets.Domains {
		return readColumns(text, opt, datasets.Benign)
	},
}

func header(head []byte, opt Options) []string {
	l, err := newLayout(head, opt)
	if err != nil || l.header == nil {
		return nil
	}
	names := make([]string, len(l.header))
	for i, h := range l.header {
		names[i] = column(h)
	}
	return names
}

// ErrHasLabels is the error of a family given for a text that has labels of its own.
var ErrHasLabels = errors.New("a family is given, but the rows have labels of their own")

// readColumns reads text with columns; unlabelled is the family of rows where there are no labels.
func readColumns(text *bufio.Reader, opt Options, unlabelled string) datasets.Domains {
	head, err := table.Peek(text)
	if err != nil {
		return failed(err)
	}
	l, err := newLayout(head, opt)
	if err != nil {
		return failed(err)
	}
	switch {
	case l.noName != nil:
		return failed(l.noName)
	case opt.Benign:
		l.labels = nil
	case l.noLabel != nil && unlabelled == "":
		return failed(l.noLabel)
	case opt.Family != "" && len(l.labels) > 0:
		return failed(ErrHasLabels)
	case l.columns == 1 && unlabelled == "": // a plain list with a header
		unlabelled = FileFamily(opt.File)
	}
	rows := columnReader{
		layout: l, opt: opt, family: opt.family(unlabelled), known: make(judged),
		table: table.NewReader(text, l.separator),
	}
	return rows.all
}

// columnReader reads the rows of one text.
type columnReader struct {
	layout
	opt    Options
	family string // of rows where there are no labels
	known  judged
	table  *table.Reader
}

func (r *columnReader) all(yield func(datasets.Domain, error) bool) {
	beforeHeader := r.header != nil
	for {
		fields, err := r.table.Read()
		if err == io.EOF {
			return
		}
		if err == nil && beforeHeader {
			beforeHeader = false
			continue
		}
		var d datasets.Domain
		if err == nil {
			d, err = r.domain(fields)
		} else if bad, ok := err.(*table.Error); ok {
			err = r.opt.rowError(bad.Line, bad.Column, reasonOf(bad), bad.Err)
		} else {
			yield(datasets.Domain{}, err)
			return
		}
		if !yield(d, err) {
			return
		}
	}
}

// domain makes a record of a row, or a bad row.
func (r *columnReader) domain(fields []string) (datasets.Domain, error) {
	line, _ := r.table.Pos(0)
	if len(fields) != r.columns {
		return datasets.Domain{}, r.opt.rowError(line, 1, datasets.FieldCount, fmt.Errorf("%d instead of %d", len(fields), r.columns))
	}
	raw := fields[r.name]
	if r.header != nil && raw == r.header[r.name] {
		return datasets.Domain{}, r.bad(r.name, datasets.HeaderAgain)
	}
	name, err := datasets.Normalize(raw)
	if err != nil {
		return datasets.Domain{}, r.bad(r.name, err.(datasets.Reason))
	}
	family := r.family
	if len(r.labels) > 0 {
		if family = r.known.family(fields, r.labels); family == "" {
			return datasets.Domain{}, r.bad(r.labels[0], datasets.EmptyLabel)
		}
	}
	return datasets.Domain{Name: name, Family: family, Raw: raw, Fields: fields, File: r.opt.File, Line: line}, nil
}

func (r *columnReader) bad(field int, reason datasets.Reason) error {
	line, column := r.table.Pos(field)
	return r.opt.rowError(line, column, reason, nil)
}

func reasonOf(e *table.Error) datasets.Reason {
	if e.Err == table.ErrLong {
		return datasets.LineTooLong
	}
	return datasets.BadQuotes
}
