package train

import (
	"errors"
	"reflect"
	"strings"
	"testing"
)

func parsed(t *testing.T, text string) (Settings, error) {
	t.Helper()
	s, err := DefaultSettings("dga-lstm", Corrected)
	if err != nil {
		t.Fatal(err)
	}
	err = ParseRecipe([]byte(text), "r.yaml", "dga-lstm", &s)
	return s, err
}

func TestRecipeWithoutKeysIsTheDefaults(t *testing.T) {
	want, err := DefaultSettings("dga-lstm", Corrected)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"", "\n", "# a comment\n", "---\n", "\ufeff", "\ufeff# a comment", "{}", "~\n", "epochs:\n", "---\n---\n"} {
		if got, err := parsed(t, text); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%q gives %+v, %v", text, got, err)
		}
	}
}

func TestRecipeTakes(t *testing.T) {
	for text, want := range map[string]func(*Settings) bool{
		"\ufeffepochs: 7\n":               func(s *Settings) bool { return s.Epochs == 7 },
		"---\nepochs: 7\n...\n":           func(s *Settings) bool { return s.Epochs == 7 },
		"epochs: 7.0\n":                   func(s *Settings) bool { return s.Epochs == 7 },
		"epochs: '7'\n":                   func(s *Settings) bool { return s.Epochs == 7 },
		"epochs: 0x10\n":                  func(s *Settings) bool { return s.Epochs == 16 },
		"epochs: 2e1\n":                   func(s *Settings) bool { return s.Epochs == 20 },
		"epochs: &n 7\nwarmup: *n\n":      func(s *Settings) bool { return s.Epochs == 7 && s.Warmup == 7 },
		"<<: {epochs: 7}\n":               func(s *Settings) bool { return s.Epochs == 7 },
		"seed: 18446744073709551615\n":    func(s *Settings) bool { return s.Seed == 1<<64-1 },
		"learning-rate: 1\n":              func(s *Settings) bool { return s.LearningRate == 1 },
		"test-from: 2018-09-23\n":         func(s *Settings) bool { return s.TestFrom == "2018-09-23" },
		"holdout-family: [911, kraken]\n": func(s *Settings) bool { return reflect.DeepEqual(s.HoldOut, []string{"911", "kraken"}) },
		"rename: {911: ' x ', y: Legit, z: '\"w\"'}": func(s *Settings) bool {
			return reflect.DeepEqual(s.Rename, map[string]string{"911": "x", "y": "benign", "z": "w"})
		},
	} {
		if s, err := parsed(t, text); err != nil || !want(&s) {
			t.Errorf("%q gives %+v, %v", text, s, err)
		}
	}
}

func TestRecipeRefuses(t *testing.T) {
	before, err := parsed(t, "")
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"epochs: 1.5":                   `[1:9] epochs: want a whole number, not 1.5`,
		"epochs: 3\nbatch-size: 64.9":   `[2:13] batch-size: want a whole number, not 64.9`,
		"seed: 2.7":                     `[1:7] seed: want a whole number of 0 or more, not 2.7`,
		"seed: -1":                      `[1:7] seed: want a whole number of 0 or more, not -1`,
		"epochs: '1.5'":                 `[1:9] epochs: want a whole number, not "1.5"`,
		"epochs: 99999999999999999999":  `[1:9] epochs: want a whole number, not "99999999999999999999"`,
		"epochs: many":                  `[1:9] epochs: want a whole number, not "many"`,
		"warmup: 1\nepochs: &x 1.5":     `[2:9] epochs: want a whole number, not 1.5`,
		"<<: {epochs: 1.5}":             `[1:1] epochs: want a whole number, not 1.5`,
		"binary: yes":                   `[1:9] binary: want true or false, not "yes"`,
		"learning-rate: fast":           `[1:16] learning-rate: want a number, not "fast"`,
		"optimizer: [adam]":             `[1:12] optimizer: want a word`,
		"holdout-family: kraken":        `[1:17] holdout-family: want a list of words, not "kraken"`,
		"holdout-family: [[kraken]]":    `[1:17] holdout-family: want a list of words`,
		"rename: [a]":                   `[1:9] rename: want lines of old: new`,
		"rename: {a: [b]}":              `rename: want lines of old: new`,
		"rename:\n  a: b\n  alexa: c":   `[3:3] rename: the benign class cannot be renamed`,
		"rename: {a: ' '}":              `[1:10] rename: no family name`,
		"rename: {'a ': b, a: c}":       `rename: family is renamed twice: "a" to "c" and to "b"`,
		"epochs: 3\n---\nseed: 2":       `[3:1] a second document: a recipe is one`,
		"epochs: 3\n---\n- 2":           `[3:1] a second document: a recipe is one`,
		"- epochs":                      `[1:1] want settings, like epochs: 5`,
		"epochs":                        `[1:1] want settings, like epochs: 5`,
		"epochs: 3\nlearning_rate: 0.1": `[2:1] unknown field "learning_rate"`,
		"epochs: 3\nepochs: 4":          `[2:1] mapping key "epochs" already defined at [1:1]`,
		"epochs: *nothing":              `[1:10] could not find alias`,
		"epochs: [1":                    `[1:9] `,
		"epochs: {a: 1}":                `epochs: want a whole number`,
		"model: [dga-lstm]":             `[1:8] model: want a word`,
	} {
		s, err := parsed(t, text)
		if !errors.Is(err, ErrSettings) || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") || strings.Contains(err.Error(), "Go ") {
			t.Errorf("%q gives %v, want %s", text, err, want)
		}
		if !reflect.DeepEqual(s, before) {
			t.Errorf("%q changes the settings", text)
		}
	}
}

// A recipe is read, or refused in one line.
func FuzzParseRecipe(f *testing.F) {
	for _, text := range []string{"epochs: 3\n", "model: dga-lstm\nrename: {a: b}\n", "\ufeffseed: 1.5", "a: &x {rename: *x}", "---\n---\nepochs: 1", "holdout-family: [a, b]", "<<: {epochs: 2}", "? [a]: b", "!0 0\n\n0: "} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		s, err := DefaultSettings("dga-lstm", Corrected)
		if err != nil {
			t.Fatal(err)
		}
		if err := ParseRecipe(text, "r.yaml", "dga-lstm", &s); err != nil && (!errors.Is(err, ErrSettings) || strings.Contains(err.Error(), "\n")) {
			t.Errorf("%q: %v", text, err)
		}
	})
}
