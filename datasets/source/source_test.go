package source

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"threatnet/datasets"
	"threatnet/internal/golden"
)

// content reads a source: "line name family" for a name, the message for an error.
func content(s *Source) (list []string) {
	for d, err := range s.Domains() {
		if err != nil {
			list = append(list, "! "+err.Error())
		} else {
			list = append(list, fmt.Sprintf("%d %s %s", d.Line, d.Name, d.Family))
		}
	}
	return list
}

// one opens a SOURCE that stands for one file.
func one(t *testing.T, arg string, opt Options) *Source {
	t.Helper()
	sources, skipped, err := Expand(arg, opt)
	if err != nil || len(sources) != 1 || len(skipped) != 0 {
		t.Fatalf("%s: %d sources, %v, %v", arg, len(sources), skipped, err)
	}
	return sources[0]
}

func write(t *testing.T, path string, data []byte) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func sumOf(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

func TestCompression(t *testing.T) {
	for _, ext := range []string{"", ".gz", ".zst", ".xz", ".bz2"} {
		path := filepath.Join("testdata", "names.csv"+ext)
		s := one(t, path, Options{})
		want := sumOf(t, path)
		if sum, err := s.Sum(); sum != want || err != nil {
			t.Errorf("%s: %s, %v", path, sum, err)
		}
		s = one(t, path, Options{})
		for range 2 { // a file may be read again
			if diff := cmp.Diff([]string{"2 a.com goz", "3 b.com benign"}, content(s)); diff != "" {
				t.Error(path, diff)
			}
		}
		if s.sum != want {
			t.Errorf("%s: sum while reading %s", path, s.sum)
		}
		if s.Name != "names.csv"+ext || s.Path != path || s.Format != "csv" || !cmp.Equal(s.Header(), []string{"domain", "family"}) {
			t.Errorf("%+v", s)
		}
	}
}

func TestOptions(t *testing.T) {
	path := write(t, filepath.Join(t.TempDir(), "x.csv"), []byte("site,kind\na.com,goz\n?,goz\nb.com,alexa\n"))
	s := one(t, path, Options{Kind: Names, NameColumn: "site", Label: "kind"})
	if diff := cmp.Diff([]string{"2 a.com goz", "! " + path + ":3:1: bad character", "4 b.com benign"}, content(s)); diff != "" {
		t.Error(diff)
	}
	s = one(t, path, Options{Kind: Names, NameColumn: "site", Label: "kind", Strict: true})
	if diff := cmp.Diff([]string{"2 a.com goz", "! bad row: " + path + ":3:1: bad character"}, content(s)); diff != "" {
		t.Error(diff)
	}
	s = one(t, path, Options{Kind: Names, NameColumn: "name", Label: "kind"})
	if diff := cmp.Diff([]string{"! " + path + `: no such column: "name" is not among "site", "kind"`}, content(s)); diff != "" {
		t.Error(diff)
	}
	s = one(t, "x="+path, Options{Kind: Names, NameColumn: "site", Label: "kind"})
	if got := content(s); len(got) != 1 || !strings.HasPrefix(got[0], "! "+path+": a family is given") {
		t.Error(got)
	}
	if s := one(t, "plain:"+path, Options{Kind: Names}); content(s)[1] != "! "+path+":2:1: bad character" {
		t.Error(content(s))
	}
}

func TestFileGone(t *testing.T) {
	path := write(t, filepath.Join(t.TempDir(), "x.csv"), []byte("a.com,goz\n"))
	s := one(t, path, Options{})
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if got := content(s); len(got) != 1 || !strings.HasPrefix(got[0], "! "+path+": ") {
		t.Error(got)
	}
	if _, err := s.Sum(); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}

func TestFormats(t *testing.T) {
	for _, f := range Formats() {
		if f.Name == "" || f.Kind == "" || f.Description == "" {
			t.Errorf("%+v", f)
		}
	}
}

// The first rows of the published files, through their compression.
func TestRealData(t *testing.T) {
	sources, skipped, err := Expand(golden.Data(t, "dga"), Options{})
	if err != nil || len(skipped) > 0 || len(sources) != 15 {
		t.Fatal(len(sources), skipped, err)
	}
	var inputs []datasets.Input
	for _, s := range sources {
		inputs = append(inputs, datasets.Input{Name: s.Name, Domains: first(s.Domains(), 300)})
	}
	set, report, err := datasets.Collect(context.Background(), datasets.CollectOptions{}, inputs...)
	if err != nil || report.Bad != 0 || report.Rows != 15*300 || len(set.Families()) < 30 {
		t.Error(err, report, set.Families())
	}
}

func first(rows datasets.Domains, n int) datasets.Domains {
	return func(yield func(datasets.Domain, error) bool) {
		left := n
		for d, err := range rows {
			if left--; left < 0 || !yield(d, err) {
				return
			}
		}
	}
}

// From a compressed file to a set of labelled names.
func BenchmarkCollect(b *testing.B) {
	const rows = 100000
	path := filepath.Join(b.TempDir(), "names.csv.gz")
	if err := os.WriteFile(path, pack(b, "gzip", names(rows)), 0o644); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		sources, _, err := Expand(path, Options{})
		if err != nil {
			b.Fatal(err)
		}
		if set, _, err := datasets.Collect(context.Background(), datasets.CollectOptions{}, sources[0].Input()); err != nil || set.Len() != rows {
			b.Fatal(err)
		}
	}
	b.ReportMetric(rows*float64(b.N)/b.Elapsed().Seconds(), "names/s")
}
