package serve_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"threatnet/serve"
	"threatnet/serve/engine"
	"threatnet/serve/servetest"
)

// running is a server that listens.
type running struct {
	*serve.Server
	url   string
	stop  context.CancelFunc
	ended chan error // the result of Run
	log   *log
}

// log keeps the lines of a server's log, and tells of those that are waited for.
type log struct {
	mu    sync.Mutex
	text  bytes.Buffer
	heard chan string
}

// maxLog is how many bytes of lines are kept.
const maxLog = 256 << 10

func (l *log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.text.Len() > maxLog {
		l.text.Reset()
	}
	l.text.Write(p)
	select {
	case l.heard <- string(p):
	default:
	}
	return len(p), nil
}

func (l *log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// wait waits for a line with that text.
func (l *log) wait(t *testing.T, text string) string {
	t.Helper()
	for {
		select {
		case line := <-l.heard:
			if strings.Contains(line, text) {
				return line
			}
		case <-t.Context().Done():
			t.Fatalf("no line %q", text)
		}
	}
}

// start has a server listen at a free port of loopback.
func start(t *testing.T, o serve.Options) *running {
	t.Helper()
	return startLogging(t, slog.LevelDebug, o)
}

func startLogging(t *testing.T, level slog.Level, o serve.Options) *running {
	t.Helper()
	r := &running{ended: make(chan error, 1), log: &log{heard: make(chan string, 1000)}}
	o.Listen, o.Log = "127.0.0.1:0", slog.New(slog.NewTextHandler(r.log, &slog.HandlerOptions{Level: level}))
	s, err := serve.New(o)
	if err != nil {
		t.Fatal(err)
	}
	r.Server = s
	ctx, cancel := context.WithCancel(context.Background())
	r.stop = cancel
	go func() { r.ended <- s.Run(ctx) }()
	t.Cleanup(cancel)
	line := r.log.wait(t, "msg=listening")
	_, rest, _ := strings.Cut(line, "address=")
	r.url, _, _ = strings.Cut(rest, " ")
	return r
}

// checkpointOf writes an untrained model.
func checkpointOf(t *testing.T, kind string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), kind+".safetensors")
	servetest.Save(t, path, servetest.Model(t, kind))
	return path
}

