package netflow

import (
	"bufio"
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// BenchmarkRead reads the flows of a fixture over and over, as if they were one text. An operation is a row.
func BenchmarkRead(b *testing.B) {
	for _, file := range []string{"trafficlabelling.csv", "flows.jsonl"} {
		b.Run(file, func(b *testing.B) {
			text, err := os.ReadFile(filepath.Join("testdata", file))
			if err != nil {
				b.Fatal(err)
			}
			format, _ := Recognize(text, Options{})
			lines := bytes.SplitAfter(text, []byte("\n"))
			row := lines[2]
			text = append(bytes.Clone(lines[0]), bytes.Repeat(row, b.N)...)
			b.SetBytes(int64(len(row)))
			b.ReportAllocs()
			b.ResetTimer()
			for _, err := range format.Read(bufio.NewReaderSize(bytes.NewReader(text), 1<<16), Options{}) {
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
