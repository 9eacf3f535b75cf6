package source

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestStdin(t *testing.T) {
	text := "domain,family\na.com,goz\n?.com,goz\n"
	for name, data := range map[string][]byte{"": []byte(text), "gzip": pack(t, "gzip", []byte(text)), "zstd": pack(t, "zstd", []byte(text)), "xz": pack(t, "xz", []byte(text))} {
		s := one(t, "-", Options{Stdin: bytes.NewReader(data)})
		if _, err := s.Sum(); !errors.Is(err, ErrReadOnce) {
			t.Error(err)
		}
		if diff := cmp.Diff([]string{"2 a.com goz", "! stdin:3:1: bad character"}, content(s)); diff != "" {
			t.Error(name, diff)
		}
		want := sha256.Sum256(data)
		if sum, err := s.Sum(); sum != hex.EncodeToString(want[:]) || err != nil || s.Name != "stdin" || s.Path != "stdin" {
			t.Error(sum, err)
		}
		if got := content(s); len(got) != 1 || got[0] != "! stdin: can be read only once" {
			t.Error(got)
		}
	}
	if got := content(one(t, "-", Options{Stdin: strings.NewReader("google")})); got[0] != "1 google " {
		t.Error(got)
	}
	if _, _, err := Expand("-", Options{Stdin: strings.NewReader("")}); !errors.Is(err, ErrEmpty) || !strings.HasPrefix(err.Error(), "stdin: ") {
		t.Error(err)
	}
	if got := content(one(t, "goz=csv:-", Options{Stdin: strings.NewReader("query\na.com\n")})); got[0] != "2 a.com goz" {
		t.Error(got)
	}
}

// Endless input: each record is there as soon as its line is.
func TestStreaming(t *testing.T) {
	for _, first := range []string{"domain,family\na.com,goz\n", "a.com\n", "# names\na\n", "1,a.com\n"} {
		in, out := io.Pipe()
		go func() { _, _ = io.WriteString(out, first) }()
		s := one(t, "-", Options{Stdin: in})
		row := strings.TrimPrefix(first[strings.IndexByte(first[:len(first)-1], '\n')+1:], "# names\n")
		rows := 0
		for _, err := range s.Domains() {
			if err != nil {
				t.Fatal(err)
			}
			if rows++; rows == 100 {
				break
			}
			go func() { _, _ = io.WriteString(out, row) }()
		}
		if rows != 100 {
			t.Errorf("%q: %d rows", first, rows)
		}
	}
}

// A pipe given as a path is read like standard input.
func TestPipe(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	path := fmt.Sprintf("/dev/fd/%d", r.Fd())
	if _, err := os.Stat(path); err != nil {
		t.Skip("no /dev/fd here")
	}
	for _, data := range [][]byte{[]byte("a.com,goz\n"), zipOf(t, map[string]string{"x.csv": "a.com,goz\n"})} {
		if _, err := w.Write(data); err != nil {
			t.Fatal(err)
		}
		if data[0] == 'P' {
			_ = w.Close()
		}
		s := one(t, path, Options{})
		n := 0
		for d, err := range s.Domains() {
			if n++; err != nil || d.Family != "goz" {
				t.Fatal(d, err)
			}
			break
		}
		if n != 1 {
			t.Fatal("no row")
		}
	}
}
