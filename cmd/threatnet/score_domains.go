package main

import (
	"cmp"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"hash/maphash"
	"io"
	"slices"
	"strconv"
	"text/tabwriter"
	"time"

	"threatnet/datasets"
	"threatnet/models"
)

// domainTotals sums verdicts of queries up by client and domain.
type domainTotals struct {
	model     models.Queries
	json, csv bool

	totals map[clientDomain]*domainTotal
	order  []clientDomain
	seed   maphash.Seed
}

type clientDomain struct{ client, domain string }

// domainTotal is what is said of a client's queries for a domain.
type domainTotal struct {
	Client  string  `json:"client"`
	Domain  string  `json:"domain"`
	Queries int     `json:"queries"`
	Hosts   int     `json:"hosts"` // distinct names
	Flagged float64 `json:"flagged"`
	Highest float64 `json:"highest"`
	Mean    float64 `json:"mean"`
	First   string  `json:"first,omitempty"`
	Last    string  `json:"last,omitempty"`

	malicious   int
	sum         float64
	names       map[uint64]struct{}
	first, last time.Time
}

// add counts verdicts in the order of the rows.
func (t *domainTotals) add(rows []row, verdicts []models.Verdict) {
	if t.totals == nil {
		t.totals, t.seed = map[clientDomain]*domainTotal{}, maphash.MakeSeed()
	}
	for i := range rows {
		q, v := rows[i].query, &verdicts[i]
		key := clientDomain{q.Client, t.model.Domain(q.Name)}
		d := t.totals[key]
		if d == nil {
			d = &domainTotal{Client: key.client, Domain: datasets.EscapeName(key.domain), names: map[uint64]struct{}{}, first: q.Time, last: q.Time}
			t.totals[key] = d
			t.order = append(t.order, key)
		}
		d.Queries++
		d.names[maphash.String(t.seed, q.Name)] = struct{}{}
		if v.Verdict == models.Malicious {
			d.malicious++
		}
		d.Highest = max(d.Highest, v.Probability)
		d.sum += v.Probability
		if d.first.IsZero() || !q.Time.IsZero() && q.Time.Before(d.first) {
			d.first = q.Time
		}
		if q.Time.After(d.last) {
			d.last = q.Time
		}
	}
}

// write writes a line for each client and domain: those with the highest mean first, equals in the order of the input.
func (t *domainTotals) write(w io.Writer) error {
	var all []*domainTotal
	for _, key := range t.order {
		d := t.totals[key]
		d.Hosts, d.Flagged, d.Mean = len(d.names), float64(d.malicious)/float64(d.Queries), d.sum/float64(d.Queries)
		d.First, d.Last = timeText(d.first), timeText(d.last)
		all = append(all, d)
	}
	slices.SortStableFunc(all, func(a, b *domainTotal) int { return cmp.Compare(b.Mean, a.Mean) })
	switch {
	case t.json:
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		for _, d := range all {
			if err := enc.Encode(d); err != nil {
				return err
			}
		}
		return nil
	case t.csv:
		out := csv.NewWriter(w)
		rows := [][]string{{"client", "domain", "queries", "hosts", "flagged", "highest", "mean", "first", "last"}}
		for _, d := range all {
			rows = append(rows, d.cells(func(p float64) string { return strconv.FormatFloat(p, 'g', -1, 64) }))
		}
		return out.WriteAll(rows)
	}
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(out, "client\tdomain\tqueries\thosts\tflagged\thighest\tmean\tfirst\tlast")
	for _, d := range all {
		for i, c := range d.cells(func(p float64) string { return strconv.FormatFloat(p, 'f', 6, 64) }) {
			if i > 0 {
				fmt.Fprint(out, "\t")
			}
			fmt.Fprint(out, printable(c))
		}
		fmt.Fprintln(out)
	}
	return out.Flush()
}

func (d *domainTotal) cells(share func(float64) string) []string {
	return []string{d.Client, d.Domain, strconv.Itoa(d.Queries), strconv.Itoa(d.Hosts), share(d.Flagged), share(d.Highest), share(d.Mean), d.First, d.Last}
}
