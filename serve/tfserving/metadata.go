package tfserving

import (
	"net/http"
	"strconv"

	"threatnet/serve/engine"
	"threatnet/serve/httpx"
	"threatnet/serve/instances"
)

// versionStatus says of a version that it takes requests.
type versionStatus struct {
	Version string `json:"version"`
	State   string `json:"state"`
	Status  struct {
		Code    string `json:"error_code"`
		Message string `json:"error_message"`
	} `json:"status"`
}

func (s *server) status(w http.ResponseWriter, r *http.Request) error {
	m, err := s.engine.Model(r.PathValue("model"), r.PathValue("version"))
	if err != nil {
		return err
	}
	status := versionStatus{Version: strconv.Itoa(m.Version), State: "AVAILABLE"} // what is loaded is available
	status.Status.Code = "OK"
	httpx.WriteJSON(w, http.StatusOK, map[string][]versionStatus{"model_version_status": {status}})
	return nil
}

// tensorInfo is a tensor of a signature. Sizes are strings, as protocol buffers write 64-bit integers in JSON.
type tensorInfo struct {
	Type  string `json:"dtype"`
	Shape shape  `json:"tensor_shape"`
	Name  string `json:"name"`
}

type shape struct {
	Dims        []dim `json:"dim"`
	UnknownRank bool  `json:"unknown_rank"`
}

type dim struct {
	Size string `json:"size"`
	Name string `json:"name"`
}

// tensor describes a tensor whose first dimension is any number of rows.
func tensor(name, dtype string, sizes ...int) tensorInfo {
	t := tensorInfo{Type: dtype, Name: name, Shape: shape{Dims: []dim{{Size: "-1"}}}}
	for _, n := range sizes {
		t.Shape.Dims = append(t.Shape.Dims, dim{Size: strconv.Itoa(n)})
	}
	return t
}

func (s *server) metadata(w http.ResponseWriter, r *http.Request) error {
	m, err := s.engine.Model(r.PathValue("model"), r.PathValue("version"))
	if err != nil {
		return err
	}
	inputs := map[string]tensorInfo{}
	if m.Records() != engine.Flows {
		inputs[instances.Name] = tensor(instances.Name, "DT_STRING")
	}
	cols, tokens := m.Inputs()
	inputs[instances.Input] = tensor(instances.Input, "DT_FLOAT", cols)
	if tokens {
		inputs[instances.Input] = tensor(instances.Input, "DT_INT64", cols)
	}
	outputs := map[string]tensorInfo{
		"label":         tensor("label", "DT_STRING"),
		"probability":   tensor("probability", "DT_FLOAT"),
		"probabilities": tensor("probabilities", "DT_FLOAT", len(m.Classes())),
	}
	type object = map[string]any
	httpx.WriteJSON(w, http.StatusOK, object{
		"model_spec": object{"name": m.Name, "signature_name": "", "version": strconv.Itoa(m.Version)},
		"metadata": object{"signature_def": object{"signature_def": object{signature: object{
			"inputs": inputs, "outputs": outputs, "method_name": "tensorflow/serving/predict",
		}}}},
	})
	return nil
}