func write(t *testing.T, path, text string) string {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

type reply struct {
	status int
	header http.Header
	body   string
}

func do(t *testing.T, c *http.Client, method, url, body string, header ...string) reply {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := c.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return reply{resp.StatusCode, resp.Header, string(text)}
}

const oneName = `{"names":["example.com"]}`

func TestRoutes(t *testing.T) {
	s := start(t, serve.Options{Checkpoints: []string{checkpointOf(t, "dga-lstm")}})
	for _, c := range []struct {
		method, path, body string
		status             int
		holds              string
	}{
		{"GET", "/healthz", "", 200, `{"status":"ok"}`},
		{"GET", "/readyz", "", 200, `{"status":"ready"}`},
		{"GET", "/metrics", "", 200, "threatnet_model_info"},
		{"GET", "/v1/models", "", 200, `"name":"dga-lstm"`},
		{"GET", "/v1/models/dga-lstm", "", 200, "model_version_status"},
		{"GET", "/openapi.json", "", 200, `"openapi": "3.1.0"`},
		{"POST", "/v1/score", oneName, 200, `"results":[{"name":"example.com"`},
		{"GET", "/v2/health/ready", "", 200, ""},
		{"GET", "/ping", "", 200, "\n"},
		{"POST", "/v1/models/dga-lstm:predict", `{"instances":["example.com"]}`, 200, "predictions"},
		{"POST", "/invocations", `{"instances":["example.com"]}`, 200, "predictions"},
		{"GET", "/", "", 200, "<html"},
		{"GET", "/nope", "", 404, `"code":"not_found"`},
		{"GET", "/v1/score", "", 405, `"code":"method_not_allowed"`},
		{"DELETE", "/v1/models", "", 405, `"code":"method_not_allowed"`},
	} {
		got := do(t, http.DefaultClient, c.method, s.url+c.path, c.body)
		if got.status != c.status || !strings.Contains(got.body, c.holds) {
			t.Errorf("%s %s: %d %.300s", c.method, c.path, got.status, got.body)
		}
	}
	s.stop()
	if err := <-s.ended; err != nil {
		t.Error(err)
	}
}

func TestTokensAndLists(t *testing.T) {
	dir := t.TempDir()
	tokens := write(t, filepath.Join(dir, "tokens"), "# ours\nfrom-file\n")
	allow, block := write(t, filepath.Join(dir, "allow"), "ok.example\n"), write(t, filepath.Join(dir, "block"), ".bad.example\n")
	s := start(t, serve.Options{
		Checkpoints: []string{checkpointOf(t, "dga-lstm")}, TokenFile: tokens, Tokens: []string{"from-environment"}, Allow: []string{allow}, Block: []string{block},
	})
	score := func(token string) reply {
		return do(t, http.DefaultClient, "POST", s.url+"/v1/score", `{"names":["ok.example","a.bad.example","new.example"]}`, "Authorization", "Bearer "+token)
	}
	for token, want := range map[string]int{"from-file": 200, "from-environment": 200, "other": 401} {
		if got := score(token); got.status != want {
			t.Errorf("%s: %d", token, got.status)
		}
	}
	for path, want := range map[string]int{"/healthz": 200, "/readyz": 200, "/metrics": 401, "/": 401, "/v1/models": 401} {
		if got := do(t, http.DefaultClient, "GET", s.url+path, ""); got.status != want {
			t.Errorf("%s without a token: %d", path, got.status)
		}
	}
	rules := func(token string) (rules []string) {
		var doc struct{ Results []struct{ Rule string } }
		if err := json.Unmarshal([]byte(score(token).body), &doc); err != nil {
			t.Fatal(err)
		}
		for _, r := range doc.Results {
			rules = append(rules, r.Rule)
		}
		return rules
	}
	if got := fmt.Sprint(rules("from-file")); got != "[allow block ]" {
		t.Errorf("rules %s", got)
	}
	write(t, tokens, "second\n")
	write(t, block, "new.example\n")
	if err := s.Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := score("from-file"); got.status != 401 {
		t.Errorf("the token before: %d", got.status)
	}
	if got := fmt.Sprint(rules("second")); got != "[allow  block]" {
		t.Errorf("rules %s", got)
	}
	write(t, tokens, "# none\n")
	write(t, allow, "no name\n")
	if err := s.Reload(t.Context()); err == nil || !strings.Contains(err.Error(), "allow: line 1") || !strings.Contains(err.Error(), "no tokens") {
		t.Errorf("broken lists: %v", err)
	}
	if got := fmt.Sprint(rules("second")); got != "[allow  block]" {
		t.Errorf("after broken lists %s", got)
	}
	if text := s.log.String(); strings.Contains(text, "from-file") || strings.Contains(text, "from-environment") || strings.Contains(text, "second") {
		t.Error("a token is in the log")
	}
}

// Refusals have the form of the protocol that was asked.
func TestFormsOfRefusals(t *testing.T) {
	s := start(t, serve.Options{Checkpoints: []string{checkpointOf(t, "dga-lstm")}, Tokens: []string{"one"}, MaxBody: 10})
	const message = "Authorization: a bearer token is needed"
	for path, want := range map[string]string{
		"/v1/score":                              `{"error":{"code":"unauthorized","message":"a bearer token is needed","field":"Authorization"}}`,
		"/v2/models/dga-lstm/infer":              `{"error":"` + message + `"}`,
		"/v1/models/dga-lstm:predict":            `{"error":"` + message + `"}`,
		"/v1/models/dga-lstm/versions/1:predict": `{"error":"` + message + `"}`,
		"/invocations":                           `{"error_code":"UNAUTHENTICATED","message":"` + message + `"}`,
	} {
		got := do(t, http.DefaultClient, "POST", s.url+path, "{}")
		if got.status != 401 || strings.TrimSpace(got.body) != want {
			t.Errorf("%s: %d %s", path, got.status, got.body)
		}
		got = do(t, http.DefaultClient, "POST", s.url+path, oneName, "Authorization", "Bearer one")
		if got.status != 413 || got.body[:8] != want[:8] || strings.HasPrefix(got.body, `{"error":"`) != strings.HasPrefix(want, `{"error":"`) {
			t.Errorf("%s: %d %s", path, got.status, got.body)
		}
	}
}

// The DSDL listener has tokens and a certificate of its own, which are read again.
func TestDSDLListener(t *testing.T) {
	ca := newAuthority(t)
	cert := ca.issue(t, "server")
	file := write(t, filepath.Join(t.TempDir(), "tokens"), "from-file\n")
	s := start(t, serve.Options{
		Checkpoints: []string{checkpointOf(t, "dga-mlp")}, Tokens: []string{"main"}, Timeout: time.Minute,
		DSDL: &serve.DSDL{Listen: "127.0.0.1:0", TLSCert: cert.cert, TLSKey: cert.key, TokenFile: file, Tokens: []string{"own"}, Dir: t.TempDir()},
	})
	_, rest, _ := strings.Cut(s.log.wait(t, "listening for DSDL"), "address=")
	address := strings.TrimSpace(rest)
	pool := x509.NewCertPool()
	pool.AddCert(ca.cert)
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}, DisableKeepAlives: true}}
	check := func(want map[string]int) {
		t.Helper()
		for token, status := range want {
			if got := do(t, client, "GET", address+"/summary", "", "Authorization", token); got.status != status {
				t.Errorf("%s: %d %s", token, got.status, got.body)
			}
		}
	}
	check(map[string]int{"own": 200, "Bearer from-file": 200, "main": 401})
	for _, token := range []string{"own", "from-file"} {
		if got := do(t, http.DefaultClient, "GET", s.url+"/v1/models", "", "Authorization", "Bearer "+token); got.status != 401 {
			t.Errorf("%s at the main listener: %d", token, got.status)
		}
	}
	write(t, file, "second\n")
	next := newAuthority(t)
	renewed := next.issue(t, "server")
	for from, to := range map[string]string{renewed.cert: cert.cert, renewed.key: cert.key} {
		text, err := os.ReadFile(from)
		if err != nil {
			t.Fatal(err)
		}
		write(t, to, string(text))
	}
	if err := s.Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	pool.AddCert(next.cert)
	check(map[string]int{"own": 200, "second": 200, "from-file": 401})
	s.stop()
	if err := <-s.ended; err != nil {
		t.Error(err)
	}
}

