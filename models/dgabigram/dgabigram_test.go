package dgabigram

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"threatnet/datasets"
	"threatnet/models"
	"threatnet/models/checkpoint"
	"threatnet/models/modeltest"
)

func TestBigrams(t *testing.T) {
	b := fitBigrams(slices.Values([]string{"abab", "b"}))
	if got := strings.Join(b.list, " "); got != "^a ^b ab b$ ba" {
		t.Errorf("bigrams %q", got)
	}
	counts := make([]float32, b.size())
	b.count(counts, "ababx") // bx and x$ are not known
	if !slices.Equal(counts, []float32{1, 0, 2, 0, 1}) {
		t.Errorf("counts %v", counts)
	}
	b.count(counts, "")
	if !slices.Equal(counts, make([]float32, 5)) {
		t.Errorf("counts of nothing %v", counts)
	}
	again, err := newBigrams(b.list)
	if err != nil || again.index != b.index {
		t.Errorf("made again: %v", err)
	}
	for _, bad := range [][]string{{"a"}, {"ab", "ab"}, {"é"}, {"abc"}} {
		if _, err := newBigrams(bad); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
}

func TestFitAndLoad(t *testing.T) {
	s := modeltest.Names(t, "example.com benign", "xkcdqz.net zeus", "qqqqwrt.net ares")
	for _, binary := range []bool{false, true} {
		m, err := Fit(s, models.Options{Binary: binary, Seed: 1, Form: datasets.Whole})
		if err != nil {
			t.Fatal(err)
		}
		want := "ares benign zeus"
		if binary {
			want = "benign dga"
		}
		if got := strings.Join(m.Classes(), " "); got != want {
			t.Errorf("classes %q, want %q", got, want)
		}
		again, err := Load(modeltest.File(t, m))
		if err != nil {
			t.Fatal(err)
		}
		a, b := outputs(m, "example.net"), outputs(again, "example.net")
		if !slices.Equal(a, b) {
			t.Errorf("outputs %v, then %v", a, b)
		}
	}
}

func outputs(m *Model, name string) []float32 {
	return models.NewScorer(m, 0.5).Outputs(1, func(_ int, tokens []int32, values []float32) { m.Encode(name, tokens, values) }, 1)
}

func TestLoadRefuses(t *testing.T) {
	m, err := Fit(modeltest.Names(t, "example.com benign", "xkcdqz.net zeus"), models.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for what, change := range map[string]func(*checkpoint.File){
		"no encoder":       func(f *checkpoint.File) { f.Meta.Encoder = nil },
		"an unknown form":  func(f *checkpoint.File) { f.Meta.Encoder = []byte(`{"form":"half"}`) },
		"fewer bigrams":    func(f *checkpoint.File) { f.Meta.Encoder = []byte(`{"bigrams":["ab"]}`) },
		"bad bigrams":      func(f *checkpoint.File) { f.Meta.Encoder = []byte(`{"bigrams":["a"]}`) },
		"a missing tensor": func(f *checkpoint.File) { f.Tensors = f.Tensors[1:] },
	} {
		f := modeltest.File(t, m)
		change(f)
		if _, err := Load(f); !errors.Is(err, checkpoint.ErrFormat) {
			t.Errorf("%s: %v", what, err)
		}
	}
}
