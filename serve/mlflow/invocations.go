package mlflow

import (
	"mime"
	"net/http"
	"strings"
	"time"

	"threatnet/serve/document"
	"threatnet/serve/httpx"
	"threatnet/serve/instances"
)

func (s *server) invocations(w http.ResponseWriter, r *http.Request) error {
	mediaType, err := bodyType(r)
	if err != nil {
		return err
	}
	m, err := s.engine.Model("", "")
	if err != nil {
		return err
	}
	start := time.Now()
	body, err := httpx.ReadBody(r)
	if err != nil {
		return err
	}
	b := instances.New(m, httpx.From(r.Context()))
	if mediaType == csvType {
		err = decodeCSV(b, body)
	} else {
		err = decodeJSON(b, body)
	}
	if err != nil {
		return err
	}
	httpx.Phase(r, httpx.PhaseDecode, start)
	answers, err := b.Judge(r.Context())
	if err != nil {
		return err
	}
	start = time.Now()
	out := append(make([]byte, 0, 64+len(answers)*256), `{"predictions":[`...)
	for i := range answers {
		if i > 0 {
			out = append(out, ',')
		}
		out = b.Append(out, i, &answers[i])
	}
	httpx.WriteBytes(w, http.StatusOK, jsonType, append(out, "]}\n"...))
	httpx.Phase(r, httpx.PhaseWrite, start)
	return nil
}

// The types of bodies.
const (
	jsonType = "application/json"
	csvType  = "text/csv"
)

// bodyType is the type of the body, jsonType or csvType, in UTF-8.
func bodyType(r *http.Request) (string, error) {
	refuse := func(format string, args ...any) error {
		return httpx.Problemf(http.StatusUnsupportedMediaType, httpx.CodeMediaType, "Content-Type", format, args...)
	}
	header := r.Header.Get("Content-Type")
	mediaType, params, err := mime.ParseMediaType(header)
	if err != nil || mediaType != jsonType && mediaType != csvType {
		return "", refuse("%.100q is not supported: use %s or %s", header, jsonType, csvType)
	}
	for name, value := range params {
		switch {
		case name != "charset":
			return "", refuse("the parameter %.40q is not supported", name)
		case !strings.EqualFold(value, "utf-8"):
			return "", refuse("the character set %.40q is not supported: use UTF-8", value)
		}
	}
	return mediaType, nil
}

// decodeJSON adds the instances of a JSON body.
func decodeJSON(b *instances.Batch, body []byte) error {
	doc, err := instances.ParseDocument(body, true)
	if err != nil {
		return err
	}
	var (
		format string
		data   document.Value
	)
	for name, v := range doc.Fields() {
		switch name {
		case "dataframe_split", "dataframe_records", "instances", "inputs":
			if format != "" {
				return instances.Bad(name, "a request has one of dataframe_split, dataframe_records, instances and inputs; this has %s too", format)
			}
			format, data = name, v
		case "params":
			if k := v.Kind(); k != document.Object && k != document.Null {
				return instances.Bad(name, "must be an object, not %v", k)
			}
		}
	}
	switch format {
	case "dataframe_split":
		return split(b, format, data)
	case "dataframe_records":
		return frameRecords(b, format, data)
	case "instances":
		return b.List(format, data)
	case "inputs":
		return b.Inputs(format, data)
	}
	return instances.Bad("", "a request has one of dataframe_split, dataframe_records, instances and inputs; this has none")
}
