package native

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"threatnet/serve/httpx"
)

// heard is a log whose lines are waited for.
type heard struct {
	mu    sync.Mutex
	text  bytes.Buffer
	lines chan string
}

func (h *heard) Write(p []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.lines <- string(p)
	return h.text.Write(p)
}

// request waits for the line of a request that has ended.
func (h *heard) request(t *testing.T) string {
	t.Helper()
	for {
		select {
		case line := <-h.lines:
			if strings.Contains(line, "msg=request") {
				return line
			}
		case <-t.Context().Done():
			t.Fatal("no request has ended")
		}
	}
}

func (h *heard) String() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.text.String()
}

// listen serves the models of the tests at loopback. Its log has what net/http says of panics, too.
func listen(t *testing.T) (*httptest.Server, *heard) {
	t.Helper()
	log := &heard{lines: make(chan string, 1000)}
	logger := slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	h, _ := handler(t, httpx.Options{Log: logger})
	s := httptest.NewUnstartedServer(h)
	s.Config.ErrorLog = slog.NewLogLogger(logger.Handler(), slog.LevelError)
	s.Start()
	t.Cleanup(s.Close)
	return s, log
}

// dial connects to a server by hand.
func dial(t *testing.T, s *httptest.Server) (*net.TCPConn, *bufio.Reader) {
	t.Helper()
	c, err := new(net.Dialer).DialContext(t.Context(), "tcp", s.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c.(*net.TCPConn), bufio.NewReader(c)
}

// say writes text to a connection.
func say(t *testing.T, c net.Conn, format string, args ...any) {
	t.Helper()
	if _, err := fmt.Fprintf(c, format, args...); err != nil {
		t.Fatal(err)
	}
}

// A stream that is refused with its body unread leaves a connection that is closed, or one that can be used.
func TestRefusedStreamsAndTheirConnections(t *testing.T) {
	s, log := listen(t)
	for i, c := range []struct {
		path, mediaType, body string
		status                int
	}{
		{"flow-lstm", typeText, strings.Repeat("some.example\n", 2000), 400},
		{"flow-lstm", typeText, strings.Repeat("some.example\n", 200_000), 400},
		{"dga-lstm", typeCSV, "src,dst\n" + strings.Repeat("10.0.0.1,10.0.0.2\n", 450), 400},
		{"dga-lstm", typeCSV, "src,dst\n" + strings.Repeat("10.0.0.1,10.0.0.2\n", 50_000), 400},
		{"dga-lstm", typeCSV, "src\n", 400},
		{"dga-lstm", typeText, strings.Repeat("x", maxLine+200_000), 413},
		{"exfil-mlp", typeCSV, strings.Repeat("\"", 3) + strings.Repeat("x\n", maxLine), 413},
	} {
		for range 3 {
			conn := &http.Transport{MaxConnsPerHost: 1} // a second one is opened when the first has been closed
			client := &http.Client{Transport: conn}
			for range 2 {
				got, text := ask(t, client, s.URL+"/v1/score/"+c.path, c.mediaType, c.body)
				if got != c.status {
					t.Errorf("case %d: %d %s", i, got, text)
				}
				if got, text = ask(t, client, s.URL+"/v1/score", typeJSON, `{"names":["a.example"]}`); got != http.StatusOK {
					t.Errorf("case %d, the request after it: %d %s", i, got, text)
				}
			}
			conn.CloseIdleConnections()
		}
	}
	if text := log.String(); strings.Contains(text, "panic") || strings.Contains(text, "level=ERROR") {
		t.Errorf("%.2000s", text)
	}
}

// ask posts a body and gives the answer. A server may refuse a body, and end the connection, while it is being sent.
func ask(t *testing.T, c *http.Client, url, mediaType, body string) (int, string) {
	t.Helper()
	resp, err := c.Post(url, mediaType, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(text)
}

// By hand, on one connection: the refusal says that it is the last answer, and so it is; where the body was read whole,
// the connection goes on.
func TestRefusalClosesItsConnection(t *testing.T) {
	s, log := listen(t)
	const next = "POST /v1/score HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 23\r\n\r\n{\"names\":[\"a.example\"]}"
	for _, c := range []struct {
		path, mediaType, body string
		closed                bool
	}{
		{"flow-lstm", typeText, strings.Repeat("some.example\n", 2000), true},
		{"dga-lstm", typeCSV, "src\n" + strings.Repeat("10.0.0.1\n", 900), true},
		{"dga-lstm", typeCSV, "src\n10.0.0.1\n", false},
	} {
		conn, in := dial(t, s)
		say(t, conn, "POST /v1/score/%s HTTP/1.1\r\nHost: x\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s", c.path, c.mediaType, len(c.body), c.body)
		first, err := http.ReadResponse(in, nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadAll(first.Body); err != nil || first.StatusCode != http.StatusBadRequest || first.Close != c.closed {
			t.Errorf("%s to %s: %d, closed %v, %v", c.mediaType, c.path, first.StatusCode, first.Close, err)
		}
		_ = first.Body.Close()
		if c.closed {
			if n, err := io.Copy(io.Discard, in); n > 0 {
				t.Errorf("%s to %s: %d bytes after the last answer, %v", c.mediaType, c.path, n, err)
			}
			continue
		}
		say(t, conn, next)
		second, err := http.ReadResponse(in, nil)
		if err != nil || second.StatusCode != http.StatusOK {
			t.Fatalf("the request after it: %+v, %v", second, err)
		}
		_ = second.Body.Close()
	}
	if text := log.String(); strings.Contains(text, "panic") {
		t.Errorf("%.2000s", text)
	}
}

// What is wrong with the way in which a body comes is the client's fault.
func TestDamagedBodies(t *testing.T) {
	s, log := listen(t)
	for _, c := range []struct{ mediaType, chunks, status, holds string }{
		{typeJSON, "5\r\n{\"nam\r\nZZ\r\n", "400", "the body is damaged: "},
		{typeJSON, "5\r\n{\"namXX", "400", "the body is damaged: malformed chunked encoding"},
		{typeText, "ZZ\r\n", "400", "the body is damaged: "},
		{typeCSV, "4\r\nname\r\nZZ\r\n", "400", "the body is damaged: "},
		{typeText, "a\r\na.example\n\r\nZZ\r\n", "200", `{"error":{"code":"bad_json","message":"the body is damaged: `},
		{typeNDJSON, "c\r\n\"a.example\"\n\r\nZZ\r\n", "200", `{"error":{"code":"bad_json","message":"the body is damaged: `},
	} {
		conn, in := dial(t, s)
		say(t, conn, "POST /v1/score HTTP/1.1\r\nHost: x\r\nContent-Type: %s\r\nTransfer-Encoding: chunked\r\n\r\n%s", c.mediaType, c.chunks)
		resp, err := http.ReadResponse(in, nil)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if err != nil || !resp.Close || !strings.HasPrefix(resp.Status, c.status) || !strings.Contains(string(text), c.holds) || strings.Contains(string(text), "internal") {
			t.Errorf("%s %q: %s, closed %v: %s %v", c.mediaType, c.chunks, resp.Status, resp.Close, text, err)
		}
	}
	for _, length := range []string{"Content-Length: 100", "Transfer-Encoding: chunked"} {
		conn, in := dial(t, s)
		say(t, conn, "POST /v1/score HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n%s\r\n\r\n5\r\n{\"nam\r\n", length)
		if err := conn.CloseWrite(); err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(in)
		if err != nil || !strings.HasPrefix(string(text), "HTTP/1.1 400 ") || !strings.Contains(string(text), "the body is cut off") {
			t.Errorf("%s: %v: %s", length, err, text)
		}
	}
	if text := log.String(); strings.Contains(text, "level=ERROR") || strings.Contains(text, "level=WARN") {
		t.Errorf("%.2000s", text)
	}
}

// A client that has gone is no fault of the server's.
func TestClientsThatGo(t *testing.T) {
	s, log := listen(t)
	const head = "POST /v1/score HTTP/1.1\r\nHost: x\r\nContent-Type: %s\r\n%s\r\nExpect: 100-continue\r\n\r\n"
	for _, c := range []struct{ mediaType, length, begin string }{
		{typeJSON, "Content-Length: 200000", `{"names":[`},
		{typeJSON, "Content-Length: 100", `{"names":[`},
		{typeJSON, "Transfer-Encoding: chunked", "5\r\n{\"nam\r\n"},
		{typeText, "Content-Length: 100", "a.exam"},
	} {
		conn, in := dial(t, s)
		say(t, conn, head, c.mediaType, c.length)
		if line, err := in.ReadString('\n'); err != nil || !strings.HasPrefix(line, "HTTP/1.1 100 ") { // the body is being read
			t.Fatal(line, err)
		}
		say(t, conn, "%s", c.begin)
		if err := conn.SetLinger(0); err != nil { // closed so, a connection is reset
			t.Fatal(err)
		}
		_ = conn.Close()
		if line := log.request(t); !strings.Contains(line, "status=499") || !strings.Contains(line, "level=INFO") {
			t.Errorf("%s, %s: %s", c.mediaType, c.length, line)
		}
	}
	conn, in := dial(t, s)
	say(t, conn, head, typeText, "Transfer-Encoding: chunked")
	say(t, conn, "a\r\na.example\n\r\n")
	for { // until the first name is answered
		line, err := in.ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(line, `{"name"`) {
			break
		}
	}
	if err := conn.SetLinger(0); err != nil {
		t.Fatal(err)
	}
	_ = conn.Close()
	log.request(t)
	if text := log.String(); strings.Contains(text, "level=ERROR") || strings.Contains(text, "level=WARN") {
		t.Errorf("%.2000s", text)
	}
}
