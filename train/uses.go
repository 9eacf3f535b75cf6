package train

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"threatnet/datasets/source"
)

// use says which trainings a setting means something to: those on these records, or of these models.
type use struct {
	key string
	of  []string
}

// uses are the settings that do not concern every training. Of flows, the pipeline refuses drop-below and max-families
// itself, and says what to take instead.
var uses = []use{
	{"binary", []string{"dga-lstm", "dga-bigram", source.Flows}},
	{"bins", []string{"flow-lstm"}},
	{"conflicts", []string{source.Names}},
	{"drop-below", []string{source.Names, source.Flows}},
	{"dropout", []string{"dga-lstm", "dga-mlp", "exfil-mlp", "flow-lstm"}},
	{"features", []string{source.Queries}},
	{"identity", []string{source.Flows}},
	{"input", []string{"flow-lstm"}},
	{"max-benign", []string{source.Names, source.Flows}},
	{"max-families", []string{source.Names, source.Flows}},
	{"max-per-family", []string{source.Names, source.Flows}},
	{"min-names", []string{source.Names, source.Flows}},
	{"name-form", []string{source.Names}},
	{"rename", []string{source.Names, source.Flows}},
	{"rest", []string{source.Names}},
	{"test-from", []string{source.Names, source.Flows}},
	{"units", []string{"dga-lstm", "exfil-mlp", "flow-lstm"}},
}

// CheckUse refuses settings that were changed from the defaults of the model and the mode and that mean nothing to the model
// on these records: names, queries or flows. They would be stored as if they had been applied.
func (s *Settings) CheckUse(kind, records string) error {
	standard, err := DefaultSettings(kind, s.Mode)
	if err != nil {
		return err
	}
	was, err := standard.byKey()
	if err != nil {
		return err
	}
	is, err := s.byKey()
	if err != nil {
		return err
	}
	changed := func(key string) bool { return !bytes.Equal(was[key], is[key]) }
	for _, u := range uses {
		if changed(u.key) && !slices.Contains(u.of, kind) && !slices.Contains(u.of, records) {
			return fmt.Errorf("%w: %s %s means nothing to %s on %s: it is for %s", ErrSettings, u.key, orNone(is[u.key]), kind, records, strings.Join(u.of, ", "))
		}
	}
	switch {
	case records == source.Flows && s.Binary && changed("min-names"):
		return fmt.Errorf("%w: min-names %d means nothing to %s with binary: types of attack are merged where they are told apart (binary false)", ErrSettings, s.MinNames, kind)
	case s.Input == "values" && changed("bins"):
		return fmt.Errorf("%w: bins %d means nothing to %s with input values", ErrSettings, s.Bins, kind)
	}
	return nil
}

// byKey gives the settings as they are stored.
func (s *Settings) byKey() (map[string]json.RawMessage, error) {
	text, err := json.Marshal(s)
	if err != nil {
		return nil, err
	}
	return asMap(text)
}
