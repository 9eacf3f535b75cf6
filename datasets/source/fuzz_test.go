package source

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"testing"

	"threatnet/datasets"
)

// Whatever the bytes, opening and reading them ends with records, bad rows or an error, and the sum is that of the bytes.
func FuzzOpen(f *testing.F) {
	files, err := filepath.Glob(filepath.Join("testdata", "names.*"))
	if err != nil || len(files) == 0 {
		f.Fatal(files, err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte("1,a.com\r\n2,b.com"))
	f.Add([]byte("\ufeff# x\n\xff\n\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		sources, _, err := Expand("-", Options{Stdin: bytes.NewReader(data)})
		if err != nil {
			return
		}
		for _, s := range sources {
			var last error
			for d, err := range s.Domains() {
				if last = err; err == nil && (d.Name == "" || d.File != s.Path || d.Line < 1) {
					t.Fatalf("%+v", d)
				}
			}
			if _, skippable := datasets.BadRow(last); last != nil && !skippable {
				continue
			}
			want := sha256.Sum256(data)
			if sum, err := s.Sum(); sum != hex.EncodeToString(want[:]) || err != nil {
				t.Fatal(sum, err)
			}
		}
	})
}
