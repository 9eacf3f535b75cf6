package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"threatnet/datasets"
	"threatnet/datasets/source"
	"threatnet/models/catalog"
	"threatnet/models/queryfeatures"
	"threatnet/train"
	"threatnet/train/graph"
	"threatnet/train/pipeline"
)

// trainFlags are the flags of train. Those that are named like settings are laid over the recipe.
type trainFlags struct {
	sources   pipeline.Sources
	recipe    string
	rename    string
	cache     string
	out       string
	resume    string
	saveEvery time.Duration
	threads   int
	baseline  bool
	board     string
	roc       string
	json      bool
	settings  train.Settings
}

func newTrain(e *env) *cobra.Command {
	var f trainFlags
	c := &cobra.Command{
		Use:   "train MODEL --data SOURCE...",
		Short: "train a model and write a checkpoint",
		Long: `Train MODEL on labelled records - names, DNS queries or network flows, as the
model takes - and write one checkpoint: read the sources, split, train, choose
the threshold on validation, report on test. The last report on stdout is
scikit-learn's classification report of the test split; further figures follow
as "key value" lines.

While training, OUT.resume holds what --resume needs to go on, after a Ctrl-C or
a crash, as if nothing had happened.

Models:
` + modelLines(),
		Example: `  threatnet train dga-lstm --data feed.csv --benign top-1m.csv --out dga.safetensors
  threatnet train dga-lstm --data families/ --benign tranco.csv.gz --epochs 5
  threatnet train dga-mlp --data feed.csv --benign top-1m.csv --baseline
  threatnet train exfil-mlp --data tunnels.csv --data iodine=iodine.pcap --benign dns.log
  threatnet train flow-lstm --data flows.csv --tensorboard runs/1
  threatnet train dga-lstm --data feed.csv --recipe my.yaml --learning-rate 0.004
  threatnet train dga-lstm --data feed.csv --out dga.safetensors --resume dga.safetensors.resume`,
		Args:      cobra.ExactArgs(1),
		ValidArgs: kinds(),
		RunE: func(c *cobra.Command, args []string) error {
			return runTrain(c.Context(), e, args[0], &f, c.Flags())
		},
	}
	fs := c.Flags()
	fs.SortFlags = false
	sourceFlags(fs, &f.sources.Options)
	fs.StringArrayVar(&f.sources.Data, "data", nil, "labelled records, `SOURCE`; may be repeated")
	fs.StringArrayVar(&f.sources.Benign, "benign", nil, "records that are all benign, `SOURCE`; may be repeated")
	fs.StringArrayVar(&f.sources.Validation, "validation", nil, "records to choose with, `SOURCE`, instead of a split; may be repeated")
	fs.StringArrayVar(&f.sources.Test, "test", nil, "records to test with, `SOURCE`, instead of a split; may be repeated")
	fs.StringVar(&f.out, "out", "", "the checkpoint `FILE` (default MODEL.safetensors)")
	fs.StringVar(&f.recipe, "recipe", "", "settings from a YAML `FILE`; flags win over it")
	fs.StringVar(&f.rename, "rename", "", "new names of families from a `FILE` of lines old,new")
	fs.StringVar(&f.cache, "cache", "", "keep the names in files in `DIR`, not in memory")
	resumeFlag(fs, &f.resume)
	fs.DurationVar(&f.saveEvery, "save-every", 5*time.Minute, "save OUT.resume within an epoch too, this often; 0 for epochs only")
	fs.IntVar(&f.threads, "threads", 0, "cores to use (default all); the result does not depend on it")
	fs.StringVar(&f.roc, "roc", "", "write the ROC curve of the test split, and of the baseline, as CSV to `FILE`")
	boardFlag(fs, &f.board)
	fs.BoolVar(&f.baseline, "baseline", false, "train the model's baseline too, and print its figures beside the model's")
	fs.BoolVar(&f.json, "json", false, "print the report and the figures as one JSON document")
	settingFlags(fs, &f.settings)
	return c
}

// sourceFlags are the flags of how names are read.
func sourceFlags(fs *pflag.FlagSet, o *source.Options) {
	fs.StringVar(&o.Label, "label", "", "the `COLUMN` with the family (default the first of family, subclass, dga, label, class)")
	fs.StringVar(&o.NameColumn, "name-column", "", "the `COLUMN` with the name (default the first of host, domain, name, query, qname, fqdn)")
	fs.BoolVar(&o.Strict, "strict", false, "a bad row is an error, not counted and skipped")
}

