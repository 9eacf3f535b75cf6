package source

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"threatnet/datasets"
)

// fixtures are the published forms of feeds, lists and hosts files.
var fixtures = filepath.Join("..", "feed", "testdata")

// A folder of files in all formats, with the exact number of names, benign names and bad rows of each.
func TestFolderOfFeeds(t *testing.T) {
	sources, skipped, err := Expand(fixtures, Options{})
	if err != nil {
		t.Fatal(err)
	}
	inputs := filepath.Join(fixtures, "fuzz") // what fuzzing found lies beside the fixtures
	skipped = slices.DeleteFunc(skipped, func(s Skipped) bool { return strings.HasPrefix(s.Path, inputs) })
	if len(skipped) > 0 {
		t.Error(skipped)
	}
	var got []string
	for _, s := range sources {
		got = append(got, fmt.Sprintf("%s: %s, %s", s.Name, s.Format, tally(t, s)))
	}
	want := []string{
		"alexa.csv: ranked, 4 names, 4 benign, 0 bad", "bambenek.csv: bambenek, 12 names, 0 benign, 4 bad",
		"bamital_dga.csv: dgarchive, 4 names, 0 benign, 2 bad", "devo.csv: csv, 4 names, 1 benign, 1 bad",
		"dga.txt: netlab, 5 names, 0 benign, 4 bad", "hosts: hosts, 6 names, 0 benign, 4 bad",
		"labelled.tsv: csv, 4 names, 2 benign, 0 bad", "legit-dga.csv: csv, 6 names, 2 benign, 1 bad",
		"majestic.csv: majestic, 4 names, 4 benign, 1 bad", "ramdo.txt: plain, 4 names, 0 benign, 1 bad",
		"ranked.csv: ranked, 4 names, 4 benign, 0 bad", "suppobox_dga.csv: dgarchive, 2 names, 0 benign, 0 bad",
		"tranco.csv: ranked, 4 names, 4 benign, 0 bad", "umbrella.csv: ranked, 7 names, 7 benign, 1 bad",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func tally(t *testing.T, s *Source) string {
	t.Helper()
	names, benign, bad := 0, 0, 0
	for d, err := range s.Domains() {
		if _, ok := datasets.BadRow(err); ok {
			bad++
		} else if err != nil {
			t.Fatal(err)
		} else if names++; d.Family == datasets.Benign {
			benign++
		}
	}
	return fmt.Sprintf("%d names, %d benign, %d bad", names, benign, bad)
}

// Any number of comments before the rows: the format is recognised, and the lines are those of the file, whether it is a
// file or a stream, as it is or compressed.
func TestLongHeads(t *testing.T) {
	const comments = 4000
	head := "\ufeff" + strings.Repeat("# a comment, with \"one quote, that is long enough to be more than a buffer\n", comments)
	for _, file := range []string{"bambenek.csv", "dga.txt", "legit-dga.csv", "umbrella.csv", "majestic.csv", "hosts", "ramdo.txt"} {
		text, err := os.ReadFile(filepath.Join(fixtures, file))
		if err != nil {
			t.Fatal(err)
		}
		short := one(t, write(t, filepath.Join(t.TempDir(), file), text), Options{})
		want := located(t, short, comments)
		long := append([]byte(head), text...)
		for _, packed := range [][]byte{long, pack(t, "gzip", long), pack(t, "zstd", long)} {
			path := write(t, filepath.Join(t.TempDir(), file), packed)
			for name, s := range map[string]*Source{"file": one(t, path, Options{}), "stream": one(t, "-", Options{Stdin: bytes.NewReader(packed)})} {
				if s.Format != short.Format || !slices.Equal(s.Header(), short.Header()) {
					t.Errorf("%s, %s: %s %v", file, name, s.Format, s.Header())
				}
				if diff := cmp.Diff(want, located(t, s, 0)); diff != "" {
					t.Errorf("%s, %s: %s", file, name, diff)
				}
			}
		}
	}
}

// located gives line, column and reason or name of each row, the lines moved down.
func located(t *testing.T, s *Source, down int) (rows []string) {
	t.Helper()
	for d, err := range s.Domains() {
		if bad, ok := datasets.BadRow(err); ok {
			rows = append(rows, fmt.Sprint(bad.Pos.Line+down, bad.Pos.Column, bad.Reason))
		} else if err != nil {
			t.Fatal(err)
		} else {
			rows = append(rows, fmt.Sprint(d.Line+down, d.Name))
		}
	}
	return rows
}
