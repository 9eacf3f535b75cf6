package tfserving

import (
	"net/http"
	"time"

	"threatnet/serve/document"
	"threatnet/serve/engine"
	"threatnet/serve/httpx"
	"threatnet/serve/instances"
)

// signature is the name of the one signature that a model has.
const signature = "serving_default"

func predict(w http.ResponseWriter, r *http.Request, m *engine.Model) error {
	start := time.Now()
	doc, err := instances.ReadDocument(r, true)
	if err != nil {
		return err
	}
	b := instances.New(m, httpx.From(r.Context()))
	columns, err := decode(b, doc)
	if err != nil {
		return err
	}
	httpx.Phase(r, httpx.PhaseDecode, start)
	answers, err := b.Judge(r.Context())
	if err != nil {
		return err
	}
	start = time.Now()
	appendAnswers := appendRows
	if columns {
		appendAnswers = appendColumns
	}
	room := make([]byte, 0, 64+len(answers)*(64+12*len(m.Classes())))
	httpx.WriteBytes(w, http.StatusOK, "application/json", appendAnswers(room, answers))
	httpx.Phase(r, httpx.PhaseWrite, start)
	return nil
}

// decode adds the instances of a request, and tells whether it is in column format.
func decode(b *instances.Batch, doc document.Value) (columns bool, err error) {
	var rows, cols document.Value
	for name, v := range doc.Fields() {
		switch name {
		case "signature_name":
			if v.Kind() != document.String {
				return false, instances.Bad(name, "must be a string, not %v", v.Kind())
			}
			if s := v.Text(); s != "" && s != signature {
				return false, instances.Bad(name, "%.100q is no signature of the model: there is %q", s, signature)
			}
		case "instances":
			rows = v
		case "inputs":
			cols = v
		}
	}
	switch {
	case rows.None() && cols.None():
		return false, instances.Bad("", `the request has neither "instances" nor "inputs"`)
	case cols.None():
		return false, b.List("instances", rows)
	case rows.None():
		return true, b.Inputs("inputs", cols)
	}
	return false, instances.Bad("inputs", `a request has either "instances" or "inputs", not both`)
}

// appendRows writes the answers to a request in row format.
func appendRows(b []byte, answers []engine.Answer) []byte {
	b = append(b, `{"predictions":[`...)
	for i := range answers {
		if i > 0 {
			b = append(b, ',')
		}
		a := &answers[i]
		b = instances.AppendText(append(b, `{"label":`...), a.Label)
		b = instances.AppendFloat(append(b, `,"probability":`...), float32(a.Probability))
		b = instances.AppendFloats(append(b, `,"probabilities":[`...), a.Probabilities)
		b = append(b, "]}"...)
	}
	return append(b, "]}\n"...)
}

// appendColumns writes the answers to a request in column format.
func appendColumns(b []byte, answers []engine.Answer) []byte {
	list := func(name string, one func(*engine.Answer)) {
		b = append(b, `"`+name+`":[`...)
		for i := range answers {
			if i > 0 {
				b = append(b, ',')
			}
			one(&answers[i])
		}
		b = append(b, ']')
	}
	b = append(b, `{"outputs":{`...)
	list("label", func(a *engine.Answer) { b = instances.AppendText(b, a.Label) })
	b = append(b, ',')
	list("probability", func(a *engine.Answer) { b = instances.AppendFloat(b, float32(a.Probability)) })
	b = append(b, ',')
	list("probabilities", func(a *engine.Answer) {
		b = append(instances.AppendFloats(append(b, '['), a.Probabilities), ']')
	})
	return append(b, "}}\n"...)
}
