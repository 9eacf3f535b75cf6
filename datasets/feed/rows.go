package feed

import (
	"fmt"
	"io"

	"threatnet/datasets"
	"threatnet/datasets/internal/table"
)

// rows reads the records of a table, each of which is a name or a bad row.
type rows struct {
	opt    Options
	table  *table.Reader
	header bool // the first record is no row
	record func(fields []string) (datasets.Domain, error)
}

// all iterates over the rows, once.
func (r *rows) all(yield func(datasets.Domain, error) bool) {
	beforeHeader := r.header
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
			if d, err = r.record(fields); err == nil {
				line, _ := r.table.Pos(0)
				d.Fields, d.File, d.Line = fields, r.opt.File, r.opt.Line+line
			}
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

// normalize gives the name in a field, or the bad row.
func (r *rows) normalize(raw string, field int) (string, error) {
	name, err := datasets.Normalize(raw)
	if err != nil {
		return "", r.bad(field, err.(datasets.Reason))
	}
	return name, nil
}

// bad is the error of a row for what is in a field.
func (r *rows) bad(field int, reason datasets.Reason) error {
	line, column := r.table.Pos(field)
	return r.opt.rowError(line, column, reason, nil)
}

// fieldCount is the error of a row that has not the fields it should have.
func (r *rows) fieldCount(fields []string, want int) error {
	line, _ := r.table.Pos(0)
	return r.opt.rowError(line, 1, datasets.FieldCount, fmt.Errorf("%d instead of %d", len(fields), want))
}

func reasonOf(e *table.Error) datasets.Reason {
	if e.Err == table.ErrLong {
		return datasets.LineTooLong
	}
	return datasets.BadQuotes
}

// noHeader is the header of formats that have none.
func noHeader([]byte, Options) []string { return nil }

// headerOf tells whether the first row of a text names a column of names, and whether it names one of labels too.
func headerOf(head []byte, separator byte) (header, labelled bool) {
	rows := sampleRows(head, separator)
	header = len(rows) > 0 && firstOf(rows[0], nameColumns) >= 0
	return header, header && firstOf(rows[0], labelColumns) >= 0
}

// mostRows tells whether at least half of the first rows are what is asked for.
func mostRows(head []byte, separator byte, is func(fields []string) bool) bool {
	yes, rows := 0, sampleRows(head, separator)
	for _, fields := range rows {
		if is(fields) {
			yes++
		}
	}
	return yes > 0 && yes*2 >= len(rows)
}
