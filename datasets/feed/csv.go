package feed

import (
	"bufio"
	"errors"

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

// header gives the names of the columns.
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
	lines, err := table.SkipHead(text)
	if err != nil {
		return failed(err)
	}
	opt.Line += lines
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
	r := &columnReader{
		rows:   rows{opt: opt, table: table.NewReader(text, l.separator), header: l.header != nil},
		layout: l, family: opt.family(unlabelled), known: make(judged),
	}
	r.record = r.domain
	return r.all
}

// columnReader makes records of rows with columns.
type columnReader struct {
	rows
	layout layout
	family string // of rows where there are no labels
	known  judged
	days   days
}

func (r *columnReader) domain(fields []string) (datasets.Domain, error) {
	l := &r.layout
	if len(fields) != l.columns {
		return datasets.Domain{}, r.fieldCount(fields, l.columns)
	}
	raw := fields[l.name]
	if l.header != nil && raw == l.header[l.name] {
		return datasets.Domain{}, r.bad(l.name, datasets.HeaderAgain)
	}
	name, err := r.normalize(raw, l.name)
	if err != nil {
		return datasets.Domain{}, err
	}
	d := datasets.Domain{Name: name, Family: r.family, Raw: raw}
	if len(l.labels) > 0 {
		if d.Family = r.known.family(fields, l.labels); d.Family == "" {
			return datasets.Domain{}, r.bad(l.labels[0], datasets.EmptyLabel)
		}
	}
	if l.date >= 0 {
		d.Day, _ = r.days.day(fields[l.date]) // any column may be called date
	}
	return d, nil
}
