package native

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"threatnet/serve/engine"
	"threatnet/serve/httpx"
	"threatnet/serve/records"
)

const (
	streamRows = 1024     // of a batch
	maxLine    = 1 << 20  // bytes of a record
	readBuffer = 64 << 10 // bytes
)

// stream answers for the records of a stream: this goroutine reads, others judge, one writes in the order of the records. No
// more than some batches are under way at a time.
func (s *server) stream(w http.ResponseWriter, r *http.Request, m *engine.Model, mediaType string) error {
	if err := httpx.Plain(r); err != nil {
		return err
	}
	rc := http.NewResponseController(w)
	_ = rc.EnableFullDuplex() // HTTP/2 has no need of it
	source := &idleBody{Reader: r.Body, rc: rc, idle: s.opt.Idle}
	var body io.Reader = source
	var queries *engine.QueryStream
	if m.Records() == engine.Queries {
		queries = m.NewQueryStream(s.opt.Windows)
	}
	whole := m.Records() == engine.Queries && queries == nil
	if scope := httpx.From(r.Context()); whole && scope.MaxBody > 0 {
		body = http.MaxBytesReader(w, io.NopCloser(body), scope.MaxBody)
	}
	st := &streaming{
		body: source, w: w, rc: rc, http1: r.ProtoMajor == 1, idle: s.opt.Idle, model: m, stream: queries, whole: whole,
		free: make(chan *batch, s.opt.Threads+1), order: make(chan *batch, s.opt.Threads+1), written: make(chan struct{}),
	}
	var err error
	if st.in, err = newSource(mediaType, m, bufio.NewReaderSize(body, readBuffer)); err != nil {
		st.end()
		return err
	}
	for range cap(st.free) {
		st.free <- &batch{model: m, stream: st.stream, done: make(chan struct{}, 1)}
	}
	ctx, cancel := context.WithCancelCause(r.Context())
	defer cancel(nil)
	go st.write(cancel)
	err = st.read(ctx, httpx.From(ctx))
	close(st.order)
	<-st.written
	if st.failed != nil { // which is why reading has ended
		err = st.failed
	}
	switch {
	case err != nil && !st.begun:
		st.end()
		return err
	case err != nil:
		p := httpx.AsProblem(err)
		httpx.LogInternal(r, p, err)
		text, _ := json.Marshal(httpx.ErrorBody{Error: p}) // of strings alone
		_ = st.send(append(text, '\n'))
	case !st.begun:
		_ = st.send(nil)
	}
	return nil
}

// streaming is a stream of answers.
type streaming struct {
	in     source
	body   *idleBody
	http1  bool
	w      http.ResponseWriter
	rc     *http.ResponseController
	idle   time.Duration
	model  *engine.Model
	stream *engine.QueryStream
	whole  bool // windows are of all records, so that nothing can be answered before the end

	free, order chan *batch
	written     chan struct{} // closed when all is
	begun       bool          // the head of the answer is written; as what follows, the writer's until then
	failed      error
}

// source reads the records of a stream.
type source interface {
	// next adds a record, or its fault; io.EOF at the end. Any other error ends the stream.
	next(b *batch) error
	// ready tells whether next has a record without waiting for the client.
	ready() bool
}

// read reads batches and has them judged, until the end of the records or of ctx.
func (st *streaming) read(ctx context.Context, scope *httpx.Scope) error {
	row := 1
	for {
		var b *batch
		select {
		case b = <-st.free:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		b.reset(row)
		err := st.fill(b, scope)
		row += b.len()
		if st.stream != nil {
			b.features = st.stream.Features(b.queries)
		}
		if b.len() > 0 && (err == nil || errors.Is(err, io.EOF) || !st.whole) {
			st.order <- b
			go b.answer(ctx)
		}
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
	}
}

// fill waits for a record and takes those that are there after it.
func (st *streaming) fill(b *batch, scope *httpx.Scope) error {
	for {
		if err := st.in.next(b); err != nil {
			return err
		}
		if st.whole {
			if err := scope.CheckRows(b.len(), ""); err != nil {
				return err
			}
			continue
		}
		if b.len() >= streamRows || !st.in.ready() {
			return nil
		}
	}
}

// answer judges the batch and writes its text.
func (b *batch) answer(ctx context.Context) {
	defer func() {
		if v := recover(); v != nil {
			b.err = fmt.Errorf("panic: %v", v)
		}
		b.done <- struct{}{}
	}()
	answers, err := b.judge(ctx)
	if err != nil {
		b.err = err
		return
	}
	_ = b.write(answers, '\n') // in a stream, records that are none say so themselves
	b.text = append(b.text, '\n')
}

// write writes the batches in their order. After an error it takes them without writing.
func (st *streaming) write(cancel context.CancelCauseFunc) {
	defer close(st.written)
	for b := range st.order {
		select {
		case <-b.done:
		default:
			if st.begun && st.failed == nil {
				_ = st.rc.Flush()
			}
			<-b.done
		}
		err := b.err
		if err == nil && st.failed == nil {
			err = st.send(b.text)
		}
		if err != nil && st.failed == nil {
			st.failed = err
			cancel(err)
		}
		if len(st.order) == 0 && st.failed == nil {
			_ = st.rc.Flush()
		}
		st.free <- b
	}
}

// send writes text, after the head of the answer.
func (st *streaming) send(text []byte) error {
	if !st.begun {
		st.begun = true
		h := st.w.Header()
		h.Set("Content-Type", typeNDJSON)
		h.Set("Threatnet-Model", st.model.Name)
		h.Set("Threatnet-Version", strconv.Itoa(st.model.Version))
		h.Set("Threatnet-Threshold", string(records.AppendFloat(nil, st.model.Threshold)))
		st.end()
		st.w.WriteHeader(http.StatusOK)
	}
	if err := st.rc.SetWriteDeadline(time.Now().Add(st.idle)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return httpx.WriteFailed(err)
	}
	if _, err := st.w.Write(text); err != nil {
		return httpx.WriteFailed(err)
	}
	return nil
}

// end makes the answer whose head is about to be written the connection's last one, unless the body has been read: a
// connection can be used again then, but this is told now. (Left open, net/http would read the rest of the body and the
// next request at the same time.)
func (st *streaming) end() {
	if st.http1 && !st.body.ended.Load() {
		st.w.Header().Set("Connection", "close")
	}
}

// idleBody is a body of which each part must come in time.
type idleBody struct {
	io.Reader
	rc    *http.ResponseController
	idle  time.Duration
	ended atomic.Bool // all of it has been read
}

func (b *idleBody) Read(p []byte) (int, error) {
	if err := b.rc.SetReadDeadline(time.Now().Add(b.idle)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return 0, err
	}
	n, err := b.Reader.Read(p)
	if errors.Is(err, io.EOF) {
		b.ended.Store(true)
	}
	return n, err
}
