package datasets_test

import (
	"testing"

	"threatnet/datasets"
	"threatnet/datasets/source"
	"threatnet/internal/golden"
)

// head gives the first n rows of a development machine's data.
func head(t *testing.T, name string, n int, opt source.Options) datasets.Domains {
	t.Helper()
	sources, _, err := source.Expand(golden.Data(t, name), opt)
	if err != nil || len(sources) != 1 {
		t.Fatal(err, len(sources))
	}
	return func(yield func(datasets.Domain, error) bool) {
		left := n
		for d, err := range sources[0].Domains() {
			if left--; left < 0 || !yield(d, err) {
				return
			}
		}
	}
}

// The most popular hosts of Umbrella against registrable names are told apart by their labels; their registrable domains
// are not.
func TestShortcutOfHosts(t *testing.T) {
	for form, want := range map[datasets.Form]bool{datasets.Whole: true, datasets.Registrable: false, datasets.Label: false} {
		set := collect(datasets.CollectOptions{Form: form},
			head(t, "benign/umbrella_2026_07_07/top-100k.txt.gz", 2000, source.Options{Benign: true}),
			head(t, "dga/openset_chrmor/val.csv.gz", 3000, source.Options{}))
		report := datasets.Shortcuts(set)
		text, warn := report.Warning()
		if warn != want {
			t.Errorf("%s: %+v: %s", form, report, text)
		}
		if auc := report.AUC(datasets.LabelsFeature); want && auc < .7 {
			t.Errorf("%s: %v", form, auc)
		}
	}
}
