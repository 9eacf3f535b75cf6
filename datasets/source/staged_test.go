package source

import (
	"path/filepath"
	"testing"
)

// TestStagedPair: the settings beside a CSV name its label; others beside it do not, nor does a column that is not there.
func TestStagedPair(t *testing.T) {
	const rows = "src,query,rank,bad\n10.0.0.1,a.example.com,1,0\n10.0.0.1,b.example.com,1,1\n"
	for settings, want := range map[string][2]string{
		`{"options":{"target_variable":["bad"]},"feature_variables":["src","query","rank"],"target_variables":["bad"]}`: {"benign", "exfiltration"},
		`{"target_variables":["good"]}`: {},
		`{"target_variables":["bad"`:    {},
		`[1,2]`:                         {},
	} {
		dir := t.TempDir()
		path := write(t, filepath.Join(dir, "staged.csv"), []byte(rows))
		write(t, filepath.Join(dir, "staged.json"), []byte(settings))
		var got [2]string
		i := 0
		for q, err := range one(t, path, Options{Kind: Queries}).Queries() {
			if err != nil {
				t.Fatal(err)
			}
			got[i] = q.Label
			i++
		}
		if got != want {
			t.Errorf("%s: labels %q, want %q", settings, got, want)
		}
	}
}
