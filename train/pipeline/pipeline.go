// Package pipeline goes from sources to a checkpoint: it collects names, merges rare families, splits, fits the encoder on
// the training split, trains, chooses the threshold on validation, tests, and writes one file. The command line, the ports
// of the notebooks and the server's training all come this way.
package pipeline

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"threatnet/datasets"
	"threatnet/models"
	"threatnet/models/catalog"
	"threatnet/models/checkpoint"
	"threatnet/train"
	"threatnet/train/evaluate"
)

// Job is one training of a model of names.
type Job struct {
	Kind      string
	Settings  train.Settings
	Sources   Sources
	Out       string        // the checkpoint; "" writes none
	Resume    string        // an unfinished training to go on from, or ""
	SaveEvery time.Duration // between saves within an epoch; 0: at the ends of epochs only
	Cache     string        // a folder in which names are kept instead of memory, or ""
	Workers   int           // goroutines; 0: all cores
	Hooks     []train.Hook
	Log       func(format string, args ...any) // a line for people; nil: none
}

// Result is a finished training.
type Result struct {
	Model      models.Model
	File       *checkpoint.File
	Data       *datasets.Report
	Families   datasets.FamilyReport
	HeldOut    []HeldOut        // the families that were left out of training
	Validation *evaluate.Result // nil without validation
	Test       *evaluate.Result // of the training rows where there is no test split
	Tested     string           // the part that Test is of
	Threshold  float64
}

// run is a job under way.
type run struct {
	Job
	data  *names
	other []checkpoint.Source // of the named validation and test sources
	parts parts
	held  *datasets.Set // names of the families left out, or nil
	rules datasets.FamilyReport
	cache *datasets.Cache
	model models.Names
	meta  checkpoint.Meta
}

// Train runs the job. While it trains, OUT.resume holds what is needed to go on; it is removed at the end.
func Train(ctx context.Context, j Job) (res *Result, err error) {
	if j.Log == nil {
		j.Log = func(string, ...any) {}
	}
	if j.Workers == 0 {
		j.Workers = runtime.GOMAXPROCS(0)
	}
	if err := j.Settings.Check(); err != nil {
		return nil, err
	}
	if err := writable(j.Out); err != nil {
		return nil, err
	}
	r := &run{Job: j}
	if j.Cache != "" {
		r.cache = datasets.NewCache(j.Cache)
		defer func() { err = errors.Join(err, r.cache.Close()) }()
	}
	for _, step := range []func(context.Context) error{r.load, r.fitEncoder, r.describe} {
		if err := step(ctx); err != nil {
			return nil, err
		}
	}
	state, err := r.fit(ctx)
	if err != nil {
		return nil, err
	}
	return r.finish(state)
}

