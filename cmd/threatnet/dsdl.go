package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"threatnet/datasets/source"
	"threatnet/serve/dsdl"
	"threatnet/train"
	"threatnet/train/pipeline"
)

// dsdlTrainer trains what DSDL's fit asks for, as the verb train does.
type dsdlTrainer struct {
	threads int // 0: all cores
	log     *slog.Logger
}

// dsdlFormats are the formats in which the rows of each kind of records stand.
var dsdlFormats = map[string]string{source.Names: "csv", source.Queries: "splunk", source.Flows: "cicflow"}

// Train implements dsdl.Trainer.
func (t dsdlTrainer) Train(ctx context.Context, job dsdl.Job) (dsdl.Result, error) {
	s, err := dsdlSettings(job.Kind, job.Options)
	if err != nil {
		return dsdl.Result{}, err
	}
	log := t.log.With("algo", job.Algo)
	res, err := pipeline.Train(ctx, pipeline.Job{
		Kind: job.Kind, Settings: s, Out: job.Out, Workers: t.threads,
		Sources: pipeline.Sources{
			Data:    []string{dsdlFormats[job.Records] + ":" + job.CSV},
			Options: source.Options{Label: job.LabelColumn, NameColumn: job.NameColumn},
		},
		Hooks: []train.Hook{func(event train.Event, s *train.State) error {
			if event == train.EpochEnd {
				h := s.History[len(s.History)-1]
				log.Info("dsdl training", "epoch", h.Epoch, "of", s.Settings.Epochs, "loss", float64(h.Train["loss"]), "accuracy", float64(h.Train["accuracy"]))
			}
			return nil
		}},
		Log: func(format string, args ...any) { log.Info("dsdl training", "says", fmt.Sprintf(format, args...)) },
	})
	if err != nil {
		return dsdl.Result{}, err
	}
	message := fmt.Sprintf("%s trained", res.Kind)
	if res.Test != nil {
		report, err := res.Test.Report()
		if err != nil {
			return dsdl.Result{}, err
		}
		message += fmt.Sprintf("; on the %s rows (%d): accuracy %.4f", res.Tested, len(res.Test.True), report.Accuracy)
	}
	return dsdl.Result{Message: fmt.Sprintf("%s; threshold %.4f", message, res.Threshold)}, nil
}

// dsdlSettings lays the options of a search over the defaults. They are called as the flags of train are, with '_' or '-'.
func dsdlSettings(kind string, options map[string]string) (train.Settings, error) {
	known, s := pflag.NewFlagSet("", pflag.ContinueOnError), train.Settings{}
	settingFlags(known, &s)
	mode := train.Corrected
	if m, ok := options["mode"]; ok {
		mode = m
	}
	defaults, err := train.DefaultSettings(kind, mode)
	if err != nil {
		return s, err
	}
	s = defaults // declaring a flag sets its default
	for _, key := range slices.Sorted(maps.Keys(options)) {
		flag := known.Lookup(strings.ReplaceAll(key, "_", "-"))
		if flag == nil {
			return s, fmt.Errorf("%w: no option is called %q: there is %s", train.ErrSettings, key, strings.Join(flagNames(known), ", "))
		}
		if err := flag.Value.Set(options[key]); err != nil {
			if cause := errors.Unwrap(err); cause != nil {
				err = cause
			}
			return s, fmt.Errorf("%w: %s=%q: %w", train.ErrSettings, key, options[key], err)
		}
	}
	return s, s.Check()
}

// flagNames lists flags as options of a search.
func flagNames(fs *pflag.FlagSet) (names []string) {
	fs.VisitAll(func(f *pflag.Flag) { names = append(names, strings.ReplaceAll(f.Name, "-", "_")) })
	return names
}
