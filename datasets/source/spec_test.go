package source

import (
	"errors"
	"runtime"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	write(t, "names.txt", []byte("a.com\n"))
	write(t, "a=b.txt", []byte("a.com\n"))
	if runtime.GOOS != "windows" {
		write(t, "plain:c.txt", []byte("a.com\n"))
	}
	for arg, want := range map[string]spec{
		"names.txt": {path: "names.txt"}, "-": {path: "-"}, "csv:-": {format: "csv", path: "-"}, "PLAIN:names.txt": {format: "plain", path: "names.txt"},
		"tinba=names.txt": {family: "tinba", path: "names.txt"}, "a/b c=plain:names.txt": {family: "a/b c", format: "plain", path: "names.txt"},
		"a=b.txt": {path: "a=b.txt"}, "x=a=b.txt": {family: "x", path: "a=b.txt"}, "plain:a=b.txt": {format: "plain", path: "a=b.txt"},
		`C:\x.txt`: {path: `C:\x.txt`}, `goz=C:\x.txt`: {family: "goz", path: `C:\x.txt`}, "tinba=-": {family: "tinba", path: "-"},
		"goz=missing.txt": {family: "goz", path: "missing.txt"}, "dir/x=y.txt": {path: "dir/x=y.txt"}, "=x": {path: "=x"},
		"a.b:c.txt": {path: "a.b:c.txt"},
	} {
		if got, err := parse(arg); got != want || err != nil {
			t.Errorf("%s: %+v, %v", arg, got, err)
		}
	}
	if got, err := parse("plain:c.txt"); runtime.GOOS != "windows" && (got.path != "plain:c.txt" || err != nil) {
		t.Error(got, err)
	}
	for _, arg := range []string{"excel:names.txt", "http://example.com/feed", "x=excel:y"} {
		if _, err := parse(arg); !errors.Is(err, ErrUnknownFormat) || !strings.Contains(err.Error(), "csv, ranked, plain") {
			t.Error(arg, err)
		}
	}
	if _, err := parse(""); err == nil {
		t.Error("nothing is no source")
	}
}
