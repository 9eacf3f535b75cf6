package httpx

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"

	"threatnet/serve/document"
)

// Decode reads one JSON document into v, by the rules of encoding/json but for these: the text must be valid UTF-8, not be
// nested deeper than [MaxDepth], have no member twice and nothing after it, and have no members that v does not have. The error is a [Problem]
// that names the place.
func Decode(text []byte, v any) error {
	if len(bytes.TrimSpace(text)) == 0 {
		return Problemf(http.StatusBadRequest, CodeBadJSON, "", "the body is empty: want a JSON document")
	}
	if err := Check(text); err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	err := d.Decode(v)
	if err == nil {
		return nil
	}
	var (
		p     *Problem
		wrong *json.UnmarshalTypeError
	)
	switch {
	case errors.As(err, &p):
		return p
	case errors.As(err, &wrong):
		return Problemf(http.StatusBadRequest, CodeBadField, document.PathAt(text, int(wrong.Offset), strict), "%s where there should be %s", wrong.Value, typeName(wrong))
	}
	if field, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		return Problemf(http.StatusBadRequest, CodeBadField, strings.Trim(field, `"`), "unknown field")
	}
	return Problemf(http.StatusBadRequest, CodeBadJSON, "", "%s", strings.TrimPrefix(err.Error(), "json: "))
}

// MaxDepth is how deep arrays and objects may be nested in a request.
const MaxDepth = 32

// strict is what a request's JSON may hold: no more than RFC 8259 allows.
var strict = document.Options{Depth: MaxDepth}

// Check refuses what is no JSON document by the rules of package document. The error is a [Problem] that names the place.
func Check(text []byte) error {
	_, err := document.Parse(text, strict)
	var refused *document.Error
	if errors.As(err, &refused) {
		return Problemf(http.StatusBadRequest, CodeBadJSON, refused.Path, "%s (line %d, column %d)", refused.Reason, refused.Line, refused.Column)
	}
	return err
}

// typeName is what JSON calls a type of Go.
func typeName(e *json.UnmarshalTypeError) string {
	switch kind := e.Type.Kind().String(); {
	case kind == "string":
		return "a string"
	case kind == "bool":
		return "true or false"
	case strings.HasPrefix(kind, "int"), strings.HasPrefix(kind, "uint"):
		return "a whole number"
	case strings.HasPrefix(kind, "float"):
		return "a number"
	case kind == "slice", kind == "array":
		return "an array"
	}
	return "an object"
}

// ReadBody reads a body whole. It must have a known length or end within the limit of the listener, and be stored as it is:
// a Content-Encoding is refused with 415.
func ReadBody(r *http.Request) ([]byte, error) {
	if err := Plain(r); err != nil {
		return nil, err
	}
	if limit := From(r.Context()).MaxBody; limit > 0 && r.ContentLength > limit {
		return nil, &http.MaxBytesError{Limit: limit}
	}
	if n := r.ContentLength; n >= 0 && n <= small {
		body := make([]byte, n)
		if _, err := io.ReadFull(r.Body, body); err != nil {
			return nil, bodyError(err)
		}
		return body, nil
	}
	body, err := io.ReadAll(r.Body)
	return body, bodyError(err)
}

// small is the length of bodies that room is made for before they have come.
const small = 64 << 10

// Plain refuses bodies with a Content-Encoding.
func Plain(r *http.Request) error {
	if e := r.Header.Get("Content-Encoding"); e != "" && e != "identity" {
		return Problemf(http.StatusUnsupportedMediaType, CodeMediaType, "Content-Encoding", "%.40q: bodies must not be compressed", e)
	}
	return nil
}

// bodyError tells a body that ends early from other errors.
func bodyError(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return cutOff
	}
	return err
}

// MediaType is the type of a body without its parameters, in lower case; "" where the request has none or a wrong one.
func MediaType(r *http.Request) string {
	text := r.Header.Get("Content-Type")
	if text == "application/json" {
		return text
	}
	t, _, err := mime.ParseMediaType(text)
	if err != nil {
		return ""
	}
	return t
}
