package datasets

import (
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestNormalize(t *testing.T) {
	label63, label64 := strings.Repeat("a", 63), strings.Repeat("a", 64)
	name253 := strings.Repeat("a.", 126) + "b"
	for raw, want := range map[string]string{
		"example.com": "example.com", "Example.COM.": "example.com", "localhost": "localhost",
		"a_b._tcp.x-.com": "a_b._tcp.x-.com", "xn--mnchen-3ya.de": "xn--mnchen-3ya.de", "XN--MNCHEN-3YA.de": "xn--mnchen-3ya.de",
		"münchen.de": "xn--mnchen-3ya.de", "MÜNCHEN。de": "xn--mnchen-3ya.de", "faß.de": "xn--fa-hia.de", "r3---sn-é.com": "xn--r3---sn--i1a.com",
		"*.example.com": "example.com", ".example.com": "example.com", "http://u:p@Example.com:8080/x?y#z": "example.com",
		"hxxps://example[.]com/": "example.com", "wenku.baidu.com/user/reg": "wenku.baidu.com", "example.com:443": "example.com",
		"example.com:": "example.com", "1.2.3": "1.2.3", "1.2.3.4.5": "1.2.3.4.5", "256.1.1.1": "256.1.1.1", "null": "null",
		label63 + ".com": label63 + ".com", name253: name253, name253 + ".": name253, "\u00a0a.com\ufeff": "a.com",
	} {
		got, err := Normalize(raw)
		if got != want || err != nil {
			t.Errorf("%q: %q, %v, not %q", raw, got, err, want)
		}
	}
	if got, err := Normalize(" \"example.com\"\r"); got != "example.com" || err != nil {
		t.Error(got, err)
	}
	for raw, want := range map[string]Reason{
		"": EmptyName, "  ": EmptyName, ".": EmptyName, "/x": BadCharacter, "?.com": BadCharacter, "a..b": EmptyPart, "a.com..": EmptyPart, "..a": EmptyPart,
		label64 + ".com": LabelTooLong, "com." + label64: LabelTooLong, name253 + "c": NameTooLong, strings.Repeat("é", 300): NameTooLong,
		"a b.com": BadCharacter, "*.*.a.com": BadCharacter, "a@b.com": BadCharacter, "ru\nx.ru": BadCharacter, "a\x00.com": BadCharacter,
		"\xff.com": InvalidUTF8, "a\u2028b.com": InvalidIDN, "xn--a.é": InvalidIDN, "1.2.3.4": IPAddress, "http://1.2.3.4:80/": IPAddress, "１.2.3.4": IPAddress,
		"[::1]": BadCharacter, "2001:db8::1": BadCharacter,
	} {
		got, err := Normalize(raw)
		if got != "" || !errors.Is(err, want) {
			t.Errorf("%q: %q, %v, not %v", raw, got, err, want)
		}
	}
}

func TestNormalizeAllocates(t *testing.T) {
	if n := testing.AllocsPerRun(100, func() { _, _ = Normalize("www.example.com") }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// Hosts built of good labels are taken in any case, and stand for themselves.
func TestNormalizeProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		labels := rapid.SliceOfN(rapid.StringMatching(`[A-Za-z_][A-Za-z0-9_-]{0,20}`), 1, 8).Draw(t, "labels")
		raw := strings.Join(labels, ".")
		got, err := Normalize(raw)
		if got != strings.ToLower(raw) || err != nil {
			t.Fatalf("%q: %q, %v", raw, got, err)
		}
	})
}

func FuzzNormalize(f *testing.F) {
	for _, s := range []string{"Example.COM.", "http://ü@x[.]y:1/z", "*.münchen。de", "xn--a.é", "\xff", "1.2.3.4", "\u200d.\ufb01", strings.Repeat("ä", 90)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		name, err := Normalize(raw)
		if err != nil {
			if reason, ok := err.(Reason); !ok || reason == "" || name != "" {
				t.Fatalf("%q: %q, %v", raw, name, err)
			}
			return
		}
		if again, err := Normalize(name); again != name || err != nil {
			t.Fatalf("%q: %q becomes %q, %v", raw, name, again, err)
		}
		if len(name) == 0 || len(name) > 253 || strings.ToLower(name) != name || strings.Contains("."+name+".", "..") {
			t.Fatalf("%q: %q", raw, name)
		}
	})
}

func TestRowError(t *testing.T) {
	cause := errors.New("cause")
	row := &RowError{Pos: Pos{"f.csv", 3, 7}, Reason: BadQuotes, Err: cause}
	if got := row.Error(); got != "f.csv:3:7: bad quotes: cause" {
		t.Error(got)
	}
	if !errors.Is(row, BadQuotes) || !errors.Is(row, cause) || errors.Is(row, EmptyName) {
		t.Error("what is it?")
	}
	row.Err = nil
	if got := row.Error(); got != "f.csv:3:7: bad quotes" || !errors.Is(row, BadQuotes) {
		t.Error(got)
	}
}

func TestStrict(t *testing.T) {
	row := &RowError{Pos: Pos{"f", 2, 1}, Reason: EmptyName}
	rows := func(yield func(Domain, error) bool) {
		_ = yield(Domain{Name: "a"}, nil) && yield(Domain{}, row) && yield(Domain{Name: "b"}, nil)
	}
	var names []string
	var last error
	for d, err := range Strict(rows) {
		names, last = append(names, d.Name), err
	}
	if _, skippable := BadRow(last); skippable || !errors.Is(last, EmptyName) || len(names) != 2 {
		t.Error(names, last)
	}
	for _, err := range Strict(rows) {
		if err != nil {
			t.Error(err)
		}
		break
	}
}
