package devo_dga

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"threatnet/datasets/source"
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

func TestApply(t *testing.T) {
	j, err := Job(train.Corrected, sources(t))
	if err != nil {
		t.Fatal(err)
	}
	j.Settings.Epochs = 1
	res, err := pipeline.Train(t.Context(), j)
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"id,domain\n7,www.google.com\n8,???\n9,a.example\n": "id,domain,length,entropy,vowel_proportion,res,isMalicious,legit,malicious\n7,www.google.com,6,1.9182958340544893,0.5,",
		"www.google.com\na.example\n":                       "domain,length,entropy,vowel_proportion,res,isMalicious,legit,malicious\nwww.google.com,6,1.9182958340544893,0.5,",
	} {
		path := filepath.Join(t.TempDir(), "names.csv")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		s, _, err := source.Expand(path, source.Options{Kind: source.Queries, Benign: true})
		if err != nil {
			t.Fatal(err)
		}
		var out strings.Builder
		bad, err := Apply(t.Context(), &out, res.File, s[0], 1)
		if err != nil || len(bad) != strings.Count(text, "???") {
			t.Fatalf("%v, %v", bad, err)
		}
		if got := out.String(); !strings.HasPrefix(got, want) || strings.Count(got, "\n") != 3 {
			t.Errorf("%s: applied\n%s", text, got)
		}
	}
}
