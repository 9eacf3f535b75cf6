package train

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"threatnet/datasets"
	"threatnet/train/graph"
)

// Modes of a port: Corrected is the default, Parity keeps what the notebook does where that can run at all.
const (
	Corrected = "corrected"
	Parity    = "parity"
)

// Settings are all that a training depends on besides its data. The keys are those of a recipe, and the names of the flags.
type Settings struct {
	Mode string `yaml:"mode" json:"mode"`
	Seed uint64 `yaml:"seed" json:"seed"` // of weights, shuffles, masks and splits

	Descent `yaml:",inline"`

	Binary    bool    `yaml:"binary" json:"binary"`         // benign against all else, one output
	NameForm  string  `yaml:"name-form" json:"name-form"`   // what of a name is learnt: one of datasets.Forms
	Split     string  `yaml:"split" json:"split"`           // one of Splits, or "": Grouped for queries, Stratified for others
	Conflicts string  `yaml:"conflicts" json:"conflicts"`   // names both benign and DGA: drop, benign or dga
	TargetFPR float64 `yaml:"target-fpr" json:"target-fpr"` // of the stored threshold, on validation

	// The rules of families, see datasets.FamilyRules.
	Rename       map[string]string `yaml:"rename" json:"rename,omitempty"`
	DropBelow    int               `yaml:"drop-below" json:"drop-below"`
	MinNames     int               `yaml:"min-names" json:"min-names"` // families with fewer are merged
	MaxFamilies  int               `yaml:"max-families" json:"max-families"`
	Rest         string            `yaml:"rest" json:"rest"` // of more families: merge or drop
	MaxPerFamily int               `yaml:"max-per-family" json:"max-per-family"`
	MaxBenign    int               `yaml:"max-benign" json:"max-benign"`

	Units    int    `yaml:"units" json:"units,omitempty"`       // of the LSTM, or of the hidden layers; 0: the model's own
	Features string `yaml:"features" json:"features,omitempty"` // of queries; "": the model's own

	// How flows are put in.
	Input    string   `yaml:"input" json:"input,omitempty"`       // bins or values
	Bins     int      `yaml:"bins" json:"bins,omitempty"`         // quantile bins of a feature
	Identity []string `yaml:"identity" json:"identity,omitempty"` // columns that identify a flow and are let in all the same

	TestFrom string   `yaml:"test-from" json:"test-from,omitempty"`           // a day: DGA names first seen from then on are the test part
	HoldOut  []string `yaml:"holdout-family" json:"holdout-family,omitempty"` // families left out of training, to be tested on

	// VM runs the graph: flat or tape. It does not change the result and is not stored.
	VM string `yaml:"vm" json:"-"`
}

// Descent is how a network goes down its loss.
type Descent struct {
	Epochs       int     `yaml:"epochs" json:"epochs"`
	BatchSize    int     `yaml:"batch-size" json:"batch-size"`
	Optimizer    string  `yaml:"optimizer" json:"optimizer"`         // one of graph.Optimizers
	LearningRate float64 `yaml:"learning-rate" json:"learning-rate"` // the peak, where there is a schedule
	Schedule     string  `yaml:"schedule" json:"schedule"`           // constant, cosine, exponential or step
	Warmup       int     `yaml:"warmup" json:"warmup"`               // steps in which the rate rises from 0 to the peak
	ClipNorm     float64 `yaml:"clip-norm" json:"clip-norm"`         // largest global norm of the gradients; 0: no limit
	Dropout      float64 `yaml:"dropout" json:"dropout"`
	ClassWeight  float64 `yaml:"class-weight" json:"class-weight"` // γ in (N/n)^γ; 0: all rows weigh the same
	Patience     int     `yaml:"patience" json:"patience"`         // epochs without a better validation loss; 0: no early stopping
	Shards       int     `yaml:"shards" json:"shards"`             // parts of a batch: more for more cores, and other last bits
}

// ErrSettings is wrapped by the errors of settings that make no sense.
var ErrSettings = errors.New("bad setting")

