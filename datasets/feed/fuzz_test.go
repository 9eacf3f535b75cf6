package feed

import (
	"bufio"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"threatnet/datasets"
)

// fuzzFormat reads any text in a format: names come out normalised, in the order of their lines, and every row that is
// neither a name nor blank is a bad row of the file.
func fuzzFormat(f *testing.F, name string) {
	format, ok := Lookup(name)
	if !ok {
		f.Fatal(name)
	}
	files, err := filepath.Glob(filepath.Join("testdata", "*.*"))
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range append(files, filepath.Join("testdata", "hosts")) {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text), "", "")
	}
	for _, text := range []string{
		"domain,family\na.com,goz\n", "host;label\n\"a\n.com\";0\n1;1", "\ufeff1,a.com\r\n2,b\r\n", "a.com\n# x\n\xff\n",
		"a.com,tinba\n1.2.3.4,legit", "domain\t\n\"", "rank,domain\n1,*.x.de", "name,family,class\nx,,2\n",
	} {
		f.Add(text, "", "")
	}
	f.Add("site,kind\na,0\n", "kind", "site")
	f.Add("a,0\n", "2", "1")
	f.Fuzz(func(t *testing.T, text, label, column string) {
		opt := Options{File: "f", Label: label, NameColumn: column}
		Recognize([]byte(text), Options{File: "f_dga.csv"})
		Recognize([]byte(text), opt)
		format.Header([]byte(text), opt)
		last, rows := 0, 0
		for d, err := range format.Read(bufio.NewReader(strings.NewReader(text)), opt) {
			line := d.Line
			if bad, ok := datasets.BadRow(err); ok {
				line = bad.Pos.Line
				if bad.Pos.File != "f" || bad.Pos.Column < 1 || bad.Reason == "" {
					t.Fatalf("badly located: %+v", bad)
				}
			} else if err != nil {
				if rows > 0 {
					t.Fatalf("after %d rows: %v", rows, err)
				}
				continue
			} else if again, err := datasets.Normalize(d.Name); err != nil || again != d.Name {
				t.Fatalf("%q is not normalised: %q, %v", d.Name, again, err)
			} else if d.Family == "" && (name == "bambenek" || name == "netlab") || d.File != "f" {
				t.Fatalf("%+v", d)
			}
			if line < last {
				t.Fatalf("line %d after line %d", line, last)
			}
			last = line
			rows++
		}
		most := strings.Count(text, "\n") + 1
		if name == "hosts" { // of many names in a line
			most += len(strings.Fields(text))
		}
		if rows > most {
			t.Fatalf("%d rows in %q", rows, text)
		}
	})
}

func FuzzBambenek(f *testing.F)  { fuzzFormat(f, "bambenek") }
func FuzzNetlab(f *testing.F)    { fuzzFormat(f, "netlab") }
func FuzzDGArchive(f *testing.F) { fuzzFormat(f, "dgarchive") }
func FuzzMajestic(f *testing.F)  { fuzzFormat(f, "majestic") }
func FuzzHosts(f *testing.F)     { fuzzFormat(f, "hosts") }
func FuzzCSV(f *testing.F)       { fuzzFormat(f, "csv") }
func FuzzRanked(f *testing.F)    { fuzzFormat(f, "ranked") }
func FuzzPlain(f *testing.F)     { fuzzFormat(f, "plain") }

// The rule for families takes any description, gives a part of it, and what it gives has none of the endings it was cut at.
func FuzzBambenekFamily(f *testing.F) {
	for _, text := range []string{"Domain used by Cryptolocker - Flashback DGA for 23 Jun 2018", "Domain used by Domain used by  (", " -", ""} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		family := BambenekFamily(text)
		rest := strings.ReplaceAll(text, usedBy, "")
		if !strings.HasPrefix(rest, family) {
			t.Fatalf("%q of %q", family, text)
		}
		if ending := rest[len(family):]; ending != "" && !strings.HasPrefix(ending, " DGA") && !strings.HasPrefix(ending, " (") && !strings.HasPrefix(ending, " -") {
			t.Fatalf("%q of %q", family, text)
		}
	})
}
