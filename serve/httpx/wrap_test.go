package httpx

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func request(method, path, body string, header ...string) *http.Request {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return r
}

func serve(h http.Handler, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func problemOf(t *testing.T, w *httptest.ResponseRecorder) Problem {
	t.Helper()
	var body struct{ Error Problem }
	if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil {
		t.Fatalf("%v: %s", err, w.Body)
	}
	body.Error.Status = w.Code
	return body.Error
}

var echo = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
	var v any
	body, err := ReadBody(r)
	if err == nil {
		err = Decode(body, &v)
	}
	if err != nil {
		WriteError(w, r, err)
		return
	}
	WriteJSON(w, http.StatusOK, v)
})

func TestTokens(t *testing.T) {
	list, err := ReadTokens(strings.NewReader("# comment\none\n\n two \n"))
	if err != nil || len(list) != 2 {
		t.Fatal(list, err)
	}
	tokens, err := NewTokens(list)
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	h := Wrap(echo, Options{
		Tokens: tokens, Public: func(r *http.Request) bool { return r.URL.Path == "/healthz" },
		Log: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	basic := func(user, password string) string {
		r := request("GET", "/", "")
		r.SetBasicAuth(user, password)
		return r.Header.Get("Authorization")
	}
	for header, want := range map[string]int{
		"": 401, "Bearer one": 200, "bearer two": 200, "Bearer three": 401, "Basic one": 401, "Bearer": 401, "one": 401,
		basic("", "one"): 200, basic("anyone", "two"): 200, basic("one", ""): 401, basic("one", "three"): 401, strings.ToLower(basic("", "one")): 401,
	} {
		w := serve(h, request("POST", "/x?token=one", "1", "Authorization", header))
		if w.Code != want {
			t.Errorf("%q: %d, want %d", header, w.Code, want)
		}
		if want == 401 && (w.Header().Get("WWW-Authenticate") != "Bearer" || problemOf(t, w).Code != CodeUnauthorized) {
			t.Errorf("%q: %v %s", header, w.Header(), w.Body)
		}
	}
	for _, c := range []struct{ method, path, accept, want string }{
		{"GET", "/", "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8", `Basic realm="threatnet"`},
		{"GET", "/", "*/*", "Bearer"},
		{"POST", "/", "text/html", "Bearer"},
		{"GET", "/v1/models", "text/html", "Bearer"},
	} {
		w := serve(h, request(c.method, c.path, "", "Accept", c.accept))
		if got := w.Header().Get("WWW-Authenticate"); got != c.want || w.Code != 401 {
			t.Errorf("%+v: %d %q", c, w.Code, got)
		}
	}
	if w := serve(h, request("GET", "/healthz", "1")); w.Code != 200 {
		t.Errorf("health: %d", w.Code)
	}
	if text := log.String(); strings.Contains(text, "one") || strings.Contains(text, "three") || !strings.Contains(text, "status=401") {
		t.Errorf("log:\n%s", text)
	}
	if err := tokens.Set(nil); err == nil || !tokens.Has("one") {
		t.Errorf("no tokens: %v", err)
	}
	if err := tokens.Set([]string{"new"}); err != nil || tokens.Has("one") || !tokens.Has("new") {
		t.Errorf("new tokens: %v", err)
	}
}

func TestBodies(t *testing.T) {
	h := Wrap(echo, Options{MaxBody: 20})
	for _, test := range []struct {
		body   string
		length int64
		header []string
		status int
		code   string
	}{
		{"[1,2]", 5, nil, 200, ""},
		{"[1,2]", -1, nil, 200, ""},
		{strings.Repeat(" ", 21), 21, nil, 413, CodeTooLarge},
		{strings.Repeat(" ", 21), -1, nil, 413, CodeTooLarge},
		{"[1,2]", 5, []string{"Content-Encoding", "gzip"}, 415, CodeMediaType},
		{"[1,2]", 9, nil, 400, CodeBadJSON},
	} {
		r := request("POST", "/", test.body, test.header...)
		r.ContentLength = test.length
		w := serve(h, r)
		if w.Code != test.status {
			t.Errorf("%+v: %d %s", test, w.Code, w.Body)
		} else if test.code != "" && problemOf(t, w).Code != test.code {
			t.Errorf("%+v: %s", test, w.Body)
		}
	}
	stream := Wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n, err := io.Copy(io.Discard, r.Body)
		if _, limited := r.Context().Deadline(); n != 100 || err != nil || limited {
			t.Errorf("a stream: %d bytes, %v", n, err)
		}
	}), Options{MaxBody: 20, Timeout: time.Hour, Stream: func(*http.Request) bool { return true }})
	serve(stream, request("POST", "/", strings.Repeat("x", 100)))
}

