package feed

import (
	"bufio"
	"strings"
	"testing"

	"threatnet/datasets"
)

// fuzzFormat reads any text in a format: names come out normalised, in the order of their lines, and every row that is
// neither a name nor blank is a bad row of the file.
func fuzzFormat(f *testing.F, name string) {
	format, _ := Lookup(name)
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
			}
			if line < last {
				t.Fatalf("line %d after line %d", line, last)
			}
			last = line
			rows++
		}
		if lines := strings.Count(text, "\n") + 1; rows > lines {
			t.Fatalf("%d rows in %d lines", rows, lines)
		}
	})
}

func FuzzCSV(f *testing.F)    { fuzzFormat(f, "csv") }
func FuzzRanked(f *testing.F) { fuzzFormat(f, "ranked") }
func FuzzPlain(f *testing.F)  { fuzzFormat(f, "plain") }
