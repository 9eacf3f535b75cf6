package dgalstm

import (
	"errors"
	"strings"
	"testing"

	"threatnet/datasets"
	"threatnet/models"
	"threatnet/models/checkpoint"
	"threatnet/models/modeltest"
)

func TestFitAndLoad(t *testing.T) {
	names := modeltest.Names(t, "example.com benign", "abab.net zeus", "cdcd.net Ares")
	m, err := Fit(names, models.Options{Dropout: 0.2, Seed: 1, Form: datasets.Registrable})
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(m.Classes(), " "); got != "Ares benign zeus" || m.Benign() != 1 {
		t.Errorf("classes %q, benign %d", got, m.Benign())
	}
	again, err := Load(modeltest.File(t, m))
	if err != nil {
		t.Fatal(err)
	}
	if again.Form() != datasets.Registrable || again.Tokenizer().Characters() != m.Tokenizer().Characters() {
		t.Error("the encoder is another one")
	}
	encode := func(name string) []float32 {
		return models.NewScorer(again, 0.5).Outputs(1, func(_ int, tokens []int32, values []float32) { again.Encode(name, tokens, values) }, 1)
	}
	want := models.NewScorer(m, 0.5).Outputs(1, func(_ int, tokens []int32, values []float32) { m.Encode("example.com", tokens, values) }, 1)
	for i, v := range encode("example.com") {
		if v != want[i] {
			t.Fatalf("output %d is %v, was %v", i, v, want[i])
		}
	}
}

func TestFitNeedsTwoClasses(t *testing.T) {
	if _, err := Fit(modeltest.Names(t, "abab.net zeus", "cdcd.net zeus"), models.Options{}); !errors.Is(err, models.ErrOneClass) {
		t.Errorf("one class: %v", err)
	}
}

// TestLoadRefuses changes the parts of a checkpoint so that they no longer fit together.
func TestLoadRefuses(t *testing.T) {
	m, err := Fit(modeltest.Names(t, "example.com benign", "abab.net zeus"), models.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for what, change := range map[string]func(*checkpoint.File){
		"too few labels": func(f *checkpoint.File) { f.Meta.Labels = f.Meta.Labels[:1] },
		"a longer alphabet": func(f *checkpoint.File) {
			f.Meta.Encoder = []byte(`{"tokenizer":{"characters":"abcdefghijklmnopqrstuvwxyz"}}`)
		},
		"an unknown form":  func(f *checkpoint.File) { f.Meta.Encoder = []byte(`{"form":"half","tokenizer":{"characters":"ab"}}`) },
		"no encoder":       func(f *checkpoint.File) { f.Meta.Encoder = nil },
		"a missing tensor": func(f *checkpoint.File) { f.Tensors = f.Tensors[1:] },
		"a huge layer": func(f *checkpoint.File) {
			f.Meta.Spec = []byte(strings.Replace(string(f.Meta.Spec), `"units":128`, `"units":999999999`, 1))
		},
		"an unknown layer": func(f *checkpoint.File) {
			f.Meta.Spec = []byte(strings.Replace(string(f.Meta.Spec), `"dense"`, `"sparse"`, 1))
		},
		"a NaN in a tensor":  func(f *checkpoint.File) { x := f.Tensors[5].Data.([]float32); x[0] /= 0 * x[0] },
		"no layers":          func(f *checkpoint.File) { f.Meta.Spec = []byte(`{"input":[75],"layers":[]}`) },
		"a spec of no sense": func(f *checkpoint.File) { f.Meta.Spec = []byte(`[]`) },
	} {
		f := modeltest.File(t, m)
		change(f)
		if _, err := Load(f); !errors.Is(err, checkpoint.ErrFormat) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestExamples(t *testing.T) {
	m, err := Fit(modeltest.Names(t, "example.com benign", "abab.net zeus", "cdcd.net mergedDGA"), models.Options{})
	if err != nil {
		t.Fatal(err)
	}
	e, err := models.NewNameExamples(m, modeltest.Names(t, "efef.org unseen", "abab.net zeus", "example.org benign"))
	if err != nil {
		t.Fatal(err)
	}
	var classes []string
	for i := range e.Len() {
		classes = append(classes, m.Classes()[e.Class(i)])
	}
	if got := strings.Join(classes, " "); got != "mergedDGA zeus benign" {
		t.Errorf("classes are %q", got)
	}
	two, err := Fit(modeltest.Names(t, "example.com benign", "abab.net zeus", "cdcd.net ares"), models.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := models.NewNameExamples(two, modeltest.Names(t, "efef.org unseen")); err == nil {
		t.Error("a family that is no class is taken")
	}
}
