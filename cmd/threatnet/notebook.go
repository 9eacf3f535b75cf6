package main

import (
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"threatnet/notebooks_port"
	"threatnet/train"
	"threatnet/train/pipeline"
)

func newNotebook(e *env) *cobra.Command {
	c := &cobra.Command{Use: "notebook", Short: "list and run the ports of the source notebooks"}
	c.AddCommand(newNotebookList(e), newNotebookRun(e), newNotebookApply(e), newNotebookDetect(e))
	return c
}

func newNotebookList(e *env) *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "list the notebooks",
		RunE: func(*cobra.Command, []string) error {
			for _, p := range notebooks_port.List() {
				if _, err := fmt.Fprintf(e.out, "%-14s  %s\n", p.Name, p.Summary); err != nil {
					return err
				}
			}
			return nil
		},
	}
}

type notebookFlags struct {
	sources pipeline.Sources
	mode    string
	out     string
	resume  string
	seed    uint64
	epochs  int
	board   string
	json    bool
}

func newNotebookRun(e *env) *cobra.Command {
	var f notebookFlags
	c := &cobra.Command{
		Use:   "run NAME",
		Short: "train what a notebook trains",
		Long: `Run the port of a notebook by its recipe: train, and report. Corrected mode does
what the notebook meant, parity mode what it does; PORT.md of each port lists
the differences. Without --data it runs on synthetic records of its kind.`,
		Example: `  threatnet notebook run endgame-lstm --data feed.csv --benign top-1m.csv
  threatnet notebook run endgame-lstm --mode parity
  threatnet notebook run exfiltration --data iodine=tunnel.pcap --benign office.pcap`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return runNotebook(c.Context(), e, args[0], &f) },
	}
	fs := c.Flags()
	fs.SortFlags = false
	fs.StringArrayVar(&f.sources.Data, "data", nil, "labelled records, `SOURCE`; may be repeated (default synthetic ones)")
	fs.StringArrayVar(&f.sources.Benign, "benign", nil, "records that are all benign, `SOURCE`; may be repeated")
	fs.StringArrayVar(&f.sources.Validation, "validation", nil, "records to choose with, `SOURCE`, instead of a split; may be repeated")
	fs.StringArrayVar(&f.sources.Test, "test", nil, "records to test with, `SOURCE`, instead of a split; may be repeated")
	sourceFlags(fs, &f.sources.Options)
	fs.StringVar(&f.mode, "mode", train.Corrected, "corrected or parity")
	fs.StringVar(&f.out, "out", "", "the checkpoint `FILE` (default NAME.safetensors)")
	resumeFlag(fs, &f.resume)
	fs.Uint64Var(&f.seed, "seed", 1, "of weights, shuffles, masks and splits")
	fs.IntVar(&f.epochs, "epochs", 0, "passes over the training split (default the recipe's)")
	boardFlag(fs, &f.board)
	fs.BoolVar(&f.json, "json", false, "print the report and the figures as one JSON document")
	return c
}

func runNotebook(ctx context.Context, e *env, name string, f *notebookFlags) error {
	p, err := notebooks_port.Find(name)
	if err != nil {
		return usage(err)
	}
	if f.out == "" {
		f.out = name + ".safetensors"
	}
	if f.epochs < 0 {
		return usagef("--epochs %d: want 0 (the recipe's) or more", f.epochs)
	}
	if err := keepInputs(slices.Concat(f.sources.Data, f.sources.Benign, []string{f.resume}), output{"--out", f.out}); err != nil {
		return err
	}
	if err := checkOut(f.out, f.resume); err != nil {
		return err
	}
	f.sources.Options.Stdin = e.stdin(ctx)
	if len(f.sources.Data) == 0 && len(f.sources.Benign) == 0 {
		corpus, remove, err := writeCorpus(func(w io.Writer) error { return p.Corpus(w, f.seed) })
		if err != nil {
			return err
		}
		defer remove()
		e.logf("no --data: running on synthetic records")
		f.sources.Data = []string{corpus}
	}
	job, err := p.Job(f.mode, f.sources)
	if err != nil {
		return usage(err)
	}
	job.Settings.Seed, job.Log, job.Out, job.Resume = f.seed, e.logf, f.out, f.resume
	if f.epochs > 0 {
		job.Settings.Epochs = f.epochs
	}
	return withBoard(f.board, job, func(job pipeline.Job) error {
		_, err := trainJob(ctx, e, job, f.json)
		return err
	})
}