// writable sees that a file can be made beside path before hours are spent.
func writable(path string) error {
	if path == "" {
		return nil
	}
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return fmt.Errorf("%s is a folder: --out wants a file", path)
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".threatnet-*")
	if err != nil {
		return fmt.Errorf("cannot write %s: %w", path, errors.Unwrap(err))
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

// load reads all sources and splits the names.
func (r *run) load(ctx context.Context) error {
	s := &r.Settings
	opt := datasets.CollectOptions{
		Conflicts: datasets.Conflicts(s.Conflicts), Strict: r.Sources.Options.Strict, Duplicates: s.Mode == train.Parity,
		Form: datasets.Form(s.NameForm), Cache: r.cache,
	}
	data, err := open(r.Sources.Data, "data", r.Sources.Options, r.Log)
	if err != nil {
		return err
	}
	benign, err := open(r.Sources.Benign, "benign", r.Sources.Options, r.Log)
	if err != nil {
		return err
	}
	all := slices.Concat(data, benign)
	if s.Mode == train.Parity { // the notebook's order
		all = slices.Concat(benign, data)
	}
	if r.data, err = collect(ctx, all, opt, r.Log); err != nil {
		return err
	}
	set := r.data.set
	if len(s.HoldOut) > 0 {
		if set, r.held, err = datasets.HoldOut(set, s.HoldOut...); err != nil {
			return err
		}
	}
	set, r.rules = s.FamilyRules().Apply(set)
	if text := strings.TrimSpace(r.rules.String()); text != "" {
		r.Log("%s", text)
	}
	if text, warn := datasets.Shortcuts(set).Warning(); warn {
		r.Log("warning: %s", text)
	}
	if err := checkClasses(set.Counts()); err != nil {
		return err
	}
	if s.Mode == train.Parity {
		set = set.Rename(datasets.Benign, notebookBenign)
	}
	if r.parts, err = divide(set, s, len(r.Sources.Validation) > 0, len(r.Sources.Test) > 0, r.Log); err != nil {
		return err
	}
	if err := r.loadNamed(ctx, opt); err != nil {
		return err
	}
	if near := datasets.NearOverlap(r.parts.train, r.parts.test); near.Names > 0 {
		r.Log("%d of the %d names to test with differ from one to train with in their suffix only", near.Names, r.parts.test.Len())
	}
	return nil
}

// notebookBenign is what the notebook calls the benign class.
const notebookBenign = "nonDGA"

// loadNamed reads the sources that the user named for validation and test.
func (r *run) loadNamed(ctx context.Context, opt datasets.CollectOptions) error {
	for _, c := range []struct {
		role string
		args []string
		set  **datasets.Set
	}{{"validation", r.Sources.Validation, &r.parts.validation}, {"test", r.Sources.Test, &r.parts.test}} {
		if len(c.args) == 0 {
			continue
		}
		if c.role == "test" && slices.Equal(c.args, r.Sources.Validation) {
			*c.set = r.parts.validation
			continue
		}
		all, err := open(c.args, c.role, r.Sources.Options, r.Log)
		if err != nil {
			return err
		}
		n, err := collect(ctx, all, opt, r.Log)
		if err != nil {
			return err
		}
		*c.set, _ = datasets.FamilyRules{Rename: r.Settings.Rename}.Apply(n.set)
		r.other = append(r.other, n.provenance...)
		if o := datasets.Overlap(r.parts.train, n.set); o.Names > 0 {
			r.Log("warning: %d of the %d names for %s are also trained on, %d of them with another label", o.Names, n.set.Len(), c.role, o.Relabelled)
		}
	}
	return nil
}

// fitEncoder makes the model for the training split.
func (r *run) fitEncoder(context.Context) error {
	e, err := catalog.Find(r.Kind)
	if err != nil {
		return err
	}
	s := &r.Settings
	o := models.Options{Dropout: s.Dropout, Binary: s.Binary, Parity: s.Mode == train.Parity, Seed: s.Seed, Form: datasets.Form(s.NameForm)}
	if o.Parity { // the notebook counts its outputs before it merges
		o.Outputs = len(r.data.set.Families())
	}
	r.model, err = e.FitNames(r.parts.train, o)
	return err
}

// describe makes the part of the checkpoint that is known before training.
func (r *run) describe(context.Context) error {
	spec, err := json.Marshal(r.model.Network().Stack())
	if err != nil {
		return err
	}
	settings, err := json.Marshal(r.Settings)
	if err != nil {
		return err
	}
	encoder, err := r.model.Encoder()
	if err != nil {
		return err
	}
	r.meta = checkpoint.Meta{Model: r.Kind, Spec: spec, Encoder: encoder, Labels: r.model.Classes(), Settings: settings}
	if r.meta.Provenance.Families, err = json.Marshal(r.rules); err != nil {
		return err
	}
	r.meta.Provenance.Sources = append(slices.Clone(r.data.provenance), r.other...)
	return nil
}

func (r *run) examples(set *datasets.Set) (*models.NameExamples, error) {
	return models.NewNameExamples(r.model, set)
}

// fit trains the network.
func (r *run) fit(ctx context.Context) (*train.State, error) {
	fitted, err := r.examples(r.parts.train)
	if err != nil {
		return nil, err
	}
	validation, err := r.examples(r.parts.validation)
	if err != nil {
		return nil, fmt.Errorf("validation: %w", err)
	}
	if _, err := r.examples(r.parts.test); err != nil {
		return nil, fmt.Errorf("test: %w", err)
	}
	f := train.Run{Network: r.model.Network(), Train: fitted, Validation: validation, Classes: len(r.model.Classes()), Settings: r.Settings, Workers: r.Workers, Hooks: r.Hooks}
	id := identity(r.meta.Provenance.Sources)
	if r.Resume != "" {
		if f.From, err = train.OpenSaved(r.Resume, id, r.meta); err != nil {
			return nil, err
		}
	}
	if r.Out != "" {
		f.Hooks = append(slices.Clone(f.Hooks), train.SaveHook(r.Out+".resume", id, r.meta, r.SaveEvery))
	}
	r.Log("training on %d names of %d classes, choosing on %d, testing on %d; %d weights", fitted.Len(), len(r.model.Classes()), validation.Len(), r.parts.test.Len(), weights(r.model))
	return train.Fit(ctx, f)
}

func weights(m models.Model) (n int) {
	for _, p := range m.Network().Params() {
		n += len(p.Data)
	}
	return n
}

// finish chooses the threshold, tests and writes the checkpoint.
func (r *run) finish(state *train.State) (*Result, error) {
	res := &Result{Model: r.model, Data: r.data.report, Families: r.rules, Threshold: evaluate.DefaultThreshold, Tested: "test"}
	r.meta.Metrics = map[string]checkpoint.Scores{}
	var err error
	if r.parts.validation.Len() > 0 {
		if res.Validation, err = r.evaluate(r.parts.validation); err != nil {
			return nil, err
		}
		if r.Settings.Mode == train.Corrected {
			if res.Threshold, err = res.Validation.Threshold(r.Settings.TargetFPR); err != nil {
				return nil, err
			}
		}
		if err := r.keep("validation", res.Validation, res.Threshold); err != nil {
			return nil, err
		}
	}
	tested := r.parts.test
	if tested.Len() == 0 {
		tested, res.Tested = r.parts.train, "train"
	}
	if res.Test, err = r.evaluate(tested); err != nil {
		return nil, err
	}
	if err := r.keep(res.Tested, res.Test, res.Threshold); err != nil {
		return nil, err
	}
	if err := r.testHeldOut(res); err != nil {
		return nil, err
	}
	r.meta.Thresholds = map[string]float64{Verdict: res.Threshold}
	r.meta.History = state.History
	res.File = &checkpoint.File{Meta: r.meta, Tensors: models.Tensors(r.model.Network())}
	if r.Out == "" {
		return res, nil
	}
	if err := checkpoint.Save(r.Out, res.File); err != nil {
		return nil, err
	}
	for _, path := range []string{r.Out + ".resume", r.Resume} {
		if err := os.Remove(path); err != nil && path != "" && !errors.Is(err, os.ErrNotExist) {
			return nil, err
		}
	}
	return res, nil
}

// Verdict is the name of a checkpoint's threshold of verdicts.
const Verdict = "verdict"

func (r *run) evaluate(set *datasets.Set) (*evaluate.Result, error) {
	e, err := r.examples(set)
	if err != nil {
		return nil, err
	}
	return evaluate.Run(r.model, e, r.Workers)
}

// keep notes the figures of a part in the checkpoint.
func (r *run) keep(part string, e *evaluate.Result, threshold float64) error {
	fs, err := e.Figures(threshold)
	if err != nil {
		return err
	}
	scores := checkpoint.Scores{}
	for _, f := range fs {
		scores[f.Key] = checkpoint.Number(f.Value)
	}
	r.meta.Metrics[part] = scores
	return nil
}
