package netflow

import (
	"bufio"
	"bytes"
	"fmt"
	"io"

	"threatnet/datasets"
	"threatnet/datasets/internal/table"
)

// cicflow is text with columns divided by commas, semicolons or tabs, under a header.
var cicflow = Format{
	Name:        "cicflow",
	Description: "CSV of CICFlowMeter: CICIDS2017, CSE-CIC-IDS2018, CIC-DDoS2019, the tool itself; columns by name",
	Recognize: func(head []byte, opt Options) bool {
		_, names := header(head)
		return newLayout(names, opt).features() >= MinFeatures
	},
	Header: func(head []byte, opt Options) []string {
		_, names := header(head)
		return newLayout(names, opt).names
	},
	Read: readCICFlow,
}

// header gives the fields of the first row, by the separator by which most of them are features.
func header(head []byte) (separator byte, names []string) {
	best := -1
	for _, s := range []byte{',', ';', '\t'} {
		fields, err := table.NewReader(bytes.NewReader(head), s).Read()
		if err != nil {
			continue
		}
		if n := newLayout(fields, Options{}).features(); n > best {
			best, separator, names = n, s, fields
		}
	}
	return separator, names
}

func readCICFlow(text *bufio.Reader, opt Options) datasets.Flows {
	lines, err := table.SkipHead(text)
	if err != nil {
		return failed(err)
	}
	opt.Line += lines
	head, err := table.Peek(text)
	if err != nil {
		return failed(err)
	}
	separator, _ := header(head)
	t := table.NewReader(text, separator)
	names, err := t.Read()
	if err == io.EOF {
		return failed(opt.final(1, 1, fmt.Errorf("%w: the text is empty", ErrNotFlows)))
	}
	if err != nil {
		if bad, ok := err.(*table.Error); ok {
			err = opt.final(bad.Line, bad.Column, fmt.Errorf("the header: %w", bad.Err))
		}
		return failed(err)
	}
	l := newLayout(names, opt)
	l.numbered()
	if err := l.check(opt); err != nil {
		line, _ := t.Pos(0)
		return failed(opt.final(line, 1, err))
	}
	r := &csvReader{records: newRecords(opt, l), table: t}
	return r.all
}

// csvReader makes records of the rows under a header.
type csvReader struct {
	*records
	table *table.Reader
}

// all iterates over the rows, once.
func (r *csvReader) all(yield func(datasets.Flow, error) bool) {
	for {
		fields, err := r.table.Read()
		if err == io.EOF {
			return
		}
		var f datasets.Flow
		if err == nil {
			f, err = r.row(fields)
		} else if bad, ok := err.(*table.Error); ok {
			err = r.opt.rowError(bad.Line, bad.Column, datasets.BadQuotes, bad.Err)
			if bad.Err == table.ErrLong {
				err = r.opt.rowError(bad.Line, bad.Column, datasets.LineTooLong, nil)
			}
		} else {
			yield(datasets.Flow{}, err)
			return
		}
		if !yield(f, err) {
			return
		}
	}
}

// row gives the flow of a row, or the bad row.
func (r *csvReader) row(fields []string) (datasets.Flow, error) {
	if n := len(r.layout.names); len(fields) != n {
		return datasets.Flow{}, r.fieldCount(fields, n)
	}
	f, bad := r.flow(fields)
	if bad != nil {
		line, column := r.table.Pos(bad.column)
		return f, r.opt.rowError(line, column, bad.reason, bad.err)
	}
	line, _ := r.table.Pos(0)
	f.Line = r.opt.Line + line
	return f, nil
}

// fieldCount is the error of a row that has not as many fields as the header. It stands where the row is too long, or begins.
func (r *csvReader) fieldCount(fields []string, want int) error {
	reason, column := BlankRow, 1
	for _, field := range fields {
		if len(bytes.TrimSpace([]byte(field))) > 0 {
			reason = datasets.FieldCount
		}
	}
	line, _ := r.table.Pos(0)
	if reason == datasets.FieldCount && len(fields) > want {
		line, column = r.table.Pos(want)
	}
	return r.opt.rowError(line, column, reason, fmt.Errorf("%d fields instead of %d", len(fields), want))
}
