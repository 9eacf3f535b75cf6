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
	json, csv bool
}

func newScore(e *env) *cobra.Command {
	var f scoreFlags
	c := &cobra.Command{
		Use:   "score [NAME...]",
		Short: "say of names whether they are malicious",
		Long: `Score names that stand as arguments, in a source, or on standard input: the
verdict, the probability of being malicious, and the most probable class. There
is one record for each name, in the order of the input. A name that arrives alone
on standard input is answered at once. Rows that hold no name are counted,
located on stderr, and left out.

With --csv the columns of the input stay as they are, and verdict, probability
and label follow them; a name that the input has already becomes predicted_...
Labels in the input are not looked at.

Without --model the checkpoint is the only *.safetensors file of the current
folder, or dga-lstm.safetensors.`,
		Example: `  threatnet score google.com xjpakmdcfuqe.ru
  threatnet score --model dga.safetensors --data queries.csv.gz --csv > scored.csv
  tail -f names.log | threatnet score --json | jq 'select(.verdict == "malicious")'`,
		Args: cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, args []string) error {
			return runScore(c.Context(), e, args, &f, c.Flags().Changed)
		},
	}
	fs := c.Flags()
	fs.SortFlags = false
	fs.StringVar(&f.model, "model", "", "the `CHECKPOINT` to score with")
	fs.StringArrayVar(&f.data, "data", nil, "names to score, `SOURCE`; may be repeated")
	fs.StringVar(&f.options.NameColumn, "name-column", "", nameColumnHelp)
	fs.Float64Var(&f.threshold, "threshold", 0, "probability from which a verdict is malicious (default the stored one)")
	fs.IntVar(&f.top, "top", 3, "how many classes to list in JSON; in text they are listed when this is given")
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
	m, file, err := openNames(f.model)
	if err != nil {
		return err
	}
	if !given("threshold") {
		f.threshold = threshold(file)
	}
	in, err := f.input(ctx, e, args, m)
	if err != nil {
		return err
	}
	s := scoring{scorer: models.NewScorer(m, f.threshold), encode: func(name string, tokens []int32, values []float32) { m.Encode(models.InForm(m, name), tokens, values) }, format: f.format(m, in, given("top")), workers: cores(f.threads)}
	s.scorer.Top = f.top
	err = s.run(ctx, in.rows, e.out)
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
