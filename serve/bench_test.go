package serve_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"threatnet/datasets"
	"threatnet/models"
	"threatnet/models/dgalstm"
	"threatnet/serve"
	"threatnet/serve/engine"
	"threatnet/serve/servetest"
)

// fullSize serves a dga-lstm of the size that is trained by default, with 21 classes, and gives its address.
func fullSize(b *testing.B) string {
	b.Helper()
	set, _, err := datasets.Collect(b.Context(), datasets.CollectOptions{}, datasets.Input{Domains: func(yield func(datasets.Domain, error) bool) {
		for i := range 42 {
			family := datasets.Benign
			if i%21 > 0 {
				family = fmt.Sprintf("family%d", i%21)
			}
			if !yield(datasets.Domain{Name: fmt.Sprintf("abcdefghijklmnopqrstuvwxyz0123456789-%d.example", i), Family: family}, nil) {
				return
			}
		}
	}})
	if err != nil {
		b.Fatal(err)
	}
	m, err := dgalstm.Fit(set, models.Options{Seed: 1})
	if err != nil {
		b.Fatal(err)
	}
	path := filepath.Join(b.TempDir(), "m.safetensors")
	servetest.Save(b, path, m)
	listening := &log{heard: make(chan string, 100)}
	s, err := serve.New(serve.Options{
		Checkpoints: []string{path}, Listen: "127.0.0.1:0", Log: slog.New(slog.NewTextHandler(listening, nil)), MaxConcurrent: 1024, Timeout: 30e9,
		Engine: engine.Options{},
	})
	if err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	b.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			b.Error(err)
		}
	})
	for {
		if line := <-listening.heard; strings.Contains(line, "msg=listening") {
			_, rest, _ := strings.Cut(line, "address=http://")
			address, _, _ := strings.Cut(rest, " ")
			return address
		}
	}
}

// BenchmarkOneName asks for one name at a time, each another one, over connections that stay open. Clients and server share
// the cores.
func BenchmarkOneName(b *testing.B) {
	for _, connections := range []int{1, 16, 64} {
		b.Run(fmt.Sprintf("connections=%d", connections), func(b *testing.B) {
			address := fullSize(b)
			var count atomic.Int64
			b.ReportAllocs()
			b.SetParallelism(max(1, connections/2))
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				c, err := new(net.Dialer).DialContext(context.Background(), "tcp", address)
				if err != nil {
					b.Error(err)
					return
				}
				defer c.Close()
				in := bufio.NewReader(c)
				var request bytes.Buffer
				for pb.Next() {
					body := fmt.Sprintf(`{"names":["host-%d.example.com"]}`, count.Add(1))
					request.Reset()
					fmt.Fprintf(&request, "POST /v1/score HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
					if _, err := c.Write(request.Bytes()); err != nil {
						b.Error(err)
						return
					}
					if err := skipAnswer(in); err != nil {
						b.Error(err)
						return
					}
				}
			})
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "requests/s")
		})
	}
}

// skipAnswer reads an answer of a known length.
func skipAnswer(in *bufio.Reader) error {
	status, err := in.ReadSlice('\n')
	if err != nil || !bytes.HasPrefix(status, []byte("HTTP/1.1 200")) {
		return fmt.Errorf("%s: %w", status, err)
	}
	length := 0
	for {
		line, err := in.ReadSlice('\n')
		if err != nil {
			return err
		}
		if n, ok := bytes.CutPrefix(line, []byte("Content-Length: ")); ok {
			if length, err = strconv.Atoi(string(bytes.TrimSpace(n))); err != nil {
				return err
			}
		}
		if len(line) == 2 {
			_, err := in.Discard(length)
			return err
		}
	}
}

// BenchmarkStream sends names as NDJSON.
func BenchmarkStream(b *testing.B) {
	address := fullSize(b)
	c, err := new(net.Dialer).DialContext(context.Background(), "tcp", address)
	if err != nil {
		b.Fatal(err)
	}
	defer c.Close()
	b.ResetTimer()
	go func() {
		out := bufio.NewWriterSize(c, 64<<10)
		fmt.Fprintf(out, "POST /v1/score HTTP/1.0\r\nContent-Type: application/x-ndjson\r\nContent-Length: %d\r\n\r\n", b.N*len("{\"name\":\"host-000000000.example.com\"}\n"))
		for i := range b.N {
			fmt.Fprintf(out, "{\"name\":\"host-%09d.example.com\"}\n", i)
		}
		_ = out.Flush()
	}()
	if _, err := io.Copy(io.Discard, c); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}
