package feed

import (
	"bufio"

	"threatnet/datasets"
	"threatnet/datasets/internal/table"
)

// netlab is the DGA feed of 360 Netlab: comments, then family, domain, start and end of validity (UTC), divided by tabs:
//
//	suppobox	difficultdress.net	2016-11-12 11:58:56	2016-11-13 00:04:15
var netlab = Format{
	Name:        "netlab",
	Description: "family, domain, start, end, divided by tabs, after any number of comments: 360 Netlab's dga.txt",
	Recognize: func(head []byte, _ Options) bool {
		header, _ := headerOf(head, '\t')
		return !header && mostRows(head, '\t', func(fields []string) bool {
			return len(fields) == netlabColumns && isDotted(fields[1]) && isDay(fields[2]) && isDay(fields[3])
		})
	},
	Header: noHeader,
	Read:   readNetlab,
}

const netlabColumns = 4

func readNetlab(text *bufio.Reader, opt Options) datasets.Domains {
	if opt.Family != "" && !opt.Benign {
		return failed(ErrHasLabels)
	}
	r := &netlabReader{rows: rows{opt: opt, table: table.NewReader(text, '\t')}, families: make(map[string]string)}
	r.record = r.domain
	return r.all
}

type netlabReader struct {
	rows
	families map[string]string // as they are written
	days     days
}

func (r *netlabReader) domain(fields []string) (datasets.Domain, error) {
	if len(fields) != netlabColumns {
		return datasets.Domain{}, r.fieldCount(fields, netlabColumns)
	}
	name, err := r.normalize(fields[1], 1)
	if err != nil {
		return datasets.Domain{}, err
	}
	day, ok := r.days.day(fields[2])
	if !ok {
		return datasets.Domain{}, r.bad(2, BadDate)
	}
	d := datasets.Domain{Name: name, Family: datasets.Benign, Raw: fields[1], Day: day}
	if r.opt.Benign {
		return d, nil
	}
	if d.Family = remember(r.families, fields[0], datasets.FamilyOf); d.Family == "" {
		return datasets.Domain{}, r.bad(0, datasets.EmptyLabel)
	}
	return d, nil
}
