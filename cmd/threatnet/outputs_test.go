package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestKeepInputs(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	if err := os.Mkdir("feeds", 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"a.csv", "feeds/b.csv", "x=y.csv"} {
		if err := os.WriteFile(name, []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	link := os.Symlink("a.csv", "link") == nil
	for _, c := range []struct {
		inputs  []string
		outputs []output
		want    string
	}{
		{[]string{"a.csv"}, []output{{"--out", "new.csv"}, {"--roc", ""}}, ""},
		{[]string{"a.csv"}, []output{{"--out", "a.csv"}}, "--out a.csv is also read, and would be replaced"},
		{[]string{"other.csv", "zeus=ranked:a.csv"}, []output{{"--roc", "./a.csv"}}, "--roc ./a.csv is also read"},
		{[]string{"a.csv"}, []output{{"--out", filepath.Join(dir, "a.csv")}}, "is also read"},
		{[]string{"x=y.csv"}, []output{{"--out", "x=y.csv"}}, "is also read"},
		{[]string{"feeds"}, []output{{"--out", "feeds/b.csv"}}, "is also read"},
		{[]string{"plain:feeds"}, []output{{"--out", "feeds/b.csv"}}, "is also read"},
		{[]string{"feeds"}, []output{{"--out", "feeds/new.csv"}, {"--roc", "a.csv"}}, ""},
		{[]string{"-"}, []output{{"--out", "o"}, {"--roc", "./o"}}, "--out and --roc are one file, ./o"},
		{nil, []output{{"--out", "a.csv"}, {"--roc", "feeds/../a.csv"}}, "are one file"},
		{[]string{os.DevNull}, []output{{"--out", os.DevNull}, {"--roc", os.DevNull}}, ""},
	} {
		err := keepInputs(c.inputs, c.outputs...)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v, %v: %v", c.inputs, c.outputs, err)
		}
	}
	if link && keepInputs([]string{"link"}, output{"--out", "a.csv"}) == nil {
		t.Error("what a link leads to is replaced")
	}
}
