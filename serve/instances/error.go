package instances

import (
	"errors"
	"net/http"
	"strings"

	"threatnet/serve/document"
	"threatnet/serve/httpx"
	"threatnet/serve/records"
)

// Bad refuses a field with status 400.
func Bad(field, format string, args ...any) *httpx.Problem {
	return httpx.Problemf(http.StatusBadRequest, httpx.CodeBadField, field, format, args...)
}

// Within puts a path before that of an error.
func Within(path string, err error) error {
	var p *httpx.Problem
	if !errors.As(err, &p) {
		return err
	}
	q := *p
	q.Field = path
	switch {
	case strings.HasPrefix(p.Field, "["):
		q.Field += p.Field
	case p.Field != "":
		q.Field += "." + p.Field
	}
	return &q
}

// refused is the error of a record, which says what is wrong with one of its fields.
func (b *Batch) refused(err error) error {
	var wrong *records.FieldError
	if errors.As(err, &wrong) {
		return httpx.Problemf(http.StatusBadRequest, httpx.CodeBadRecord, b.field(b.count, wrong.Field), "%s", wrong.Reason)
	}
	return httpx.Problemf(http.StatusBadRequest, httpx.CodeBadRecord, b.here(), "%v", err)
}

// ReadDocument reads the body of a request as a JSON document that is an object. The tokens NaN and Infinity are numbers
// where nonFinite says so.
func ReadDocument(r *http.Request, nonFinite bool) (document.Value, error) {
	body, err := httpx.ReadBody(r)
	if err != nil {
		return document.Value{}, err
	}
	return ParseDocument(body, nonFinite)
}

// ParseDocument is ReadDocument of a body that has been read.
func ParseDocument(body []byte, nonFinite bool) (document.Value, error) {
	v, err := document.Parse(body, document.Options{Depth: httpx.MaxDepth, NonFinite: nonFinite})
	var refused *document.Error
	switch {
	case errors.As(err, &refused):
		return v, httpx.Problemf(http.StatusBadRequest, httpx.CodeBadJSON, refused.Path, "%s (line %d, column %d)", refused.Reason, refused.Line, refused.Column)
	case v.Kind() != document.Object:
		return v, httpx.Problemf(http.StatusBadRequest, httpx.CodeBadJSON, "", "the body must be a JSON object, not %v", v.Kind())
	}
	return v, nil
}