func TestRefusals(t *testing.T) {
	model := checkpointOf(t, "dga-mlp")
	for why, o := range map[string]serve.Options{
		"no checkpoints":           {},
		"no such file":             {Checkpoints: []string{"nope.safetensors"}},
		"list":                     {Checkpoints: []string{model}, Allow: []string{write(t, filepath.Join(t.TempDir(), "list"), "a b\n")}},
		"no tokens":                {Checkpoints: []string{model}, TokenFile: write(t, filepath.Join(t.TempDir(), "tokens"), "\n")},
		"needs a token":            {Checkpoints: []string{model}, Tokens: []string{"main"}, DSDL: &serve.DSDL{Listen: "127.0.0.1:0"}},
		"go together":              {Checkpoints: []string{model}, TLSCert: "cert.pem"},
		"unknown model":            {Checkpoints: []string{model}, Engine: engine.Options{Thresholds: map[string]float64{"nope": 1}}},
		"not a valid checkpoint":   {Checkpoints: []string{write(t, filepath.Join(t.TempDir(), "x.safetensors"), strings.Repeat("x", 100))}},
		"no checkpoints (*.safe":   {Checkpoints: []string{t.TempDir()}},
		"no certificates in PEM":   {Checkpoints: []string{model}, TLSCert: "?", TLSKey: "?", ClientCA: "?"},
		"both be the model \"dga-": {Checkpoints: []string{model, checkpointOf(t, "dga-mlp")}},
	} {
		if o.ClientCA == "?" {
			pair := newAuthority(t).issue(t, "server")
			o.TLSCert, o.TLSKey, o.ClientCA = pair.cert, pair.key, write(t, filepath.Join(t.TempDir(), "ca"), "x")
		}
		if _, err := serve.New(o); err == nil || !strings.Contains(err.Error(), why) && why != "no such file" && why != "list" {
			t.Errorf("%s: %v", why, err)
		}
	}
}

