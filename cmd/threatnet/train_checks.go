package main

import (
	"fmt"
	"os"
	"slices"

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
	if err := f.keepInputs(); err != nil {
		return err
	}
	if err := checkOut(f.out, f.resume); err != nil {
		return err
	}
	if f.resume != "" { // the saved settings decide
		return nil
	}
	if s.TestFrom != "" && len(f.sources.Test) > 0 {
		return usagef("--test-from %s means nothing with --test, which names what is tested on", s.TestFrom)
	}
	if f.cache != "" && e.FitNames == nil {
		return usagef("--cache means nothing to %s: it is for %s", e.Kind, source.Names)
	}
	return nil
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
