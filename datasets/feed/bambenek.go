package feed

import (
	"bufio"
	"strings"

	"threatnet/datasets"
	"threatnet/datasets/internal/table"
)

// bambenek is a DGA feed of Bambenek Consulting: any number of comments, then domain,description,date,url without a header:
//
//	wjb92vcerh.net,Domain used by shiotob/urlzone/bebloh DGA - not date seeded,2018-06-23,http://osint.bambenekconsulting.com/manual/bebloh.txt
var bambenek = Format{
	Name:        "bambenek",
	Description: "domain,Domain used by FAMILY DGA ...,date,url after any number of comments: Bambenek's DGA feeds",
	Recognize:   isBambenek,
	Header:      noHeader,
	Read:        readBambenek,
}

const bambenekColumns = 4

// isBambenek leaves a text with a header that names the family's column to csv, and one with any header that has other
// words for descriptions.
func isBambenek(head []byte, _ Options) bool {
	header, labelled := headerOf(head, ',')
	return !labelled && mostRows(head, ',', func(fields []string) bool {
		n := len(fields)
		if n < bambenekColumns || !isDotted(fields[0]) {
			return false
		}
		return strings.HasPrefix(fields[1], usedBy) || !header && isDay(fields[n-2]) && strings.Contains(fields[n-1], "://")
	})
}

func readBambenek(text *bufio.Reader, opt Options) datasets.Domains {
	if opt.Family != "" && !opt.Benign {
		return failed(ErrHasLabels)
	}
	r := &bambenekReader{rows: rows{opt: opt, table: table.NewReader(text, ',')}, families: make(map[string]string)}
	r.record = r.domain
	return r.all
}

type bambenekReader struct {
	rows
	families map[string]string // of descriptions
	days     days
}

// domain makes a record of a row. A description may have commas in it, quoted or not: date and url are the last two fields.
func (r *bambenekReader) domain(fields []string) (datasets.Domain, error) {
	n := len(fields)
	if n < bambenekColumns {
		return datasets.Domain{}, r.fieldCount(fields, bambenekColumns)
	}
	name, err := r.normalize(fields[0], 0)
	if err != nil {
		return datasets.Domain{}, err
	}
	day, ok := r.days.day(fields[n-2])
	if !ok {
		return datasets.Domain{}, r.bad(n-2, BadDate)
	}
	d := datasets.Domain{Name: name, Family: datasets.Benign, Raw: fields[0], Day: day}
	if r.opt.Benign {
		return d, nil
	}
	description := fields[1]
	if n > bambenekColumns {
		description = strings.Join(fields[1:n-2], ",")
	}
	d.Family = remember(r.families, description, func(text string) string { return datasets.FamilyOf(BambenekFamily(text)) })
	if d.Family == "" {
		return datasets.Domain{}, r.bad(1, datasets.EmptyLabel)
	}
	return d, nil
}

// usedBy is what descriptions in Bambenek's feeds begin with.
const usedBy = "Domain used by "

// BambenekFamily gives the family that a description in Bambenek's feeds names: without "Domain used by ", up to the first
// of " DGA", " (" and " -", in this order, that it has. So "Cryptolocker - Flashback DGA for 23 Jun 2018" is
// "Cryptolocker - Flashback", and "banjori - not date seeded" is "banjori".
func BambenekFamily(description string) string {
	family := strings.ReplaceAll(description, usedBy, "")
	for _, suffix := range []string{" DGA", " (", " -"} {
		if before, _, found := strings.Cut(family, suffix); found {
			return before
		}
	}
	return family
}
