package queryfeatures

import (
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"threatnet/datasets"
	"threatnet/internal/golden"
)

type exfilFile struct {
	Keys   string
	Events []struct {
		Src, Query string
		Rank       int
	}
	Rank1     []int    `json:"rank1_event_index"`
	Hosts     []string `json:"request_without_domain"`
	Domains   []string `json:"tld"`
	Columns98 []string
	Matrix98  [][]float64
	Columns99 []string
}

func (f *exfilFile) queries() []datasets.Query {
	var qs []datasets.Query
	for _, e := range f.Events {
		qs = append(qs, datasets.Query{Client: e.Src, Name: e.Query, Rank: e.Rank})
	}
	return qs
}

// TestNotebookGolden compares with what the notebook's own pandas code computes.
func TestNotebookGolden(t *testing.T) {
	var f exfilFile
	golden.JSON(t, "features/exfil_features.json", &f)
	if f.Keys != Characters {
		t.Fatalf("characters are %q, want %q", Characters, f.Keys)
	}
	qs := f.queries()
	for _, s := range []Set{Notebook98, Notebook99} {
		out := make([]float64, len(qs)*s.Size())
		if unknown := notebook(s, qs, out); unknown != 0 {
			t.Errorf("%d characters are unknown", unknown)
		}
		columns := map[string]int{} // of the notebook's frame
		for j, name := range f.Columns98 {
			columns[name] = j
		}
		wanted := f.Columns98
		if s == Notebook99 {
			wanted = f.Columns99
		}
		for j, name := range Names(s) {
			if j >= len(Characters) && name != wanted[j] {
				t.Errorf("%s: column %d is %s, want %s", s, j, name, wanted[j])
			}
		}
		for i, e := range f.Rank1 {
			for j, name := range wanted {
				got, want := out[e*s.Size()+j], 0.0 // the label's column
				if k, ok := columns[name]; ok {
					want = f.Matrix98[i][k]
				}
				if !(math.Abs(got-want) <= 1e-12*max(1, math.Abs(want))) {
					t.Errorf("%s, %q: %s is %v, want %v", s, qs[e].Name, name, got, want)
				}
			}
		}
	}
}

// TestNotebookCharacters has the figures of Python's len and entropy over str.
func TestNotebookCharacters(t *testing.T) {
	for _, c := range []struct {
		host            string
		length, entropy float64
		unknown         int
	}{
		{"é", 1, 0, 1},
		{"éa", 2, 1, 1},
		{"\u4e2d\u6587\u4e2d\u6587", 4, 1, 4},
		{"a b", 3, math.Log2(3), 1},
		{"\x00\x7f", 2, 1, 2},
		{"\xff\xfe\xff\xfe", 4, 1, 4},
		{"\xef\xbf", 2, 1, 2}, // a sequence cut short: two characters
		{"\ufffd\xff", 2, 1, 2},
	} {
		out := make([]float64, Notebook98.Size())
		unknown := notebook(Notebook98, []datasets.Query{{Name: c.host + ".evil.com"}}, out)
		if out[94] != c.length || math.Abs(out[95]-c.entropy) > 1e-15 || unknown != c.unknown {
			t.Errorf("%q: length %v, entropy %v, %d unknown; want %+v", c.host, out[94], out[95], unknown, c)
		}
	}
}

// TestNotebookMeans computes the means as the notebook does, a look at the whole table for every row.
func TestNotebookMeans(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		qs := drawQueries(t)
		const cols = 98
		out := make([]float64, len(qs)*cols)
		notebook(Notebook98, qs, out)
		for i := range qs {
			_, domain := notebookSplit(qs[i].Name)
			var n, length, entropy float64
			for j := range qs {
				if _, d := notebookSplit(qs[j].Name); qs[j].Client == qs[i].Client && d == domain {
					n++
					length += out[j*cols+94]
					entropy += out[j*cols+95]
				}
			}
			row := out[i*cols:][:cols]
			if math.Abs(row[96]-length/n) > 1e-12 || math.Abs(row[97]-entropy/n) > 1e-12 {
				t.Fatalf("row %d: means %v, want %v and %v", i, row[96:], length/n, entropy/n)
			}
			if c := strings.Count(qs[i].Name, "."); row[strings.IndexByte(Characters, '.')] != float64(c) {
				t.Fatalf("%q has %d dots", qs[i].Name, c)
			}
		}
	})
}