// settingFlags are the settings as flags. Defaults depend on model and mode, so they stand in the help as words only.
func settingFlags(fs *pflag.FlagSet, s *train.Settings) {
	fs.StringVar(&s.Mode, "mode", train.Corrected, "corrected, or parity: as the notebook does it")
	fs.Uint64Var(&s.Seed, "seed", 1, "of weights, shuffles, masks and splits")
	fs.IntVar(&s.Epochs, "epochs", 0, "passes over the training split (default 10 for dga-lstm)")
	fs.IntVar(&s.BatchSize, "batch-size", 0, "rows in a step (default 128 for dga-lstm)")
	fs.StringVar(&s.Optimizer, "optimizer", "", fmt.Sprintf("one of %v (default adam)", graph.Optimizers()))
	fs.Float64Var(&s.LearningRate, "learning-rate", 0, "the peak (default 0.008 for dga-lstm)")
	fs.StringVar(&s.Schedule, "schedule", "", fmt.Sprintf("one of %v (default cosine for dga-lstm)", train.Schedules()))
	fs.IntVar(&s.Warmup, "warmup", 0, "steps in which the rate rises to the peak (default 100 for dga-lstm)")
	fs.Float64Var(&s.ClipNorm, "clip-norm", 0, "largest global norm of the gradients, 0 for no limit (default 1 for dga-lstm)")
	fs.Float64Var(&s.Dropout, "dropout", 0, "share of a layer's outputs that are dropped (default 0.2 for dga-lstm)")
	fs.Float64Var(&s.ClassWeight, "class-weight", 0, "exponent γ of the class weights (N/n)^γ (default 0: none)")
	fs.IntVar(&s.Patience, "patience", 0, "stop after so many epochs without a better validation loss and keep the best (default 0: never)")
	fs.IntVar(&s.Shards, "shards", 0, "parts that a batch is cut into, one core each; the result depends on it (default 2)")
	fs.BoolVar(&s.Binary, "binary", false, "benign against DGA instead of families")
	fs.IntVar(&s.MinNames, "min-names", 0, "merge families with fewer names (default 50)")
	fs.IntVar(&s.DropBelow, "drop-below", 0, "leave out families with fewer names, before merging (default 0)")
	fs.IntVar(&s.MaxFamilies, "max-families", 0, "keep so many of the largest families (default 0: all)")
	fs.StringVar(&s.Rest, "rest", "", "of more families: merge or drop (default merge)")
	fs.IntVar(&s.MaxPerFamily, "max-per-family", 0, "take at most so many names of a family (default 0: all)")
	fs.IntVar(&s.MaxBenign, "max-benign", 0, "take at most so many benign names (default 0: all)")
	fs.StringVar(&s.NameForm, "name-form", "", fmt.Sprintf("what of a name is learnt and scored: one of %v (default whole)", datasets.Forms()))
	fs.IntVar(&s.Units, "units", 0, "width of the LSTM, or of exfil-mlp's hidden layers (default the model's own)")
	fs.StringVar(&s.Features, "features", "", fmt.Sprintf("what is measured of queries: one of %v (default window107; parity notebook98)", queryfeatures.Sets()))
	fs.StringVar(&s.Input, "input", "", "how flows are put in: bins or values (default bins)")
	fs.IntVar(&s.Bins, "bins", 0, "quantile bins of a flow's feature (default 16)")
	fs.StringArrayVar(&s.Identity, "identity", nil, "let in a `COLUMN` that identifies a flow, such as destination_port; may be repeated")
	fs.StringVar(&s.TestFrom, "test-from", "", "test on DGA names first seen on this `DAY` or later, for feeds with dates")
	fs.StringArrayVar(&s.HoldOut, "holdout-family", nil, "leave a `FAMILY` out of training and test on it; may be repeated")
	fs.StringVar(&s.Split, "split", "", fmt.Sprintf("one of %v (default stratified, of queries grouped; parity: the notebook's)", train.Splits()))
	fs.StringVar(&s.Conflicts, "conflicts", "", "names both benign and DGA: drop, benign or dga (default drop)")
	fs.Float64Var(&s.TargetFPR, "target-fpr", 0, "false-positive rate on validation that the threshold allows (default 0.01)")
	fs.StringVar(&s.VM, "vm", "", "flat, or tape for gorgonia's TapeMachine: slower, same bits (default flat)")
}

