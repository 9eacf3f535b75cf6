package dsdl

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// request is the body of /fit and /apply:
//
//	{"data": CSV text, "meta": {"options": {"params": {…}, "model_name": …, …}, "feature_variables": […], "target_variables": […]}}
type request struct {
	data     string
	meta     json.RawMessage   // as it came
	params   map[string]string // without the quotes that may stand around a value
	algo     string            // params.algo
	model    string            // "default" where the request names none
	target   string            // the one target variable, or ""
	features []string
}

// The name of a model that the search did not name.
const defaultModel = "default"

// Errors of a request.
var (
	errUTF8    = errors.New("the body is not valid UTF-8")
	errData    = errors.New(`field "data": want the rows as CSV text`)
	errMeta    = errors.New(`field "meta": want an object with the search's options`)
	errTargets = errors.New("more than one target variable: one is the label")
)

// meta is what is read of the search's settings. The targets stand under options too, in the singular.
type meta struct {
	Options struct {
		Params   map[string]text `json:"params"`
		Target   texts           `json:"target_variable"`
		Features texts           `json:"feature_variables"`
		Model    text            `json:"model_name"`
	} `json:"options"`
	Targets  texts `json:"target_variables"`
	Features texts `json:"feature_variables"`
}

// decode reads a body. Errors name the field.
func decode(body []byte) (*request, error) {
	if !utf8.Valid(body) {
		return nil, errUTF8
	}
	var top struct {
		Data *string         `json:"data"`
		Meta json.RawMessage `json:"meta"`
	}
	if err := json.Unmarshal(body, &top); err != nil {
		return nil, jsonError("", err)
	}
	if top.Data == nil {
		return nil, errData
	}
	if !bytes.HasPrefix(top.Meta, []byte("{")) {
		return nil, errMeta
	}
	var m meta
	if err := json.Unmarshal(top.Meta, &m); err != nil {
		return nil, jsonError("meta", err)
	}
	r := &request{data: *top.Data, meta: top.Meta, params: map[string]string{}, model: string(m.Options.Model)}
	for key, value := range m.Options.Params {
		r.params[key] = strings.Trim(string(value), `"`)
	}
	r.algo = r.params["algo"]
	r.model = strings.TrimPrefix(strings.Trim(r.model, `"`), "app:")
	if r.model == "" {
		r.model = defaultModel
	}
	targets := m.Targets
	if len(targets) == 0 {
		targets = m.Options.Target
	}
	if len(targets) > 1 {
		return nil, errTargets
	}
	if len(targets) == 1 {
		r.target = targets[0]
	}
	if r.features = m.Features; len(r.features) == 0 {
		r.features = m.Options.Features
	}
	return r, nil
}

// jsonError says what is wrong with a JSON text, and where.
func jsonError(field string, err error) error {
	var wrongType *json.UnmarshalTypeError
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &wrongType) && field+wrongType.Field == "":
		return fmt.Errorf("the body is a JSON %s: want an object", wrongType.Value)
	case errors.As(err, &wrongType):
		return fmt.Errorf("field %q: a JSON %s does not belong there", strings.Trim(field+"."+wrongType.Field, "."), wrongType.Value)
	case errors.As(err, &syntax):
		return fmt.Errorf("the body is not JSON: byte %d: %w", syntax.Offset, err)
	}
	return fmt.Errorf("field %q: %w", field, err)
}

// text is a string; a number or a boolean in its place is taken as it is written, null is "".
type text string

// UnmarshalJSON implements json.Unmarshaler.
func (t *text) UnmarshalJSON(b []byte) error {
	switch b[0] {
	case '"':
		return json.Unmarshal(b, (*string)(t))
	case '{', '[':
		return errText
	case 'n':
		*t = ""
	default:
		*t = text(b)
	}
	return nil
}

var errText = errors.New("want texts, not lists or objects")

// texts is a list of strings; a string alone is a list of one.
type texts []string

// UnmarshalJSON implements json.Unmarshaler.
func (t *texts) UnmarshalJSON(b []byte) error {
	if b[0] != '"' {
		return json.Unmarshal(b, (*[]string)(t))
	}
	var one string
	err := json.Unmarshal(b, &one)
	*t = texts{one}
	return err
}
