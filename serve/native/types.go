package native

import (
	"encoding/json"
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"threatnet/models/checkpoint"
)

// ScoreRequest has one kind of records.
type ScoreRequest struct {
	Names   []NameRecord  `json:"names,omitempty" nullable:"false" doc:"domain names"`
	Queries []QueryRecord `json:"queries,omitempty" nullable:"false" doc:"DNS queries, in the order in which they came"`
	Flows   []FlowRecord  `json:"flows,omitempty" nullable:"false" doc:"network flows"`
}

// ScoreResponse has an object for each record, in the order of the request.
type ScoreResponse struct {
	Model     string   `json:"model"`
	Version   int      `json:"version"`
	Threshold float64  `json:"threshold" doc:"from which the probability of being malicious makes a verdict malicious"`
	Results   []Result `json:"results" nullable:"false"`
}

// Result is one of records.NameResult, QueryResult, FlowResult and Refused.
type Result struct{}

// ModelList is the answer of /v1/models.
type ModelList struct {
	Models []ModelInfo `json:"models" nullable:"false"`
}

// ModelInfo is what there is to know of a model at a glance.
type ModelInfo struct {
	Name      string   `json:"name"`
	Version   int      `json:"version" doc:"the newest one"`
	Versions  []int    `json:"versions" nullable:"false" doc:"that are kept, the newest first"`
	Kind      string   `json:"kind" doc:"such as dga-lstm"`
	Records   string   `json:"records" enum:"names,queries,flows" doc:"what it takes"`
	Labels    []string `json:"labels" nullable:"false" doc:"classes, in the order of the probabilities"`
	Benign    int      `json:"benign" doc:"index of the benign class, or -1"`
	Threshold float64  `json:"threshold"`
	Ready     bool     `json:"ready"`
}

// ModelDetails is the answer of /v1/models/{model}.
type ModelDetails struct {
	ModelInfo
	Input      ModelInput                   `json:"input"`
	Checksum   string                       `json:"checksum" doc:"SHA-256 of the weights"`
	Created    string                       `json:"created,omitempty"`
	Spec       json.RawMessage              `json:"spec,omitempty" doc:"the network"`
	Thresholds map[string]float64           `json:"thresholds,omitempty"`
	Settings   json.RawMessage              `json:"settings,omitempty" doc:"of the training"`
	Provenance checkpoint.Provenance        `json:"provenance"`
	Metrics    map[string]checkpoint.Scores `json:"metrics,omitempty" doc:"by split"`
	Status     []VersionStatus              `json:"model_version_status" nullable:"false" doc:"as TensorFlow Serving has it"`
}

// ModelInput is what the network takes for a record that is encoded already.
type ModelInput struct {
	Columns int    `json:"columns"`
	Type    string `json:"type" enum:"tokens,values"`
}

// VersionStatus is TensorFlow Serving's.
type VersionStatus struct {
	Version string `json:"version"`
	State   string `json:"state" enum:"AVAILABLE"`
	Status  Status `json:"status"`
}

// Status is TensorFlow Serving's.
type Status struct {
	Code    string `json:"error_code" enum:"OK"`
	Message string `json:"error_message"`
}

// number describes a checkpoint.Number.
type number float64

// Schema implements huma.SchemaProvider.
func (number) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{OneOf: []*huma.Schema{{Type: "number"}, {Type: "string", Enum: []any{"nan", "inf", "-inf"}}}}
}

// Schema implements huma.SchemaProvider.
func (Result) Schema(r huma.Registry) *huma.Schema {
	s := &huma.Schema{}
	for _, t := range resultTypes {
		s.OneOf = append(s.OneOf, r.Schema(t, true, ""))
	}
	return s
}

var numberType, checkpointNumber = reflect.TypeFor[number](), reflect.TypeFor[checkpoint.Number]()
