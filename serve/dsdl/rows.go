package dsdl

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

	"threatnet/datasets"
	"threatnet/datasets/dnslog"
	"threatnet/datasets/netflow"
	"threatnet/datasets/source"
)

// Errors of tables that do not hold what the model takes.
var (
	errNames = errors.New("no column of names")
	errLine  = errors.New("a header or a row is too long")
	errRank  = errors.New(`no column "rank": the newest query of each window has rank 1, and it alone is judged`)
)

// nameColumns are looked for in a table of names, the first present first, as the readers of sources do.
var nameColumns = []string{"host", "domain", "name", "query", "qname", "fqdn"}

// check finds the column of names, "" for flows, and refuses a table without the columns that the algo needs.
func (a *algo) check(t *table, req *request) (nameColumn string, err error) {
	switch a.records {
	case source.Names:
		return nameColumnOf(t, req, nameColumns)
	case source.Queries:
		if a.isNotebook() && t.column("rank") < 0 {
			return "", errRank
		}
		return nameColumnOf(t, req, []string{"query"})
	}
	if c := netflow.Describe(t.header, netflow.Options{}); len(c.Features) < netflow.MinFeatures {
		return "", fmt.Errorf("columns for %d features of a flow (such as %s): want at least %d",
			len(c.Features), strings.Join(c.Missing[:3], ", "), netflow.MinFeatures)
	}
	return "", nil
}

// nameColumnOf takes the only column after "from", else one of the usual names.
func nameColumnOf(t *table, req *request, usual []string) (string, error) {
	if len(req.features) == 1 && t.column(req.features[0]) >= 0 {
		return req.features[0], nil
	}
	for _, name := range usual {
		if i := t.column(name); i >= 0 && t.header[i] != req.target {
			return strings.Trim(t.header[i], columnMarks), nil
		}
	}
	return "", fmt.Errorf("%w: want one of %s, or a single column after \"from\"", errNames, strings.Join(usual, ", "))
}

// queries gives the queries of a table and the rows they stand in. Bad rows are left out.
func (t *table) queries(nameColumn string) (qs []datasets.Query, rows []int, err error) {
	format, _ := dnslog.Lookup("splunk")
	rows, err = read(t, func(text *bufio.Reader) iter.Seq2[datasets.Query, error] {
		return format.Read(text, dnslog.Options{NameColumn: nameColumn, Benign: true})
	}, func(q datasets.Query) {
		q.Fields = nil
		qs = append(qs, q)
	})
	return qs, rows, err
}

// flows gives the flows of a table and the rows they stand in, as queries does.
func (t *table) flows() (fs []datasets.Flow, rows []int, err error) {
	format, _ := netflow.Lookup("cicflow")
	rows, err = read(t, func(text *bufio.Reader) iter.Seq2[datasets.Flow, error] {
		return format.Read(text, netflow.Options{Benign: true})
	}, func(f datasets.Flow) {
		f.Values, f.Fields = slices.Clone(f.Values), nil
		fs = append(fs, f)
	})
	return fs, rows, err
}

// read sends a table through the reader that training reads it with, and gives the rows of the records that come out.
func read[R any](t *table, reader func(*bufio.Reader) iter.Seq2[R, error], take func(R)) (rows []int, err error) {
	var text bytes.Buffer
	_ = t.write(&text, t.inOrder()) // a Buffer takes everything
	row := -1
	for r, err := range reader(bufio.NewReader(&text)) {
		row++ // a line is a row, good or bad
		if err == nil {
			take(r)
			rows = append(rows, row)
			continue
		}
		var bad *datasets.RowError
		if !errors.As(err, &bad) {
			return nil, err
		}
	}
	if row+1 != len(t.rows) {
		return nil, errLine
	}
	return rows, nil
}

// oldestFirst orders queries as a causal window needs them: by their times, those of one time from the last row to the
// first, as Splunk gives the newest first; so are all where there are no times.
func oldestFirst(qs []datasets.Query) []int {
	order := make([]int, len(qs))
	for i := range order {
		order[i] = len(qs) - 1 - i
	}
	slices.SortStableFunc(order, func(a, b int) int { return qs[a].Time.Compare(qs[b].Time) })
	return order
}

// forTraining gives the order in which rows are written for the trainer: queries the oldest first, bad rows after them to
// be counted there; all else as it came.
func (t *table) forTraining(a *algo, nameColumn string) ([]int, error) {
	if a.records != source.Queries {
		return t.inOrder(), nil
	}
	qs, rows, err := t.queries(nameColumn)
	if err != nil {
		return nil, err
	}
	good := make([]bool, len(t.rows))
	var order []int
	for _, i := range oldestFirst(qs) {
		good[rows[i]] = true
		order = append(order, rows[i])
	}
	for i := range good {
		if !good[i] {
			order = append(order, i)
		}
	}
	return order, nil
}
