package exfilmlp

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"threatnet/datasets"
	"threatnet/models"
	"threatnet/models/checkpoint"
	"threatnet/models/modeltest"
	"threatnet/models/queryfeatures"
)

var _ models.Queries = (*Model)(nil)

func queries(names ...string) []datasets.Query {
	var qs []datasets.Query
	for _, name := range names {
		qs = append(qs, datasets.Query{Client: "10.0.0.1", Name: name, Rank: 1})
	}
	return qs
}

// fitted is a model of the default features with a scaling.
func fitted(t *testing.T, o models.Options) *Model {
	t.Helper()
	m, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	qs := queries("www.example.com", "a1b2c3.evil.net", "mail.example.com", "00ff00ff.evil.net")
	table := models.Table{Cols: m.Set().Size(), X: make([]float32, len(qs)*m.Set().Size())}
	m.Features(qs, table.X)
	if err := m.Fit(&table, []int{0, 1, 3}); err != nil {
		t.Fatal(err)
	}
	return m
}

// outputs scores each query as a table of its own.
func outputs(m *Model, qs []datasets.Query) []float32 {
	return models.NewScorer(m, 0.5).Outputs(len(qs), func(i int, _ []int32, values []float32) {
		m.Features(qs[i:i+1], values)
		m.Scale(values)
	}, 1)
}

func TestNewAndLoad(t *testing.T) {
	qs := queries("4f2a9c1be07d55aa31f09e8c.evil.com", "www.example.com", "")
	parity, err := New(models.Options{Parity: true, Dropout: 0.5, Seed: 2})
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range []*Model{fitted(t, models.Options{Dropout: 0.5, Units: 16, Seed: 1}), parity} {
		again, err := Load(modeltest.File(t, m))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(outputs(m, qs), outputs(again, qs)); diff != "" {
			t.Errorf("%s: %s", m.Set(), diff)
		}
		if again.Kind() != Kind || again.Set() != m.Set() || again.Benign() != 0 || !slices.Equal(again.Classes(), []string{"benign", "exfiltration"}) {
			t.Errorf("loaded %q, %s, classes %q", again.Kind(), again.Set(), again.Classes())
		}
		if got := again.NewStream(models.StreamOptions{}) != nil; got != m.Set().Causal() {
			t.Errorf("%s: has streams: %v", m.Set(), got)
		}
	}
	if p := parity.Network().Params(); parity.Set() != queryfeatures.Notebook98 || !slices.Equal(p[0].Shape, []int{98, 128}) || !slices.Equal(p[2].Shape, []int{128, 128}) {
		t.Errorf("parity: %s, %v", parity.Set(), p[0].Shape)
	}
	if got := parity.Domain("a.Example.com"); got != "Exmple.com" {
		t.Errorf("parity: domain %q", got)
	}
	if got := fitted(t, models.Options{}).Domain("a.Example.com."); got != "example.com" {
		t.Errorf("domain %q", got)
	}
}

// TestFit: the scaling is of the rows that are trained on; the notebook has none.
func TestFit(t *testing.T) {
	m, err := New(models.Options{})
	if err != nil {
		t.Fatal(err)
	}
	const cols = 107
	table := models.Table{Cols: cols, X: make([]float32, 3*cols)}
	table.Row(0)[94], table.Row(1)[94], table.Row(2)[94] = 1, 1000, 3
	if err := m.Fit(&table, nil); !errors.Is(err, queryfeatures.ErrNoRows) {
		t.Errorf("no rows: %v", err)
	}
	if err := m.Fit(&table, []int{0, 2}); err != nil {
		t.Fatal(err)
	}
	m.Scale(table.Row(0))
	m.Scale(table.Row(1))
	if got := []float32{table.Row(0)[94], table.Row(1)[94], table.Row(0)[0]}; !slices.Equal(got, []float32{-1, 8, 0}) {
		t.Errorf("scaled to %v", got)
	}
	parity, err := New(models.Options{Parity: true})
	if err != nil {
		t.Fatal(err)
	}
	row := []float32{7}
	if err := parity.Fit(&models.Table{Cols: 98}, nil); err != nil {
		t.Error(err)
	}
	if parity.Scale(row); row[0] != 7 {
		t.Errorf("the notebook's 7 is scaled to %v", row[0])
	}
}

func TestLoadRefuses(t *testing.T) {
	m := fitted(t, models.Options{Units: 4})
	for what, change := range map[string]func(*checkpoint.File){
		"no encoder":       func(f *checkpoint.File) { f.Meta.Encoder = nil },
		"unknown features": func(f *checkpoint.File) { f.Meta.Encoder = []byte(`{"features":"window108"}`) },
		"other features":   func(f *checkpoint.File) { f.Meta.Encoder = []byte(`{"features":"notebook98"}`) },
		"a narrower scaling": func(f *checkpoint.File) {
			f.Meta.Encoder = []byte(`{"features":"window107","scale":{"mean":[1],"std":[1]}}`)
		},
		"a scaling of 0": func(f *checkpoint.File) {
			f.Meta.Encoder = []byte(`{"features":"window107","scale":{"mean":[1],"std":[0]}}`)
		},
		"labels in disorder": func(f *checkpoint.File) { f.Meta.Labels = []string{"exfiltration", "benign"} },
		"one label":          func(f *checkpoint.File) { f.Meta.Labels = []string{"benign"} },
		"a missing tensor":   func(f *checkpoint.File) { f.Tensors = f.Tensors[1:] },
		"two outputs": func(f *checkpoint.File) {
			f.Meta.Spec = []byte(strings.Replace(string(f.Meta.Spec), `"units":1,`, `"units":2,`, 1))
		},
	} {
		f := modeltest.File(t, m)
		change(f)
		if _, err := Load(f); !errors.Is(err, checkpoint.ErrFormat) {
			t.Errorf("%s: %v", what, err)
		}
	}
}
