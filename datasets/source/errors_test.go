package source

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"

	"threatnet/datasets"
)

// Errors are one line that begins with the path.
func TestErrors(t *testing.T) {
	dir := t.TempDir()
	gz := pack(t, "gzip", []byte(strings.Repeat("domain,family\na.com,goz\n", 10)))
	cut := pack(t, "gzip", []byte("This is a text, as it were.\n"))
	encrypted := zipOf(t, map[string]string{"names.csv": "domain,family\na.com,goz\n"})
	encrypted[6] |= 1
	encrypted[bytes.Index(encrypted, []byte("PK\x01\x02"))+8] |= 1
	for name, c := range map[string]struct {
		data []byte
		want error
		text string
	}{
		"empty.csv":       {nil, ErrEmpty, "empty"},
		"comments.txt":    {[]byte("# nothing\n\n# here\n"), ErrEmpty, "empty"},
		"talk.txt":        {bytes.Repeat([]byte("# nothing\n"), 10000), ErrEmpty, "empty"},
		"spaces.txt":      {bytes.Repeat([]byte(" "), 100000), ErrUnrecognised, "nothing but spaces"},
		"empty.csv.gz":    {pack(t, "gzip", nil), ErrEmpty, "empty"},
		"picture.png":     {[]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00"), ErrBinary, "binary data of no known format"},
		"wide.csv":        {[]byte("\xff\xfed\x00o\x00m\x00"), ErrBinary, "UTF-16"},
		"names.tar":       {append(append(bytes.Repeat([]byte("a"), 257), "ustar"...), make([]byte, 250)...), ErrBinary, "tar archive"},
		"mac.csv":         {[]byte("domain,family\ra.com,goz\r"), ErrUnrecognised, "the lines end in CR alone"},
		"mac.txt":         {[]byte("a.com\rb.com\r\n"), ErrUnrecognised, "the lines end in CR alone"},
		"prose.txt":       {[]byte("This is a text, as it were.\n"), ErrUnrecognised, `(it begins with "This is a text, as it were.")`},
		"cut.txt.gz":      {cut[:len(cut)-6], io.ErrUnexpectedEOF, "damaged: the gzip data ends early"},
		"head.csv.gz":     {gz[:5], io.ErrUnexpectedEOF, "damaged: the gzip data ends early"},
		"wrong.txt.gz":    {append(bytes.Clone(cut[:len(cut)-8]), make([]byte, 8)...), gzip.ErrChecksum, "damaged gzip data"},
		"rubbish.csv.xz":  {[]byte("\xfd7zXZ\x00rubbish and more rubbish"), nil, "damaged xz data"},
		"rubbish.csv.bz2": {[]byte("BZh9rubbish and more rubbish"), nil, "damaged bzip2 data"},
		"rubbish.csv.zst": {[]byte("\x28\xb5\x2f\xfdrubbish and more rubbish"), nil, "damaged zstd data"},
		"rubbish.zip":     {[]byte("PK\x03\x04rubbish"), nil, "damaged zip data"},
		"encrypted.zip":   {encrypted, nil, "names.csv: encrypted"},
		"nothing.zip":     {zipOf(t, nil), ErrUnrecognised, "no file of a known format in it"},
		"nested.zip":      {zipOf(t, map[string]string{"a.zip": "PK\x03\x04"}), ErrUnrecognised, "an archive within an archive"},
		"nested.zip.gz":   {pack(t, "gzip", zipOf(t, nil)), ErrBinary, ""},
	} {
		path := write(t, filepath.Join(dir, name), c.data)
		sources, _, err := Expand(path, Options{})
		if err == nil {
			t.Errorf("%s: opened, %v", name, content(sources[0]))
			continue
		}
		if c.want != nil && !errors.Is(err, c.want) || !strings.HasPrefix(err.Error(), path) || !strings.Contains(err.Error(), c.text) ||
			strings.Contains(err.Error(), "\n") || strings.Count(err.Error(), path) > 2 {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, path := range []string{filepath.Join(dir, "missing.csv"), filepath.Join(dir, "empty.csv", "x")} {
		_, _, err := Expand(path, Options{})
		if err == nil || !strings.HasPrefix(err.Error(), path+": ") || strings.Count(err.Error(), path) > 1 {
			t.Error(err)
		}
	}
	if _, _, err := Expand(filepath.Join(dir, "missing.csv"), Options{}); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}

// pack compresses data; bzip2 is only read here.
func pack(t testing.TB, name string, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	var w io.WriteCloser
	var err error
	switch name {
	case "gzip":
		w = gzip.NewWriter(&b)
	case "zstd":
		w, err = zstd.NewWriter(&b)
	case "xz":
		w, err = xz.NewWriter(&b)
	}
	if err == nil {
		_, err = w.Write(data)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func zipOf(t testing.TB, files map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for name, text := range files {
		f, err := w.Create(name)
		if err == nil {
			_, err = f.Write([]byte(text))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// names makes many rows that do not compress well.
func names(rows int) []byte {
	r := rand.New(rand.NewPCG(1, 2))
	var b bytes.Buffer
	b.WriteString("domain,family\n")
	for range rows {
		fmt.Fprintf(&b, "%016x%08x.com,goz\n", r.Uint64(), r.Uint32())
	}
	return b.Bytes()
}

// In a folder what is damaged is an error, whether or not its format can be told by what is left.
func TestDamagedInFolder(t *testing.T) {
	for _, text := range []string{"This is a text, as it were.\n", "a.com\n"} {
		dir := t.TempDir()
		data := pack(t, "gzip", []byte(text))
		write(t, filepath.Join(dir, "b.txt.gz"), data[:len(data)-6])
		write(t, filepath.Join(dir, "a.txt"), []byte("a.com\n"))
		sources, _, err := Expand(dir, Options{})
		for i := 0; err == nil && i < len(sources); i++ {
			for _, err = range sources[i].Domains() {
			}
		}
		if !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// Data that ends early within the first bytes gives the rows before that too.
func TestTruncatedEarly(t *testing.T) {
	dir := t.TempDir()
	text := names(100)
	for _, name := range []string{"gzip", "xz"} {
		data := pack(t, name, text)
		for what, cut := range map[string][]byte{"cut": data[:len(data)-6], "in a pipe": data[:len(data)-6]} {
			arg, opt := write(t, filepath.Join(dir, name), cut), Options{}
			if what == "in a pipe" {
				arg, opt = "-", Options{Stdin: bytes.NewReader(cut)}
			}
			got := content(one(t, arg, opt))
			if last := got[len(got)-1]; len(got) != 101 || !strings.Contains(last, "damaged: the "+name+" data ends early") {
				t.Errorf("%s, %s: %d rows, %s", name, what, len(got)-1, last)
			}
		}
	}
}

// CR within quotes, at the end of lines and in JSON is no end of a line.
func TestCR(t *testing.T) {
	for _, text := range []string{
		"\"a\rb.com\",goz\r\nc.com,goz\r\n", "c.com,goz\r", "c.com,goz\r\n\r\n", "domain,family\r\nc.com,goz\rd.com,goz\r\nc.com,goz",
	} {
		got := content(one(t, "-", Options{Stdin: strings.NewReader(text)}))
		if last := got[len(got)-1]; !strings.HasSuffix(last, " c.com goz") {
			t.Errorf("%q: %v", text, got)
		}
	}
	if endsInCR([]byte("{\r \"a\": 1 }\r")) || !endsInCR([]byte("\n\na;b\r1;2")) {
		t.Error("JSON")
	}
}

// Data that ends early beyond the first bytes is found by reading, after the rows before it.
func TestTruncated(t *testing.T) {
	text := names(20000)
	dir := t.TempDir()
	for _, name := range []string{"gzip", "zstd", "xz"} {
		data := pack(t, name, text)
		path := write(t, filepath.Join(dir, name), data[:len(data)*9/10])
		rows := 0
		var last error
		for _, err := range one(t, path, Options{}).Domains() {
			if last = err; err == nil {
				rows++
			}
		}
		if rows < 2000 || !errors.Is(last, io.ErrUnexpectedEOF) || !strings.HasPrefix(last.Error(), path+": damaged: the "+name) {
			t.Errorf("%s: %d rows, %v", name, rows, last)
		}
		write(t, path, data)
		set, _, err := datasets.Collect(context.Background(), datasets.CollectOptions{}, one(t, path, Options{}).Input())
		if err != nil || set.Len() != 20000 {
			t.Errorf("%s: %v", name, err)
		}
	}
}
