package dnslog

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"strings"

	"threatnet/datasets"
	"threatnet/datasets/internal/table"
)

// pairs is a list of labels and names of queries, 0 for benign ones and 1 for exfiltration, with or without a header:
//
//	label,qname
//	0,example.com.
//	1,gE2x.t.example.org.
//
// The dot at the end of a name is that of the root.
var pairs = Format{
	Name:        "pairs",
	Description: "label,qname: 0 or 1 and the name of a query, with or without this header",
	Recognize:   isPairs,
	Header: func(head []byte, _ Options) []string {
		rows := sample(head)
		if len(rows) == 0 {
			return nil
		}
		fields := strings.Split(string(rows[0]), ",")
		if !isPairsHeader(fields) {
			return nil
		}
		return []string{column(fields[0]), column(fields[1])}
	},
	Read: readPairs,
}

// isPairs wants all of the first rows to be pairs.
func isPairs(head []byte, _ Options) bool {
	r := table.NewReader(bytes.NewReader(whole(head)), ',')
	for n := 0; n < sampled; n++ {
		fields, err := r.Read()
		if err == io.EOF {
			return n > 0
		}
		if err != nil || len(fields) != 2 || fields[0] != "0" && fields[0] != "1" && (n > 0 || !isPairsHeader(fields)) {
			return false
		}
	}
	return true
}

func isPairsHeader(fields []string) bool {
	return len(fields) == 2 && strings.EqualFold(column(fields[0]), "label") && strings.EqualFold(column(fields[1]), "qname")
}

func readPairs(text *bufio.Reader, opt Options) datasets.Queries {
	return func(yield func(datasets.Query, error) bool) {
		r := table.NewReader(text, ',')
		for n := 0; ; n++ {
			fields, err := r.Read()
			if err == io.EOF {
				return
			}
			if err == nil && n == 0 && isPairsHeader(fields) {
				continue
			}
			var q datasets.Query
			if err == nil {
				q, err = pair(r, fields, opt)
			} else if bad, ok := err.(*table.Error); ok {
				err = opt.rowError(bad.Line, bad.Column, reasonOf(bad), bad.Err)
			} else {
				yield(q, err)
				return
			}
			if !yield(q, err) {
				return
			}
		}
	}
}

// pair makes a query of a row.
func pair(r *table.Reader, fields []string, opt Options) (datasets.Query, error) {
	line, _ := r.Pos(0)
	var bad badCell
	switch {
	case len(fields) != 2:
		bad = badCell{0, datasets.FieldCount, fmt.Errorf("%d instead of 2", len(fields))}
	case isPairsHeader(fields):
		bad = badCell{0, datasets.HeaderAgain, nil}
	case fields[0] == "":
		bad = badCell{0, datasets.EmptyLabel, nil}
	case fields[1] == "":
		bad = badCell{1, datasets.EmptyName, nil}
	}
	if bad.reason != "" {
		line, column := r.Pos(bad.field)
		return datasets.Query{}, opt.rowError(line, column, bad.reason, bad.err)
	}
	return datasets.Query{
		Name:   strings.TrimSuffix(fields[1], "."),
		Label:  opt.label(labelOf(fields[0])),
		Fields: fields, File: opt.File, Line: opt.Line + line,
	}, nil
}