// finalSettings lays recipe and flags over the defaults.
func finalSettings(kind string, f *trainFlags, fs *pflag.FlagSet) (train.Settings, error) {
	mode := f.settings.Mode
	if f.recipe != "" && !fs.Changed("mode") { // the recipe's own mode has its own defaults
		var own train.Settings
		if err := train.ReadRecipe(f.recipe, kind, &own); err != nil {
			return own, err
		}
		mode = cmp.Or(own.Mode, mode)
	}
	s, err := train.DefaultSettings(kind, mode)
	if err != nil {
		return s, usage(err)
	}
	if f.recipe != "" {
		if err := train.ReadRecipe(f.recipe, kind, &s); err != nil {
			return s, err
		}
	}
	over, keep := pflag.NewFlagSet("", pflag.ContinueOnError), s
	settingFlags(over, &s)
	s = keep // declaring a flag sets its default
	fs.Visit(func(flag *pflag.Flag) {
		if over.Lookup(flag.Name) != nil && err == nil {
			err = copyFlag(over.Lookup(flag.Name), flag)
		}
	})
	if err != nil {
		return s, usage(err)
	}
	if f.rename != "" {
		if s.Rename, err = readRenames(f.rename); err != nil {
			return s, err
		}
	}
	return s, s.Check()
}

// copyFlag sets a flag to another's value.
func copyFlag(to, from *pflag.Flag) error {
	if list, ok := from.Value.(pflag.SliceValue); ok {
		return to.Value.(pflag.SliceValue).Replace(list.GetSlice())
	}
	return to.Value.Set(from.Value.String())
}

func readRenames(path string) (map[string]string, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }() // it was read only
	names, err := datasets.ReadFamilyMap(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return names, nil
}

func runTrain(ctx context.Context, e *env, kind string, f *trainFlags, fs *pflag.FlagSet) error {
	entry, err := catalog.Find(kind)
	if err != nil {
		return usage(err)
	}
	if len(f.sources.Data) == 0 && len(f.sources.Benign) == 0 {
		return usagef("nothing to train on: name a source with --data")
	}
	s, err := finalSettings(kind, f, fs)
	if err != nil {
		return err
	}
	if f.out == "" {
		f.out = kind + ".safetensors"
	}
	if err := f.check(entry, &s); err != nil {
		return err
	}
	f.sources.Options.Stdin = e.stdin(ctx)
	job := pipeline.Job{Kind: kind, Settings: s, Sources: f.sources, Out: f.out, Resume: f.resume, SaveEvery: f.saveEvery, Cache: f.cache, Baseline: f.baseline, Workers: f.threads, Log: e.logf}
	return withBoard(f.board, job, func(job pipeline.Job) error { return f.run(ctx, e, job) })
}

func (f *trainFlags) run(ctx context.Context, e *env, job pipeline.Job) error {
	res, err := trainJob(ctx, e, job, f.json)
	if err != nil || f.roc == "" {
		return err
	}
	curves := []curve{{res.Kind, res.Test}}
	if res.Baseline != nil {
		curves = append(curves, curve{res.Baseline.Kind, res.Baseline.Test})
	}
	return writeROC(f.roc, curves...)
}

// trainJob runs a job with its progress on stderr and its report on stdout.
func trainJob(ctx context.Context, e *env, job pipeline.Job, asJSON bool) (*pipeline.Result, error) {
	p := newProgress(e)
	job.Hooks = append(job.Hooks, p.hook)
	start := time.Now()
	res, err := pipeline.Train(ctx, job)
	p.clear()
	if err != nil {
		if _, statErr := os.Stat(job.Out + ".resume"); statErr == nil && errors.Is(err, context.Canceled) {
			e.logf("saved: go on with --resume %s.resume", job.Out)
		}
		return nil, err
	}
	e.logf("trained in %s", time.Since(start).Round(100*time.Millisecond))
	if err := printTraining(e, res, asJSON); err != nil {
		return nil, err
	}
	for r := res; r != nil; r = r.Baseline {
		if r.Out != "" {
			e.logf("wrote %s", r.Out)
		}
	}
	return res, nil
}
