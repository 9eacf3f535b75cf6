package pipeline

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"

	"threatnet/datasets"
	"threatnet/models"
	"threatnet/models/catalog"
	"threatnet/models/checkpoint"
	"threatnet/train"
	"threatnet/train/evaluate"
)

// training is one model's way through a run.
type training struct {
	*run
	entry       catalog.Entry
	settings    train.Settings
	out, resume string
	hooks       []train.Hook

	model models.Model
	meta  checkpoint.Meta
}

// do fits encoder and network, tests, and writes the checkpoint.
func (t *training) do(ctx context.Context) (*Result, error) {
	var err error
	if t.model, err = t.records.fit(t.entry, t.options()); err != nil {
		return nil, err
	}
	if err := t.describe(); err != nil {
		return nil, err
	}
	state, err := t.fit(ctx)
	if err != nil {
		return nil, err
	}
	return t.finish(state)
}

func (t *training) options() models.Options {
	s := &t.settings
	return models.Options{Dropout: s.Dropout, Binary: s.Binary, Parity: s.Mode == train.Parity, Seed: s.Seed, Form: datasets.Form(s.NameForm), Units: s.Units, Features: s.Features, Bins: s.Bins, Input: s.Input, Identity: s.Identity}
}

// describe makes the part of the checkpoint that is known before training.
func (t *training) describe() error {
	f, err := models.Checkpoint(t.model)
	if err != nil {
		return err
	}
	t.meta = f.Meta
	if t.meta.Settings, err = json.Marshal(t.settings); err != nil {
		return err
	}
	if t.meta.Provenance.Families, err = json.Marshal(t.records.rules()); err != nil {
		return err
	}
	t.meta.Provenance.Sources = t.records.provenance()
	return nil
}

// fit trains the network.
func (t *training) fit(ctx context.Context) (*train.State, error) {
	var parts [heldPart]models.Examples
	for p := range parts {
		var err error
		if parts[p], err = t.records.examples(t.model, part(p)); err != nil {
			return nil, fmt.Errorf("%s: %w", partNames[p], err)
		}
	}
	f := train.Run{Network: t.model.Network(), Train: parts[trainPart], Validation: parts[validationPart], Classes: len(t.model.Classes()), Settings: t.settings, Workers: t.Workers, Hooks: t.hooks}
	id := identity(t.meta.Provenance.Sources, t.model.Classes(), parts[trainPart])
	if t.resume != "" {
		var err error
		if f.From, err = train.OpenSaved(t.resume, id, t.meta); err != nil {
			return nil, err
		}
	}
	if t.out != "" {
		f.Hooks = append(slices.Clone(f.Hooks), train.SaveHook(t.out+".resume", id, t.meta, t.SaveEvery))
	}
	t.Log("training on %d %s of %d classes, choosing on %d, testing on %d; %d weights",
		parts[trainPart].Len(), t.records.unit(), len(t.model.Classes()), parts[validationPart].Len(), parts[testPart].Len(), weights(t.model))
	return train.Fit(ctx, f)
}

func weights(m models.Model) (n int) {
	for _, p := range m.Network().Params() {
		n += len(p.Data)
	}
	return n
}

// finish chooses the threshold, tests and writes the checkpoint.
func (t *training) finish(state *train.State) (*Result, error) {
	res := &Result{Kind: t.entry.Kind, Unit: t.records.unit(), Model: t.model, Out: t.out, Threshold: evaluate.DefaultThreshold}
	t.meta.Metrics = map[string]checkpoint.Scores{}
	var err error
	if t.records.len(validationPart) > 0 {
		if res.Validation, err = t.evaluate(validationPart); err != nil {
			return nil, err
		}
		if t.settings.Mode == train.Corrected {
			if res.Threshold, err = res.Validation.Threshold(t.settings.TargetFPR); err != nil {
				return nil, err
			}
		}
		if err := t.keep(validationPart, res.Validation, res.Threshold); err != nil {
			return nil, err
		}
	}
	tested := testPart
	if t.records.len(testPart) == 0 {
		tested = trainPart
	}
	res.Tested = partNames[tested]
	if res.Test, err = t.evaluate(tested); err != nil {
		return nil, err
	}
	if err := t.keep(tested, res.Test, res.Threshold); err != nil {
		return nil, err
	}
	names, codes := t.records.families(tested)
	res.Families = byFamily(res.Test, names, codes, res.Threshold)
	if err := t.testHeldOut(res); err != nil {
		return nil, err
	}
	t.meta.Thresholds = map[string]float64{Verdict: res.Threshold}
	t.meta.History = state.History
	res.Training = state.History[len(state.History)-1].Train
	res.File = &checkpoint.File{Meta: t.meta, Tensors: models.Tensors(t.model.Network())}
	return res, t.write(res.File)
}

// Verdict is the name of a checkpoint's threshold of verdicts.
const Verdict = "verdict"

// write writes the checkpoint and removes what --resume would have needed.
func (t *training) write(f *checkpoint.File) error {
	if t.out == "" {
		return nil
	}
	if err := checkpoint.Save(t.out, f); err != nil {
		return err
	}
	for _, path := range []string{t.out + ".resume", t.resume} {
		if err := os.Remove(path); err != nil && path != "" && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return nil
}

func (t *training) evaluate(p part) (*evaluate.Result, error) {
	e, err := t.records.examples(t.model, p)
	if err != nil {
		return nil, err
	}
	return evaluate.Run(t.model, e, t.Workers)
}

// keep notes the figures of a part in the checkpoint.
func (t *training) keep(p part, e *evaluate.Result, threshold float64) error {
	fs, err := e.Figures(threshold)
	if err != nil {
		return err
	}
	scores := checkpoint.Scores{}
	for _, f := range fs {
		scores[f.Key] = checkpoint.Number(f.Value)
	}
	t.meta.Metrics[partNames[p]] = scores
	return nil
}