// A server that is told to end lets what is under way end, refuses what is new, and says so to the load balancer.
func TestDrain(t *testing.T) {
	s := start(t, serve.Options{Checkpoints: []string{checkpointOf(t, "dga-lstm")}})
	body, in := io.Pipe()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url+"/v1/score", body)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "text/plain")
	go func() { _, _ = io.WriteString(in, "first.example\n") }()
	stream, err := http.DefaultClient.Do(req) // answers with its first line
	if err != nil {
		t.Fatal(err)
	}
	defer stream.Body.Close()
	s.stop()
	s.log.wait(t, "msg=draining")
	for { // the gate closes after the line is written
		got := do(t, http.DefaultClient, "GET", s.url+"/readyz", "")
		if got.status == 503 {
			break
		}
	}
	if got := do(t, http.DefaultClient, "POST", s.url+"/v1/score", oneName); got.status != 503 || !strings.Contains(got.body, `"code":"draining"`) {
		t.Errorf("a new request: %d %s", got.status, got.body)
	}
	if got := do(t, http.DefaultClient, "GET", s.url+"/healthz", ""); got.status != 200 {
		t.Errorf("health: %d", got.status)
	}
	if _, err := io.WriteString(in, "second.example\n"); err != nil {
		t.Fatal(err)
	}
	_ = in.Close()
	text, err := io.ReadAll(stream.Body)
	if err != nil || strings.Count(string(text), "\n") != 2 {
		t.Errorf("%v: %s", err, text)
	}
	if err := <-s.ended; err != nil {
		t.Error(err)
	}
	if _, err := new(net.Dialer).DialContext(t.Context(), "tcp", strings.TrimPrefix(s.url, "http://")); err == nil {
		t.Error("it still listens")
	}
}

// opened is a stream of names that is under way.
type opened struct {
	in    *io.PipeWriter
	lines *bufio.Scanner
}

// open begins a stream and gives it when its first name is answered.
func open(t *testing.T, url string, header ...string) *opened {
	t.Helper()
	body, in := io.Pipe()
	t.Cleanup(func() { _ = in.Close() })
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+"/v1/score", body)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "text/plain")
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	go func() { _, _ = io.WriteString(in, "first.example\n") }()
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = resp.Body.Close() })
	s := &opened{in, bufio.NewScanner(resp.Body)}
	s.answer(t)
	return s
}

// ask has one more name answered.
func (s *opened) ask(t *testing.T, name string) {
	t.Helper()
	if _, err := io.WriteString(s.in, name+"\n"); err != nil {
		t.Fatal(err)
	}
	s.answer(t)
}

func (s *opened) answer(t *testing.T) {
	t.Helper()
	if !s.lines.Scan() || !strings.Contains(s.lines.Text(), `"verdict"`) {
		t.Fatalf("no answer: %q, %v", s.lines.Text(), s.lines.Err())
	}
}

