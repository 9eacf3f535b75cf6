package feed

import (
	"bufio"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"threatnet/datasets"
	"threatnet/internal/golden"
)

// read gives what the recognised format makes of a text: "line name family" for a name, the message for an error.
func read(text string, opt Options) (format string, rows []string) {
	f, ok := Recognize([]byte(text), opt)
	if !ok {
		return "", nil
	}
	return f.Name, readAs(f, text, opt)
}

func readAs(f Format, text string, opt Options) (rows []string) {
	for d, err := range f.Read(bufio.NewReader(strings.NewReader(text)), opt) {
		if err != nil {
			rows = append(rows, "! "+err.Error())
			continue
		}
		rows = append(rows, fmt.Sprintf("%d %s %s", d.Line, d.Name, d.Family))
	}
	return rows
}

func TestFormats(t *testing.T) {
	for name, c := range map[string]struct {
		opt    Options
		text   string
		format string
		want   []string
	}{
		"subclass goes before class": {
			Options{},
			"\"host\",\"domain\",\"class\",\"subclass\"\n" +
				"\"000directory.com.ar\",\"000directory\",\"legit\",\"legit\"\n\"Abc.RU\",\"abc\",\"dga\",\"cryptolocker\"\n",
			"csv",
			[]string{"2 000directory.com.ar benign", "3 abc.ru cryptolocker"},
		},
		"semicolons": {Options{}, "host;domain;class;subclass\na.com;a;dga;goz\n", "csv", []string{"2 a.com goz"}},
		"tabs, BOM, CRLF": {
			Options{},
			"\ufeffdomain\tlabel\r\na.com\tlegit\r\nb.com\ttinba\r\n", "csv",
			[]string{"2 a.com benign", "3 b.com tinba"},
		},
		"capitals in the header": {Options{}, "Domain,Label\na.com,NonDGA\n", "csv", []string{"2 a.com benign"}},
		"a 0 beside the family": {
			Options{},
			"domain,family,label\na.com,tranco,0\nb.com,unknown,0\nc.com,pizd,1\nd.com,,1\n", "csv",
			[]string{"2 a.com benign", "3 b.com benign", "4 c.com pizd", "5 d.com dga"},
		},
		"a word beside the family": {
			Options{},
			"domain,family,source,label,split\na.com,emotet,x,dga,val\nb.com,none,tranco,benign,val\n",
			"csv",
			[]string{"2 a.com emotet", "3 b.com benign"},
		},
		"only 0 and 1": {
			Options{},
			"name,label\na.com,0\nb.com,1\nc.com,0.0\nd.com,True\n", "csv",
			[]string{"2 a.com benign", "3 b.com dga", "4 c.com benign", "5 d.com dga"},
		},
		"the next column when the family is empty": {
			Options{},
			"host,subclass,class\na.com,,dga\nb.com,,legit\nc.com,,\n", "csv",
			[]string{"2 a.com dga", "3 b.com benign", "! f:4:7: empty label"},
		},
		"numbers of classes": {
			Options{},
			"domain,family,class\na.com,banjori,0\nb.com,tinba,7\n", "csv",
			[]string{"2 a.com banjori", "3 b.com tinba"},
		},
		"null and NA are text": {
			Options{},
			"domain,family\nnull,NA\nnan,null\n1234,NaN\n", "csv",
			[]string{"2 null NA", "3 nan null", "4 1234 NaN"},
		},
		"line end in quotes": {
			Options{},
			"domain,family\n\"ru\nx.ru\",goz\n\"b.ru\",\"a \"\"b\"\"\"\nc.ru,goz\n", "csv",
			[]string{"! f:2:1: bad character", `4 b.ru a "b`, "5 c.ru goz"},
		},
		"bad rows": {
			Options{},
			"domain,family\na.com\nb.com,x,y\n,x\n\"c.com,x\n-.1.2.3.4,x\n1.2.3.4,x\ndomain,family\nd.com,x\n", "csv",
			[]string{
				"! f:2:1: wrong number of fields: 1 instead of 2", "! f:3:1: wrong number of fields: 3 instead of 2",
				"! f:4:1: empty name", "! f:5:1: bad quotes: no closing quote", "6 -.1.2.3.4 x", "! f:7:1: IP address",
				"! f:8:1: header repeated", "9 d.com x",
			},
		},
		"one column with a header":  {Options{}, "qname\na.com\n", "csv", []string{"2 a.com f"}},
		"no labels":                 {Options{}, "time,query\n2020,a.com\n", "csv", []string{"2 a.com "}},
		"no labels, family given":   {Options{Family: "tinba"}, "time,query\n2020,a.com\n", "csv", []string{"2 a.com tinba"}},
		"labels and a family given": {Options{Family: "x"}, "domain,label\na.com,b\n", "csv", []string{"! " + ErrHasLabels.Error()}},
		"all benign":                {Options{Benign: true, Label: "none"}, "domain,label\na.com,b\nb.com,\n", "csv", []string{"2 a.com benign", "3 b.com benign"}},
		"--label": {
			Options{Label: "Source"},
			"domain,family,source\na.com,x,y\nb.com,x,tranco\n", "csv",
			[]string{"2 a.com y", "3 b.com benign"},
		},
		"--label that is not there": {
			Options{Label: "x"},
			"domain,family\na.com,b\n", "csv",
			[]string{`! no such column: "x" is not among "domain", "family"`},
		},
		"--label of the names":      {Options{Label: "domain"}, "domain,family\na.com,b\n", "csv", []string{`! no such column: "domain" is the one with the names`}},
		"--name-column":             {Options{NameColumn: "domain"}, "host,domain,class\na.com,a,legit\n", "csv", []string{"2 a benign"}},
		"--name-column, not there":  {Options{NameColumn: "x"}, "host,class\na.com,legit\n", "csv", []string{`! no such column: "x" is not among "host", "class"`}},
		"unknown header":            {Options{}, "site,kind\na.com,tinba\nb.com,goz\n", "csv", []string{"2 a.com ", "3 b.com "}},
		"unknown header with names": {Options{NameColumn: "site", Label: "kind"}, "site,kind\na,tinba\n", "csv", []string{"2 a tinba"}},

		"no header":                   {Options{}, "a.com,tinba\nb.com,legit\n", "csv", []string{"1 a.com tinba", "2 b.com benign"}},
		"no header, family first":     {Options{}, "tinba;a.com\ngoz;b.com\n", "csv", []string{"1 a.com tinba", "2 b.com goz"}},
		"no header, one row":          {Options{}, "a.com,tinba", "csv", []string{"1 a.com tinba"}},
		"no header, 0 and 1":          {Options{}, "0,a.com\n1,b.com\n1,c.com\n", "csv", []string{"1 a.com benign", "2 b.com dga", "3 c.com dga"}},
		"no header, no dots":          {Options{}, "google,legit\nxkjhd,dga\n", "csv", []string{"1 google benign", "2 xkjhd dga"}},
		"no header, family and 0, 1":  {Options{}, "a.com,x,0\nb.com,y,1\n", "csv", []string{"1 a.com benign", "2 b.com y"}},
		"no header, words":            {Options{}, "a.com,x,p\nb.com,y,q\n", "csv", []string{"1 a.com ", "2 b.com "}},
		"no header, numbered columns": {Options{Label: "3", NameColumn: "1"}, "a.com,x,p\nb.com,y,q\n", "csv", []string{"1 a.com p", "2 b.com q"}},

		"ranked":               {Options{}, "1,google.com\r\n2,YouTube.com/watch\r\n", "ranked", []string{"1 google.com benign", "2 youtube.com benign"}},
		"ranked, one row":      {Options{}, "1,google.com", "ranked", []string{"1 google.com benign"}},
		"ranked, header":       {Options{}, "Rank,Domain\n1,google.com\n", "ranked", []string{"2 google.com benign"}},
		"ranked, columns":      {Options{Label: "family", NameColumn: "host"}, "1,google.com\n", "ranked", []string{"1 google.com benign"}},
		"ranked, family":       {Options{Family: "squatters"}, "1,google.com\n2,youtube.com", "ranked", []string{"1 google.com squatters", "2 youtube.com squatters"}},
		"rank and label":       {Options{}, "rank,domain,label\n1,a.com,x\n", "csv", []string{"2 a.com x"}},
		"ranked, IP":           {Options{}, "1,a.com\n2,1.2.3.4\n", "ranked", []string{"1 a.com benign", "! f:2:3: IP address"}},
		"plain":                {Options{File: "a/Tinba.txt.gz"}, "# list\n\na.com\n  B.com. # x\r\nmünchen.de", "plain", []string{"3 a.com Tinba", "4 b.com Tinba", "5 xn--mnchen-3ya.de Tinba"}},
		"plain, benign":        {Options{File: "a/Alexa.csv"}, "a.com\n", "plain", []string{"1 a.com benign"}},
		"plain, all benign":    {Options{File: "x.txt", Benign: true}, "a.com\n", "plain", []string{"1 a.com benign"}},
		"plain, family":        {Options{File: "x.txt", Family: "Legit"}, "a.com\n", "plain", []string{"1 a.com benign"}},
		"plain, stdin":         {Options{File: "stdin"}, "google", "plain", []string{"1 google "}},
		"plain, bad rows":      {Options{}, "a.com\nb.com\nx y\n  c..com\nd.com\n\xff.de\n", "plain", []string{"1 a.com f", "2 b.com f", "! f:3:1: bad character", "! f:4:3: empty part in the name", "5 d.com f", "! f:6:1: invalid UTF-8"}},
		"prose is no list":     {Options{}, "This is a file,\nin which names are, as you see, explained.\n", "", nil},
		"JSON is no list":      {Options{}, `{"a": "b.com", "c": 1}` + "\n", "", nil},
		"comments are no list": {Options{}, "# a\n#b\n", "", nil},
		"nothing":              {Options{}, "", "", nil},
	} {
		t.Run(name, func(t *testing.T) {
			if c.opt.File == "" {
				c.opt.File = "f"
			}
			format, got := read(c.text, c.opt)
			if format != c.format {
				t.Fatalf("format %q, not %q", format, c.format)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestFields(t *testing.T) {
	text := "\"Host\",class\n\"WWW.A.com\",legit\n"
	f, _ := Recognize([]byte(text), Options{})
	if diff := cmp.Diff([]string{"Host", "class"}, f.Header([]byte(text), Options{})); diff != "" {
		t.Error(diff)
	}
	for d, err := range f.Read(bufio.NewReader(strings.NewReader(text)), Options{File: "x.csv"}) {
		want := datasets.Domain{Name: "www.a.com", Family: "benign", Raw: "WWW.A.com", Fields: []string{"WWW.A.com", "legit"}, File: "x.csv", Line: 2}
		if diff := cmp.Diff(want, d); err != nil || diff != "" {
			t.Error(diff, err)
		}
	}
	if f, _ := Lookup("plain"); f.Header([]byte("a.com"), Options{}) != nil {
		t.Error("a plain list with a header")
	}
	if _, ok := Lookup("excel"); ok {
		t.Error("an unknown format found")
	}
}

// A format that is asked for is used, whatever the text looks like.
func TestForcedFormats(t *testing.T) {
	csv, _ := Lookup("csv")
	if got := readAs(csv, "nothing here\n", Options{}); len(got) != 1 || !strings.Contains(got[0], "no such column") {
		t.Error(got)
	}
	if got := readAs(csv, "", Options{}); len(got) != 1 || got[0] != "! no rows" {
		t.Error(got)
	}
	if diff := cmp.Diff([]string{"1 a.com ", "2 b.com "}, readAs(csv, "1,a.com\n2,b.com\n", Options{})); diff != "" {
		t.Error(diff)
	}
	plain, _ := Lookup("plain")
	if got := readAs(plain, "a b\nc.d\n", Options{File: "x"}); len(got) != 2 || got[1] != "2 c.d x" {
		t.Error(got)
	}
}

func TestBrokenReader(t *testing.T) {
	broken := errors.New("broken")
	for _, f := range Formats() {
		for _, text := range []string{"", "domain,family\na.com,b\nc.co"} {
			r := io.MultiReader(strings.NewReader(text), brokenReader{broken})
			var last error
			rows := 0
			for _, err := range f.Read(bufio.NewReader(r), Options{}) {
				if _, ok := datasets.BadRow(err); !ok && err != nil {
					last = err
				}
				rows++
			}
			if !errors.Is(last, broken) || rows > 3 {
				t.Errorf("%s after %q: %v, %d rows", f.Name, text, last, rows)
			}
		}
	}
}

type brokenReader struct{ err error }

func (r brokenReader) Read([]byte) (int, error) { return 0, r.err }

// An iteration that is left stops reading.
func TestLeaving(t *testing.T) {
	for _, text := range []string{
		"domain,family\na.com,b\n??,b\nc.com,b\n", "1,a.com\n2,??\n", "a.com\nb.com\n??\n", "0.0.0.0 a.com b.com ??\n??\n0.0.0.0 c.com\n",
		"a.com,Domain used by x,2018-06-25,http://x/\n??\nb.com,Domain used by x,2018-06-25,http://x/\n",
	} {
		for stop := 1; stop < 4; stop++ {
			f, _ := Recognize([]byte(text), Options{})
			n := 0
			for _, err := range f.Read(bufio.NewReader(strings.NewReader(text)), Options{}) {
				if _, bad := datasets.BadRow(err); err != nil && !bad {
					t.Error(err)
				}
				if n++; n == stop {
					break
				}
			}
		}
	}
}

// A record is there as soon as its line is.
func TestStreaming(t *testing.T) {
	for _, first := range []string{
		"domain,family\na.com,goz\n", "1,a.com\n", "a.com\n", "a.com,goz\n", "0.0.0.0 a.com\n",
		"a.com,Domain used by goz,2018-06-25,http://x.example/\n", "goz\ta.com\t2018-06-25\t2018-06-25\n",
	} {
		in, out := io.Pipe()
		go func() { _, _ = out.Write([]byte(first)) }()
		f, _ := Recognize([]byte(first), Options{})
		row := first[strings.Index(first[:len(first)-1], "\n")+1:]
		n := 0
		for d, err := range f.Read(bufio.NewReader(in), Options{}) {
			if err != nil || d.Name != "a.com" {
				t.Fatal(d, err)
			}
			if n++; n == 3 {
				_ = out.Close()
				continue
			}
			go func() { _, _ = out.Write([]byte(row)) }()
		}
		if n != 3 {
			t.Errorf("%d rows", n)
		}
	}
}

func TestFileFamily(t *testing.T) {
	for file, want := range map[string]string{
		"tinba.txt": "tinba", "a/b/new_goz.txt.gz": "new_goz", `C:\feeds\Zeus.CSV.XZ`: "Zeus", "zeus.v2.txt": "zeus.v2",
		"stdin": "", "": "", ".txt": ".txt", "x.zip/conficker": "conficker", "top-100k.csv.zst": "top-100k",
	} {
		if got := FileFamily(file); got != want {
			t.Errorf("%q: %q, not %q", file, got, want)
		}
	}
}

// The memory of labels is bounded.
func TestManyLabels(t *testing.T) {
	known := make(judged)
	for i := range 3 * maxRemembered {
		if v := remember(known, fmt.Sprint("family", i), judge); v.family != fmt.Sprint("family", i) || len(known) > maxRemembered {
			t.Fatal(v, len(known))
		}
	}
}

func TestTestdata(t *testing.T) {
	for file, want := range map[string]string{
		"legit-dga.csv": "csv: 6 names, 2 benign, 1 bad", "labelled.tsv": "csv: 4 names, 2 benign, 0 bad",
		"ranked.csv": "ranked: 4 names, 4 benign, 0 bad", "ramdo.txt": "plain: 4 names, 0 benign, 1 bad",
	} {
		f, err := os.Open(filepath.Join("testdata", file))
		if err != nil {
			t.Fatal(err)
		}
		if got := summary(t, f, file, -1); got != want {
			t.Errorf("%s: %s, not %s", file, got, want)
		}
		_ = f.Close()
	}
}

// The first rows of the published files.
func TestRealData(t *testing.T) {
	for file, want := range map[string]string{
		"dga/legit_dga/legit-dga_domains.csv.gz":     "csv: 5000 names, 356 benign, 0 bad",
		"dga/umudga/dataset.csv.gz":                  "csv: 5000 names, 0 benign, 0 bad",
		"dga/openset_chrmor/val.csv.gz":              "csv: 5000 names, 2570 benign, 0 bad",
		"dga/wordlist/train.csv.gz":                  "csv: 5000 names, 2553 benign, 0 bad",
		"dga/families/conficker.txt.gz":              "plain: 5000 names, 0 benign, 0 bad",
		"benign/alexa_2015/top-100k.csv.gz":          "ranked: 4999 names, 4999 benign, 1 bad",
		"benign/umbrella_2026_07_07/top-100k.txt.gz": "plain: 5000 names, 0 benign, 0 bad",
	} {
		f, err := os.Open(golden.Data(t, file))
		if err != nil {
			t.Fatal(err)
		}
		text, err := gzip.NewReader(f)
		if err != nil {
			t.Fatal(err)
		}
		if got := summary(t, text, file, 5000); got != want {
			t.Errorf("%s: %s, not %s", file, got, want)
		}
		_ = f.Close()
	}
}

// summary counts the first rows of a text.
func summary(t *testing.T, text io.Reader, file string, limit int) string {
	t.Helper()
	buffer := bufio.NewReaderSize(text, 1<<16)
	head, err := buffer.Peek(1 << 15)
	if err != nil && err != io.EOF {
		t.Fatal(err)
	}
	opt := Options{File: file}
	f, ok := Recognize(head, opt)
	if !ok {
		t.Fatalf("%s: not recognised", file)
	}
	names, benign, bad := 0, 0, 0
	for d, err := range f.Read(buffer, opt) {
		if limit--; limit == -1 {
			break
		}
		if _, ok := datasets.BadRow(err); ok {
			bad++
		} else if err != nil {
			t.Fatal(err)
		} else if names++; d.Family == datasets.Benign {
			benign++
		}
	}
	return fmt.Sprintf("%s: %d names, %d benign, %d bad", f.Name, names, benign, bad)
}
