package pipeline

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"

	"threatnet/models"
	"threatnet/models/catalog"
	"threatnet/train"
)

// TestCacheGivesTheSameBytes keeps the names in a file.
func TestCacheGivesTheSameBytes(t *testing.T) {
	data := corpus(t, 60)
	memory, disk := job(t, train.Corrected, data), job(t, train.Corrected, data)
	disk.Cache = t.TempDir()
	for _, j := range []Job{memory, disk} {
		if _, err := Train(context.Background(), j); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(read(t, memory.Out), read(t, disk.Out)) {
		t.Error("names on disk give another checkpoint")
	}
}

func TestHeldOutFamily(t *testing.T) {
	j := job(t, train.Corrected, corpus(t, 60))
	j.Settings.HoldOut = []string{"dyre"}
	res, err := Train(context.Background(), j)
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(res.Model.Classes(), " "); got != "benign conficker ramdo" {
		t.Errorf("classes are %q", got)
	}
	if len(res.HeldOut) != 1 || res.HeldOut[0].Name != "dyre" || res.HeldOut[0].Records != 60 {
		t.Errorf("held out: %+v", res.HeldOut)
	}
	j.Settings.HoldOut = []string{"zeus"}
	if _, err := Train(context.Background(), j); err == nil || !strings.Contains(err.Error(), "zeus") {
		t.Errorf("a family that is not there: %v", err)
	}
}

// TestNameForm trains on hosts in their registrable form: the model keeps the form, and says the same of a host and of its
// registrable domain.
func TestNameForm(t *testing.T) {
	j := job(t, train.Corrected, corpus(t, 60))
	j.Settings.NameForm = "registrable"
	if _, err := Train(context.Background(), j); err != nil {
		t.Fatal(err)
	}
	m, _, err := catalog.Open(j.Out)
	if err != nil {
		t.Fatal(err)
	}
	names := m.(models.Names)
	if names.Form() != "registrable" {
		t.Errorf("the form is %q", names.Form())
	}
	for name, want := range map[string]string{"a.b.example.co.uk": "example.co.uk", "example.com": "example.com", "co.uk": "co.uk"} {
		if got := models.InForm(names, name); got != want {
			t.Errorf("%s is scored as %s, want %s", name, got, want)
		}
	}
}

func TestShortcutIsWarnedOf(t *testing.T) {
	var text strings.Builder
	text.WriteString("domain,family\n")
	for i := range 300 {
		fmt.Fprintf(&text, "www%d.site%d.example.com,benign\nqx%dvz.net,ramdo\n", i%7, i, i)
	}
	var log strings.Builder
	j := job(t, train.Corrected, write(t, "hosts.csv", text.String()))
	j.Settings.Epochs = 1
	j.Log = func(format string, args ...any) { fmt.Fprintf(&log, format+"\n", args...) }
	if _, err := Train(context.Background(), j); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(log.String(), "warning: benign and DGA names are of different kinds") {
		t.Errorf("no warning in\n%s", &log)
	}
}

// TestSplitByTime tests on what a dated feed first saw from a day on.
func TestSplitByTime(t *testing.T) {
	var text strings.Builder
	text.WriteString("# a feed\n")
	for i := range 120 {
		fmt.Fprintf(&text, "qx%dvzk.com,Domain used by ramdo DGA for day,2018-06-%02d,http://example.com/\n", i, 1+i%30)
	}
	j := job(t, train.Corrected, write(t, "feed.csv", text.String()))
	j.Sources.Benign = []string{corpusOf(t, 100)}
	j.Settings.TestFrom = "2018-06-21"
	res, err := Train(context.Background(), j)
	if err != nil {
		t.Fatal(err)
	}
	dga := 0
	for _, c := range res.Test.True {
		if c != res.Test.Benign {
			dga++
		}
	}
	if dga != 40 {
		t.Errorf("tested on %d DGA names, want the 40 of the last ten days", dga)
	}
}
