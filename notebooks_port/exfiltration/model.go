package exfiltration

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"

	"threatnet/models"
	"threatnet/models/checkpoint"
	"threatnet/models/exfilmlp"
	"threatnet/models/queryfeatures"
	"threatnet/train/evaluate"
	"threatnet/train/pipeline"
)

// Model is what the stages hand on: the network with its features, and the checkpoint that it is saved as. Its method
// Apply is the notebook's apply on queries, Detect the search's on raw events.
type Model struct {
	*exfilmlp.Model
	file *checkpoint.File
}

// Init is the notebook's init: the model of a checkpoint, imported or trained, or with nil a new one.
func Init(weights *checkpoint.File, o models.Options) (*Model, error) {
	if weights == nil {
		m, err := exfilmlp.New(o)
		if err != nil {
			return nil, err
		}
		f, err := models.Checkpoint(m)
		return &Model{m, f}, err
	}
	if weights.Meta.Model != exfilmlp.Kind {
		return nil, fmt.Errorf("a checkpoint of %s, not of %s", weights.Meta.Model, exfilmlp.Kind)
	}
	m, err := exfilmlp.Load(weights)
	return &Model{m, weights}, err
}

// Info is what Fit answers.
type Info struct {
	Message   string           `json:"message"`
	Tested    string           `json:"tested"` // the part that the figures are of: test, or train where there is no other
	Threshold float64          `json:"threshold"`
	Figures   evaluate.Figures `json:"figures"`
}

// Fit is what the notebook's fit says it does: it trains, by a job, from new weights; those that the model had are lost. On an
// error the model stays as it was.
func (m *Model) Fit(ctx context.Context, j pipeline.Job) (Info, error) {
	res, err := pipeline.Train(ctx, j)
	if err != nil {
		return Info{}, err
	}
	figures, err := res.Test.Figures(res.Threshold)
	if err != nil {
		return Info{}, err
	}
	trained, err := Init(res.File, models.Options{})
	if err != nil {
		return Info{}, err
	}
	*m = *trained
	return Info{Message: "model trained", Tested: res.Tested, Threshold: res.Threshold, Figures: figures}, nil
}

// Summary is what the notebook's summary answers, the versions that it runs with, and what the model is.
type Summary struct {
	Version  map[string]string   `json:"version"`
	Model    string              `json:"model"`
	Features queryfeatures.Set   `json:"features"`
	Network  []int               `json:"network"` // the widths of its dense layers, after that of the input
	Sources  []checkpoint.Source `json:"sources,omitempty"`
}

// Summary describes the model.
func (m *Model) Summary() Summary {
	s := Summary{
		Version: map[string]string{"go": runtime.Version()}, Model: m.Kind(), Features: m.Set(),
		Network: []int{m.Set().Size()}, Sources: m.file.Meta.Provenance.Sources,
	}
	if build, ok := debug.ReadBuildInfo(); ok {
		s.Version["threatnet"] = build.Main.Version
	}
	for _, l := range m.Network().Stack().Layers {
		if l.Kind == "dense" {
			s.Network = append(s.Network, l.Units)
		}
	}
	return s
}
