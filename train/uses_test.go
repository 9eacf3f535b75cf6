package train

import (
	"errors"
	"strings"
	"testing"

	"threatnet/datasets/source"
)

// trainings are the models and what they are trained on.
var trainings = [][2]string{
	{"dga-lstm", source.Names},
	{"dga-mlp", source.Names},
	{"dga-bigram", source.Names},
	{"exfil-mlp", source.Queries},
	{"linear", source.Queries},
	{"flow-lstm", source.Flows},
	{"linear", source.Flows},
}

// changes are changes of settings that not every training has a use for.
var changes = map[string]func(*Settings){
	"binary":         func(s *Settings) { s.Binary = !s.Binary },
	"bins":           func(s *Settings) { s.Bins = 8 },
	"conflicts":      func(s *Settings) { s.Conflicts = "dga" },
	"drop-below":     func(s *Settings) { s.DropBelow = 3 },
	"dropout":        func(s *Settings) { s.Dropout = 0.1 },
	"features":       func(s *Settings) { s.Features = "notebook98" },
	"identity":       func(s *Settings) { s.Identity = []string{"source_ip"} },
	"input":          func(s *Settings) { s.Input = "values" },
	"max-benign":     func(s *Settings) { s.MaxBenign = 7 },
	"max-families":   func(s *Settings) { s.MaxFamilies = 7 },
	"max-per-family": func(s *Settings) { s.MaxPerFamily = 7 },
	"min-names":      func(s *Settings) { s.MinNames, s.Binary = 7, false },
	"name-form":      func(s *Settings) { s.NameForm = "registrable" },
	"rename":         func(s *Settings) { s.Rename = map[string]string{"a": "b"} },
	"rest":           func(s *Settings) { s.Rest = "drop" },
	"test-from":      func(s *Settings) { s.TestFrom = "2018-09-23" },
	"units":          func(s *Settings) { s.Units = 16 },
}

// used are the settings that mean something to a training, by package pipeline and the models.
var used = map[[2]string]string{
	trainings[0]: "binary conflicts drop-below dropout max-benign max-families max-per-family min-names name-form rename rest test-from units",
	trainings[1]: "conflicts drop-below dropout max-benign max-families max-per-family name-form rename rest test-from",
	trainings[2]: "binary conflicts drop-below max-benign max-families max-per-family min-names name-form rename rest test-from",
	trainings[3]: "dropout features units",
	trainings[4]: "features",
	trainings[5]: "binary bins drop-below dropout identity input max-benign max-families max-per-family min-names rename test-from units",
	trainings[6]: "binary drop-below identity max-benign max-families max-per-family min-names rename test-from",
}

func TestCheckUse(t *testing.T) {
	for _, tr := range trainings {
		kind, records := tr[0], tr[1]
		for _, mode := range []string{Corrected, Parity} {
			s, err := DefaultSettings(kind, mode)
			if err != nil {
				continue // no notebook
			}
			if err := s.CheckUse(kind, records); err != nil {
				t.Errorf("%s on %s, %s: the defaults: %v", kind, records, mode, err)
			}
			if len(changes) != len(uses) {
				t.Fatalf("%d changes for %d settings", len(changes), len(uses))
			}
			for key, change := range changes {
				c := s
				change(&c)
				err := c.CheckUse(kind, records)
				if want := strings.Contains(" "+used[tr]+" ", " "+key+" "); want != (err == nil) {
					t.Errorf("%s on %s, %s: %s: %v", kind, records, mode, key, err)
				}
				if err != nil && (!errors.Is(err, ErrSettings) || !strings.Contains(err.Error(), kind)) {
					t.Errorf("%s: %v", key, err)
				}
			}
		}
	}
}

// TestCheckUseOfTwo has settings of which one takes the meaning of the other.
func TestCheckUseOfTwo(t *testing.T) {
	for what, change := range map[string]func(*Settings){
		"min-names 7": func(s *Settings) { s.MinNames = 7 },
		"bins 8":      func(s *Settings) { s.Input, s.Bins = "values", 8 },
	} {
		s, err := DefaultSettings("flow-lstm", Corrected)
		if err != nil {
			t.Fatal(err)
		}
		change(&s)
		if err := s.CheckUse("flow-lstm", source.Flows); !errors.Is(err, ErrSettings) || !strings.Contains(err.Error(), what) {
			t.Errorf("%s: %v", what, err)
		}
	}
}
