package dsdl

import (
	"encoding/json"
	"net/http"

	"threatnet/models/checkpoint"
)

// summary is what the container says of itself and of the model that was used last.
type summary struct {
	App     string        `json:"app"`
	Version string        `json:"version"`
	Model   string        `json:"model"`
	Token   string        `json:"token"`
	Summary *modelSummary `json:"model_summary,omitempty"`
}

type modelSummary struct {
	Model      string                       `json:"model"`
	Version    int                          `json:"version"`
	Labels     []string                     `json:"labels"`
	Threshold  float64                      `json:"threshold"`
	Network    json.RawMessage              `json:"network,omitempty"`
	Settings   json.RawMessage              `json:"settings,omitempty"`
	Provenance checkpoint.Provenance        `json:"provenance,omitzero"`
	Metrics    map[string]checkpoint.Scores `json:"metrics,omitempty"`
}

// summary answers with JSON in a JSON string: so the container does, and so its callers expect it.
func (h *handler) summary(w http.ResponseWriter, _ *http.Request) {
	s := summary{App: "threatnet", Version: h.o.Version, Model: "no model exists", Token: "valid"}
	h.mu.Lock()
	m := h.last
	h.mu.Unlock()
	if m != nil {
		s.Model = m.Name
		s.Summary = &modelSummary{m.Kind(), m.Version, m.Classes(), m.Threshold, m.Meta.Spec, m.Meta.Settings, m.Meta.Provenance, m.Meta.Metrics}
	}
	text, err := json.Marshal(s)
	if err != nil {
		h.detail(w, http.StatusInternalServerError, "Internal Server Error")
		h.o.Log.Error("dsdl: summary", "error", err)
		return
	}
	h.write(w, http.StatusOK, string(text))
}
