package records

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"
	"time"

	"threatnet/datasets"
	"threatnet/models"
	"threatnet/serve/engine"
)

// NameResult is the answer for a name.
type NameResult struct {
	Name string `json:"name" doc:"as it was sent"`
	models.Verdict
	Rule string `json:"rule,omitempty" enum:"allow,block" doc:"the list that has decided, instead of the model"`
}

// QueryResult is the answer for a query.
type QueryResult struct {
	Name   string `json:"name" doc:"bytes that are no printable ASCII as \\DDD"`
	Client string `json:"client"`
	Domain string `json:"domain" doc:"that the query is counted to"`
	Time   string `json:"time,omitempty" doc:"by RFC 3339"`
	models.Verdict
	Rule string `json:"rule,omitempty" enum:"allow,block" doc:"the list that has decided, instead of the model"`
}

// FlowResult is the answer for a flow.
type FlowResult struct {
	Row int `json:"row" doc:"from 1 on, in the order of the request"`
	models.Verdict
}

// Refused stands in the place of a record that is none.
type Refused struct {
	Name  *string `json:"name,omitempty" doc:"as it was sent"`
	Row   int     `json:"row,omitempty" doc:"from 1 on, where there is no name"`
	Error Fault   `json:"error"`
}

// Fault says what is wrong with a record.
type Fault struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Field   string `json:"field,omitempty"`
}

// AppendName appends the JSON object of a name's answer.
func AppendName(b []byte, name string, a *engine.Answer) []byte {
	b = AppendString(append(b, `{"name":`...), name)
	return appendVerdict(b, a)
}

// AppendQuery appends the JSON object of a query's answer.
func AppendQuery(b []byte, m *engine.Model, q *datasets.Query, a *engine.Answer) []byte {
	b = AppendString(append(b, `{"name":`...), datasets.EscapeName(q.Name))
	b = AppendString(append(b, `,"client":`...), q.Client)
	b = AppendString(append(b, `,"domain":`...), datasets.EscapeName(m.Domain(q.Name)))
	if !q.Time.IsZero() {
		b = append(b, `,"time":"`...)
		b = q.Time.UTC().AppendFormat(b, time.RFC3339Nano)
		b = append(b, '"')
	}
	return appendVerdict(b, a)
}

// AppendFlow appends the JSON object of a flow's answer.
func AppendFlow(b []byte, row int, a *engine.Answer) []byte {
	b = strconv.AppendInt(append(b, `{"row":`...), int64(row), 10)
	return appendVerdict(b, a)
}

// AppendRefused appends the JSON object of a record that is none.
func AppendRefused(b []byte, r *Refused) []byte {
	text, err := marshal(r)
	if err != nil {
		panic("records: a fault has no JSON form")
	}
	return append(b, text...)
}

// appendVerdict ends an object with an answer.
func appendVerdict(b []byte, a *engine.Answer) []byte {
	b = AppendString(append(b, `,"verdict":`...), a.Verdict.Verdict)
	b = AppendFloat(append(b, `,"probability":`...), a.Probability)
	b = AppendString(append(b, `,"label":`...), a.Label)
	b = append(b, `,"classes":[`...)
	for i, c := range a.Classes {
		if i > 0 {
			b = append(b, ',')
		}
		b = AppendString(append(b, `{"label":`...), c.Label)
		b = append(AppendFloat(append(b, `,"probability":`...), c.Probability), '}')
	}
	b = append(b, ']')
	if a.Rule != "" {
		b = AppendString(append(b, `,"rule":`...), a.Rule)
	}
	return append(b, '}')
}

// AppendString appends text as JSON; it leaves <, > and & alone.
func AppendString(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c >= 0x7f || c == '"' || c == '\\' {
			text, err := marshal(s)
			if err != nil {
				panic("records: a string has no JSON form")
			}
			return append(b, text...)
		}
	}
	return append(append(append(b, '"'), s...), '"')
}

func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

// AppendFloat appends a finite number as encoding/json writes it: the shortest digits that give it back, with an exponent
// below 1e-6 and from 1e21 on.
func AppendFloat(b []byte, v float64) []byte {
	format := byte('f')
	if abs := math.Abs(v); abs != 0 && (abs < 1e-6 || abs >= 1e21) {
		format = 'e'
	}
	b = strconv.AppendFloat(b, v, format, -1, 64)
	if n := len(b); format == 'e' && n >= 4 && b[n-4] == 'e' && b[n-3] == '-' && b[n-2] == '0' { // e-09 is e-9
		b[n-2] = b[n-1]
		b = b[:n-1]
	}
	return b
}
