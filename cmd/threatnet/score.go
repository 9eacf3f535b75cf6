package main

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"threatnet/datasets/source"
	"threatnet/models"
	"threatnet/models/dgalstm"
)

type scoreFlags struct {
	model     string
	data      []string
	options   source.Options
	threshold float64
	top       int
	threads   int
	byDomain  bool
	json, csv bool
}

func newScore(e *env) *cobra.Command {
	var f scoreFlags
	c := &cobra.Command{
		Use:   "score [NAME...]",
		Short: "say of names, queries or flows whether they are malicious",
		Long: `Score records that stand as arguments, in a source, or on standard input: the
verdict, the probability of being malicious, and the most probable class. There
is one record for each of the input, in its order. One that arrives alone on
standard input is answered at once. Rows that hold none are counted, located on
stderr, and left out.

The checkpoint's model says what is scored: names, which lists and logs of DNS
queries have; queries of such logs, each in the window of its client and domain;
or network flows. Names as arguments of a model of queries are queries that have
nothing to do with each other.

With --csv the columns of the input stay as they are, and verdict, probability
and label follow them; a name that the input has already becomes predicted_...
Labels in the input are not looked at.

Without --model the checkpoint is the only *.safetensors file of the current
folder, or dga-lstm.safetensors.`,
		Example: `  threatnet score google.com xjpakmdcfuqe.ru
  threatnet score --model dga.safetensors --data queries.csv.gz --csv > scored.csv
  threatnet score --model exfil.safetensors --data dns.log --by-domain
  tail -f names.log | threatnet score --json | jq 'select(.verdict == "malicious")'`,
		Args: cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, args []string) error {
			return runScore(c.Context(), e, args, &f, c.Flags().Changed)
		},
	}
	fs := c.Flags()
	fs.SortFlags = false
	fs.StringVar(&f.model, "model", "", "the `CHECKPOINT` to score with")
	fs.StringArrayVar(&f.data, "data", nil, "records to score, `SOURCE`; may be repeated")
	fs.StringVar(&f.options.NameColumn, "name-column", "", nameColumnHelp)
	fs.Float64Var(&f.threshold, "threshold", 0, "probability from which a verdict is malicious (default the stored one)")
	fs.IntVar(&f.top, "top", 3, "how many classes to list in JSON; in text they are listed when this is given")
	fs.BoolVar(&f.byDomain, "by-domain", false, "one line for each client and domain, for models of queries")
	fs.BoolVar(&f.options.Strict, "strict", false, "a bad row is an error, not counted and skipped")
	fs.IntVar(&f.threads, "threads", 0, "cores to use (default all)")
	fs.BoolVar(&f.json, "json", false, "print JSON lines")
	fs.BoolVar(&f.csv, "csv", false, "print CSV that keeps the columns of the input")
	return c
}

const nameColumnHelp = "the `COLUMN` with the name (default the first of host, domain, name, query, qname, fqdn)"

func runScore(ctx context.Context, e *env, args []string, f *scoreFlags, given func(flag string) bool) error {
	if err := f.check(e, args, given); err != nil {
		return err
	}
	if f.model == "" {
		var err error
		if f.model, err = onlyCheckpoint(); err != nil {
			return err
		}
		e.logf("scoring with %s", f.model)
	}
	m, file, err := e.open(f.model)
	if err != nil {
		return err
	}
	subject, err := subjectOf(e, m)
	if err != nil {
		return err
	}
	if !given("threshold") {
		f.threshold = threshold(file)
	}
	in, err := f.input(ctx, e, args, subject)
	if err != nil {
		return err
	}
	s := scoring{scorer: models.NewScorer(m, f.threshold), subject: subject, format: f.format(m, subject, in, given("top")), workers: cores(f.threads)}
	s.scorer.Top = f.top
	if q, ok := m.(models.Queries); ok {
		s.cols = q.Network().Input.Size()
		if f.byDomain {
			s.domains = &domainTotals{model: q, json: f.json, csv: f.csv}
		}
	} else if f.byDomain {
		return usagef("--by-domain is for queries, and %s scores %s", m.Kind(), subject.unit())
	}
	err = s.run(ctx, in.rows, e.out)
	if q, ok := subject.(*querySubject); ok && err == nil { // else rows may still be on their way
		q.report(e)
	}
	return s.skipped.report(e, s.scored, err)
}

func (f *scoreFlags) check(e *env, args []string, given func(string) bool) error {
	switch {
	case f.json && f.csv:
		return usagef("--json and --csv exclude each other")
	case len(args) > 0 && len(f.data) > 0:
		return usagef("names as arguments and --data exclude each other")
	case given("threshold") && !(f.threshold >= 0 && f.threshold <= 1):
		return usagef("--threshold %v: want a probability", f.threshold)
	case f.top < 0:
		return usagef("--top %d: want 0 or more classes", f.top)
	case len(args) == 0 && len(f.data) == 0 && isTerminal(e.in):
		return usagef("nothing to score: give names, --data SOURCE, or names on standard input")
	}
	return nil
}

func isTerminal(r io.Reader) bool {
	f, ok := r.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// onlyCheckpoint is the checkpoint of the current folder that is meant where none is named.
func onlyCheckpoint() (string, error) {
	found, err := filepath.Glob("*.safetensors")
	usual := dgalstm.Kind + ".safetensors"
	switch {
	case err != nil:
		return "", err
	case len(found) == 1:
		return found[0], nil
	case slices.Contains(found, usual):
		return usual, nil
	case len(found) == 0:
		return "", usagef("no checkpoint to score with: there is no *.safetensors in this folder, name one with --model")
	}
	return "", usagef("which checkpoint? name one with --model: %s", strings.Join(found, ", "))
}
