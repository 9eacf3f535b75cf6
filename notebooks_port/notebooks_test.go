package notebooks_port

import (
	"io"
	"strings"
	"testing"

	"threatnet/train"
	"threatnet/train/pipeline"
)

// TestPorts sees that every port has what runs without further words: a job in both modes, and records to run it on.
func TestPorts(t *testing.T) {
	seen := map[string]bool{}
	for _, p := range List() {
		if seen[p.Name] || strings.Trim(p.Name, "abcdefghijklmnopqrstuvwxyz-") != "" || p.Summary == "" {
			t.Errorf("%+v", p)
		}
		seen[p.Name] = true
		for _, mode := range []string{train.Corrected, train.Parity} {
			j, err := p.Job(mode, pipeline.Sources{Data: []string{"records"}})
			if err != nil || j.Settings.Mode != mode || j.Sources.Data[0] != "records" {
				t.Errorf("%s, %s: %+v, %v", p.Name, mode, j, err)
			}
		}
		if err := p.Corpus(io.Discard, 1); err != nil {
			t.Errorf("%s: %v", p.Name, err)
		}
		if found, err := Find(p.Name); err != nil || found.Summary != p.Summary {
			t.Errorf("%s: %+v, %v", p.Name, found, err)
		}
	}
	if _, err := Find("endgame"); err == nil || !strings.Contains(err.Error(), "endgame-lstm, ") {
		t.Errorf("%v", err)
	}
}
