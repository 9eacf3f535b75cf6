package native

import (
	"net/http"
	"strconv"

	"threatnet/serve/engine"
	"threatnet/serve/httpx"
)

func (s *server) models(w http.ResponseWriter, _ *http.Request) error {
	list := ModelList{Models: []ModelInfo{}}
	for _, m := range s.engine.Models() {
		list.Models = append(list.Models, s.info(m))
	}
	httpx.WriteJSON(w, http.StatusOK, list)
	return nil
}

func (s *server) model(w http.ResponseWriter, r *http.Request) error {
	m, err := s.engine.Model(r.PathValue("model"), "")
	if err != nil {
		return err
	}
	d := ModelDetails{
		ModelInfo: s.info(m), Checksum: m.Meta.Checksum, Created: m.Meta.Created, Spec: m.Meta.Spec, Thresholds: m.Meta.Thresholds,
		Settings: m.Meta.Settings, Provenance: m.Meta.Provenance, Metrics: m.Meta.Metrics,
	}
	cols, tokens := m.Inputs()
	d.Input = ModelInput{Columns: cols, Type: "values"}
	if tokens {
		d.Input.Type = "tokens"
	}
	for _, v := range d.Versions {
		d.Status = append(d.Status, VersionStatus{strconv.Itoa(v), "AVAILABLE", Status{"OK", ""}})
	}
	httpx.WriteJSON(w, http.StatusOK, d)
	return nil
}

func (s *server) info(m *engine.Model) ModelInfo {
	i := ModelInfo{
		Name: m.Name, Version: m.Version, Kind: m.Kind(), Records: m.Records(), Labels: m.Classes(), Benign: m.Benign(),
		Threshold: m.Threshold, Ready: true, // a model that is there is ready: it has run before it took over
	}
	for _, v := range s.engine.Versions(m.Name) {
		i.Versions = append(i.Versions, v.Version)
	}
	return i
}
