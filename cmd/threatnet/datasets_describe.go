package main

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"threatnet/datasets"
	"threatnet/datasets/source"
)

// description is what datasets describe says of one SOURCE.
type description struct {
	Source  string           `json:"source"`
	Files   []file           `json:"files"`
	Report  *datasets.Report `json:"report"`
	Summary datasets.Summary `json:"summary"`
	Near    datasets.Near    `json:"near_duplicates"` // names that differ in their suffix only
	// New are the families that the first source does not have; nil in the first source.
	New []datasets.Count `json:"new_families,omitzero"`
}

// file is one file of a SOURCE.
type file struct {
	Path    string   `json:"path"`
	Format  string   `json:"format"`
	Columns []string `json:"columns,omitempty"`
}

func newDescribe(e *env) *cobra.Command {
	var opt source.Options
	var minNames int
	var asJSON bool
	c := &cobra.Command{
		Use:   "describe SOURCE...",
		Short: "count rows, bad rows and families of sources",
		Long: `Describe sources one by one: format and columns, rows, bad rows by reason with the
places of the first ones, and the families with their counts and shares, those
too small to be classes of their own marked. Of each source of names after the
first it tells the families that the first does not have. Of logs of DNS queries
it tells clients, names, types and times, of flows the types and the features.`,
		Example: `  threatnet datasets describe feed.csv
  threatnet datasets describe last_year/ this_year/
  threatnet datasets describe feed.csv --json | jq '.sources[0].summary.families'`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if minNames < 0 {
				return usagef("--min-names %d: want 0 or more", minNames)
			}
			if err := source.CheckStdin(args...); err != nil {
				return err
			}
			opt.Stdin, opt.Context = e.stdin(c.Context()), c.Context()
			return runDescribe(c.Context(), e, args, opt, minNames, asJSON)
		},
	}
	fs := c.Flags()
	fs.SortFlags = false
	sourceFlags(fs, &opt)
	fs.IntVar(&minNames, "min-names", 50, "families with fewer names would be merged")
	fs.BoolVar(&asJSON, "json", false, "print one JSON document")
	return c
}

func runDescribe(ctx context.Context, e *env, args []string, opt source.Options, minNames int, asJSON bool) error {
	var all []any
	var first *datasets.Set
	for _, arg := range args {
		sources, err := expand(e, []string{arg}, opt)
		if err != nil {
			return err
		}
		if sources[0].Kind != source.Names {
			d, err := describeRecords(ctx, arg, sources)
			if err != nil {
				return err
			}
			all = append(all, d)
			if !asJSON {
				err = d.print(e, len(all) > 1)
			}
			if err != nil {
				return err
			}
			continue
		}
		d, set, err := describe(ctx, arg, sources, opt, minNames)
		if err != nil {
			return err
		}
		if first == nil {
			first = set
		} else {
			d.New = newFamilies(first, set)
		}
		all = append(all, d)
		if asJSON {
			continue
		}
		if err := d.print(e, args[0], len(all) > 1); err != nil {
			return err
		}
	}
	if asJSON {
		return e.json(map[string]any{"sources": all})
	}
	return nil
}

func describe(ctx context.Context, arg string, sources []*source.Source, opt source.Options, minNames int) (*description, *datasets.Set, error) {
	d := &description{Source: arg}
	var inputs []datasets.Input
	for _, s := range sources {
		d.Files = append(d.Files, file{s.Path, s.Format, s.Header()})
		inputs = append(inputs, s.Input())
	}
	set, report, err := datasets.Collect(ctx, datasets.CollectOptions{Strict: opt.Strict, Unlabelled: true}, inputs...)
	if err != nil {
		return nil, nil, err
	}
	d.Report, d.Summary, d.Near = report, datasets.Summarize(set, minNames), datasets.NearDuplicates(set)
	return d, set, nil
}

// newFamilies gives the families of b that a has not, with their names in b.
func newFamilies(a, b *datasets.Set) []datasets.Count {
	names := datasets.NewFamilies(a, b)
	return slices.DeleteFunc(b.Counts(), func(c datasets.Count) bool { return !slices.Contains(names, c.Family) })
}

