package train

import (
	"fmt"

	"threatnet/datasets"
	"threatnet/train/graph"
)

// Ways of cutting records into parts: Stratified and Random draw rows, Grouped keeps what belongs together in one part,
// Sklearn is train_test_split as the notebook calls it, ByClass cuts flows that are ordered by class, as a notebook does,
// NoSplit trains on all.
const (
	Grouped    = "grouped"
	Stratified = "stratified"
	Random     = "random"
	Sklearn    = "sklearn"
	ByClass    = "by-class"
	NoSplit    = "none"
)

// Splits names the ways of cutting records into parts.
func Splits() []string { return []string{Stratified, Random, Grouped, Sklearn, ByClass, NoSplit} }

// defaults are the settings of a model in corrected mode, and what its notebook changes in parity mode. Those of the
// corrected mode were chosen by measurement: see docs/training.md.
type defaults struct {
	descent Descent
	change  func(*Settings) // of what all models have in common, or nil
	parity  func(*Settings)
}

var defaultsOf = map[string]defaults{
	"dga-lstm": {
		descent: Descent{Epochs: 10, BatchSize: 128, Optimizer: "adam", LearningRate: 0.008, Schedule: "cosine", Warmup: 100, ClipNorm: 1, Dropout: 0.2, Shards: 2},
		parity: func(s *Settings) {
			s.Descent = Descent{Epochs: 5, BatchSize: 128, Optimizer: "rmsprop", LearningRate: 0.001, Schedule: "constant", Dropout: 0.5, Shards: 2}
			s.Split = Sklearn
		},
	},
	"dga-mlp": {
		descent: Descent{Epochs: 10, BatchSize: 128, Optimizer: "adam", LearningRate: 0.008, Schedule: "cosine", Warmup: 100, ClipNorm: 1, Dropout: 0.3, Shards: 1},
		change:  func(s *Settings) { s.NameForm, s.Binary = string(datasets.Label), true },
		parity: func(s *Settings) {
			s.Descent = Descent{Epochs: 10, BatchSize: 7, Optimizer: "adam", LearningRate: 0.001, Schedule: "constant", Dropout: 0.3, Shards: 1}
			s.Split, s.NameForm = NoSplit, string(datasets.Whole)
		},
	},
	"exfil-mlp": {
		descent: Descent{Epochs: 6, BatchSize: 256, Optimizer: "adam", LearningRate: 0.001, Schedule: "constant", Dropout: 0.5, Shards: 2},
		change:  func(s *Settings) { s.Split, s.Binary = Grouped, true },
		parity:  func(s *Settings) { s.Split = NoSplit },
	},
	"flow-lstm": {
		descent: Descent{Epochs: 15, BatchSize: 64, Optimizer: "adam", LearningRate: 0.008, Schedule: "cosine", Warmup: 100, ClipNorm: 1, Shards: 2},
		change:  func(s *Settings) { s.Binary, s.Input, s.Bins = true, "bins", 16 },
		parity: func(s *Settings) {
			s.Descent = Descent{Epochs: 2, BatchSize: 16, Optimizer: "rmsprop", LearningRate: 0.001, Schedule: "constant", Shards: 2}
			s.Split, s.MaxBenign, s.MaxPerFamily = ByClass, 500, 500
		},
	},
	"linear": {
		descent: Descent{Epochs: 15, BatchSize: 128, Optimizer: "adam", LearningRate: 0.01, Schedule: "cosine", Warmup: 100, ClipNorm: 1, Shards: 2},
		change:  func(s *Settings) { s.Split, s.Binary = "", true },
	},
	"dga-bigram": {
		descent: Descent{Epochs: 10, BatchSize: 128, Optimizer: "adam", LearningRate: 0.01, Schedule: "cosine", Warmup: 100, ClipNorm: 1, Shards: 2},
	},
}

// DefaultSettings returns the settings of a model and mode before a recipe or flags change them.
func DefaultSettings(kind, mode string) (Settings, error) {
	d, ok := defaultsOf[kind]
	if !ok {
		return Settings{}, fmt.Errorf("no default settings for %q", kind)
	}
	s := Settings{
		Mode: mode, Seed: 1, Descent: d.descent, MinNames: datasets.DefaultMinimum, Rest: string(datasets.MergeRest), NameForm: string(datasets.Whole),
		Split: Stratified, Conflicts: "drop", TargetFPR: 0.01, VM: graph.Flat,
	}
	if d.change != nil {
		d.change(&s)
	}
	switch mode {
	case Corrected:
	case Parity: // the notebook's
		s.TargetFPR = 1
		if d.parity == nil {
			return s, fmt.Errorf("%w: %s has no notebook, so no mode %s", ErrSettings, kind, Parity)
		}
		d.parity(&s)
	default:
		return s, fmt.Errorf("mode %q: want %s or %s", mode, Corrected, Parity)
	}
	return s, nil
}

// On returns the settings for another model's records: what concerns the records is as there, the descent as here.
func (s Settings) On(records *Settings, binary bool) Settings {
	out := *records
	out.Mode, out.Descent, out.Binary = s.Mode, s.Descent, records.Binary || binary
	return out
}
