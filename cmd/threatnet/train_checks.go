package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"

	"github.com/spf13/pflag"

	"threatnet/datasets/source"
	"threatnet/models/catalog"
	"threatnet/train"
	"threatnet/train/pipeline"
)

// check refuses what makes no sense on the command line of train, before any work is done.
func (f *trainFlags) check(e catalog.Entry, s *train.Settings) error {
	switch {
	case f.threads < 0:
		return usagef("--threads %d: want 0 (all cores) or more", f.threads)
	case f.saveEvery < 0:
		return usagef("--save-every %s: want 0 (epochs only) or more", f.saveEvery)
	}
	sources := slices.Concat(f.sources.Data, f.sources.Benign, f.sources.Validation, f.sources.Test)
	if slices.Equal(f.sources.Validation, f.sources.Test) { // which are read once
		sources = slices.Concat(f.sources.Data, f.sources.Benign, f.sources.Test)
	}
	if err := source.CheckStdin(sources...); err != nil {
		return usage(err)
	}
	if err := f.keepInputs(); err != nil {
		return err
	}
	if err := checkOut(f.out, f.resume); err != nil {
		return err
	}
	if f.resume != "" { // the saved settings decide, those of former versions too
		return nil
	}
	if s.TestFrom != "" && len(f.sources.Test) > 0 {
		return usagef("--test-from %s means nothing with --test, which names what is tested on", s.TestFrom)
	}
	if f.cache != "" && e.FitNames == nil {
		return usagef("--cache means nothing to %s: it is for %s", e.Kind, source.Names)
	}
	kinds := recordsOf(e)
	if len(kinds) == 1 || s.CheckUse(e.Kind, kinds[0]) != nil || s.CheckUse(e.Kind, kinds[1]) != nil {
		return s.CheckUse(e.Kind, f.records(kinds))
	}
	return nil // and a pipe is not looked into, which can be read once
}

// keepInputs refuses outputs that are read, or are one file.
func (f *trainFlags) keepInputs() error {
	inputs := slices.Concat(f.sources.Data, f.sources.Benign, f.sources.Validation, f.sources.Test, []string{f.recipe, f.rename, f.resume})
	outputs := []output{{"--out", f.out}, {"--roc", f.roc}}
	if f.baseline {
		outputs = append(outputs, output{"the baseline's checkpoint", pipeline.BaselinePath(f.out)})
	}
	return keepInputs(inputs, outputs...)
}

// recordsOf lists what a model can be trained on: names, queries or flows.
func recordsOf(e catalog.Entry) (kinds []string) {
	if e.FitNames != nil {
		kinds = append(kinds, source.Names)
	}
	if e.NewQueries != nil {
		kinds = append(kinds, source.Queries)
	}
	if e.FitFlows != nil {
		kinds = append(kinds, source.Flows)
	}
	return kinds
}

// records tells which of these kinds the sources hold. A model of queries and of flows takes what the first source has, as
// package pipeline does.
func (f *trainFlags) records(kinds []string) string {
	args := slices.Concat(f.sources.Data, f.sources.Benign)
	if len(kinds) > 1 && !source.IsStdin(args[0]) {
		o := f.sources.Options
		o.Kind = source.Flows
		if _, _, err := source.Expand(args[0], o); err == nil {
			return source.Flows
		}
	}
	return kinds[0]
}

// checkOut refuses standard output for a checkpoint, and to write over the saved progress of another training than the one
// that is gone on with.
func checkOut(out, resume string) error {
	if out == "-" {
		return usagef("--out -: a checkpoint is written to a file")
	}
	saved := out + ".resume"
	info, err := os.Stat(saved)
	if err != nil {
		return nil
	}
	if other, err := os.Stat(resume); err == nil && os.SameFile(info, other) {
		return nil
	}
	return fmt.Errorf("%s holds an unfinished training: go on with --resume %s, or remove it", saved, saved)
}

// resumeFlag is the flag of the verbs that train.
func resumeFlag(fs *pflag.FlagSet, path *string) {
	fs.StringVar(path, "resume", "", "go on from an unfinished training, a `FILE` called OUT.resume")
}

// numberKinds says in words what flags of numbers take.
var numberKinds = map[string]string{
	"int": "a whole number", "uint64": "a whole number of 0 or more", "float64": "a number", "bool": "true or false", "duration": "a time, like 90s or 5m",
}

// flagError makes an error of a flag's value one that says what is wanted.
func flagError(err error) error {
	var bad *pflag.InvalidValueError
	if errors.As(err, &bad) {
		if want, ok := numberKinds[bad.GetFlag().Value.Type()]; ok {
			return usagef("--%s %s: want %s", bad.GetFlag().Name, strconv.Quote(bad.GetValue()), want)
		}
	}
	return usage(err)
}
