package datasets

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/publicsuffix"
	"pgregory.net/rapid"
)

func TestForm(t *testing.T) {
	for _, c := range []struct{ name, registrable, label, without string }{
		{"example.com", "example.com", "example", "example"},
		{"www.mail.example.co.uk", "example.co.uk", "example", "www.mail.example"},
		{"com", "", "", ""},
		{"co.uk", "", "", ""},
		{"ck", "", "", ""},     // on the list as *.ck alone
		{"foo.ck", "", "", ""}, // by that rule
		{"a.foo.ck", "a.foo.ck", "a", "a"},
		{"www.ck", "www.ck", "www", "www"}, // an exception to it
		{"localhost", "localhost", "localhost", "localhost"},
		{"_dmarc", "_dmarc", "_dmarc", "_dmarc"},
		{"db.host.internal", "host.internal", "host", "db.host"}, // on no list
		{"abc.bit", "abc.bit", "abc", "abc"},
		{"_dmarc.example.com", "example.com", "example", "_dmarc.example"},
		{"a_b.com", "a_b.com", "a_b", "a_b"},
		{"www.xn--mnchen-3ya.de", "xn--mnchen-3ya.de", "xn--mnchen-3ya", "www.xn--mnchen-3ya"},
		{"a.b.xn--p1ai", "b.xn--p1ai", "b", "a.b"},
		{"a.b.xn--85x722f.com.cn", "xn--85x722f.com.cn", "xn--85x722f", "a.b.xn--85x722f"},
		{"qxv.ddns.net", "qxv.ddns.net", "qxv", "qxv"},
		{"a.qxv.github.io", "qxv.github.io", "qxv", "a.qxv"},
		{"github.io", "github.io", "github", "github"}, // a private suffix itself
		{"blogspot.com", "blogspot.com", "blogspot", "blogspot"},
		{"s3.amazonaws.com", "amazonaws.com", "amazonaws", "s3.amazonaws"},
		{"", "", "", ""},
	} {
		for form, want := range map[Form]string{"": c.name, Whole: c.name, Registrable: c.registrable, Label: c.label, WithoutSuffix: c.without} {
			if got := form.Of(c.name); got != want {
				t.Errorf("%s of %q: %q, not %q", form, c.name, got, want)
			}
		}
	}
	for _, c := range []struct{ name, registrable, label, without string }{
		{"a.qxv.github.io", "github.io", "github", "a.qxv.github"},
		{"qxv.s3.amazonaws.com", "amazonaws.com", "amazonaws", "qxv.s3.amazonaws"},
		{"github.io", "github.io", "github", "github"},
		{"www.example.co.uk", "example.co.uk", "example", "www.example"},
		{"co.uk", "", "", ""},
		{"foo.ck", "", "", ""},
		{"localhost", "localhost", "localhost", "localhost"},
		{"db.host.internal", "host.internal", "host", "db.host"},
	} {
		for form, want := range map[Form]string{RegistrableICANN: c.registrable, LabelICANN: c.label, WithoutSuffixICANN: c.without} {
			if got := form.Of(c.name); got != want {
				t.Errorf("%s of %q: %q, not %q", form, c.name, got, want)
			}
		}
	}
}

// Names with suffixes of all kinds, and some that no reader would give.
func drawName(t *rapid.T) string {
	if rapid.IntRange(0, 9).Draw(t, "kind") == 0 {
		return rapid.String().Draw(t, "any")
	}
	suffix := rapid.SampledFrom([]string{"com", "co.uk", "github.io", "ck", "kawasaki.jp", "s3.amazonaws.com", "internal", "xn--p1ai", ""}).Draw(t, "suffix")
	labels := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "www", "city", "x-1", "_t", "uk"}), 0, 4).Draw(t, "labels")
	if suffix != "" {
		labels = append(labels, suffix)
	}
	return strings.Join(labels, ".")
}

func TestFormProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := drawName(t)
		for _, f := range Forms() {
			got := f.Of(name)
			if !strings.Contains(name, got) {
				t.Fatalf("%s of %q: %q", f, name, got)
			}
		}
		if _, err := Normalize(name); err != nil {
			return
		}
		for _, f := range []Form{Registrable, RegistrableICANN} {
			r := f.Of(name)
			if again := f.Of(r); again != r {
				t.Fatalf("%s of %q: %q, of that %q", f, name, r, again)
			}
		}
		r, label, without := Registrable.Of(name), Label.Of(name), WithoutSuffix.Of(name)
		if !strings.HasPrefix(r, label) || !strings.HasSuffix(without, label) || strings.Contains(label, ".") || (r == "") != (label == "") {
			t.Fatalf("%q: %q, %q, %q", name, r, label, without)
		}
		if want, err := publicsuffix.EffectiveTLDPlusOne(name); err == nil && r != want {
			t.Fatalf("%q: %q, not %q", name, r, want)
		}
	})
}

func TestParseForm(t *testing.T) {
	for _, f := range Forms() {
		if got, err := ParseForm(string(f)); got != f || err != nil {
			t.Error(got, err)
		}
	}
	if got, err := ParseForm(""); got != Whole || err != nil {
		t.Error(got, err)
	}
	if _, err := ParseForm("host"); err == nil || !strings.Contains(err.Error(), "without-suffix") {
		t.Error(err)
	}
	if !strings.Contains(SuffixList(), "publicsuffix") {
		t.Error(SuffixList())
	}
	defer func() {
		if recover() == nil {
			t.Error("a form that is none")
		}
	}()
	Form("host").Of("example.com")
}

func TestFormNormalize(t *testing.T) {
	if got, err := Label.Normalize(" *.WWW.Example.co.uk. "); got != "example" || err != nil {
		t.Error(got, err)
	}
	if _, err := Label.Normalize("CO.UK"); !errors.Is(err, OnlySuffix) {
		t.Error(err)
	}
	if got, err := Whole.Normalize("CO.UK"); got != "co.uk" || err != nil {
		t.Error(got, err)
	}
	if _, err := Label.Normalize("a..b"); !errors.Is(err, EmptyPart) {
		t.Error(err)
	}
}

func TestCollectForm(t *testing.T) {
	a := Input{"feed", rows("x.com goz", "y.ddns.net goz", "www.x.com goz", "co.uk goz", "!empty name")}
	b := Input{"list", rows("www.y.ddns.net benign", "mail.z.org benign", "z.org benign", "com benign", "net benign", "org benign")}
	for _, cache := range []*Cache{nil, NewCache(t.TempDir())} {
		set, report, err := Collect(context.Background(), CollectOptions{Form: Registrable, Cache: cache}, a, b)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"x.com goz", "z.org benign"}, content(set)); diff != "" {
			t.Error(diff)
		}
		want := &Report{
			Sources: []SourceReport{
				{Name: "feed", Rows: 5, Duplicates: 1, OnlySuffix: 1, Bad: []BadRows{{EmptyName, 1, []Pos{{"f", 5, 1}}}}},
				{Name: "list", Rows: 6, Benign: 6, Duplicates: 2, OnlySuffix: 3},
			},
			Rows: 11, Bad: 1, Form: Registrable, OnlySuffix: Names{4, []string{"co.uk", "com", "net"}}, Duplicates: 3,
			Conflicts: Names{1, []string{"y.ddns.net"}}, Policy: DropBoth, Names: 2, Benign: 1,
		}
		if diff := cmp.Diff(want, report); diff != "" {
			t.Error(diff)
		}
		text := report.String()
		for _, part := range []string{"list: 6 rows, 2 with a name seen before, 3 left out as public suffixes\n", "names are taken in the form registrable\n"} {
			if !strings.Contains(text, part) {
				t.Errorf("%q is not in %q", part, text)
			}
		}
		if cache != nil {
			if err := cache.Close(); err != nil {
				t.Error(err)
			}
		}
	}
	if _, _, err := Collect(context.Background(), CollectOptions{Form: "host"}, a); err == nil {
		t.Error("a form that is none")
	}
}