func TestPanics(t *testing.T) {
	var log bytes.Buffer
	h := Wrap(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("a secret") }), Options{Log: slog.New(slog.NewJSONHandler(&log, nil))})
	w := serve(h, request("GET", "/", ""))
	if p := problemOf(t, w); p.Status != 500 || p.Code != CodeInternal || strings.Contains(p.Message, "secret") {
		t.Errorf("%+v", p)
	}
	id := w.Header().Get("X-Request-Id")
	if id == "" || !strings.Contains(log.String(), id) || !strings.Contains(log.String(), "a secret") {
		t.Errorf("request %q, log:\n%s", id, log.String())
	}
	half := Wrap(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "half an answer")
		panic("then")
	}), Options{})
	defer func() {
		if v := recover(); v != http.ErrAbortHandler {
			t.Errorf("half an answer is not cut off: %v", v)
		}
	}()
	serve(half, request("GET", "/", ""))
}

func TestGate(t *testing.T) {
	g, inside, leave := NewGate(2), make(chan struct{}), make(chan struct{})
	h := Wrap(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		inside <- struct{}{}
		<-leave
	}), Options{Gate: g, Public: func(r *http.Request) bool { return r.URL.Path == "/public" }})
	done := make(chan int, 2)
	for range 2 {
		go func() { done <- serve(h, request("GET", "/", "")).Code }()
		<-inside
	}
	w := serve(h, request("GET", "/", ""))
	if p := problemOf(t, w); p.Status != 429 || p.Code != CodeTooMany || w.Header().Get("Retry-After") == "" {
		t.Errorf("one too many: %+v", p)
	}
	empty := g.Drain()
	if p := problemOf(t, serve(h, request("GET", "/", ""))); p.Status != 503 || p.Code != CodeDraining {
		t.Errorf("while draining: %+v", p)
	}
	select {
	case <-empty:
		t.Error("drained with requests running")
	default:
	}
	close(leave)
	for range 2 {
		if code := <-done; code != 200 {
			t.Errorf("a request that was under way: %d", code)
		}
	}
	<-empty
	<-g.Drain() // again
	if !g.Draining() || g.Running() != 0 {
		t.Error("the gate is open")
	}
}

// What stands before a protocol's handlers speaks as they do.
func TestFail(t *testing.T) {
	tokens, err := NewTokens([]string{"one"})
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	g := NewGate(1)
	h := Wrap(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("a secret") }), Options{
		Tokens: tokens, Gate: g, Log: slog.New(slog.NewTextHandler(&log, nil)),
		Fail: func(r *http.Request) ErrorWriter {
			if r.URL.Path == "/own" {
				return nil
			}
			return func(w http.ResponseWriter, r *http.Request, err error) {
				p := AsProblem(err)
				LogInternal(r, p, err)
				WriteJSON(w, p.Status, "in another form: "+p.Code)
			}
		},
	})
	check := func(code string, status int, header ...string) {
		t.Helper()
		w := serve(h, request("GET", "/other", "", header...))
		if want := `"in another form: ` + code + `"`; w.Code != status || strings.TrimSpace(w.Body.String()) != want {
			t.Errorf("%d %s, want %s", w.Code, w.Body, want)
		}
		if got := w.Header().Get("Retry-After"); (got != "") != (status == 429) {
			t.Errorf("%d: Retry-After %q", status, got)
		}
		if p := problemOf(t, serve(h, request("GET", "/own", "", header...))); p.Code != code {
			t.Errorf("own form: %+v, want %s", p, code)
		}
	}
	check(CodeUnauthorized, 401)
	check(CodeInternal, 500, "Authorization", "Bearer one")
	if text := log.String(); strings.Count(text, "level=ERROR") != 2 || strings.Contains(text, "request failed") {
		t.Errorf("two panics are logged as\n%s", text)
	}
	if p := g.enter(); p != nil {
		t.Fatal(p)
	}
	check(CodeTooMany, 429, "Authorization", "Bearer one")
	g.Drain()
	check(CodeDraining, 503, "Authorization", "Bearer one")
}

func TestTimeout(t *testing.T) {
	h := Wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		<-r.Context().Done()
		WriteError(w, r, context.Cause(r.Context()))
	}), Options{Timeout: time.Nanosecond})
	if p := problemOf(t, serve(h, request("GET", "/", ""))); p.Status != 504 || p.Code != CodeTimeout {
		t.Errorf("%+v", p)
	}
}

func TestRequestID(t *testing.T) {
	h := Wrap(echo, Options{})
	if got := serve(h, request("POST", "/", "1", "X-Request-Id", "Abc-1.2_x")).Header().Get("X-Request-Id"); got != "Abc-1.2_x" {
		t.Errorf("own id: %q", got)
	}
	for _, id := range []string{"a b", "<x>", strings.Repeat("a", 65)} {
		if got := serve(h, request("POST", "/", "1", "X-Request-Id", id)).Header().Get("X-Request-Id"); got == id || got == "" {
			t.Errorf("%q gives %q", id, got)
		}
	}
}
