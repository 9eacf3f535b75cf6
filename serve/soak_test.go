package serve_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"threatnet/models/checkpoint"
	"threatnet/serve"
	"threatnet/serve/engine"
	"threatnet/serve/servetest"
)

// soakVariable is how long TestSoak goes on, such as 5m; it is skipped without.
const soakVariable = "THREATNET_SOAK"

const (
	soakNames    = 4096 // that a reference is made for; many more than verdicts are remembered
	soakVariants = 3    // of the checkpoint, which take turns
	soakReload   = 100 * time.Millisecond
	soakHeap     = 4 << 20 // bytes that the heap may grow by
)

// For as long as it is told to, the server answers several clients, each of which checks each of its verdicts, while others cut
// their connections and the checkpoint changes all the time. Nothing may be lost or wrong; memory and goroutines come back to
// what they were.
func TestSoak(t *testing.T) {
	text := os.Getenv(soakVariable)
	if text == "" {
		t.Skipf("%s=DURATION says how long it goes on", soakVariable)
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		t.Fatalf("%s: %v", soakVariable, err)
	}
	if end, ok := t.Deadline(); ok && time.Until(end) < d+30*time.Second {
		t.Fatalf("%s=%s needs a longer -timeout", soakVariable, text)
	}
	s := newSoak(t)
	s.run(t, time.Second) // so that all there is to allocate once is
	before := heap()
	s.run(t, d)
	after := heap()
	t.Logf("%d requests with %d verdicts, %d connections cut, version %d; heap %.1f MB, then %.1f MB",
		s.requests.Load(), s.verdicts.Load(), s.cuts.Load(), s.version, float64(before)/1e6, float64(after)/1e6)
	if after > before+soakHeap {
		t.Errorf("the heap has grown from %d to %d bytes", before, after)
	}
	s.end(t)
}

// soak is a server with what it must answer.
type soak struct {
	*running
	client     *http.Client
	goroutines int    // before the server was started
	checkpoint string // that is served
	variants   []*checkpoint.File
	names      []string
	want       [soakVariants][]soakVerdict // of each variant, of each name; version v is variant (v−1) mod their number
	version    int                         // that is served

	requests, verdicts, cuts atomic.Int64
}

// soakVerdict is what a client compares.
type soakVerdict struct {
	Name, Verdict, Label string
	Probability          float64
}

func newSoak(t *testing.T) *soak {
	t.Helper()
	s := &soak{client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 100}}}
	for i := range soakNames {
		s.names = append(s.names, fmt.Sprintf("%x.example", uint64(i+1)*0x9e3779b97f4a7c15))
	}
	dir := t.TempDir()
	for i := range soakVariants {
		m := servetest.Model(t, "dga-lstm")
		m.Network().Init(uint64(i) + 1)
		path := filepath.Join(dir, "variant"+strconv.Itoa(i)+".safetensors")
		servetest.Save(t, path, m)
		file, err := checkpoint.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		s.variants = append(s.variants, file)
		s.want[i] = s.reference(t, path)
	}
	s.goroutines = runtime.NumGoroutine()
	s.checkpoint, s.version = filepath.Join(dir, "m.safetensors"), 1
	s.save(t, s.checkpoint, 0)
	s.running = startLogging(t, slog.LevelInfo, serve.Options{
		Checkpoints: []string{s.checkpoint}, MaxBody: 1 << 20, MaxRows: 1000, MaxConcurrent: 64, Timeout: 30 * time.Second, StreamIdle: 30 * time.Second,
		Engine: engine.Options{Cache: soakNames / 8},
	})
	return s
}

// reference judges all names, one at a time.
func (s *soak) reference(t *testing.T, path string) []soakVerdict {
	t.Helper()
	e := engine.New(engine.Options{})
	if err := e.Load(path); err != nil {
		t.Fatal(err)
	}
	m, err := e.Model("", "")
	if err != nil {
		t.Fatal(err)
	}
	want := make([]soakVerdict, len(s.names))
	for i := range s.names {
		answers, err := m.JudgeNames(t.Context(), s.names[i:i+1])
		if err != nil {
			t.Fatal(err)
		}
		a := answers[0].Verdict
		want[i] = soakVerdict{s.names[i], a.Verdict, a.Label, a.Probability}
	}
	return want
}

func (s *soak) save(t *testing.T, path string, variant int) {
	t.Helper()
	if err := checkpoint.Save(path, s.variants[variant]); err != nil {
		t.Fatal(err)
	}
}

// run has all clients at work for so long, and waits for them.
func (s *soak) run(t *testing.T, d time.Duration) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	var wg sync.WaitGroup
	asks := []func(*rand.Rand, int) error{s.askOne, s.askOne, s.askOne, s.askMany, s.stream}
	for i, ask := range asks {
		wg.Go(func() {
			random := rand.New(rand.NewPCG(1, uint64(i)))
			order := random.Perm(len(s.names))
			for at := 0; ctx.Err() == nil; at++ {
				if err := ask(random, order[at%len(order)]); err != nil {
					t.Error(err)
					cancel()
				}
			}
		})
	}
	for i := range 2 {
		wg.Go(func() {
			random := rand.New(rand.NewPCG(2, uint64(i)))
			for ctx.Err() == nil {
				if err := s.cut(random); err != nil {
					t.Error(err)
					cancel()
				}
			}
		})
	}
	for tick := time.NewTicker(soakReload); ctx.Err() == nil; {
		select {
		case <-ctx.Done():
			tick.Stop()
		case <-tick.C:
			s.change(t)
		}
	}
	wg.Wait()
	s.client.CloseIdleConnections()
}

