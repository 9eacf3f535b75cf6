package linear

import (
	"encoding/json"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"threatnet/datasets"
	"threatnet/models"
	"threatnet/models/checkpoint"
	"threatnet/models/flowfeatures"
	"threatnet/models/modeltest"
	"threatnet/models/queryfeatures"
)

// flow has values in its first features, 0 elsewhere.
func flow(label string, values ...float32) datasets.Flow {
	f := datasets.Flow{Values: make([]float32, datasets.NumFlowFeatures), Protocol: len(values), Label: label}
	copy(f.Values, values)
	return f
}

func samples() []datasets.Flow {
	return []datasets.Flow{flow("DoS", 1, 2, 3), flow(datasets.Benign, 3, 2), flow("Bot", 5, 2, 3), flow(datasets.Benign, 3, 2, 3)}
}

func TestFlows(t *testing.T) {
	flows := samples()
	for what, c := range map[string]struct {
		options models.Options
		classes []string
		inputs  int
	}{
		"binary":   {models.Options{Binary: true}, []string{"benign", "attack"}, 2},
		"families": {models.Options{}, []string{"Bot", "DoS", "benign"}, 2},
		"identity": {models.Options{Identity: []string{"protocol"}}, []string{"Bot", "DoS", "benign"}, 5},
	} {
		m, err := FitFlows(modeltest.Flows(t, flows...), c.options)
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		if !slices.Equal(m.Network().Input, []int{c.inputs}) || !slices.Equal(m.Classes(), c.classes) || m.Network().Params()[0].L2 == 0 {
			t.Errorf("%s: %d inputs, %q", what, m.Network().Input, m.Classes())
		}
		loaded, err := Load(modeltest.File(t, m))
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		again, ok := loaded.(models.Flows)
		if !ok || again.Kind() != Kind {
			t.Fatalf("%s: loaded a %T", what, loaded)
		}
		outputs := func(m models.Flows) []float32 {
			return models.NewScorer(m, 0.5).Outputs(len(flows), func(i int, tokens []int32, values []float32) { m.Encode(&flows[i], tokens, values) }, 1)
		}
		if diff := cmp.Diff(outputs(m), outputs(again)); diff != "" {
			t.Errorf("%s: %s", what, diff)
		}
	}
	if _, err := FitFlows(modeltest.Flows(t, flows[0]), models.Options{}); !errors.Is(err, models.ErrOneClass) {
		t.Errorf("one class: %v", err)
	}
	if _, err := FitFlows(modeltest.Flows(t, flow("DoS"), flow(datasets.Benign)), models.Options{}); !errors.Is(err, flowfeatures.ErrConstant) {
		t.Errorf("equal flows: %v", err)
	}
}

