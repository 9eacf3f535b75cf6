// Package page is the server's page for people. It takes names that are pasted and logs that are dropped, and shows verdicts,
// the families, which characters of a name weigh, and what the models' checkpoints say of themselves.
//
// Pages are made on the server; they need no script, and nothing from elsewhere. The Content-Security-Policy lets the
// browser run and load the page's own files alone. The script only adds dropping of files and the like.
//
// It refuses forms that another site sends, uploads and rows over the limits, archives, and files that do not hold what the
// model takes.
package page

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"net/http"
	"time"

	"threatnet/serve/engine"
	"threatnet/serve/httpx"
)

// Options bound what a request may ask for. The zero values of numbers mean the defaults.
type Options struct {
	Version   string // of the program, for the foot of the page; "" for none
	MaxUpload int64  // bytes of a form, by default 32 MiB; the listener's limit may be lower
	MaxRows   int    // records of a form that are judged, by default 20,000; the listener's limit may be lower
	MaxListed int    // rows of the table of verdicts, by default 500
}

// judgeTime is what a form may take where the listener sets no time: a small file can unpack to a very large one.
const judgeTime = 30 * time.Second

// Register adds the page at / and its files below /page/.
func Register(mux *http.ServeMux, e *engine.Engine, o Options) {
	o.MaxUpload = cmp.Or(o.MaxUpload, 32<<20)
	o.MaxRows = cmp.Or(o.MaxRows, 20_000)
	o.MaxListed = cmp.Or(o.MaxListed, 500)
	s := &server{engine: e, opt: o}
	mux.HandleFunc("GET /{$}", s.show)
	mux.HandleFunc("POST /{$}", s.judge)
	for _, name := range files {
		mux.Handle("GET /page/"+name, asset(name))
	}
}

type server struct {
	engine *engine.Engine
	opt    Options
}

// show answers with the empty form.
func (s *server) show(w http.ResponseWriter, r *http.Request) {
	s.write(w, r, http.StatusOK, s.newView(r.Context(), form{}))
}

// judge answers with the verdicts on what a form holds, or with the form and what is wrong with it.
func (s *server) judge(w http.ResponseWriter, r *http.Request) {
	if err := http.NewCrossOriginProtection().Check(r); err != nil {
		s.fail(w, r, form{}, httpx.Problemf(http.StatusForbidden, httpx.CodeUnauthorized, "", "this form was sent by another site"))
		return
	}
	ctx := r.Context()
	if _, ok := ctx.Deadline(); !ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, judgeTime)
		defer cancel()
	}
	start := time.Now()
	r.Body = http.MaxBytesReader(w, r.Body, s.opt.MaxUpload)
	f, err := readForm(r)
	if err != nil {
		s.fail(w, r, f, err)
		return
	}
	m, err := s.engine.Model(f.model, "")
	if err != nil {
		s.fail(w, r, f, err)
		return
	}
	in, err := readRecords(ctx, f, m.Records(), s.maxRows(ctx))
	if err != nil {
		s.fail(w, r, f, err)
		return
	}
	httpx.Phase(r, httpx.PhaseDecode, start)
	found, err := judgeAll(ctx, m, in, f.order, s.opt.MaxListed)
	if err != nil {
		s.fail(w, r, f, err)
		return
	}
	v := s.newView(ctx, f)
	v.Result = found
	s.write(w, r, http.StatusOK, v)
}

// maxUpload is the lower one of the page's and the listener's limit.
func (s *server) maxUpload(ctx context.Context) int64 {
	if n := httpx.From(ctx).MaxBody; n > 0 {
		return min(n, s.opt.MaxUpload)
	}
	return s.opt.MaxUpload
}

// maxRows is the lower one of the page's and the listener's limit.
func (s *server) maxRows(ctx context.Context) int {
	if n := httpx.From(ctx).MaxRows; n > 0 {
		return min(n, s.opt.MaxRows)
	}
	return s.opt.MaxRows
}

// fail answers with the form and what the client may know of err.
func (s *server) fail(w http.ResponseWriter, r *http.Request, f form, err error) {
	p := httpx.AsProblem(err)
	httpx.LogInternal(r, p, err)
	v := s.newView(r.Context(), f)
	v.Problem = p.Message
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		v.Problem = "this is more than the server takes at once: " + size(large.Limit)
		w.Header().Set("Connection", "close") // the rest of the body is not read
	}
	s.write(w, r, p.Status, v)
}

// policy lets the browser load and run the page's own files alone, and send forms to the page alone.
const policy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

func (s *server) write(w http.ResponseWriter, r *http.Request, status int, v *view) {
	defer httpx.Phase(r, httpx.PhaseWrite, time.Now())
	var b bytes.Buffer
	if err := pages.ExecuteTemplate(&b, "page.html", v); err != nil {
		httpx.WriteError(w, r, err)
		return
	}
	h := w.Header()
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin") // with no-referrer, browsers send forms as if from another site
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
	httpx.WriteBytes(w, status, "text/html; charset=utf-8", b.Bytes())
}
