package source

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Standard input is one source: a second "-" would begin where the buffer of the first ends.
func TestStdinOnce(t *testing.T) {
	for text, want := range map[string]error{
		"": nil, "-": nil, "a.csv -": nil, "- -": ErrStdinTwice, "- a.csv csv:-": ErrStdinTwice, "goz=- ./-": nil, "x=csv:- plain:-": ErrStdinTwice, "nonsense:- -": nil,
	} {
		if err := CheckStdin(strings.Fields(text)...); err != want {
			t.Errorf("%q: %v", text, err)
		}
	}
	if err := CheckStdin("", "-"); err != nil {
		t.Error(err)
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, []byte("a.com\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for arg, want := range map[string]bool{"-": true, "x=csv:-": true, os.DevNull: true, file: false, "zeus=" + file: false, ".": false, "nothere": false, "nonsense:-": false} {
		if Once(arg) != want {
			t.Errorf("%s can be read once: %v", arg, !want)
		}
	}
	opt := Options{Stdin: Stdin(strings.NewReader("a.com\nb.com\n"))}
	s := one(t, "goz=-", opt)
	if _, _, err := Expand("csv:-", opt); !errors.Is(err, ErrStdinTwice) {
		t.Error(err)
	}
	if got := content(s); len(got) != 2 {
		t.Error(got)
	}
}