// TestWeights: the output is the logistic function of a weighted sum of standardised features.
func TestWeights(t *testing.T) {
	m, err := FitFlows(modeltest.Flows(t, samples()...), models.Options{Binary: true})
	if err != nil {
		t.Fatal(err)
	}
	p := m.Network().Params()
	copy(p[0].Data, []float32{2, -1})
	p[1].Data[0] = 0.5
	// The features 0 and 2 have the means 3 and 2.25, and the deviations √2 and √1.6875.
	f := flow("", 1, 9, float32(math.Inf(1)))
	got := models.NewScorer(m, 0.5).Outputs(1, func(_ int, _ []int32, values []float32) { m.Encode(&f, nil, values) }, 1)[0]
	if want := 1 / (1 + math.Exp(-(2*(-2/math.Sqrt2) - 8 + 0.5))); math.Abs(float64(got)-want) > 1e-6 {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestQueries(t *testing.T) {
	qs := []datasets.Query{{Client: "a", Name: "www.example.com"}, {Client: "a", Name: "00ff00ff.evil.net"}, {Client: "a", Name: "mail.example.com"}}
	for _, parity := range []bool{false, true} {
		m, err := NewQueries(models.Options{Parity: parity, Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		set := queryfeatures.Window107
		if parity {
			set = queryfeatures.Notebook98
		}
		cols := set.Size()
		features := func(m models.Queries) *models.Table {
			table := &models.Table{Cols: cols, X: make([]float32, len(qs)*cols)}
			m.Features(qs, table.X)
			return table
		}
		if err := m.Fit(features(m), []int{0, 1}); err != nil {
			t.Fatal(err)
		}
		loaded, err := Load(modeltest.File(t, m))
		if err != nil {
			t.Fatal(err)
		}
		again, ok := loaded.(models.Queries)
		if !ok || m.Set() != set || again.Benign() != 0 || !slices.Equal(again.Classes(), []string{"benign", "exfiltration"}) || (again.NewStream(models.StreamOptions{}) == nil) != parity {
			t.Fatalf("parity %v: %s, loaded a %T", parity, m.Set(), loaded)
		}
		outputs := func(m models.Queries) []float32 {
			table := features(m)
			return models.NewScorer(m, 0.5).Outputs(len(qs), func(i int, _ []int32, values []float32) {
				copy(values, table.Row(i))
				m.Scale(values)
			}, 1)
		}
		if diff := cmp.Diff(outputs(m), outputs(again)); diff != "" {
			t.Errorf("parity %v: %s", parity, diff)
		}
	}
}

func TestLoadRefuses(t *testing.T) {
	flows, err := FitFlows(modeltest.Flows(t, samples()...), models.Options{Binary: true})
	if err != nil {
		t.Fatal(err)
	}
	queries, err := NewQueries(models.Options{})
	if err != nil {
		t.Fatal(err)
	}
	replace := func(old, now string) func(*checkpoint.File) {
		return func(f *checkpoint.File) {
			if !strings.Contains(string(f.Meta.Encoder), old) {
				t.Fatalf("no %s in %s", old, f.Meta.Encoder)
			}
			f.Meta.Encoder = json.RawMessage(strings.Replace(string(f.Meta.Encoder), old, now, 1))
		}
	}
	for what, c := range map[string]struct {
		model  models.Model
		change func(*checkpoint.File)
	}{
		"no encoder":              {flows, func(f *checkpoint.File) { f.Meta.Encoder = nil }},
		"no records":              {flows, replace(`"records":"flows",`, ``)},
		"other records":           {flows, replace(`"records":"flows"`, `"records":"queries"`)},
		"records without encoder": {flows, func(f *checkpoint.File) { f.Meta.Encoder = []byte(`{"records":"flows"}`) }},
		"one feature more":        {flows, replace(`"features":["flow_duration",`, `"features":["flow_duration","total_fwd_packets",`)},
		"an identity more":        {flows, replace(`}}`, `},"identity":[{"column":"protocol","values":[]}]}`)},
		"no scaling":              {flows, replace(`"scale"`, `"scaling"`)},
		"labels in disorder":      {flows, func(f *checkpoint.File) { f.Meta.Labels = []string{"attack", "benign"} }},
		"a missing tensor":        {flows, func(f *checkpoint.File) { f.Tensors = f.Tensors[1:] }},
		"another input": {flows, func(f *checkpoint.File) {
			f.Meta.Spec = []byte(strings.Replace(string(f.Meta.Spec), `"input":[2]`, `"input":[3]`, 1))
		}},
		"other features":      {queries, replace(`"window107"`, `"notebook98"`)},
		"unknown features":    {queries, replace(`"window107"`, `"window108"`)},
		"labels of flows":     {queries, func(f *checkpoint.File) { f.Meta.Labels = []string{"benign", "attack"} }},
		"queries as if flows": {queries, replace(`"records":"queries"`, `"records":"flows"`)},
	} {
		f := modeltest.File(t, c.model)
		c.change(f)
		if _, err := Load(f); !errors.Is(err, checkpoint.ErrFormat) {
			t.Errorf("%s: %v", what, err)
		}
	}
}
