package dsdl

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// call decodes a request of /fit or /apply, lets do answer it, and answers errors as the container does: with status 200,
// for the search to show them.
func (h *handler) call(path string, do func(*http.Request, *request, *table) (response, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		req, rows, err := h.read(w, r)
		var answer response
		if err == nil {
			answer, err = do(r, req, rows)
		}
		if err != nil {
			h.o.Log.Warn("dsdl"+path+" failed", "error", err)
			answer = response{Status: "error", Message: path + ": ERROR: " + h.visible(err)}
		} else {
			h.o.Log.Info("dsdl"+path, "status", answer.Status, "algo", req.algo, "model", req.model, "rows", len(rows.rows), "took", time.Since(start).Round(time.Millisecond))
		}
		h.write(w, http.StatusOK, answer)
	}
}

// read reads and decodes a body.
func (h *handler) read(w http.ResponseWriter, r *http.Request) (*request, *table, error) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, h.o.MaxBody))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return nil, nil, fmt.Errorf("the body is larger than %d bytes", large.Limit)
	case err != nil:
		return nil, nil, fmt.Errorf("the body has no end: %w", err)
	}
	req, err := decode(body)
	if err != nil {
		return nil, nil, err
	}
	rows, err := readTable(req.data, h.o.MaxRows)
	if err != nil {
		return nil, nil, fmt.Errorf(`field "data": %w`, err)
	}
	return req, rows, checkName("model", req.model)
}

// working is a training's own folder.
var working = regexp.MustCompile(regexp.QuoteMeta(fitDir) + `[0-9]+[/\\]`)

// visible is what a caller sees of an error: no path of this machine.
func (h *handler) visible(err error) string {
	text := strings.TrimSpace(err.Error())
	for _, dir := range []string{h.o.Dir, filepath.Clean(h.o.Dir)} {
		text = strings.ReplaceAll(text, dir+string(filepath.Separator), "")
	}
	return working.ReplaceAllString(text, "")
}
