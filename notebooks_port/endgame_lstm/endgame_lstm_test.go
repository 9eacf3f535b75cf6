package endgame_lstm

import (
	"context"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"threatnet/datasets/synth"
	"threatnet/train"
	"threatnet/train/pipeline"
)

func sources(t *testing.T) pipeline.Sources {
	t.Helper()
	path := filepath.Join(t.TempDir(), "corpus.csv")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := synth.Write(f, synth.KindCorpus, 1, 60); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
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

func TestBothModesRun(t *testing.T) {
	if testing.Short() {
		t.Skip("trains twice")
	}
	for mode, benign := range map[string]string{train.Corrected: "benign", train.Parity: "nonDGA"} {
		j, err := Job(mode, sources(t))
		if err != nil {
			t.Fatal(err)
		}
		j.Settings.Epochs = 1
		res, err := pipeline.Train(context.Background(), j)
		if err != nil {
			t.Fatal(err)
		}
		classes := res.Model.Classes()
		if len(classes) != len(synth.Families())+1 || !slices.Contains(classes, benign) {
			t.Errorf("%s: classes are %v", mode, classes)
		}
		r, err := res.Test.Report()
		if err != nil {
			t.Fatal(err)
		}
		if r.Accuracy < 0.3 { // of 21 classes
			t.Errorf("%s: accuracy %v after an epoch", mode, r.Accuracy)
		}
	}
}
