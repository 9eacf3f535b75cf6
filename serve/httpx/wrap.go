package httpx

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strconv"
	"sync/atomic"
	"time"
)

// Options say what a listener lets through.
type Options struct {
	Tokens  *Tokens                  // one of which a request must have; nil for none
	Gate    *Gate                    // of the requests that run at a time; nil for none
	MaxBody int64                    // bytes of a body that is read whole; 0 for no limit
	MaxRows int                      // rows of such a body; 0 for no limit
	Timeout time.Duration            // of a request whose body is read whole; 0 for none
	Stream  func(*http.Request) bool // requests that neither MaxBody nor Timeout is for; nil for none
	Public  func(*http.Request) bool // requests that need no token and no place at the gate; nil for none
	Ungated func(*http.Request) bool // requests that need a token, but no place at the gate; nil for none

	// Fail gives the way in which errors are written to a request's client, nil for [WriteError]: a protocol may have a form of
	// its own, which is for refusals and panics as well. Where Fail is nil, there is none.
	Fail func(*http.Request) ErrorWriter

	Log      *slog.Logger // nil for none
	Observer Observer     // nil for none
}

// ErrorWriter answers with what the client may know of an error (see [AsProblem]).
type ErrorWriter = func(w http.ResponseWriter, r *http.Request, err error)

// Wrap leads requests to h. A request gets an id and a [Scope]; it must bring a token, find the gate open and keep to the
// limits. A panic of h is answered with 500 and logged, and ends nothing else.
func Wrap(h http.Handler, o Options) http.Handler {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Observer == nil {
		o.Observer = silent{}
	}
	return &wrapped{h, o}
}

type wrapped struct {
	next http.Handler
	opt  Options
}

func (h *wrapped) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	start := time.Now()
	s := &Scope{
		ID: requestID(r), MaxBody: h.opt.MaxBody, MaxRows: h.opt.MaxRows, log: h.opt.Log, observer: h.opt.Observer,
	}
	rec := &recorder{ResponseWriter: w}
	rec.Header()["X-Request-Id"] = []string{s.ID}
	ctx := context.WithValue(r.Context(), scopeKey{}, s)
	if h.opt.Stream == nil || !h.opt.Stream(r) {
		if h.opt.MaxBody > 0 {
			r.Body = http.MaxBytesReader(w, r.Body, h.opt.MaxBody)
		}
		if h.opt.Timeout > 0 {
			var cancel context.CancelFunc
			ctx, cancel = context.WithTimeout(ctx, h.opt.Timeout)
			defer cancel()
		}
	}
	r = r.WithContext(ctx)
	body := &clientBody{ReadCloser: r.Body, ctx: ctx}
	r.Body = body
	defer func() {
		took := time.Since(start)
		h.opt.Observer.Request(r.Method, r.Pattern, rec.code(), took, body.n, rec.n)
		h.log(r, s, rec, took)
	}()
	defer h.recovered(rec, r)
	if h.opt.Public != nil && h.opt.Public(r) {
		h.next.ServeHTTP(rec, r)
		return
	}
	if h.opt.Tokens != nil && !h.opt.Tokens.allow(r) {
		rec.Header().Set("WWW-Authenticate", challenge(r))
		h.refuse(rec, r, Problemf(http.StatusUnauthorized, CodeUnauthorized, "Authorization", "a bearer token is needed"))
		return
	}
	if g := h.opt.Gate; g != nil && (h.opt.Ungated == nil || !h.opt.Ungated(r)) {
		if p := g.enter(); p != nil {
			rec.Header().Set("Connection", "close")
			h.refuse(rec, r, p)
			return
		}
		defer g.leave()
	}
	h.next.ServeHTTP(rec, r)
}

// refuse answers with a problem in the form of the request's protocol.
func (h *wrapped) refuse(w http.ResponseWriter, r *http.Request, p *Problem) {
	var write ErrorWriter
	if h.opt.Fail != nil {
		write = h.opt.Fail(r)
	}
	if write == nil {
		write = WriteError
	}
	if p.Status == http.StatusTooManyRequests {
		w.Header().Set("Retry-After", strconv.Itoa(retryAfter))
	}
	write(w, r, p)
}

// retryAfter is in how many seconds a client that was one too many may come again.
const retryAfter = 1

// recovered answers for a handler that has panicked, unless it has begun to answer.
func (h *wrapped) recovered(rec *recorder, r *http.Request) {
	v := recover()
	if v == nil {
		return
	}
	if v == http.ErrAbortHandler {
		panic(v)
	}
	From(r.Context()).Log().Error("panic", "value", fmt.Sprint(v), "stack", string(debug.Stack()))
	if rec.status == 0 {
		rec.Header().Set("Connection", "close") // who knows how far the body has been read
		h.refuse(rec, r, internal)
		return
	}
	panic(http.ErrAbortHandler) // cuts the connection: half an answer must not look like a whole one
}

// log writes a line for the request. It never has the query or the headers, where tokens are.
func (h *wrapped) log(r *http.Request, s *Scope, rec *recorder, took time.Duration) {
	level := slog.LevelDebug
	switch code := rec.code(); {
	case code >= 500:
		level = slog.LevelWarn
	case code >= 400:
		level = slog.LevelInfo
	}
	if !h.opt.Log.Enabled(r.Context(), level) {
		return
	}
	h.opt.Log.LogAttrs(r.Context(), level, "request",
		slog.String("request", s.ID), slog.String("method", r.Method), slog.String("path", r.URL.Path), slog.Int("status", rec.code()),
		slog.Int64("bytes", rec.n), slog.Duration("took", took), slog.String("remote", r.RemoteAddr))
}

// recorder remembers what was answered.
type recorder struct {
	http.ResponseWriter
	status int
	n      int64
}

func (r *recorder) WriteHeader(status int) {
	if r.status == 0 && status >= 200 {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(p []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	n, err := r.ResponseWriter.Write(p)
	r.n += int64(n)
	return n, err
}

// Unwrap lets an http.ResponseController through.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

func (r *recorder) code() int {
	if r.status == 0 {
		return http.StatusOK
	}
	return r.status
}

// requestID is the id that the client gives, if it is a short plain word, or a new one.
func requestID(r *http.Request) string {
	if id := r.Header.Get("X-Request-Id"); id != "" && plainWord(id) {
		return id
	}
	return idPrefix + strconv.FormatUint(idCount.Add(1), 36)
}

var (
	idCount  atomic.Uint64
	idPrefix = func() string {
		var b [5]byte
		_, _ = rand.Read(b[:]) // never fails
		return hex.EncodeToString(b[:]) + "-"
	}()
)

func plainWord(s string) bool {
	for i := range len(s) {
		switch c := s[i]; {
		case c|0x20 >= 'a' && c|0x20 <= 'z', c >= '0' && c <= '9', c == '-', c == '_', c == '.':
		default:
			return false
		}
	}
	return len(s) <= 64
}