// The metrics are there when the server is full and when it goes down, for those who have a token.
func TestMetricsNeedNoPlace(t *testing.T) {
	s := start(t, serve.Options{Checkpoints: []string{checkpointOf(t, "dga-mlp")}, MaxConcurrent: 1, Tokens: []string{"one"}})
	token := []string{"Authorization", "Bearer one"}
	stream := open(t, s.url, token...)
	check := func(when string, refused int) {
		t.Helper()
		got := do(t, http.DefaultClient, "GET", s.url+"/metrics", "", token...)
		if got.status != 200 || !strings.Contains(got.body, "\nthreatnet_requests_running 1\n") {
			t.Errorf("%s: %d %.300s", when, got.status, got.body)
		}
		if got := do(t, http.DefaultClient, "GET", s.url+"/metrics", ""); got.status != 401 {
			t.Errorf("%s, without a token: %d", when, got.status)
		}
		if got := do(t, http.DefaultClient, "POST", s.url+"/v1/score", oneName, token...); got.status != refused {
			t.Errorf("%s, another request: %d", when, got.status)
		}
	}
	check("full", 429)
	s.stop()
	s.log.wait(t, "msg=draining")
	for do(t, http.DefaultClient, "GET", s.url+"/readyz", "").status != 503 { // the gate closes after the line is written
	}
	check("draining", 503)
	stream.ask(t, "second.example")
	_ = stream.in.Close()
	if err := <-s.ended; err != nil {
		t.Error(err)
	}
}

// A stream goes on with its version when that is retired, and brings it back into no metrics.
func TestRetiredVersionsLeaveTheMetrics(t *testing.T) {
	path := checkpointOf(t, "dga-mlp")
	s := start(t, serve.Options{Checkpoints: []string{path}})
	versions := func() (found []string) {
		text := do(t, http.DefaultClient, "GET", s.url+"/metrics", "").body
		for _, v := range []string{"1", "2", "3"} {
			if strings.Contains(text, `version="`+v+`"`) {
				found = append(found, v)
			}
		}
		return found
	}
	stream := open(t, s.url)
	for seed := range uint64(2) {
		m := servetest.Model(t, "dga-mlp")
		m.Network().Init(seed + 100)
		servetest.Save(t, path, m)
		if err := s.Reload(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	stream.ask(t, "second.example")
	if got := fmt.Sprint(versions()); got != "[2 3]" {
		t.Errorf("while the stream goes on: %s", got)
	}
	_ = stream.in.Close()
	if stream.lines.Scan() {
		t.Errorf("one line more: %s", stream.lines.Text())
	}
	if got := fmt.Sprint(versions()); got != "[2 3]" {
		t.Errorf("after the stream: %s", got)
	}
}

func TestGraceEnds(t *testing.T) {
	s := start(t, serve.Options{Checkpoints: []string{checkpointOf(t, "dga-lstm")}, Grace: time.Nanosecond})
	body, in := io.Pipe()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url+"/v1/score", body)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "text/plain")
	go func() { _, _ = io.WriteString(in, "first.example\n") }()
	stream, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer stream.Body.Close()
	s.stop()
	if err := <-s.ended; err == nil || !strings.Contains(err.Error(), "1 requests were cut off") {
		t.Errorf("%v", err)
	}
}

func TestAddressInUse(t *testing.T) {
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	s, err := serve.New(serve.Options{Checkpoints: []string{checkpointOf(t, "dga-mlp")}, Listen: l.Addr().String()})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Run(t.Context()); err == nil {
		t.Error("two listeners at one address")
	}
}

