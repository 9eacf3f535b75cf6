package dnslog

import (
	"bufio"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"threatnet/datasets"
)

// fuzzFormat reads any text in a format: records and bad rows lie within the text, in the order of their lines.
func fuzzFormat(f *testing.F, name string) {
	format := lookup(f, name)
	files, err := filepath.Glob(filepath.Join("testdata", "*.*"))
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text), "", "")
		for _, line := range strings.Split(string(text), "\n") {
			f.Add(line, "", "")
		}
	}
	f.Add("site,kind\na,0\n", "kind", "site")
	f.Add("#separator \\x\\x\n#fields\\x\\xsite\\x\\xkind\na\\x\\xb\n", "kind", "1")
	f.Add("{\"query\":\"\xff\\ud800\",\"ts\":-1e18,\"kind\":{}}\n", "kind", "")
	f.Fuzz(func(t *testing.T, text, label, column string) {
		opt := Options{File: "f", Label: label, NameColumn: column, Line: 7}
		format.Recognize([]byte(text), opt)
		format.Header([]byte(text), opt)
		lines := strings.Split(text, "\n")
		last := 0
		ended := false
		for q, err := range format.Read(bufio.NewReader(strings.NewReader(text)), opt) {
			if ended {
				t.Fatal("more after a final error")
			}
			line, place := q.Line, 1
			if bad, ok := datasets.BadRow(err); ok {
				line, place = bad.Pos.Line, bad.Pos.Column
				if bad.Pos.File != "f" || bad.Reason == "" {
					t.Fatalf("badly located: %+v", bad)
				}
			} else if err != nil {
				ended = true
				continue
			} else if q.File != "f" {
				t.Fatalf("%+v", q)
			}
			if line -= opt.Line; line < max(last, 1) || line > len(lines) {
				t.Fatalf("line %d of %d after line %d", line, len(lines), last)
			}
			if place < 1 || place > len(lines[line-1])+1 {
				t.Fatalf("column %d of %q", place, lines[line-1])
			}
			if !q.Time.IsZero() && (q.Time.Year() < -1 || q.Time.Year() > 10000) {
				t.Fatal(q.Time)
			}
			last = line
		}
	})
}

func FuzzZeek(f *testing.F)     { fuzzFormat(f, "zeek") }
func FuzzZeekJSON(f *testing.F) { fuzzFormat(f, "zeek-json") }
func FuzzSuricata(f *testing.F) { fuzzFormat(f, "suricata") }
func FuzzCoreDNS(f *testing.F)  { fuzzFormat(f, "coredns") }
func FuzzBIND(f *testing.F)     { fuzzFormat(f, "bind") }
func FuzzRoute53(f *testing.F)  { fuzzFormat(f, "route53") }
func FuzzUnbound(f *testing.F)  { fuzzFormat(f, "unbound") }
func FuzzDnsmasq(f *testing.F)  { fuzzFormat(f, "dnsmasq") }
func FuzzPairs(f *testing.F)    { fuzzFormat(f, "pairs") }
func FuzzSplunk(f *testing.F)   { fuzzFormat(f, "splunk") }

// What is recognised by its first bytes is read without a panic, and recognition takes any of them.
func FuzzRecognize(f *testing.F) {
	for _, file := range fixtures {
		f.Add(fixture(f, file))
	}
	f.Fuzz(func(t *testing.T, text string) {
		format, ok := Recognize([]byte(text), Options{})
		if !ok {
			return
		}
		for _, err := range format.Read(bufio.NewReader(strings.NewReader(text)), Options{}) {
			if _, bad := datasets.BadRow(err); err != nil && !bad && format.Name != "zeek" {
				t.Fatalf("%s: %v", format.Name, err)
			}
		}
	})
}
