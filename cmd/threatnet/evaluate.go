package main

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"strconv"

	"github.com/spf13/cobra"

	"threatnet/datasets"
	"threatnet/internal/atomicfile"
	"threatnet/models"
	"threatnet/train/evaluate"
	"threatnet/train/pipeline"
)

type evaluateFlags struct {
	sources   pipeline.Sources
	errors    string
	threshold float64
	confused  int
	threads   int
	json      bool
}

func newEvaluate(e *env) *cobra.Command {
	var f evaluateFlags
	c := &cobra.Command{
		Use:   "evaluate CHECKPOINT --data SOURCE...",
		Short: "measure a checkpoint on labelled records",
		Long: `Evaluate a checkpoint on labelled names: the classification report of the
classes, the figures of the verdicts at the stored threshold, and the most
confused pairs of classes. Names that the model was trained on are counted in a
warning; they make every figure better than it is.`,
		Example: `  threatnet evaluate dga.safetensors --data new_feed.csv --benign top-1m.csv
  threatnet evaluate dga.safetensors --data new_feed.csv --errors wrong.csv
  threatnet evaluate dga.safetensors --data new_feed.csv --json | jq .figures.auc`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return runEvaluate(c.Context(), e, args[0], &f, c.Flags().Changed("threshold"))
		},
	}
	fs := c.Flags()
	fs.SortFlags = false
	fs.StringArrayVar(&f.sources.Data, "data", nil, "labelled names, `SOURCE`; may be repeated")
	fs.StringArrayVar(&f.sources.Benign, "benign", nil, "names that are all benign, `SOURCE`; may be repeated")
	sourceFlags(fs, &f.sources.Options)
	fs.StringVar(&f.errors, "errors", "", "write the misclassified names as CSV to `FILE`")
	fs.Float64Var(&f.threshold, "threshold", 0, "probability from which a verdict is malicious (default the stored one)")
	fs.IntVar(&f.confused, "confused", 10, "how many confused pairs to list")
	fs.IntVar(&f.threads, "threads", 0, "cores to use (default all)")
	fs.BoolVar(&f.json, "json", false, "print one JSON document")
	return c
}

func runEvaluate(ctx context.Context, e *env, path string, f *evaluateFlags, ownThreshold bool) error {
	if len(f.sources.Data) == 0 && len(f.sources.Benign) == 0 {
		return usagef("nothing to evaluate on: name a source with --data")
	}
	if ownThreshold && !(f.threshold >= 0 && f.threshold <= 1) {
		return usagef("--threshold %v: want a probability", f.threshold)
	}
	m, file, err := openNames(path)
	if err != nil {
		return err
	}
	f.sources.Options.Stdin = e.stdin(ctx)
	set, err := pipeline.Labelled(ctx, f.sources, m.Form(), file.Meta.Provenance.Sources, e.logf)
	if err != nil {
		return err
	}
	examples, err := models.NewNameExamples(m, set)
	if err != nil {
		return err
	}
	r, err := evaluate.Run(m, examples, cores(f.threads))
	if err != nil {
		return err
	}
	if !ownThreshold {
		f.threshold = threshold(file)
	}
	if f.errors != "" {
		if err := writeErrors(f.errors, set, r); err != nil {
			return err
		}
		e.logf("wrote %s", f.errors)
	}
	v, err := newEvaluation(r, f.threshold)
	if err != nil {
		return err
	}
	if err := v.print(e, f.json); err != nil || f.json {
		return err
	}
	return printConfused(e, r, f.confused)
}

// printConfused lists the most confused pairs of classes.
func printConfused(e *env, r *evaluate.Result, limit int) error {
	c, err := r.Confusion()
	if err != nil {
		return err
	}
	pairs := c.MostConfused(limit)
	if len(pairs) == 0 {
		return nil
	}
	if _, err := fmt.Fprintf(e.out, "\nmost confused\n"); err != nil {
		return err
	}
	for _, p := range pairs {
		if _, err := fmt.Fprintf(e.out, "%6.0f  %s taken for %s\n", p.Count, r.Classes[p.True], r.Classes[p.Predicted]); err != nil {
			return err
		}
	}
	return nil
}

// writeErrors writes the names whose class was not predicted.
func writeErrors(path string, set *datasets.Set, r *evaluate.Result) error {
	return atomicfile.Write(path, 0o644, func(w io.Writer) error {
		rows := [][]string{{"name", "family", "predicted", "probability"}}
		for i, class := range r.Predicted {
			if class != r.True[i] {
				rows = append(rows, []string{set.Name(i), r.Classes[r.True[i]], r.Classes[class], strconv.FormatFloat(r.Probability[i], 'f', 6, 64)})
			}
		}
		return csv.NewWriter(w).WriteAll(rows)
	})
}
