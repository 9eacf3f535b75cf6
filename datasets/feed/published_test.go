package feed

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"threatnet/internal/golden"
)

// Each fixture is written to the specification of its format. The rows are "line name family day".
func TestPublished(t *testing.T) {
	for file, c := range map[string]struct {
		format string
		want   []string
	}{
		"bambenek.csv": {"bambenek", []string{
			"16 plvkwpgiveryx.com Cryptolocker - Flashback 2018-06-23", "17 dnuxdhcgblsqy.net Cryptolocker - Flashback 2018-06-24",
			"18 1b4ooq21m0k2u1c2xkd2hpqw3x.com Post Tovar GOZ 2018-06-23", "19 wjb92vcerhx.net shiotob/urlzone/bebloh 2018-06-23",
			"20 vhnvvwxy.net pykspa 2018-06-25", "21 csyyhnyiwejlay.su ranbyus 2018-06-25",
			"22 earnestnessbiophysicalohax.com banjori 2018-06-25", "23 getadobeflashplayerx.net Volatile Cedar / Explosive 2018-06-25",
			"24 a94421b9c998056fb42456ad25ea55bfbx.hk dyre 2018-06-26", "25 ypuyuvscckux.pw tinba 2018-06-25",
			"26 qsoyuvscckux.pw tinba", "! bambenek.csv:27:1: IP address", "! bambenek.csv:28:17: empty label",
			"! bambenek.csv:29:58: bad date", "! bambenek.csv:30:1: wrong number of fields: 3 instead of 4",
			"33 ypuyuvscckuz.pw tinba 2018-06-25",
		}},
		"dga.txt": {"netlab", []string{
			"6 difficultriver.net suppobox 2016-11-12", "7 mountainbefore.net suppobox 2016-11-13", "8 qwhrbmtxqupj.bit necurs 2016-11-12",
			"9 bvoqmcdgvkwc.pw tinba", "! dga.txt:10:23: bad date", "! dga.txt:11:1: empty label", "! dga.txt:12:7: bad character",
			"! dga.txt:13:1: wrong number of fields: 2 instead of 4", "14 aebykq.com virut 2016-11-12",
		}},
		"bamital_dga.csv": {"dgarchive", []string{
			"1 3c1e9d6a2f5b8c7d0e4f1a2b3c4d5e6f.co.cc bamital 2012-08-15", "2 4d2fae7b306c9d8e1f502b3c4d5e6f70.info bamital 2012-08-15",
			"3 5e30bf8c417dae9f20613c4d5e6f7081.org bamital 2012-08-16", "! bamital_dga.csv:4:1: bad character",
			"! bamital_dga.csv:5:63: bad quotes: closing quote is not followed by a separator",
			"6 7052d1ae639fc0b142835e6f708192a3.info bamital 2012-08-17",
		}},
		"suppobox_dga.csv": {"dgarchive", []string{"1 heavenlight.net suppobox", "2 riverstone.net suppobox"}},
		"devo.csv": {"csv", []string{
			"2 000example.com.ar benign", "3 qkzvtrwpxaab.ru cryptolocker", "! devo.csv:4:1: bad character",
			"7 1a2b3c4d5e6f7g8h9i0j.biz newgoz", "8 null NA",
		}},
		"umbrella.csv": {"ranked", []string{
			"1 com benign", "2 net benign", "3 example.com benign", "4 www.example.com benign", "5 _dmarc.example.net benign",
			"6 arpa benign", "7 time-ios.g.example.org benign", "! umbrella.csv:8:3: IP address",
		}},
		"tranco.csv": {"ranked", []string{
			"1 example.com benign", "2 example.net benign", "3 xn--mnchen-3ya.example benign", "4 co.uk benign",
		}},
		"alexa.csv": {"ranked", []string{"1 example.com benign", "2 example.net benign", "3 example.org benign", "4 example.edu benign"}},
		"majestic.csv": {"majestic", []string{
			"2 example.com benign", "3 example.org benign", "4 blogs.example.com benign", "5 xn--mnchen-3ya.example benign",
			"! majestic.csv:6:5: empty name",
		}},
		"hosts": {"hosts", []string{
			"13 ads.example.com hosts", "14 tracker.example.com hosts", "15 ads.example.net hosts", "16 six.example.org hosts",
			"16 seven.example.org hosts", "! hosts:16:39: empty part in the name",
			"! hosts:17:1: wrong number of fields: an address without a name", "18 nine.example.org hosts",
			"! hosts:19:1: no IP address", "! hosts:20:1: wrong number of fields: an address without a name",
		}},
	} {
		t.Run(file, func(t *testing.T) {
			text, err := os.ReadFile(filepath.Join("testdata", file))
			if err != nil {
				t.Fatal(err)
			}
			format, got := readDated(t, string(text), Options{File: file})
			if format != c.format {
				t.Errorf("format %q, not %q", format, c.format)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// readDated gives the recognised format and the rows with their days.
func readDated(t *testing.T, text string, opt Options) (format string, rows []string) {
	t.Helper()
	f, ok := Recognize([]byte(text), opt)
	if !ok {
		return "", nil
	}
	return f.Name, readDatedAs(f, text, opt)
}

func readDatedAs(f Format, text string, opt Options) (rows []string) {
	for d, err := range f.Read(bufio.NewReader(strings.NewReader(text)), opt) {
		if err != nil {
			rows = append(rows, "! "+err.Error())
			continue
		}
		row := fmt.Sprintf("%d %s %s", d.Line, d.Name, d.Family)
		if d.Day != 0 {
			row += " " + time.Unix(int64(d.Day)*24*60*60, 0).UTC().Format(time.DateOnly)
		}
		rows = append(rows, row)
	}
	return rows
}

// How the options change what the formats of feeds read, and texts that are nearly in one.
func TestPublishedOptions(t *testing.T) {
	const (
		bambenekRow  = "a.com,Domain used by tinba DGA for 25 Jun 2018,2018-06-25,http://x.example/\n"
		netlabRow    = "tinba\ta.com\t2016-11-12 11:58:56\t2016-11-13 00:04:15\n"
		dgarchiveRow = "\"a.com\",\"2012-08-15 00:00:00\"\n"
		majesticRow  = "GlobalRank,TldRank,Domain\n1,1,a.com\n"
		hostsRow     = "0.0.0.0 a.com b\n"
	)
	hasLabels := []string{"! " + ErrHasLabels.Error()}
	for name, c := range map[string]struct {
		opt    Options
		text   string
		format string
		want   []string
	}{
		"bambenek, benign":        {Options{Benign: true, Family: "x"}, bambenekRow, "bambenek", []string{"1 a.com benign 2018-06-25"}},
		"bambenek, family":        {Options{Family: "x"}, bambenekRow, "bambenek", hasLabels},
		"bambenek, columns":       {Options{Label: "3", NameColumn: "2"}, bambenekRow, "bambenek", []string{"1 a.com tinba 2018-06-25"}},
		"bambenek, BOM":           {Options{}, "\ufeff# x\r\n\ufeff" + bambenekRow, "bambenek", []string{"2 a.com tinba 2018-06-25"}},
		"bambenek, older words":   {Options{}, "a.com,tinba,2018-06-25,http://x.example/\n", "bambenek", []string{"1 a.com tinba 2018-06-25"}},
		"bambenek, header":        {Options{}, "domain,description,date,url\n" + bambenekRow, "bambenek", []string{"! f:1:20: bad date", "2 a.com tinba 2018-06-25"}},
		"bambenek, CSV header":    {Options{}, "domain,family,date,url\na.com,x - y,2018-06-25,http://x.example/\n", "csv", []string{"2 a.com x - y 2018-06-25"}},
		"bambenek, no label":      {Options{}, "domain,kind,date,url\na.com,x - y,2018-06-25,http://x.example/\n", "csv", []string{"2 a.com  2018-06-25"}},
		"bambenek, two columns":   {Options{}, "a.com,Domain used by tinba DGA for 25 Jun 2018\n", "csv", []string{"1 a.com tinba"}},
		"bambenek, named columns": {Options{}, "domain,dga,date\na.com,Domain used by pykspa (x),2018-06-25\n", "csv", []string{"2 a.com pykspa 2018-06-25"}},
		"bambenek, names alone":   {Options{}, "a.com,,2018-06-25,x\n", "csv", []string{"1 a.com "}},

		"netlab, benign":        {Options{Benign: true}, netlabRow, "netlab", []string{"1 a.com benign 2016-11-12"}},
		"netlab, family":        {Options{Family: "x"}, netlabRow, "netlab", hasLabels},
		"netlab, header":        {Options{}, "family\tdomain\tstart\tend\n" + netlabRow, "csv", []string{"2 a.com tinba"}},
		"netlab, benign family": {Options{}, strings.Replace(netlabRow, "tinba", "legit", 1), "netlab", []string{"1 a.com benign 2016-11-12"}},

		"dgarchive":                {Options{File: "full/Bamital_dga.csv.gz"}, dgarchiveRow, "dgarchive", []string{"1 a.com Bamital 2012-08-15"}},
		"dgarchive, names alone":   {Options{File: "x_dga.csv"}, "\"a.com\"\n\"b.com\"\n", "dgarchive", []string{"1 a.com x", "2 b.com x"}},
		"dgarchive, benign":        {Options{File: "x_dga.csv", Benign: true}, dgarchiveRow, "dgarchive", []string{"1 a.com benign 2012-08-15"}},
		"dgarchive, family":        {Options{File: "x_dga.csv", Family: "y"}, dgarchiveRow, "dgarchive", []string{"1 a.com y 2012-08-15"}},
		"dgarchive, other file":    {Options{}, dgarchiveRow, "csv", []string{"1 a.com 2012-08-15 00:00:00"}},
		"dgarchive, header":        {Options{File: "x_dga.csv"}, "\"host\",\"class\"\n\"a.com\",\"goz\"\n", "csv", []string{"2 a.com goz"}},
		"dgarchive, benign labels": {Options{File: "x_dga.csv"}, "\"a.com\",\"legit\"\n\"b.com\",\"goz\"\n", "csv", []string{"1 a.com benign", "2 b.com goz"}},
		"dgarchive, legit file":    {Options{File: "legit_dga.csv"}, "\"a.com\",\"goz\"\n", "csv", []string{"1 a.com goz"}},
		"dgarchive, no quotes":     {Options{File: "x_dga.csv"}, "a.com,goz\n", "csv", []string{"1 a.com goz"}},

		"majestic, family":  {Options{Family: "x"}, majesticRow, "majestic", []string{"2 a.com x"}},
		"majestic, columns": {Options{Label: "family", NameColumn: "host"}, majesticRow, "majestic", []string{"2 a.com benign"}},

		"hosts":             {Options{File: "ads.txt"}, hostsRow, "hosts", []string{"1 a.com ads", "1 b ads"}},
		"hosts, family":     {Options{Family: "x"}, hostsRow, "hosts", []string{"1 a.com x", "1 b x"}},
		"hosts, benign":     {Options{Benign: true}, hostsRow, "hosts", []string{"1 a.com benign", "1 b benign"}},
		"hosts of a system": {Options{}, "127.0.0.1 localhost\n::1 localhost\n", "hosts", nil},
		"hosts, tabs":       {Options{}, "127.0.0.1\ta.com\n", "hosts", []string{"1 a.com f"}},
		"queries of hosts":  {Options{}, "192.0.2.1 a.com\n192.0.2.2 b.com\n", "", nil},

		"umbrella, first row": {Options{}, "1,com\n", "ranked", []string{"1 com benign"}},
		"ranks of words":      {Options{}, "1,apple\n2,pear\n", "", nil},
		"date of a day":       {Options{}, "domain,family,date\na.com,x,2020-02-30\nb.com,x,2020-02-29T10:00\nc.com,x,soon\n", "csv", []string{"2 a.com x", "3 b.com x 2020-02-29", "4 c.com x"}},
	} {
		t.Run(name, func(t *testing.T) {
			if c.opt.File == "" {
				c.opt.File = "f"
			}
			format, got := readDated(t, c.text, c.opt)
			if format != c.format {
				t.Fatalf("format %q, not %q", format, c.format)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestBambenekFamily(t *testing.T) {
	var want struct {
		Cases []struct{ Input, Output string } `json:"strip_cat"`
	}
	golden.JSON(t, "data/labels.json", &want)
	if len(want.Cases) < 10 {
		t.Fatal("no cases")
	}
	for _, c := range want.Cases {
		if got := BambenekFamily(c.Input); got != c.Output {
			t.Errorf("%q: %q, not %q", c.Input, got, c.Output)
		}
	}
}

func TestDays(t *testing.T) {
	for text, want := range map[string]int32{
		"1970-01-02": 1, "1970-01-01": 0, "1969-12-31": -1, "2018-06-23": 17705, " 2018-06-23 ": 17705, "2018-06-23 23:59:59": 17705,
		"2018-06-23T00:00:00Z": 17705, "2020-02-29": 18321, "": 0, "-": 0, "0000-00-00 00:00:00": 0,
	} {
		var d days
		for range 2 {
			if got, ok := d.day(text); got != want || !ok {
				t.Errorf("%q: %d %v, not %d", text, got, ok, want)
			}
		}
	}
	for _, text := range []string{"2018-6-23", "2018-06-23x", "2018-13-01", "2019-02-29", "23-06-2018", "2018/06/23", "soon", "20180623", "1529712000"} {
		var d days
		if got, ok := d.day(text); got != 0 || ok {
			t.Errorf("%q: %d %v", text, got, ok)
		}
	}
}

// Comments before the rows, of any length, change line numbers alone.
func TestLongHeads(t *testing.T) {
	const comments = 3000
	head := strings.Repeat("# a comment, with commas, \"and quotes, of more than one word\n", comments)
	for _, file := range []string{
		"bambenek.csv", "dga.txt", "bamital_dga.csv", "devo.csv", "umbrella.csv", "majestic.csv", "hosts", "ramdo.txt", "labelled.tsv",
	} {
		text, err := os.ReadFile(filepath.Join("testdata", file))
		if err != nil {
			t.Fatal(err)
		}
		format, want := readDated(t, string(text), Options{File: file, Line: comments})
		f, ok := Lookup(format)
		if !ok {
			t.Fatal(format)
		}
		got := readDatedAs(f, head+string(text), Options{File: file})
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", file, diff)
		}
	}
}
