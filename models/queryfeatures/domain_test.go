package queryfeatures

import (
	"fmt"
	"testing"

	"threatnet/internal/golden"
)

func ExampleSplit() {
	fmt.Println(Split(Window107, "WWW.Example.co.uk."))
	fmt.Println(Split(Notebook98, "www.example.co.uk"))
	// Output:
	// www example.co.uk
	// www.example co.uk
}

func TestSplit(t *testing.T) {
	for _, c := range []struct{ name, host, domain string }{
		{"", "", ""},
		{".", "", ""},
		{"...", "", ""},
		{"com", "", "com"},
		{"localhost", "", "localhost"},
		{"example.com", "", "example.com"},
		{"example.com.", "", "example.com"},
		{"example.com..", "", "example.com"},
		{"a.b.Example.COM", "a.b", "example.com"},
		{"co.uk", "", "co.uk"},
		{"x.example.co.uk", "x", "example.co.uk"},
		{"github.io", "", "github.io"},
		{"x.user.github.io", "x", "user.github.io"},
		{"host.corp", "", "host.corp"},
		{"x.host.corp", "x", "host.corp"},
		{"192.0.2.1", "", "192.0.2.1"},
		{"a.192.0.2.1", "a.192.0", "2.1"},
		{"192.0.2.1111", "192.0", "2.1111"},
		{"2001:db8::1", "", "2001:db8::1"},
		{"1.2.0.192.in-addr.arpa", "1.2.0", "192.in-addr.arpa"},
		{".leading.com", "", "leading.com"},
		{"a..com", "a", ".com"},
		{"\xff\x00.Tunnel.com", "\xff\x00", "tunnel.com"},
		{"É.example.com", "É", "example.com"}, // ASCII alone is folded
	} {
		if host, domain := Split(Window107, c.name); host != c.host || domain != c.domain {
			t.Errorf("%q: %q of %q, want %q of %q", c.name, host, domain, c.host, c.domain)
		}
	}
}

func TestNotebookSplit(t *testing.T) {
	var f exfilFile
	golden.JSON(t, "features/exfil_features.json", &f)
	for i, e := range f.Rank1 {
		host, domain := Split(Notebook98, f.Events[e].Query)
		if host != f.Hosts[i] || domain != f.Domains[i] {
			t.Errorf("%q: %q of %q, want %q of %q", f.Events[e].Query, host, domain, f.Hosts[i], f.Domains[i])
		}
	}
	for _, c := range []struct{ name, host, domain string }{
		{"a.example.com", "a", "exmple.com"},
		{"o.microsoft.com", "o", "micrsft.cm"},
		{"com.example.com", "com", "example."},
		{"a.a.a", "a", ""},
	} {
		if host, domain := Split(Notebook98, c.name); host != c.host || domain != c.domain {
			t.Errorf("%q: %q of %q, want %q of %q", c.name, host, domain, c.host, c.domain)
		}
	}
}
