package devo_dga

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"threatnet/datasets/synth"
	"threatnet/models/dgamlp"
	"threatnet/train"
	"threatnet/train/pipeline"
)

// sources are labelled names in the form of the tutorial's data set.
func sources(t *testing.T) pipeline.Sources {
	t.Helper()
	var text strings.Builder
	text.WriteString("host;domain;class;subclass\n")
	names, err := synth.Generate("cryptolocker", 1, 300)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		label, _, _ := strings.Cut(name, ".")
		fmt.Fprintf(&text, "%s;%s;dga;cryptolocker\n", name, label)
	}
	for _, name := range synth.Popular()[:400] {
		label, _, _ := strings.Cut(name, ".")
		fmt.Fprintf(&text, "%s;%s;legit;legit\n", name, label)
	}
	path := filepath.Join(t.TempDir(), "legit_dga.csv")
	if err := os.WriteFile(path, []byte(text.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return pipeline.Sources{Data: []string{path}}
}

func TestBothModes(t *testing.T) {
	for _, c := range []struct {
		mode, tested string
		rows         int
	}{{train.Corrected, "test", 140}, {train.Parity, "train", 700}} {
		j, err := Job(c.mode, sources(t))
		if err != nil {
			t.Fatal(err)
		}
		j.Settings.Epochs = 3
		res, err := pipeline.Train(t.Context(), j)
		if err != nil {
			t.Fatal(err)
		}
		// Two popular names may share a label, and are then one in corrected mode.
		if n := len(res.Test.True); res.Tested != c.tested || n > c.rows || n < c.rows*8/10 {
			t.Errorf("%s: %d rows of %s", c.mode, n, res.Tested)
		}
		m := res.Model.(*dgamlp.Model)
		for _, r := range Query(m, []string{"www.google.com", "xkqzvwjpwqxkqzv.net", "not a name"}) {
			malicious := "true"
			if r.Res > 0.5 {
				malicious = "false"
			}
			if r.IsMalicious != malicious || r.Res != r.Legit || math.Abs(r.Legit+r.Malicious-1) > 1e-6 {
				t.Errorf("%s: %+v", c.mode, r)
			}
		}
		want := 6.0 // google
		if c.mode == train.Parity {
			want = 14
		}
		if got := Query(m, []string{"www.google.com"})[0].Length; got != want {
			t.Errorf("%s: length %v, want %v", c.mode, got, want)
		}
	}
	if _, err := Job("exact", pipeline.Sources{}); err == nil {
		t.Error("an unknown mode is taken")
	}
}