// A slow client is cut off, by itself.
func TestSlowClient(t *testing.T) {
	s := start(t, serve.Options{Checkpoints: []string{checkpointOf(t, "dga-mlp")}, Timeout: 50 * time.Millisecond})
	c, err := new(net.Dialer).DialContext(t.Context(), "tcp", strings.TrimPrefix(s.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	fmt.Fprintf(c, "POST /v1/score HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"names\":")
	text, err := io.ReadAll(c) // ends when the server closes the connection
	if err != nil || !strings.HasPrefix(string(text), "HTTP/1.1 408 ") || !strings.Contains(string(text), `"code":"timeout"`) {
		t.Errorf("%v: %s", err, text)
	}
	cut, err := new(net.Dialer).DialContext(t.Context(), "tcp", strings.TrimPrefix(s.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(cut, "POST /v1/score HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"names\":")
	_ = cut.Close()
	if got := do(t, http.DefaultClient, "POST", s.url+"/v1/score", oneName); got.status != 200 {
		t.Errorf("another client: %d %s", got.status, got.body)
	}
}

func TestTLS(t *testing.T) {
	ca := newAuthority(t)
	pair, client := ca.issue(t, "server"), ca.issue(t, "client")
	s := start(t, serve.Options{Checkpoints: []string{checkpointOf(t, "dga-mlp")}, TLSCert: pair.cert, TLSKey: pair.key, ClientCA: ca.file})
	if !strings.HasPrefix(s.url, "https://") {
		t.Fatal(s.url)
	}
	pool := x509.NewCertPool()
	pool.AddCert(ca.cert)
	own, err := tls.LoadX509KeyPair(client.cert, client.key)
	if err != nil {
		t.Fatal(err)
	}
	connect := func(certs ...tls.Certificate) *http.Client {
		return &http.Client{Transport: &http.Transport{
			TLSClientConfig: &tls.Config{RootCAs: pool, Certificates: certs, MinVersion: tls.VersionTLS12}, ForceAttemptHTTP2: true, DisableKeepAlives: true,
		}}
	}
	if got := do(t, connect(own), "POST", s.url+"/v1/score", oneName); got.status != 200 {
		t.Errorf("%d %s", got.status, got.body)
	}
	got := do(t, connect(own), "POST", s.url+"/v1/score", "a.example\nb.example\n", "Content-Type", "text/plain")
	if got.status != 200 || strings.Count(got.body, "\n") != 2 {
		t.Errorf("a stream over HTTP/2: %d %s", got.status, got.body)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+"/healthz", nil)
	if err != nil {
		t.Fatal(err)
	}
	if resp, err := connect().Do(req); err == nil {
		_ = resp.Body.Close()
		t.Error("a client without a certificate is let in")
	}
	// A new certificate takes over, a broken one does not.
	next := ca.issue(t, "server")
	for from, to := range map[string]string{next.cert: pair.cert, next.key: pair.key} {
		text, err := os.ReadFile(from)
		if err != nil {
			t.Fatal(err)
		}
		write(t, to, string(text))
	}
	if err := s.Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	serial := func() *big.Int {
		c, err := (&tls.Dialer{Config: &tls.Config{RootCAs: pool, Certificates: []tls.Certificate{own}, MinVersion: tls.VersionTLS12}}).DialContext(t.Context(), "tcp", strings.TrimPrefix(s.url, "https://"))
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		return c.(*tls.Conn).ConnectionState().PeerCertificates[0].SerialNumber
	}
	if serial().Cmp(next.serial) != 0 {
		t.Error("the certificate has not been renewed")
	}
	write(t, pair.cert, "broken")
	if err := s.Reload(t.Context()); err == nil {
		t.Error("a broken certificate is taken")
	}
	if serial().Cmp(next.serial) != 0 {
		t.Error("the certificate is gone")
	}
}

// The authorities of clients are read again; a broken list stays as it was, and no session outlives the change.
func TestClientAuthoritiesAreReadAgain(t *testing.T) {
	first, second := newAuthority(t), newAuthority(t)
	server := first.issue(t, "server")
	file := write(t, filepath.Join(t.TempDir(), "clients.pem"), read(t, first.file))
	s := start(t, serve.Options{Checkpoints: []string{checkpointOf(t, "dga-mlp")}, TLSCert: server.cert, TLSKey: server.key, ClientCA: file})
	pool := x509.NewCertPool()
	pool.AddCert(first.cert)
	client := func(a *authority) *http.Client {
		p := a.issue(t, "client")
		own, err := tls.LoadX509KeyPair(p.cert, p.key)
		if err != nil {
			t.Fatal(err)
		}
		return &http.Client{Transport: &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{
			RootCAs: pool, MinVersion: tls.VersionTLS12, ClientSessionCache: tls.NewLRUClientSessionCache(1),
			GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &own, nil },
		}}}
	}
	of := map[string]*http.Client{"first": client(first), "second": client(second)}
	check := func(let, refused string) {
		t.Helper()
		if got := do(t, of[let], "POST", s.url+"/v1/score", oneName); got.status != 200 {
			t.Errorf("the %s authority's client: %d", let, got.status)
		}
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+"/healthz", nil)
		if err != nil {
			t.Fatal(err)
		}
		if resp, err := of[refused].Do(req); err == nil {
			_ = resp.Body.Close()
			t.Errorf("the %s authority's client is let in", refused)
		}
	}
	check("first", "second")
	write(t, file, read(t, second.file))
	if err := s.Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	check("second", "first")
	write(t, file, "broken")
	if err := s.Reload(t.Context()); err == nil || !strings.Contains(err.Error(), "no certificates in PEM") {
		t.Errorf("a broken list is taken: %v", err)
	}
	check("second", "first")
	write(t, file, read(t, first.file))
	write(t, server.cert, "broken")
	if err := s.Reload(t.Context()); err == nil || !strings.Contains(err.Error(), server.cert) {
		t.Errorf("a broken certificate is taken: %v", err)
	}
	check("first", "second")
}

// No request is lost or answered by a wrong model while versions change and a broken one is refused.
func TestReloadLosesNothing(t *testing.T) {
	path := checkpointOf(t, "dga-mlp")
	s := start(t, serve.Options{Checkpoints: []string{path}, MaxConcurrent: 64, Engine: engine.Options{Cache: 100}})
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			last := 0
			for i := 0; ctx.Err() == nil; i++ {
				name := fmt.Sprintf("n%d-%d.example", w, i%7)
				got := do(t, http.DefaultClient, "POST", s.url+"/v1/score", `{"names":["`+name+`"]}`)
				var doc struct {
					Version int
					Results []struct{ Name, Verdict string }
				}
				if err := json.Unmarshal([]byte(got.body), &doc); err != nil || got.status != 200 || len(doc.Results) != 1 || doc.Results[0].Name != name || doc.Version < last {
					t.Errorf("%d %s after version %d: %v", got.status, got.body, last, err)
					return
				}
				last = doc.Version
			}
		})
	}
	for i := range 6 {
		m := servetest.Model(t, "dga-mlp")
		m.Network().Init(uint64(i) + 100)
		servetest.Save(t, path, m)
		if err := s.Reload(ctx); err != nil {
			t.Error(err)
		}
		write(t, path, "half a fi")
		if err := s.Reload(ctx); err == nil {
			t.Error("a broken checkpoint is taken")
		}
	}
	cancel()
	wg.Wait()
	m, err := s.Engine().Model("", "")
	if err != nil || m.Version != 7 {
		t.Errorf("version %d, %v", m.Version, err)
	}
	s.stop()
	if err := <-s.ended; err != nil && !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// authority issues certificates.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	file string
}

type pair struct {
	cert, key string
	serial    *big.Int
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "tests"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	a := &authority{key: key, file: filepath.Join(t.TempDir(), "ca.pem")}
	if a.cert, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	write(t, a.file, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})))
	return a
}

func (a *authority) issue(t *testing.T, name string) pair {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<60))
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: name}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, key.Public(), a.key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	return pair{
		cert:   write(t, filepath.Join(dir, "cert.pem"), string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))),
		key:    write(t, filepath.Join(dir, "key.pem"), string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}))),
		serial: serial,
	}
}
