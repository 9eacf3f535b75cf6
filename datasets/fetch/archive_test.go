package fetch

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"io"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"
)

// archived gives a list in archives, by the ending of each.
func archived(t *testing.T, list string) map[string]string {
	t.Helper()
	all := map[string]string{}
	for ending, open := range map[string]func(*bytes.Buffer) (io.Writer, io.Closer, error){
		".zip": func(b *bytes.Buffer) (io.Writer, io.Closer, error) {
			z := zip.NewWriter(b)
			w, err := z.Create("list.csv")
			return w, z, err
		},
		".gz":  func(b *bytes.Buffer) (io.Writer, io.Closer, error) { z := gzip.NewWriter(b); return z, z, nil },
		".xz":  func(b *bytes.Buffer) (io.Writer, io.Closer, error) { z, err := xz.NewWriter(b); return z, z, err },
		".zst": func(b *bytes.Buffer) (io.Writer, io.Closer, error) { z, err := zstd.NewWriter(b); return z, z, err },
	} {
		var b bytes.Buffer
		w, c, err := open(&b)
		if err == nil {
			_, err = io.WriteString(w, list)
		}
		if err := errors.Join(err, c.Close()); err != nil {
			t.Fatal(err)
		}
		all[ending] = b.String()
	}
	all[".bz2"] = "BZh9\x17\x72\x45\x38\x50\x90\x00\x00\x00\x00" // of nothing
	return all
}

// Whole archives are kept; those that end early, anywhere, are not.
func TestArchives(t *testing.T) {
	for ending, data := range archived(t, "1,a.com\n2,b.com\n") {
		s := serve(t)
		s.list = []byte(data)
		dir := t.TempDir()
		if f, err := Get(context.Background(), list, Options{URL: s.URL + "/x.csv" + ending, Dir: dir}); err != nil || f.Bytes != int64(len(data)) {
			t.Error(ending, f, err)
		}
		for n := range len(data) {
			s.list, s.etag = []byte(data[:n]), ""
			dir := t.TempDir()
			if _, err := Get(context.Background(), list, Options{URL: s.URL + "/x.csv" + ending, Dir: dir}); !errors.Is(err, ErrNotTheList) || files(t, dir) != "" {
				t.Errorf("%s, %d bytes of %d: %v, %s", ending, n, len(data), err, files(t, dir))
			}
		}
	}
}