// print writes the description for people; first is the source that the new families are new to.
func (d *description) print(e *env, first string, again bool) error {
	var b bytes.Buffer
	if again {
		b.WriteByte('\n')
	}
	fmt.Fprintln(&b, d.Source)
	d.printRows(&b)
	d.printFamilies(&b)
	if d.New != nil {
		fmt.Fprintf(&b, "\n  families that %s does not have: %d\n", first, len(d.New))
		for _, c := range d.New {
			fmt.Fprintf(&b, "  %8d           %s\n", c.Names, printable(c.Family))
		}
	}
	_, err := e.out.Write(b.Bytes())
	return err
}

func (d *description) printRows(b *bytes.Buffer) {
	w := tabwriter.NewWriter(b, 0, 8, 2, ' ', 0)
	if len(d.Files) > 1 {
		fmt.Fprintf(w, "  files\t%d\n", len(d.Files))
	}
	for _, format := range d.formats() {
		fmt.Fprintf(w, "  format\t%s\n", format)
	}
	r := d.Report
	fmt.Fprintf(w, "  rows\t%d\n", r.Rows)
	fmt.Fprintf(w, "  bad rows\t%d\n", r.Bad)
	for _, bad := range d.bad() {
		places := make([]string, len(bad.First))
		for i, p := range bad.First {
			places[i] = p.String()
		}
		if bad.Rows > len(places) {
			places = append(places, "...")
		}
		fmt.Fprintf(w, "\t%d %s (%s)\n", bad.Rows, bad.Reason, strings.Join(places, ", "))
	}
	fmt.Fprintf(w, "  duplicates\t%d\n", r.Duplicates)
	for _, n := range []struct {
		what string
		datasets.Names
	}{{"in two families, counted in the first", r.TwoFamilies}, {"both benign and DGA, counted in neither", r.Conflicts}} {
		if n.Count > 0 {
			fmt.Fprintf(w, "\t%d %s (%s)\n", n.Count, n.what, strings.Join(n.First, ", "))
		}
	}
	fmt.Fprintf(w, "  names\t%d, of these %d benign, %d DGA", r.Names, r.Benign, r.Names-r.Benign-r.Unlabelled)
	if r.Unlabelled > 0 {
		fmt.Fprintf(w, ", %d without a label", r.Unlabelled)
	}
	if n := d.Near; n.Names > 0 {
		fmt.Fprintf(w, "\n\t%d differ from another in their suffix only (%s)", n.Names, printable(strings.Join(n.First[0], ", ")))
	}
	fmt.Fprintf(w, "\n  families\t%d", len(d.Summary.Families))
	if rare := d.rare(); rare > 0 {
		fmt.Fprintf(w, "; %d with fewer than %d names would be merged into %s (%d names)", rare, d.Summary.Minimum, datasets.MergedDGA, d.Summary.Merged)
	}
	fmt.Fprintln(w)
	_ = w.Flush() // into memory
}

func (d *description) rare() (n int) {
	for _, f := range d.Summary.Families {
		if f.Rare {
			n++
		}
	}
	return n
}

// formats gives the formats and columns of the files, each once.
func (d *description) formats() (all []string) {
	for _, f := range d.Files {
		text := f.Format
		if f.Columns != nil {
			text += " with the columns " + printable(strings.Join(f.Columns, ", "))
		}
		if !slices.Contains(all, text) {
			all = append(all, text)
		}
	}
	return all
}

// bad sums the bad rows of all files up by their reasons, the most frequent first.
func (d *description) bad() (all []datasets.BadRows) {
	const shown = 3
	for _, s := range d.Report.Sources {
		for _, bad := range s.Bad {
			i := slices.IndexFunc(all, func(b datasets.BadRows) bool { return b.Reason == bad.Reason })
			if i < 0 {
				i = len(all)
				all = append(all, datasets.BadRows{Reason: bad.Reason})
			}
			all[i].Rows += bad.Rows
			all[i].First = append(all[i].First, bad.First[:min(len(bad.First), shown-len(all[i].First))]...)
		}
	}
	slices.SortStableFunc(all, func(a, b datasets.BadRows) int { return b.Rows - a.Rows })
	return all
}

func (d *description) printFamilies(b *bytes.Buffer) {
	for _, f := range d.Summary.Families {
		name, mark := printable(f.Family), ""
		if name == "" {
			name = "(no label)"
		}
		if f.Rare {
			mark = "  (merged)"
		}
		fmt.Fprintf(b, "  %8d  %6.2f %%  %s%s\n", f.Names, 100*f.Share, name, mark)
	}
}
