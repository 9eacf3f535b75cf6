package httpx

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/iotest"
)

// A body that cannot be read is no fault of the server's.
func TestBodiesThatCannotBeRead(t *testing.T) {
	gone, leave := context.WithCancel(t.Context())
	leave()
	for _, c := range []struct {
		ctx     context.Context
		err     error
		status  int
		message string
	}{
		{t.Context(), io.ErrUnexpectedEOF, 400, "the body is cut off"},
		{gone, io.ErrUnexpectedEOF, 400, "the body is cut off"},
		{t.Context(), errors.New("malformed chunked encoding"), 400, "the body is damaged: malformed chunked encoding"},
		{gone, errors.New("stream error: stream ID 1; CANCEL"), 499, "the client has gone"},
		{t.Context(), errors.New(disconnected), 499, "the client has gone"},
		{t.Context(), &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}, 499, "the client has gone"},
		{t.Context(), &net.OpError{Op: "read", Net: "tcp", Err: os.ErrDeadlineExceeded}, 408, "too slowly"},
		{t.Context(), &http.MaxBytesError{Limit: 7}, 413, "larger than 7 bytes"},
		{t.Context(), http.ErrBodyReadAfterClose, 500, "internal"},
	} {
		b := &clientBody{ReadCloser: io.NopCloser(io.MultiReader(strings.NewReader("abc"), iotest.ErrReader(c.err))), ctx: c.ctx}
		text, err := io.ReadAll(b)
		if p := AsProblem(err); p.Status != c.status || !strings.Contains(p.Message, c.message) || string(text) != "abc" || b.n != 3 {
			t.Errorf("%v: %+v, %q", c.err, p, text)
		}
	}
	for err, status := range map[error]int{&net.OpError{Op: "write", Net: "tcp", Err: syscall.EPIPE}: 499, os.ErrDeadlineExceeded: 408} {
		if p := AsProblem(WriteFailed(err)); p.Status != status {
			t.Errorf("%v: %+v", err, p)
		}
	}
}

// A client of HTTP/2 that goes away while its body is read has gone.
func TestClientOfHTTP2Goes(t *testing.T) {
	reading, found := make(chan bool), make(chan *Problem, 1)
	s := httptest.NewUnstartedServer(Wrap(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, err := io.ReadFull(r.Body, make([]byte, 3))
		close(reading)
		if err == nil {
			_, err = io.ReadAll(r.Body)
		}
		found <- AsProblem(err)
	}), Options{}))
	s.EnableHTTP2 = true
	s.StartTLS()
	defer s.Close()
	ctx, leave := context.WithCancel(t.Context())
	r, w := io.Pipe()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.URL, r)
	if err != nil {
		t.Fatal(err)
	}
	go func() { _, _ = io.WriteString(w, "abc") }()
	go func() {
		<-reading
		leave()
	}()
	if resp, err := s.Client().Do(req); err == nil {
		_ = resp.Body.Close()
		t.Error("an answer")
	}
	if p := <-found; p.Status != statusCanceled {
		t.Errorf("%+v", p)
	}
}

// A handler that panics while it reads and writes at once has its connection closed: the rest of the body is no request.
func TestPanicWithUnreadBody(t *testing.T) {
	s := httptest.NewServer(Wrap(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_ = http.NewResponseController(w).EnableFullDuplex()
		panic("a secret")
	}), Options{}))
	defer s.Close()
	resp, err := s.Client().Post(s.URL, "text/plain", strings.NewReader(strings.Repeat("x", 8000)))
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != 500 || !resp.Close {
		t.Errorf("%d, closed %v", resp.StatusCode, resp.Close)
	}
}
