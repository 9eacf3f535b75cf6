package source

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestZip(t *testing.T) {
	path := filepath.Join("testdata", "names.zip")
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		arg, path, name string
		opt             Options
	}{
		{path, path, "names.zip", Options{}}, {"-", "stdin", "stdin", Options{Stdin: bytes.NewReader(data)}},
	} {
		sources, skipped, err := Expand(c.arg, c.opt)
		if err != nil || len(skipped) != 1 || skipped[0].Path != c.path+"/README" || !errors.Is(skipped[0].Err, ErrUnrecognised) {
			t.Fatal(sources, skipped, err)
		}
		var got []string
		for _, s := range sources {
			got = append(got, s.Name+" "+s.Format+" "+strings.Join(content(s), ", "))
			if sum, err := s.Sum(); sum != sumOf(t, path) || err != nil {
				t.Error(sum, err)
			}
		}
		want := []string{
			c.name + "/sub/again.csv.gz csv 2 a.com goz, 3 b.com benign", c.name + "/sub/names.csv csv 2 a.com goz, 3 b.com benign",
			c.name + "/top.csv ranked 1 a.com benign, 2 b.com benign",
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	}
	if sources, skipped, err := Expand("ranked:"+path, Options{}); err != nil || len(sources) != 1 || len(skipped) != 3 {
		t.Error(sources, skipped, err)
	}
}

func TestFolder(t *testing.T) {
	root := t.TempDir()
	at := func(name string) string { return filepath.Join(root, filepath.FromSlash(name)) }
	archive, err := os.ReadFile(filepath.Join("testdata", "names.zip"))
	if err != nil {
		t.Fatal(err)
	}
	write(t, at("b/tinba.txt"), []byte("a.com\n"))
	write(t, at("b/c/goz.txt"), []byte("b.com\n"))
	write(t, at("a.csv"), []byte("domain,label\nc.com,pizd\n"))
	write(t, at("b.zip"), archive)
	write(t, at("README.md"), []byte("# Names\n\nThese names, and those, were made by programs.\n"))
	write(t, at("empty.txt"), nil)
	write(t, at("x.bin"), []byte("\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00"))
	write(t, at(".hidden.txt"), []byte("d.com\n"))
	write(t, at(".git/names.txt"), []byte("d.com\n"))
	sources, skipped, err := Expand(root, Options{})
	if err != nil {
		t.Fatal(err)
	}
	var names, families []string
	for _, s := range sources {
		names = append(names, s.Name)
		for d, err := range s.Domains() {
			if err != nil {
				t.Error(err)
			}
			families = append(families, d.Family)
		}
		if !strings.HasPrefix(s.Path, root) {
			t.Error(s.Path)
		}
	}
	want := []string{"a.csv", "b.zip/sub/again.csv.gz", "b.zip/sub/names.csv", "b.zip/top.csv", "b/c/goz.txt", "b/tinba.txt"}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Error(diff)
	}
	if got := strings.Join(families, " "); got != "pizd goz benign goz benign benign benign goz tinba" {
		t.Error(got)
	}
	reasons := map[string]error{"README.md": ErrUnrecognised, "b.zip/README": ErrUnrecognised, "empty.txt": ErrEmpty, "x.bin": ErrBinary}
	for _, s := range skipped {
		name, _ := filepath.Rel(root, s.Path)
		if !errors.Is(s.Err, reasons[filepath.ToSlash(name)]) {
			t.Errorf("%s: %v", name, s.Err)
		}
	}
	if len(skipped) != len(reasons) {
		t.Error(skipped)
	}
	if sources, _, err := Expand("all="+filepath.Join(root, "b"), Options{}); err != nil || content(sources[0])[0] != "1 b.com all" {
		t.Error(err)
	}
	if sources, _, err := Expand(root, Options{Benign: true}); err != nil || content(sources[0])[0] != "2 c.com benign" {
		t.Error(err)
	}
	if _, _, err := Expand(at(".git/.."), Options{}); err != nil {
		t.Error(err)
	}
}

func TestFolderErrors(t *testing.T) {
	root := t.TempDir()
	if _, _, err := Expand(root, Options{}); !errors.Is(err, ErrUnrecognised) {
		t.Error(err)
	}
	for i := range 5 {
		write(t, filepath.Join(root, fmt.Sprintf("%d.txt", i)), []byte("not, a, list of names; no\n"))
	}
	if _, _, err := Expand(root, Options{}); !errors.Is(err, ErrUnrecognised) || !strings.HasSuffix(err.Error(), "and 2 more") {
		t.Error(err)
	}
	write(t, filepath.Join(root, "damaged.csv.gz"), []byte("\x1f\x8b\x08rubbish"))
	if _, _, err := Expand(root, Options{}); err == nil || !strings.Contains(err.Error(), "damaged.csv.gz: damaged") {
		t.Error(err)
	}
}

func TestLinks(t *testing.T) {
	root := t.TempDir()
	write(t, filepath.Join(root, "names", "tinba.txt"), []byte("a.com\n"))
	for link, to := range map[string]string{"link": "names", filepath.Join("names", "goz.txt"): "tinba.txt", filepath.Join("names", "up"): ".."} {
		if err := os.Symlink(to, filepath.Join(root, link)); err != nil {
			t.Skip("no links here:", err)
		}
	}
	sources, skipped, err := Expand(filepath.Join(root, "link"), Options{})
	if err != nil || len(sources) != 2 || len(skipped) != 1 || sources[0].Path != filepath.Join(root, "link", "goz.txt") {
		t.Fatal(sources, skipped, err)
	}
	if err := os.Remove(filepath.Join(root, "names", "tinba.txt")); err != nil {
		t.Fatal(err)
	}
	if _, _, err := Expand(filepath.Join(root, "link", "goz.txt"), Options{}); !errors.Is(err, fs.ErrNotExist) {
		t.Error("a link to nothing:", err)
	}
	// In a folder links that lead nowhere are passed over.
	if err := os.Symlink("circle", filepath.Join(root, "names", "circle")); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(root, "names", "pizd.txt"), []byte("a.com\n"))
	sources, skipped, err = Expand(root, Options{})
	if err != nil || len(sources) != 1 || len(skipped) != 4 || !strings.HasSuffix(skipped[1].Err.Error(), "a link that leads nowhere") {
		t.Error(sources, skipped, err)
	}
}
