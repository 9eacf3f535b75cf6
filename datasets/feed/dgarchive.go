package feed

import (
	"bufio"
	"slices"
	"strings"

	"threatnet/datasets"
	"threatnet/datasets/internal/table"
)

// dgarchive is a file of DGArchive, FAMILY_dga.csv: quoted fields without a header, of which the first is the name; the
// others differ from family to family, and the first date among them is the day:
//
//	"ocufxskoiegqvv.com","2015-03-01 00:00:00","2015-03-01 23:59:59"
//
// Nothing in the text itself tells it from other quoted CSV, so the file's name does.
var dgarchive = Format{
	Name:        "dgarchive",
	Description: "\"domain\",... quoted, without a header, in a file FAMILY_dga.csv: DGArchive",
	Recognize:   isDGArchive,
	Header:      noHeader,
	Read:        readDGArchive,
}

const dgarchiveSuffix = "_dga"

func isDGArchive(head []byte, opt Options) bool {
	family, ok := strings.CutSuffix(FileFamily(opt.File), dgarchiveSuffix)
	if !ok || datasets.IsBenign(family) {
		return false
	}
	for _, line := range sample(head) {
		if line[0] != '"' {
			return false
		}
	}
	rows := sampleRows(head, ',')
	labelled := slices.ContainsFunc(rows, func(fields []string) bool { return slices.ContainsFunc(fields[1:], datasets.IsBenign) })
	return len(rows) > 0 && isDotted(rows[0][0]) && !labelled
}

func readDGArchive(text *bufio.Reader, opt Options) datasets.Domains {
	r := &dgarchiveReader{rows: rows{opt: opt, table: table.NewReader(text, ',')}}
	r.family = opt.family(strings.TrimSuffix(FileFamily(opt.File), dgarchiveSuffix))
	r.record = r.domain
	return r.all
}

type dgarchiveReader struct {
	rows
	family string
	days   days
}

func (r *dgarchiveReader) domain(fields []string) (datasets.Domain, error) {
	name, err := r.normalize(fields[0], 0)
	if err != nil {
		return datasets.Domain{}, err
	}
	d := datasets.Domain{Name: name, Family: r.family, Raw: fields[0]}
	for _, field := range fields[1:] {
		if day, _ := r.days.day(field); day != 0 {
			d.Day = day
			break
		}
	}
	return d, nil
}
