package train

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestReadRecipe(t *testing.T) {
	write := func(text string) string {
		path := filepath.Join(t.TempDir(), "r.yaml")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	s, err := DefaultSettings("dga-lstm", Corrected)
	if err != nil {
		t.Fatal(err)
	}
	if err := ReadRecipe(write("model: dga-lstm\nepochs: 3\noptimizer: rmsprop\n"), "dga-lstm", &s); err != nil {
		t.Fatal(err)
	}
	if s.Epochs != 3 || s.Optimizer != "rmsprop" || s.BatchSize != 128 {
		t.Errorf("settings are %+v", s)
	}
	err = ReadRecipe(write("epochs: 3\nlearning_rate: 0.1\n"), "dga-lstm", &s)
	if !errors.Is(err, ErrSettings) || !strings.Contains(err.Error(), "2:1") {
		t.Errorf("an unknown key gives %v, want its line and column", err)
	}
	if err := ReadRecipe(write("model: flow-lstm\n"), "dga-lstm", &s); !errors.Is(err, ErrSettings) {
		t.Errorf("another model's recipe gives %v", err)
	}
	if err := ReadRecipe(write("epochs: many\n"), "dga-lstm", &s); !errors.Is(err, ErrSettings) {
		t.Errorf("a bad number gives %v", err)
	}
}

func TestCheckRefuses(t *testing.T) {
	for what, change := range map[string]func(*Settings){
		"epochs": func(s *Settings) { s.Epochs = 0 }, "batch-size": func(s *Settings) { s.BatchSize = -1 }, "optimizer": func(s *Settings) { s.Optimizer = "adagrad" },
		"learning-rate": func(s *Settings) { s.LearningRate = 0 }, "schedule": func(s *Settings) { s.Schedule = "linear" }, "dropout": func(s *Settings) { s.Dropout = 1 },
		"vm": func(s *Settings) { s.VM = "lisp" }, "target-fpr": func(s *Settings) { s.TargetFPR = 0 }, "split": func(s *Settings) { s.Split = "time" },
	} {
		s, err := DefaultSettings("dga-lstm", Corrected)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Check(); err != nil {
			t.Fatal(err)
		}
		change(&s)
		if err := s.Check(); !errors.Is(err, ErrSettings) || !strings.Contains(err.Error(), what) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// TestCheckNamesTheSetting sees that of numbers of families and names the one that is negative is named.
func TestCheckNamesTheSetting(t *testing.T) {
	for want, change := range map[string]func(*Settings){
		"min-names -1": func(s *Settings) { s.MinNames = -1 }, "drop-below -2": func(s *Settings) { s.DropBelow = -2 },
		"max-families -3": func(s *Settings) { s.MaxFamilies = -3 }, "max-per-family -4": func(s *Settings) { s.MaxPerFamily = -4 },
		"max-benign -5": func(s *Settings) { s.MaxBenign = -5 },
	} {
		s, err := DefaultSettings("dga-lstm", Corrected)
		if err != nil {
			t.Fatal(err)
		}
		change(&s)
		if err := s.Check(); err == nil || err.Error() != ErrSettings.Error()+": "+want+": want 0 or more" {
			t.Errorf("%s: %v", want, err)
		}
	}
}
