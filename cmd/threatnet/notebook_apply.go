package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"threatnet/datasets"
	"threatnet/datasets/source"
	"threatnet/models/checkpoint"
	"threatnet/models/exfilmlp"
	"threatnet/notebooks_port"
)

// trainedFlags are the flags of the verbs that go on with a trained model of a notebook.
type trainedFlags struct {
	model  string
	strict bool
}

func (f *trainedFlags) register(c *cobra.Command) {
	c.Flags().SortFlags = false
	c.Flags().StringVar(&f.model, "model", "", "the `CHECKPOINT`: trained, or imported (default the only one of the folder)")
	c.Flags().BoolVar(&f.strict, "strict", false, "a bad row is an error, not counted and skipped")
}

// open reads the checkpoint.
func (f *trainedFlags) open(e *env) (*checkpoint.File, error) {
	if f.model == "" {
		var err error
		if f.model, err = onlyCheckpoint(); err != nil {
			return nil, err
		}
		e.logf("scoring with %s", f.model)
	}
	return checkpoint.Open(f.model)
}

// sources opens sources of queries, whose labels do not matter.
func (f *trainedFlags) sources(ctx context.Context, e *env, args ...string) ([]*source.Source, error) {
	return expand(e, args, source.Options{Kind: source.Queries, Benign: true, Strict: f.strict, Stdin: e.stdin(ctx)})
}

func newNotebookApply(e *env) *cobra.Command {
	var f trainedFlags
	c := &cobra.Command{
		Use:   "apply NAME TABLE",
		Short: "score a table as a notebook's apply stage does",
		Long: `Score the rows of a staged TABLE, a CSV, as the apply stage of a notebook does, and
write it with the notebook's columns of predictions to stdout: each row once, in
its place.

Of exfiltration the table has the columns src, query and rank. Rows of rank 1 are
scored, in windows of all rows; in the others the two columns are blank.

Of devo-dga the table has names. It gets the columns of the tutorial's query: res,
the output for legit names, isMalicious, false where res > .5, and both outputs
by their names.`,
		Example: `  threatnet notebook apply exfiltration staged.csv --model exfil.safetensors
  threatnet notebook apply devo-dga names.csv --model devo-dga.safetensors`,
		Args: cobra.ExactArgs(2),
		RunE: func(c *cobra.Command, args []string) error {
			p, err := notebooks_port.Find(args[0])
			if err != nil {
				return usage(err)
			}
			if p.Apply == nil {
				return usagef("%s has no apply stage", p.Name)
			}
			return runNotebookApply(c.Context(), e, p, args[1], &f)
		},
	}
	f.register(c)
	return c
}

func runNotebookApply(ctx context.Context, e *env, p notebooks_port.Port, table string, f *trainedFlags) error {
	file, err := f.open(e)
	if err != nil {
		return err
	}
	sources, err := f.sources(ctx, e, table)
	if err != nil {
		return err
	}
	if len(sources) > 1 {
		return fmt.Errorf("%s holds %d tables: apply takes one at a time", table, len(sources))
	}
	out := bufio.NewWriter(e.out)
	bad, err := p.Apply(ctx, out, file, sources[0], cores(0))
	var s skipped
	for _, b := range bad {
		s.add(b)
	}
	if err == nil {
		err = out.Flush()
	}
	return s.report(e, 1, err)
}

func newNotebookDetect(e *env) *cobra.Command {
	var f trainedFlags
	var filter string
	var limit int
	c := &cobra.Command{
		Use:   "detect NAME SOURCE...",
		Short: "search raw events as the detection that a notebook's model is made for does",
		Long: `Run over raw events the search that a notebook's model is deployed in, and write
what it reports as CSV to stdout.

Of exfiltration the events are DNS queries, from logs and captures in any known
format. The search takes the newest first, ranks them within one client and name,
keeps the newest nine of each, scores the newest, and reports scores above .5 in
the columns src, _time, query, is_exfiltration_score and is_exfiltration.

A filter has a client or a name on each line, with * for any characters; what
matches is not reported. src= or query= before it says which of the two is meant.`,
		Example: `  threatnet notebook detect exfiltration dns.log --model exfil.safetensors --filter known.txt`,
		Args:    cobra.MinimumNArgs(2),
		RunE: func(c *cobra.Command, args []string) error {
			p, err := notebooks_port.Find(args[0])
			if err != nil {
				return usage(err)
			}
			if p.Detect == nil {
				return usagef("%s has no detection", p.Name)
			}
			if limit < 0 {
				return usagef("--limit %d: want 0 (all) or more events", limit)
			}
			o := exfilmlp.DetectOptions{Limit: limit, Workers: cores(0)}
			if filter != "" {
				if o.Filter, err = readFilter(filter); err != nil {
					return err
				}
			}
			return runNotebookDetect(c.Context(), e, p, args[1:], o, &f)
		},
	}
	f.register(c)
	c.Flags().StringVar(&filter, "filter", "", "leave out what matches a line of `FILE`")
	c.Flags().IntVar(&limit, "limit", 0, "look at so many of the newest events (default 0: all; Splunk's sort keeps 10000)")
	return c
}

func readFilter(path string) (*exfilmlp.Filter, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }() // it was read only
	f, err := exfilmlp.ReadFilter(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return f, nil
}

func runNotebookDetect(ctx context.Context, e *env, p notebooks_port.Port, args []string, o exfilmlp.DetectOptions, f *trainedFlags) error {
	file, err := f.open(e)
	if err != nil {
		return err
	}
	sources, err := f.sources(ctx, e, args...)
	if err != nil {
		return err
	}
	inputs := make([]datasets.QueryInput, len(sources))
	for i, s := range sources {
		inputs[i] = datasets.QueryInput{Name: s.Path, Queries: s.Queries()}
	}
	events, _, report, err := datasets.CollectQueries(ctx, datasets.QueryOptions{}, inputs...)
	if err != nil {
		return err
	}
	e.logf("%s", strings.TrimRight(report.String(), "\n"))
	return e.output("-", func(w io.Writer) error { return p.Detect(w, file, events, o) })
}
