package feedtest_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"threatnet/datasets"
	"threatnet/datasets/feed"
	"threatnet/datasets/feed/feedtest"
)

// load reads a feed as a source of that name.
func load(t *testing.T, f feedtest.Feed, name string) *datasets.Set {
	t.Helper()
	in, out := io.Pipe()
	go func() {
		_, err := f.WriteTo(out)
		_ = out.CloseWithError(err)
	}()
	format, ok := feed.Lookup("bambenek")
	if !ok {
		t.Fatal("no format")
	}
	rows := format.Read(bufio.NewReaderSize(in, 1<<16), feed.Options{File: name})
	set, report, err := datasets.Collect(context.Background(), datasets.CollectOptions{Strict: true}, datasets.Input{Name: name, Domains: rows})
	if err != nil {
		t.Fatal(err)
	}
	if report.Duplicates+report.Bad+report.TwoFamilies.Count > 0 || report.Rows != report.Names {
		t.Error(report)
	}
	return set
}

// What the notebook's cells 9 to 13 print of the two feeds.
func TestNotebook(t *testing.T) {
	high, all := load(t, feedtest.High(), "high"), load(t, feedtest.All(), "all")
	if high.Len() != 381953 || all.Len() != 852819 {
		t.Error(high.Len(), all.Len())
	}
	if n, m := len(high.Families()), len(all.Families()); n != 43 || m != 52 {
		t.Error(n, m)
	}
	sum := datasets.Summarize(high, datasets.DefaultMinimum)
	var largest, shares, smallest, merged []string
	for i, f := range sum.Families {
		if i < 10 {
			largest = append(largest, fmt.Sprint(f.Names, " ", f.Family))
		}
		if i < 5 {
			shares = append(shares, fmt.Sprintf("%s %.6f", f.Family, f.Share))
		}
		if i >= len(sum.Families)-5 {
			smallest = append(smallest, fmt.Sprintf("%s %.6f", f.Family, f.Share))
		}
		if f.Rare {
			merged = append(merged, f.Family)
		}
	}
	for _, c := range []struct{ got, want []string }{
		{largest, []string{
			"66688 tinba", "66000 Post Tovar GOZ", "56174 ramnit", "43008 necurs", "28520 murofet", "26040 ranbyus", "20000 qakbot",
			"14215 pykspa", "12521 shiotob/urlzone/bebloh", "8988 kraken",
		}},
		{shares, []string{"tinba 0.174597", "Post Tovar GOZ 0.172796", "ramnit 0.147070", "necurs 0.112600", "murofet 0.074669"}},
		{smallest, []string{"gozi 0.000063", "mirai 0.000008", "dromedan 0.000005", "g01 0.000003", "madmax 0.000003"}},
		{merged, []string{"pandabanker", "gozi", "mirai", "dromedan", "g01", "madmax"}},
		{datasets.NewFamilies(high, all), []string{"banjori", "matsnu", "nymaim", "pizd", "shifu", "simda", "suppobox", "tofsee", "virut"}},
	} {
		if diff := cmp.Diff(c.want, c.got); diff != "" {
			t.Error(diff)
		}
	}
	unseen := map[string]string{
		"simda": "0.017301", "shifu": "0.002733", "suppobox": "0.001189", "banjori": "0.515025", "pizd": "0.000598",
		"matsnu": "0.000056", "nymaim": "0.007035", "tofsee": "0.000047", "virut": "0.000704",
	}
	for _, f := range datasets.Summarize(all, 0).Families {
		if want, ok := unseen[f.Family]; ok && fmt.Sprintf("%.6f", f.Share) != want {
			t.Errorf("%s: %f, not %s", f.Family, f.Share, want)
		}
	}
	if got := datasets.NewFamilies(all, high); got != nil {
		t.Error(got)
	}
	trimmed, rare := high.MergeRare(datasets.DefaultMinimum)
	if n := len(trimmed.Families()); n != 38 || len(rare) != 6 {
		t.Errorf("%d classes, %d merged", n, len(rare))
	}
}

// The order of the families is that in which the notebook lists them, and rows have days.
func TestOrder(t *testing.T) {
	all := feedtest.All()
	first := []string{
		"Cryptolocker - Flashback", "Post Tovar GOZ", "geodo", "dyre", "corebot", "symmi", "nymaim", "padcrypt", "virut", "locky", "matsnu",
		"tinba", "pushdo", "P2P Gameover Zeus", "shifu", "shiotob/urlzone/bebloh", "banjori", "hesperbot",
	}
	last := []string{"g01", "pandabanker", "pizd", "mirai", "tofsee", "unknownjs", "unknowndropper"}
	var got []string
	for _, c := range all.Families() {
		got = append(got, c.Family)
	}
	if !slices.Equal(got[:len(first)], first) || !slices.Equal(got[len(got)-len(last):], last) {
		t.Error(got)
	}
	var text strings.Builder
	if n, err := feedtest.High().WriteTo(&text); err != nil || n != int64(text.Len()) {
		t.Fatal(n, text.Len(), err)
	}
	head := text.String()[:1<<16]
	if f, ok := feed.Recognize([]byte(head), feed.Options{}); !ok || f.Name != "bambenek" {
		t.Error(f.Name)
	}
	format, _ := feed.Lookup("bambenek")
	for d, err := range format.Read(bufio.NewReader(strings.NewReader(head)), feed.Options{File: "x"}) {
		day := time.Unix(int64(d.Day)*24*60*60, 0).UTC()
		if err != nil || d.Line != 16 || day.Format(time.DateOnly) != "2018-06-23" {
			t.Error(d, err)
		}
		break
	}
}
