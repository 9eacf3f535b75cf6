package dgamlp

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"threatnet/datasets"
	"threatnet/internal/golden"
	"threatnet/models"
	"threatnet/models/checkpoint"
	"threatnet/models/modeltest"
)

func ExampleMeasure() {
	length, entropy, vowels := Measure("000directory")
	fmt.Printf("%v %.6f %v\n", length, entropy, vowels)
	// Output: 12 3.022055 0.25
}

func TestGoldenFeatures(t *testing.T) {
	var f struct {
		Rows []struct {
			Domain  string
			Length  float64
			Entropy float64
			Vowels  golden.Float `json:"vowel_proportion"`
		}
	}
	golden.JSON(t, "features/dga_features.json", &f)
	for _, r := range f.Rows {
		length, entropy, vowels := Measure(r.Domain)
		same := vowels == float64(r.Vowels) || math.IsNaN(vowels) && math.IsNaN(float64(r.Vowels))
		if length != r.Length || math.Abs(entropy-r.Entropy) > 1e-12 || !same {
			t.Errorf("%q: %v %v %v, want %v %v %v", r.Domain, length, entropy, vowels, r.Length, r.Entropy, r.Vowels)
		}
	}
}

// TestFeaturesOfOddLabels pins what is no ordinary label: words that other readers take for missing values, digits alone,
// one character, bytes that are no text, nothing.
func TestFeaturesOfOddLabels(t *testing.T) {
	for _, c := range []struct {
		label           string
		length, entropy float64
		vowels          float64
	}{
		{"null", 4, 1.5, 0.25},
		{"na", 2, 1, 0.5},
		{"nan", 3, 0.9182958340544896, 1.0 / 3},
		{"0000", 4, 0, 0},
		{"0123", 4, 2, 0},
		{"x", 1, 0, 0},
		{"\xff\xfe", 2, 0, 0},
		{"", 0, 0, 0},
	} {
		row := []float32{9, 9, 9}
		measureInto(row, c.label)
		for i, want := range []float64{c.length, c.entropy, c.vowels} {
			if math.Abs(float64(row[i])-want) > 1e-6 {
				t.Errorf("%q: %s is %v, want %v", c.label, features[i], row[i], want)
			}
		}
	}
}

func FuzzMeasure(f *testing.F) {
	f.Add("example")
	f.Add("é\xff")
	f.Fuzz(func(t *testing.T, label string) {
		length, entropy, vowels := measureAny(label)
		l, e, v := Measure(label)
		if l != length || math.Abs(e-entropy) > 1e-12 || !(v == vowels || math.IsNaN(v) && math.IsNaN(vowels)) {
			t.Errorf("%q: %v %v %v, the long way %v %v %v", label, l, e, v, length, entropy, vowels)
		}
		row := make([]float32, 3)
		measureInto(row, label)
		if !(row[0] >= 0 && row[1] >= -1e-6 && row[2] >= 0 && row[2] <= 1) {
			t.Errorf("%q: %v", label, row)
		}
	})
}

func TestFitAndLoad(t *testing.T) {
	for _, parity := range []bool{false, true} {
		m, err := Fit(modeltest.Names(t, "example benign", "xkcdqz zeus", "qqqqwrt ares"), models.Options{Dropout: 0.3, Seed: 1, Form: datasets.Label, Parity: parity})
		if err != nil {
			t.Fatal(err)
		}
		again, err := Load(modeltest.File(t, m))
		if err != nil {
			t.Fatal(err)
		}
		if m.Benign() != 0 || again.Classes()[1] != models.DGA || again.Form() != datasets.Label || (again.scaler == nil) != parity {
			t.Errorf("parity %v: %v, form %q", parity, again.Classes(), again.Form())
		}
		a, b := make([]float32, 3), make([]float32, 3)
		m.Encode("wikipedia", nil, a)
		again.Encode("wikipedia", nil, b)
		if a[0] != b[0] || a[1] != b[1] || a[2] != b[2] || (a[0] == 9) != parity {
			t.Errorf("parity %v: encoded %v, then %v", parity, a, b)
		}
	}
	if _, err := Fit(modeltest.Names(t, "xkcdqz zeus", "qqqqwrt zeus"), models.Options{}); !errors.Is(err, models.ErrOneClass) {
		t.Errorf("one class: %v", err)
	}
}

func TestLoadRefuses(t *testing.T) {
	m, err := Fit(modeltest.Names(t, "example benign", "xkcdqz zeus"), models.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for what, change := range map[string]func(*checkpoint.File){
		"no encoder":       func(f *checkpoint.File) { f.Meta.Encoder = nil },
		"an unknown form":  func(f *checkpoint.File) { f.Meta.Encoder = []byte(`{"form":"half"}`) },
		"a scale of two":   func(f *checkpoint.File) { f.Meta.Encoder = []byte(`{"scale":{"mean":[1,2],"std":[1,2]}}`) },
		"three labels":     func(f *checkpoint.File) { f.Meta.Labels = append(f.Meta.Labels, "more") },
		"two benign":       func(f *checkpoint.File) { f.Meta.Labels = []string{"Legit", "benign"} },
		"a missing tensor": func(f *checkpoint.File) { f.Tensors = f.Tensors[1:] },
		"an input of another width": func(f *checkpoint.File) {
			f.Meta.Spec = []byte(strings.Replace(string(f.Meta.Spec), `"input":[3]`, `"input":[4]`, 1))
		},
	} {
		f := modeltest.File(t, m)
		change(f)
		if _, err := Load(f); !errors.Is(err, checkpoint.ErrFormat) {
			t.Errorf("%s: %v", what, err)
		}
	}
}