// Check says what is wrong with the settings, if anything.
func (s *Settings) Check() error {
	finite := func(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
	for _, c := range []struct {
		bad  bool
		text string
	}{
		{s.Mode != Corrected && s.Mode != Parity, fmt.Sprintf("mode %q: want %s or %s", s.Mode, Corrected, Parity)},
		{s.Epochs < 1, fmt.Sprintf("epochs %d: want at least 1", s.Epochs)},
		{s.BatchSize < 1 || s.BatchSize > 1<<20, fmt.Sprintf("batch-size %d: want 1 to %d", s.BatchSize, 1<<20)},
		{!slices.Contains(graph.Optimizers(), s.Optimizer), fmt.Sprintf("optimizer %q: want one of %v", s.Optimizer, graph.Optimizers())},
		{!(s.LearningRate > 0) || !finite(s.LearningRate), fmt.Sprintf("learning-rate %v: want a positive number", s.LearningRate)},
		{!slices.Contains(Schedules(), s.Schedule), fmt.Sprintf("schedule %q: want one of %v", s.Schedule, Schedules())},
		{s.Warmup < 0, fmt.Sprintf("warmup %d: want 0 or more steps", s.Warmup)},
		{!(s.ClipNorm >= 0) || !finite(s.ClipNorm), fmt.Sprintf("clip-norm %v: want 0 (no limit) or more", s.ClipNorm)},
		{!(s.Dropout >= 0 && s.Dropout < 1), fmt.Sprintf("dropout %v: want 0 ≤ p < 1", s.Dropout)},
		{!(s.ClassWeight >= 0 && s.ClassWeight <= 4), fmt.Sprintf("class-weight %v: want an exponent of 0 to 4", s.ClassWeight)},
		{s.Patience < 0, fmt.Sprintf("patience %d: want 0 (no early stopping) or more epochs", s.Patience)},
		{s.Shards < 1 || s.Shards > 1024, fmt.Sprintf("shards %d: want 1 to 1024", s.Shards)},
		{s.DropBelow < 0, fmt.Sprintf("drop-below %d: want 0 or more", s.DropBelow)},
		{s.MinNames < 0, fmt.Sprintf("min-names %d: want 0 or more", s.MinNames)},
		{s.MaxFamilies < 0, fmt.Sprintf("max-families %d: want 0 or more", s.MaxFamilies)},
		{s.MaxPerFamily < 0, fmt.Sprintf("max-per-family %d: want 0 or more", s.MaxPerFamily)},
		{s.MaxBenign < 0, fmt.Sprintf("max-benign %d: want 0 or more", s.MaxBenign)},
		{s.Rest != string(datasets.MergeRest) && s.Rest != string(datasets.DropRest), fmt.Sprintf("rest %q: want %s or %s", s.Rest, datasets.MergeRest, datasets.DropRest)},
		{!slices.Contains(datasets.Forms(), datasets.Form(s.NameForm)), fmt.Sprintf("name-form %q: want one of %v", s.NameForm, datasets.Forms())},
		{s.TestFrom != "" && badDay(s.TestFrom), fmt.Sprintf("test-from %q: want a day, like 2018-09-23", s.TestFrom)},
		{!slices.Contains([]string{"", "bins", "values"}, s.Input), fmt.Sprintf("input %q: want bins or values", s.Input)},
		{s.Units < 0 || s.Units > 4096, fmt.Sprintf("units %d: want 0 (the model's own) to 4096", s.Units)},
		{s.Bins < 0 || s.Bins > 1024, fmt.Sprintf("bins %d: want 1 to 1024", s.Bins)},
		{s.Split != "" && !slices.Contains(Splits(), s.Split), fmt.Sprintf("split %q: want one of %v", s.Split, Splits())},
		{!slices.Contains([]string{"drop", "benign", "dga"}, s.Conflicts), fmt.Sprintf("conflicts %q: want drop, benign or dga", s.Conflicts)},
		{!(s.TargetFPR > 0 && s.TargetFPR <= 1), fmt.Sprintf("target-fpr %v: want 0 < p ≤ 1", s.TargetFPR)},
		{s.VM != graph.Flat && s.VM != graph.Tape, fmt.Sprintf("vm %q: want %s or %s", s.VM, graph.Flat, graph.Tape)},
	} {
		if c.bad {
			return fmt.Errorf("%w: %s", ErrSettings, c.text)
		}
	}
	return nil
}

func badDay(text string) bool {
	_, err := datasets.ParseDay(text)
	return err != nil
}

// String gives the settings as a recipe on one line.
func (s *Settings) String() string {
	text, err := yaml.MarshalWithOptions(s, yaml.Flow(true))
	if err != nil {
		return err.Error()
	}
	return strings.TrimSpace(string(text))
}

// FamilyRules are the rules of families that the settings make.
func (s *Settings) FamilyRules() datasets.FamilyRules {
	return datasets.FamilyRules{
		Rename: s.Rename, DropBelow: s.DropBelow, MergeBelow: s.MinNames, MaxFamilies: s.MaxFamilies, Rest: datasets.Rest(s.Rest),
		MaxPerFamily: s.MaxPerFamily, MaxBenign: s.MaxBenign, Seed: s.Seed,
	}
}
