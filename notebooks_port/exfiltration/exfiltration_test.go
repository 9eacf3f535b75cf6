package exfiltration

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"threatnet/datasets/synth"
	"threatnet/models"
	"threatnet/models/checkpoint"
	"threatnet/models/dgalstm"
	"threatnet/models/exfilmlp"
	"threatnet/models/queryfeatures"
	"threatnet/train"
	"threatnet/train/pipeline"
)

// stream is a small synthetic stream as a source.
func stream(t *testing.T) pipeline.Sources {
	t.Helper()
	var text bytes.Buffer
	if err := synth.Write(&text, synth.KindQueries, 1, 3000); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "queries.csv")
	if err := os.WriteFile(path, text.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return pipeline.Sources{Data: []string{path}}
}

// TestRecipesAreTheDefaults sees that the recipes say what the modes do.
func TestRecipesAreTheDefaults(t *testing.T) {
	for _, mode := range []string{train.Corrected, train.Parity} {
		j, err := Job(mode, pipeline.Sources{})
		if err != nil {
			t.Fatal(err)
		}
		want, err := train.DefaultSettings(j.Kind, mode)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(j.Settings, want) {
			t.Errorf("%s: the recipe gives %+v, the defaults are %+v", mode, j.Settings, want)
		}
	}
	if _, err := Job("exact", pipeline.Sources{}); err == nil {
		t.Error("a mode that does not exist is taken")
	}
}

func TestCorpus(t *testing.T) {
	var a, b bytes.Buffer
	for _, w := range []*bytes.Buffer{&a, &b} {
		if err := Corpus(w, 1); err != nil {
			t.Fatal(err)
		}
	}
	if n := bytes.Count(a.Bytes(), []byte("\n")); n != corpusEvents+1 || !bytes.Equal(a.Bytes(), b.Bytes()) {
		t.Errorf("%d lines", n)
	}
}

// TestStages goes through the notebook in both modes: init, fit, apply, save, load, summary.
func TestStages(t *testing.T) {
	if testing.Short() {
		t.Skip("trains twice")
	}
	table := "src,query,rank\n10.9.9.9,www.example.com,1\n"
	for i, c := range []struct {
		mode, tested string
		set          queryfeatures.Set
	}{{train.Corrected, "test", queryfeatures.Window107}, {train.Parity, "train", queryfeatures.Notebook98}} {
		j, err := Job(c.mode, stream(t))
		if err != nil {
			t.Fatal(err)
		}
		m, err := Init(nil, models.Options{Parity: c.mode == train.Parity, Dropout: j.Settings.Dropout, Seed: j.Settings.Seed})
		if err != nil {
			t.Fatal(err)
		}
		before := applied(t, m, table)
		info, err := m.Fit(t.Context(), j)
		if err != nil {
			t.Fatal(err)
		}
		if info.Message != "model trained" || info.Tested != c.tested || info.Threshold < 0.5 || i == 1 && info.Threshold != 0.5 {
			t.Errorf("%s: %+v", c.mode, info)
		}
		text, err := json.Marshal(info)
		if err != nil || !bytes.Contains(text, []byte(`"auc":`)) {
			t.Errorf("%s: %s, %v", c.mode, text, err)
		}
		for _, f := range info.Figures {
			if f.Key == "auc" && !(f.Value > 0.98) {
				t.Errorf("%s: AUC %v", c.mode, f.Value)
			}
		}
		after := applied(t, m, table)
		if after == before {
			t.Errorf("%s: training changed nothing: %s", c.mode, after)
		}
		dir := t.TempDir()
		path, err := m.Save(dir, "detect", "first")
		if err != nil || filepath.Base(path) != "detect_first.safetensors" {
			t.Fatal(path, err)
		}
		again, err := Load(dir, "detect", "first")
		if err != nil {
			t.Fatal(err)
		}
		if got := applied(t, again, table); got != after {
			t.Errorf("%s: loaded, it says %s, not %s", c.mode, got, after)
		}
		s := again.Summary()
		if s.Model != exfilmlp.Kind || s.Features != c.set || !slices.Equal(s.Network, []int{c.set.Size(), 128, 128, 1}) || len(s.Sources) != 1 || s.Version["go"] == "" {
			t.Errorf("%s: %+v", c.mode, s)
		}
	}
}

// TestInitIsWhereFitBegins: an epoch at a rate of nearly nothing leaves the weights that Init draws from the seed.
func TestInitIsWhereFitBegins(t *testing.T) {
	j, err := Job(train.Parity, stream(t))
	if err != nil {
		t.Fatal(err)
	}
	j.Settings.Epochs, j.Settings.LearningRate, j.Settings.Seed = 1, 1e-12, 7
	o := models.Options{Parity: true, Dropout: j.Settings.Dropout, Seed: 7}
	begin, err := Init(nil, o)
	if err != nil {
		t.Fatal(err)
	}
	m, err := Init(nil, models.Options{Parity: true, Seed: 8})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := m.Fit(t.Context(), j); err != nil {
		t.Fatal(err)
	}
	for i, p := range m.Network().Params() {
		for k, w := range begin.Network().Params()[i].Data {
			if math.Abs(float64(w-p.Data[k])) > 1e-6 {
				t.Fatalf("%s %d: %v, at first %v", p.Name, k, p.Data[k], w)
			}
		}
	}
}

func TestFitFails(t *testing.T) {
	m := linear(t, 0, nil)
	table := "src,query,rank\na,abc.evil.com,1\n"
	before := applied(t, m, table)
	j, err := Job(train.Corrected, pipeline.Sources{Data: []string{filepath.Join(t.TempDir(), "absent.csv")}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := m.Fit(t.Context(), j); err == nil {
		t.Error("a source that is not there is trained on")
	}
	if got := applied(t, m, table); got != before {
		t.Errorf("the model has changed: %s, before %s", got, before)
	}
}

func TestInitRefusesOtherModels(t *testing.T) {
	for _, f := range []*checkpoint.File{
		{Meta: checkpoint.Meta{Model: dgalstm.Kind}},
		{Meta: checkpoint.Meta{Model: exfilmlp.Kind, Encoder: []byte("{}")}},
	} {
		if _, err := Init(f, models.Options{}); err == nil {
			t.Errorf("%+v is taken", f.Meta)
		}
	}
}

func TestStage(t *testing.T) {
	s, p, err := Stage("testdata", "dns_exfil5")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(Param{"dns_exfil", "dns_exfil5", "is_exfiltration"}, p); diff != "" {
		t.Error(diff)
	}
	if !slices.Equal(s.Data, []string{filepath.Join("testdata", "dns_exfil5.csv")}) || s.Options.Label != "is_exfiltration" {
		t.Errorf("%+v", s)
	}
	dir := t.TempDir()
	for name, text := range map[string]string{"none": `{}`, "broken": `{`, "two": `{"target_variables":["a","b"]}`, "odd": `{"options":{"model_name":5}}`} {
		if err := os.WriteFile(filepath.Join(dir, name+".json"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, p, err := Stage(dir, "none"); err != nil || p != (Param{Model: "default"}) {
		t.Errorf("%+v, %v", p, err)
	}
	for _, name := range []string{"broken", "two", "odd", "absent"} {
		if _, _, err := Stage(dir, name); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
}
