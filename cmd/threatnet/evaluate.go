package main

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"

	"github.com/spf13/cobra"

	"threatnet/datasets/source"
	"threatnet/internal/atomicfile"
	"threatnet/train/evaluate"
	"threatnet/train/pipeline"
)

type evaluateFlags struct {
	sources   pipeline.Sources
	errors    string
	baseline  string
	roc       string
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
		Long: `Evaluate a checkpoint on labelled records: the classification report of the
classes, the figures of the verdicts at the stored threshold, of a model that
does not tell families apart the share of each that it flags, and the most
confused pairs of classes. Sources that the model was trained on are named in a
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
	fs.StringArrayVar(&f.sources.Data, "data", nil, "labelled records, `SOURCE`; may be repeated")
	fs.StringArrayVar(&f.sources.Benign, "benign", nil, "records that are all benign, `SOURCE`; may be repeated")
	sourceFlags(fs, &f.sources.Options)
	fs.StringVar(&f.errors, "errors", "", "write the misclassified records as CSV to `FILE`")
	fs.StringVar(&f.roc, "roc", "", "write the ROC curve as CSV to `FILE`")
	fs.StringVar(&f.baseline, "baseline", "", "evaluate a baseline too, a `CHECKPOINT` (default the one beside the model)")
	fs.Lookup("baseline").NoOptDefVal = besideModel
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
	sources := slices.Concat(f.sources.Data, f.sources.Benign)
	if f.baseline != "" {
		for _, s := range sources {
			if source.Once(s) {
				return usagef("--baseline reads the sources a second time, and %s can be read once", s)
			}
		}
	}
	if f.confused < 0 || f.threads < 0 {
		return usagef("--confused and --threads must not be negative")
	}
	if ownThreshold && !(f.threshold >= 0 && f.threshold <= 1) {
		return usagef("--threshold %v: want a probability", f.threshold)
	}
	inputs := append(slices.Clone(sources), path, f.baseline)
	if f.baseline == besideModel {
		inputs[len(inputs)-1] = pipeline.BaselinePath(path)
	}
	if err := keepInputs(inputs, output{"--errors", f.errors}, output{"--roc", f.roc}); err != nil {
		return err
	}
	m, file, err := e.open(path)
	if err != nil {
		return err
	}
	f.sources.Options.Stdin = e.stdin(ctx)
	records, err := pipeline.Labelled(ctx, m, file.Meta, f.sources, e.logf)
	if err != nil {
		return err
	}
	r, err := evaluate.Run(m, records, cores(f.threads))
	if err != nil {
		return err
	}
	if !ownThreshold {
		f.threshold = threshold(file)
	}
	if f.errors != "" {
		if err := writeErrors(f.errors, records, r); err != nil {
			return err
		}
		e.logf("wrote %s", f.errors)
	}
	if f.roc != "" {
		if err := writeROC(f.roc, curve{m.Kind(), r}); err != nil {
			return err
		}
	}
	v, err := ofRecords(records, r, f.threshold, f.threads)
	if err != nil {
		return err
	}
	if f.baseline != "" {
		if v.Baseline, err = evaluateBaseline(ctx, e, path, records.Unit, f); err != nil {
			return err
		}
	}
	if err := v.print(e, f.json); err != nil || f.json {
		return err
	}
	return printConfused(e, r, f.confused)
}

// besideModel is the value of --baseline where none is given.
const besideModel = "beside the model"

// evaluateBaseline measures the baseline on the same sources, at its own threshold.
func evaluateBaseline(ctx context.Context, e *env, model, unit string, f *evaluateFlags) (*evaluation, error) {
	path := f.baseline
	if path == besideModel {
		path = pipeline.BaselinePath(model)
		if _, err := os.Stat(path); err != nil {
			return nil, fmt.Errorf("no baseline %s: train with --baseline, or name one with --baseline=CHECKPOINT", path)
		}
	}
	m, file, err := e.open(path)
	if err != nil {
		return nil, err
	}
	records, err := pipeline.Labelled(ctx, m, file.Meta, f.sources, func(string, ...any) {})
	if err != nil {
		return nil, fmt.Errorf("baseline: %w", err)
	}
	if records.Unit != unit {
		return nil, usagef("--baseline %s judges %s, the model %s", path, records.Unit, unit)
	}
	r, err := evaluate.Run(m, records, cores(f.threads))
	if err != nil {
		return nil, fmt.Errorf("baseline: %w", err)
	}
	return ofRecords(records, r, threshold(file), f.threads)
}

// ofRecords is the evaluation on records, of their families too.
func ofRecords(records *pipeline.LabelledRecords, r *evaluate.Result, threshold float64, threads int) (*evaluation, error) {
	v, err := newEvaluation(r, threshold)
	if err == nil {
		v.Figures = append(v.Figures, records.FamilyFigures(r, threshold, cores(threads))...)
	}
	return v, err
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

// writeErrors writes the records whose class was not predicted.
func writeErrors(path string, records *pipeline.LabelledRecords, r *evaluate.Result) error {
	return atomicfile.Write(path, 0o644, func(w io.Writer) error {
		rows := [][]string{append(slices.Clone(records.Columns), "family", "predicted", "probability")}
		for i, class := range r.Predicted {
			if class != r.True[i] {
				rows = append(rows, append(records.Row(i), records.Families[records.Codes[i]], r.Classes[class], strconv.FormatFloat(r.Probability[i], 'f', 6, 64)))
			}
		}
		return csv.NewWriter(w).WriteAll(rows)
	})
}
