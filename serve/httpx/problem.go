package httpx

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strconv"

	"threatnet/serve/engine"
)

// Problem is an error that a client is told of. Its JSON form is {"error": {"code", "message", "field"}}.
type Problem struct {
	Status  int    `json:"-"`
	Code    string `json:"code" doc:"what is wrong, as a word for programs"`
	Message string `json:"message" doc:"what is wrong, for people"`
	Field   string `json:"field,omitempty" doc:"where in the request it is, such as names[3]"`
}

// Problemf makes a problem. Field is "" where it is none of a field.
func Problemf(status int, code, field, format string, args ...any) *Problem {
	return &Problem{status, code, fmt.Sprintf(format, args...), field}
}

func (p *Problem) Error() string {
	if p.Field == "" {
		return p.Message
	}
	return p.Field + ": " + p.Message
}

// Codes of problems.
const (
	CodeBadJSON      = "bad_json"
	CodeBadField     = "bad_field"     // a value that is not of the type or in the range it must be
	CodeBadRecord    = "bad_record"    // a record that is none: a name of 300 characters
	CodeWrongRecords = "wrong_records" // records that the model does not take
	CodeUnauthorized = "unauthorized"
	CodeNotFound     = "not_found"
	CodeUnknownModel = "unknown_model"
	CodeMethod       = "method_not_allowed"
	CodeMediaType    = "unsupported_media_type"
	CodeTooLarge     = "too_large"
	CodeTooMany      = "too_many_requests"
	CodeDraining     = "draining"
	CodeTimeout      = "timeout"
	CodeCanceled     = "canceled"
	CodeInternal     = "internal"
)

// statusCanceled is what nginx logs for a client that has gone; nobody reads the answer.
const statusCanceled = 499

// internal is all that clients are told of an error of the server's own.
var internal = &Problem{http.StatusInternalServerError, CodeInternal, "internal error: see the server's log for the request's id", ""}

// AsProblem is what a client may know of an error. It knows the errors of package engine, of bodies that are too large or
// come too slowly, and of contexts; all others are internal ones.
func AsProblem(err error) *Problem {
	var (
		p     *Problem
		large *http.MaxBytesError
		input *engine.InputError
	)
	switch {
	case errors.As(err, &p):
		return p
	case errors.As(err, &large):
		return Problemf(http.StatusRequestEntityTooLarge, CodeTooLarge, "", "the body is larger than %d bytes", large.Limit)
	case errors.As(err, &input):
		return Problemf(http.StatusBadRequest, CodeBadField, "", "%v", input)
	case errors.Is(err, engine.ErrUnknownModel):
		return Problemf(http.StatusNotFound, CodeUnknownModel, "model", "%v", err)
	case errors.Is(err, engine.ErrRecords):
		return Problemf(http.StatusBadRequest, CodeWrongRecords, "", "%v", err)
	case errors.Is(err, context.DeadlineExceeded):
		return Problemf(http.StatusGatewayTimeout, CodeTimeout, "", "the request takes longer than the server allows")
	case errors.Is(err, os.ErrDeadlineExceeded):
		return Problemf(http.StatusRequestTimeout, CodeTimeout, "", "the body comes too slowly")
	case errors.Is(err, context.Canceled):
		return gone
	}
	return internal
}

// Error answers with a problem.
func Error(w http.ResponseWriter, status int, code, field, format string, args ...any) {
	write(w, Problemf(status, code, field, format, args...))
}

// WriteError answers with what the client may know of err (see [AsProblem]), and logs what it may not.
func WriteError(w http.ResponseWriter, r *http.Request, err error) {
	p := AsProblem(err)
	LogInternal(r, p, err)
	write(w, p)
}

// LogInternal logs err where p, which is what the client is told of it, does not say what it is: for protocols that have a
// form of errors of their own.
func LogInternal(r *http.Request, p *Problem, err error) {
	if p != internal || errors.Is(err, p) { // what has panicked is logged
		return
	}
	args := []any{"error", err}
	var panicked *engine.PanicError
	if errors.As(err, &panicked) {
		args = append(args, "stack", string(panicked.Stack))
	}
	From(r.Context()).Log().Error("request failed", args...)
}

// ErrorBody is the JSON form of a problem.
type ErrorBody struct {
	Error *Problem `json:"error"`
}

func write(w http.ResponseWriter, p *Problem) {
	WriteJSON(w, p.Status, ErrorBody{p})
}

// WriteJSON answers with a JSON document.
func WriteJSON(w http.ResponseWriter, status int, v any) {
	text, err := json.Marshal(v)
	if err != nil {
		panic("httpx: an answer has no JSON form: " + err.Error())
	}
	WriteBytes(w, status, "application/json", append(text, '\n'))
}

// WriteBytes answers with a body of the given type.
func WriteBytes(w http.ResponseWriter, status int, mediaType string, body []byte) {
	h := w.Header()
	h["Content-Type"] = []string{mediaType}
	h["Content-Length"] = []string{strconv.Itoa(len(body))}
	w.WriteHeader(status)
	_, _ = w.Write(body) // a client that has gone is told nothing
}
