package oip

import (
	"net/http"
	"strconv"

	"threatnet/serve/engine"
	"threatnet/serve/httpx"
	"threatnet/serve/instances"
)

// encode writes the answer to an inference request.
func (r *request) encode(m *engine.Model, answers []engine.Answer) []byte {
	b := make([]byte, 0, 256+len(answers)*(32+12*len(m.Classes())))
	b = append(b, `{"model_name":`...)
	b = instances.AppendText(b, m.Name)
	b = append(b, `,"model_version":"`...)
	b = strconv.AppendInt(b, int64(m.Version), 10)
	b = append(b, '"')
	if r.hasID {
		b = append(b, `,"id":`...)
		b = instances.AppendText(b, r.id)
	}
	b = append(b, `,"parameters":{"threshold":`...)
	b = strconv.AppendFloat(b, m.Threshold, 'g', -1, 64)
	b = append(b, `},"outputs":[`...)
	wanted := r.outputs
	if wanted == nil {
		wanted = outputNames
	}
	for i, name := range wanted {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendOutput(b, name, len(m.Classes()), answers)
	}
	return append(b, "]}\n"...)
}

func appendOutput(b []byte, name string, classes int, answers []engine.Answer) []byte {
	datatype, shape := "FP32", []int{len(answers)}
	switch name {
	case labelOutput:
		datatype = "BYTES"
	case probabilitiesOutput:
		shape = append(shape, classes)
	}
	b = append(b, `{"name":"`+name+`","datatype":"`+datatype+`","shape":[`...)
	for i, d := range shape {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, int64(d), 10)
	}
	b = append(b, `],"data":[`...)
	for i := range answers {
		if i > 0 {
			b = append(b, ',')
		}
		switch a := &answers[i]; name {
		case labelOutput:
			b = instances.AppendText(b, a.Label)
		case probabilityOutput:
			b = instances.AppendFloat(b, float32(a.Probability))
		default:
			b = instances.AppendFloats(b, a.Probabilities)
		}
	}
	return append(b, "]}"...)
}

// WriteError answers with an error in the protocol's form.
func WriteError(w http.ResponseWriter, r *http.Request, err error) {
	p := httpx.AsProblem(err)
	httpx.LogInternal(r, p, err)
	httpx.WriteJSON(w, p.Status, map[string]string{"error": p.Error()})
}
