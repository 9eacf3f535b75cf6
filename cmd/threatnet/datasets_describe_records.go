package main

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"threatnet/datasets"
	"threatnet/datasets/netflow"
	"threatnet/datasets/source"
)

// recordsDescription is what datasets describe says of a SOURCE of queries or flows.
type recordsDescription struct {
	Source string                  `json:"source"`
	Kind   string                  `json:"kind"`
	Files  []file                  `json:"files"`
	Report []datasets.SourceReport `json:"report"`
	Rows   int                     `json:"rows"` // good ones
	Labels []share                 `json:"labels"`

	Clients int     `json:"clients,omitempty"`
	Names   int     `json:"names,omitempty"` // distinct ones
	Types   []share `json:"types,omitempty"`
	First   string  `json:"first,omitempty"`
	Last    string  `json:"last,omitempty"`

	Duplicates int      `json:"duplicates,omitempty"`
	Missing    []string `json:"missing_features,omitempty"`
	Ignored    []string `json:"ignored_columns,omitempty"`
}

// share is how many records have a value.
type share struct {
	Value string  `json:"value"`
	Rows  int     `json:"rows"`
	Share float64 `json:"share"`
}

func shares(counts map[string]int) (all []share) {
	total := 0
	for _, n := range counts {
		total += n
	}
	for value, n := range maps.All(counts) {
		all = append(all, share{value, n, float64(n) / float64(total)})
	}
	slices.SortFunc(all, func(a, b share) int { return cmp.Or(cmp.Compare(b.Rows, a.Rows), cmp.Compare(a.Value, b.Value)) })
	return all
}

func describeRecords(ctx context.Context, arg string, sources []*source.Source) (*recordsDescription, error) {
	d := &recordsDescription{Source: arg, Kind: sources[0].Kind}
	for _, s := range sources {
		if s.Kind != d.Kind {
			return nil, fmt.Errorf("%s holds %s and %s: describe them one by one", arg, d.Kind, s.Kind)
		}
		d.Files = append(d.Files, file{s.Path, s.Format, s.Header()})
	}
	if d.Kind == source.Flows {
		return d, d.flows(ctx, sources)
	}
	return d, d.queries(ctx, sources)
}

// queries counts the queries of logs as they pass by.
func (d *recordsDescription) queries(ctx context.Context, sources []*source.Source) error {
	labels, types, clients, names := map[string]int{}, map[string]int{}, map[string]bool{}, map[string]bool{}
	var first, last time.Time
	var inputs []datasets.QueryInput
	for _, s := range sources {
		inputs = append(inputs, datasets.QueryInput{Name: s.Path, Queries: s.Queries()})
	}
	all, _, report, err := datasets.CollectQueries(ctx, datasets.QueryOptions{Unlabelled: true}, inputs...)
	if err != nil {
		return err
	}
	for i := range all {
		q := &all[i]
		labels[q.Label]++
		types[q.Type]++
		clients[q.Client], names[q.Name] = true, true
		if first.IsZero() || !q.Time.IsZero() && q.Time.Before(first) {
			first = q.Time
		}
		if q.Time.After(last) {
			last = q.Time
		}
	}
	d.Report, d.Rows, d.Clients, d.Names = report.Sources, len(all), len(clients), len(names)
	d.Labels, d.Types, d.First, d.Last = shares(labels), shares(types), timeText(first), timeText(last)
	return nil
}

// flows counts flows by their labels, and tells which features the columns give.
func (d *recordsDescription) flows(ctx context.Context, sources []*source.Source) error {
	var inputs []datasets.FlowInput
	for _, s := range sources {
		inputs = append(inputs, datasets.FlowInput{Name: s.Path, Flows: s.Flows()})
	}
	set, report, err := datasets.CollectFlows(ctx, datasets.FlowOptions{Unlabelled: true}, inputs...)
	if err != nil {
		return err
	}
	labels := map[string]int{}
	for _, c := range set.Counts() {
		labels[c.Family] = c.Names
	}
	columns := netflow.Describe(sources[0].Header(), netflow.Options{})
	d.Report, d.Rows, d.Duplicates, d.Labels = report.Sources, set.Len(), report.Duplicates, shares(labels)
	d.Missing, d.Ignored = columns.Missing, columns.Ignored
	return nil
}

// print writes the description for people.
func (d *recordsDescription) print(e *env, again bool) error {
	var b bytes.Buffer
	if again {
		b.WriteByte('\n')
	}
	fmt.Fprintln(&b, d.Source)
	w := tabwriter.NewWriter(&b, 0, 8, 2, ' ', 0)
	if len(d.Files) > 1 {
		fmt.Fprintf(w, "  files\t%d\n", len(d.Files))
	}
	var formats []string
	for _, f := range d.Files {
		if !slices.Contains(formats, f.Format) {
			formats = append(formats, f.Format)
			fmt.Fprintf(w, "  format\t%s, %s\n", f.Format, d.Kind)
		}
	}
	for _, s := range d.Report {
		for _, bad := range s.Bad {
			fmt.Fprintf(w, "  bad rows\t%d %s (%s)\n", bad.Rows, bad.Reason, bad.First[0])
		}
	}
	if d.Duplicates > 0 {
		fmt.Fprintf(w, "  duplicates\t%d, equal in all columns\n", d.Duplicates)
	}
	fmt.Fprintf(w, "  %s\t%d\n", d.Kind, d.Rows)
	if d.Kind == source.Queries {
		fmt.Fprintf(w, "  clients\t%d\n  names\t%d\n", d.Clients, d.Names)
		if d.First != "" {
			fmt.Fprintf(w, "  times\t%s to %s\n", d.First, d.Last)
		}
	} else {
		fmt.Fprintf(w, "  features\t%d of %d\n", datasets.NumFlowFeatures-len(d.Missing), datasets.NumFlowFeatures)
		if len(d.Ignored) > 0 {
			fmt.Fprintf(w, "  not read\t%s\n", printable(strings.Join(d.Ignored, ", ")))
		}
	}
	_ = w.Flush() // into memory
	printShares(&b, "types", d.Types)
	printShares(&b, "labels", d.Labels)
	_, err := e.out.Write(b.Bytes())
	return err
}

func printShares(b *bytes.Buffer, what string, all []share) {
	if len(all) == 0 {
		return
	}
	fmt.Fprintf(b, "  %s\n", what)
	for _, s := range all {
		value := printable(s.Value)
		if value == "" {
			value = "(none)"
		}
		fmt.Fprintf(b, "  %8d  %6.2f %%  %s\n", s.Rows, 100*s.Share, value)
	}
}
