// Package pipeline goes from sources to a checkpoint: it collects labelled records, splits them, fits the encoder on the
// training split, trains, chooses the threshold on validation, tests, and writes one file. The command line, the ports of
// the notebooks and the server's training all come this way.
//
// Records are names, queries or flows: each kind has a file of its own here that says how they are collected and split. All
// else is the same for every model.
package pipeline

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"threatnet/models"
	"threatnet/models/catalog"
	"threatnet/models/checkpoint"
	"threatnet/train"
	"threatnet/train/evaluate"
)

// Job is one training.
type Job struct {
	Kind      string
	Settings  train.Settings
	Sources   Sources
	Out       string        // the checkpoint; "" writes none
	Resume    string        // an unfinished training to go on from, or ""
	SaveEvery time.Duration // between saves within an epoch; 0: at the ends of epochs only
	Cache     string        // a folder in which names are kept instead of memory, or ""
	Baseline  bool          // the model's baseline is trained too, on the same records
	Workers   int           // goroutines; 0: all cores
	Hooks     []train.Hook
	Done      func(*Result) error              // called when the model is trained and tested, before its baseline; nil: nothing
	Log       func(format string, args ...any) // a line for people; nil: none
}

// Result is a finished training.
type Result struct {
	Kind       string
	Model      models.Model
	File       *checkpoint.File
	Unit       string           // what a record is called, in the plural
	Out        string           // where the checkpoint was written, or ""
	Families   []Family         // of Test, where the model does not tell them apart
	HeldOut    []Family         // the families that were left out of training
	Validation *evaluate.Result // nil without validation
	Test       *evaluate.Result // of the training rows where there is no test split
	Tested     string           // the part that Test is of
	Threshold  float64
	Training   checkpoint.Scores // loss, penalties included, and accuracy of the last epoch, as trained: with dropout
	Baseline   *Result           // of the baseline, or nil
}

// run is a job under way.
type run struct {
	Job
	records records
}

// Train runs the job. While it trains, OUT.resume holds what is needed to go on; it is removed at the end.
func Train(ctx context.Context, j Job) (res *Result, err error) {
	if j.Log == nil {
		j.Log = func(string, ...any) {}
	}
	if j.Workers == 0 {
		j.Workers = runtime.GOMAXPROCS(0)
	}
	entry, err := catalog.Find(j.Kind)
	if err != nil {
		return nil, err
	}
	if err := j.Settings.Check(); err != nil {
		return nil, err
	}
	if err := j.Sources.check(); err != nil {
		return nil, err
	}
	if err := writable(j.Out); err != nil {
		return nil, err
	}
	j.Sources.Options.Context = ctx
	if o := &j.Sources.Options; o.NameColumn == "" && j.Settings.Mode == train.Parity {
		o.NameColumn = entry.NameColumn
	}
	r := &run{Job: j}
	r.records = recordsOf(entry, &r.Job)
	if j.Resume == "" { // else the saved settings decide
		if err := r.Settings.CheckUse(j.Kind, r.records.unit()); err != nil {
			return nil, err
		}
	}
	r.Settings.Split = cmp.Or(r.Settings.Split, r.records.ownSplit())
	j.Log("%s with %s", j.Kind, &r.Settings)
	defer func() { err = errors.Join(err, r.records.close()) }()
	if err := r.records.load(ctx); err != nil {
		return nil, err
	}
	t := training{run: r, entry: entry, settings: r.Settings, out: j.Out, resume: j.Resume, hooks: j.Hooks}
	if res, err = t.do(ctx); err != nil {
		return nil, err
	}
	if j.Done != nil {
		if err := j.Done(res); err != nil {
			return nil, err
		}
	}
	if !j.Baseline {
		return res, nil
	}
	res.Baseline, err = r.baseline(ctx, entry)
	return res, err
}

// baseline trains the model's baseline by its own default settings.
func (r *run) baseline(ctx context.Context, entry catalog.Entry) (*Result, error) {
	base, err := catalog.Find(entry.Baseline)
	if err != nil {
		return nil, fmt.Errorf("%s has no baseline", entry.Kind)
	}
	s, err := train.DefaultSettings(base.Kind, train.Corrected)
	if err != nil {
		return nil, err
	}
	s = s.On(&r.Settings, entry.Binary)
	out := ""
	if r.Out != "" {
		out = BaselinePath(r.Out)
	}
	r.Log("the baseline, %s", base.Kind)
	t := training{run: r, entry: base, settings: s, out: out}
	return t.do(ctx)
}

// BaselinePath is where the baseline of a checkpoint stands: beside it.
func BaselinePath(path string) string {
	const ext = ".safetensors"
	if filepath.Ext(path) == ext {
		path = path[:len(path)-len(ext)]
	}
	return path + ".baseline" + ext
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