// change has the next version served, and a broken file refused.
func (s *soak) change(t *testing.T) {
	t.Helper()
	s.save(t, s.checkpoint, s.version%soakVariants)
	if err := s.Reload(t.Context()); err != nil {
		t.Error(err)
	}
	s.version++
	if m, err := s.Engine().Model("", ""); err != nil || m.Version != s.version {
		t.Errorf("version %d, want %d: %v", m.Version, s.version, err)
	}
	write(t, s.checkpoint, "half a fi")
	if err := s.Reload(t.Context()); err == nil {
		t.Error("a broken checkpoint is taken")
	}
}

// askOne asks for one name.
func (s *soak) askOne(_ *rand.Rand, first int) error { return s.score(first, 1) }

// askMany asks for several names.
func (s *soak) askMany(random *rand.Rand, first int) error { return s.score(first, 2+random.IntN(100)) }

func (s *soak) some(first, n int) []string { return s.names[first:min(first+n, len(s.names))] }

func (s *soak) score(first, n int) error {
	body, err := json.Marshal(map[string][]string{"names": s.some(first, n)})
	if err != nil {
		return err
	}
	text, _, err := s.post("application/json", string(body))
	if err != nil {
		return err
	}
	var doc struct {
		Version int
		Results []soakVerdict
	}
	if err := json.Unmarshal(text, &doc); err != nil {
		return fmt.Errorf("%w: %s", err, text)
	}
	return s.check(doc.Version, first, n, doc.Results)
}

// stream sends names as a stream.
func (s *soak) stream(random *rand.Rand, first int) error {
	n := 1 + random.IntN(3000)
	text, header, err := s.post("text/plain", strings.Join(s.some(first, n), "\n"))
	if err != nil {
		return err
	}
	version, err := strconv.Atoi(header.Get("Threatnet-Version"))
	if err != nil {
		return err
	}
	var got []soakVerdict
	for line := range strings.Lines(string(text)) {
		var v soakVerdict
		if err := json.Unmarshal([]byte(line), &v); err != nil {
			return fmt.Errorf("%w: %s", err, line)
		}
		got = append(got, v)
	}
	return s.check(version, first, n, got)
}

func (s *soak) post(mediaType, body string) ([]byte, http.Header, error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url+"/v1/score", strings.NewReader(body))
	if err != nil {
		return nil, nil, err
	}
	r.Header.Set("Content-Type", mediaType)
	resp, err := s.client.Do(r)
	if err != nil {
		return nil, nil, err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", resp.Status, text)
	}
	s.requests.Add(1)
	return text, resp.Header, err
}

// check compares the answers to names with those of the version that has given them.
func (s *soak) check(version, first, n int, got []soakVerdict) error {
	if version < 1 {
		return fmt.Errorf("version %d", version)
	}
	want := s.want[(version-1)%soakVariants][first:min(first+n, len(s.names))]
	if len(got) != len(want) {
		return fmt.Errorf("%d answers to %d names", len(got), len(want))
	}
	for i := range want {
		if got[i] != want[i] {
			return fmt.Errorf("version %d answers %+v, want %+v", version, got[i], want[i])
		}
	}
	s.verdicts.Add(int64(len(got)))
	return nil
}

// cut sends half a request and ends the connection, orderly or not.
func (s *soak) cut(random *rand.Rand) error {
	var d net.Dialer
	c, err := d.DialContext(context.Background(), "tcp", strings.TrimPrefix(s.url, "http://"))
	if err != nil {
		return err
	}
	defer c.Close()
	body := `{"names":["` + strings.Join(s.some(random.IntN(soakNames), 100), `","`) + `"]}`
	mediaType := "application/json"
	if random.IntN(2) == 0 {
		body, mediaType = strings.Join(s.some(random.IntN(soakNames), 2000), "\n"), "text/plain"
	}
	half := body[:random.IntN(len(body))]
	if _, err := fmt.Fprintf(c, "POST /v1/score HTTP/1.1\r\nHost: x\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s", mediaType, len(body), half); err != nil {
		return err
	}
	if random.IntN(2) == 0 { // some of what has been judged by now, if anything
		if err := c.SetReadDeadline(time.Now().Add(5 * time.Millisecond)); err != nil {
			return err
		}
		if _, err := c.Read(make([]byte, 512)); err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
			return err
		}
	}
	if random.IntN(2) == 0 { // a reset
		if err := c.(*net.TCPConn).SetLinger(0); err != nil {
			return err
		}
	}
	s.cuts.Add(1)
	return nil
}

// end stops the server, and waits for all its goroutines.
func (s *soak) end(t *testing.T) {
	t.Helper()
	s.stop()
	if err := <-s.ended; err != nil {
		t.Error(err)
	}
	s.client.CloseIdleConnections()
	for patience := time.Now().Add(10 * time.Second); runtime.NumGoroutine() > s.goroutines; runtime.Gosched() {
		if time.Now().After(patience) {
			stacks := make([]byte, 1<<20)
			t.Fatalf("%d goroutines, %d before:\n%s", runtime.NumGoroutine(), s.goroutines, stacks[:runtime.Stack(stacks, true)])
		}
	}
}

// heap is how many bytes are in use. What pools keep goes with the second collection.
func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
