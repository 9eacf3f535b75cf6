package native

import (
	"net/http"
	"strconv"
	"sync"
	"time"

	"threatnet/serve/engine"
	"threatnet/serve/httpx"
	"threatnet/serve/records"
)

// score answers for the records of a request.
func (s *server) score(w http.ResponseWriter, r *http.Request) error {
	version := ""
	if r.URL.RawQuery != "" {
		version = r.URL.Query().Get("version")
	}
	m, err := s.engine.Model(r.PathValue("model"), version)
	if err != nil {
		return err
	}
	switch t := httpx.MediaType(r); t {
	case typeJSON, typeForm, "":
		return s.document(w, r, m)
	case typeNDJSON, typeCSV, typeText:
		return s.stream(w, r, m, t)
	default:
		return httpx.Problemf(http.StatusUnsupportedMediaType, httpx.CodeMediaType, "Content-Type",
			"%.80q: want %s, %s, %s or %s", t, typeJSON, typeNDJSON, typeCSV, typeText)
	}
}

// document answers for a JSON document.
func (s *server) document(w http.ResponseWriter, r *http.Request, m *engine.Model) error {
	start := time.Now()
	body, err := httpx.ReadBody(r)
	if err != nil {
		return err
	}
	var req ScoreRequest
	if err := httpx.Decode(body, &req); err != nil {
		return err
	}
	b := batches.Get().(*batch)
	defer batches.Put(b)
	b.reset(1)
	b.model, b.stream = m, nil
	if err := b.fill(&req, httpx.From(r.Context())); err != nil {
		return err
	}
	httpx.Phase(r, httpx.PhaseDecode, start)
	answers, err := b.judge(r.Context())
	if err != nil {
		return err
	}
	start = time.Now()
	b.text = appendHead(b.text, m)
	if p := b.write(answers, ','); p != nil {
		return p
	}
	b.text = append(b.text, "]}\n"...)
	httpx.WriteBytes(w, http.StatusOK, typeJSON, b.text)
	httpx.Phase(r, httpx.PhaseWrite, start)
	return nil
}

// batches are used again: most requests are small and many.
var batches = sync.Pool{New: func() any { return new(batch) }}

// fill takes the records of a request.
func (b *batch) fill(req *ScoreRequest, scope *httpx.Scope) error {
	given := 0
	for _, l := range []struct {
		kind string
		n    int
		set  bool
	}{
		{engine.Names, len(req.Names), req.Names != nil},
		{engine.Queries, len(req.Queries), req.Queries != nil},
		{engine.Flows, len(req.Flows), req.Flows != nil},
	} {
		if !l.set {
			continue
		}
		if given++; given > 1 {
			return httpx.Problemf(http.StatusBadRequest, httpx.CodeBadField, l.kind, "a request has one kind of records, and there is %s as well", b.list)
		}
		if l.kind != b.model.Records() {
			return httpx.Problemf(http.StatusBadRequest, httpx.CodeWrongRecords, l.kind, "model %s takes %s", b.model.Name, b.model.Records())
		}
		if err := scope.CheckRows(l.n, l.kind); err != nil {
			return err
		}
		b.list = l.kind
	}
	if given == 0 {
		return httpx.Problemf(http.StatusBadRequest, httpx.CodeBadField, b.model.Records(), "missing: a list of %s", b.model.Records())
	}
	for _, n := range req.Names {
		if n.fault != "" {
			b.refuse(httpx.CodeBadField, "", n.fault)
			continue
		}
		b.addName(n.name)
	}
	for _, q := range req.Queries {
		b.addFields(q.fields, q.fault)
	}
	for _, f := range req.Flows {
		b.addFields(f.fields, f.fault)
	}
	return nil
}

// addFields adds an element of a list, or its fault where there is one.
func (b *batch) addFields(fields map[string]any, fault string) {
	if fault != "" {
		b.refuse(httpx.CodeBadField, "", fault)
		return
	}
	b.add(fields)
}

// appendHead begins a ScoreResponse, up to the results.
func appendHead(text []byte, m *engine.Model) []byte {
	text = records.AppendString(append(text, `{"model":`...), m.Name)
	text = strconv.AppendInt(append(text, `,"version":`...), int64(m.Version), 10)
	text = records.AppendFloat(append(text, `,"threshold":`...), m.Threshold)
	return append(text, `,"results":[`...)
}
