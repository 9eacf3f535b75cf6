package native

import (
	"encoding/json"
	"maps"
	"net/http"
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"threatnet/datasets"
	"threatnet/models/checkpoint"
	"threatnet/serve/httpx"
)

// ScoreRequest has one kind of records.
type ScoreRequest struct {
	Names   []*string     `json:"names,omitempty" nullable:"false" doc:"domain names"`
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

// QueryRecord is a query: an object with its fields, or its name.
type QueryRecord struct{ fields map[string]any }

// UnmarshalJSON reads an object or a string.
func (q *QueryRecord) UnmarshalJSON(text []byte) error {
	var name string
	switch text[0] {
	case '"':
		if err := json.Unmarshal(text, &name); err != nil {
			return err
		}
		q.fields = map[string]any{"query": name}
		return nil
	case '{':
		return json.Unmarshal(text, &q.fields)
	}
	return httpx.Problemf(http.StatusBadRequest, httpx.CodeBadField, "queries", "a query is an object or a string, not %.40s", text)
}

// FlowRecord is a flow's fields.
type FlowRecord map[string]any

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
func (QueryRecord) Schema(huma.Registry) *huma.Schema {
	str := func(about string) *huma.Schema { return &huma.Schema{Type: "string", Description: about} }
	return &huma.Schema{OneOf: []*huma.Schema{
		{Type: "string", Description: "the query's name"},
		{
			Type: "object", AdditionalProperties: true, Required: []string{"query"},
			Description: "name, qname stand for query; client, src_ip, client_ip, source_ip for src; time, ts, timestamp for _time",
			Properties: map[string]*huma.Schema{
				"query": str("the name that was asked for"), "src": str("who asked"), "type": str("such as TXT"),
				"_time": {OneOf: []*huma.Schema{{Type: "number", Description: "seconds since 1970"}, {Type: "string", Description: "a date of ISO 8601"}}},
				"rank":  {Type: "integer", Description: "within its window, the newest first"},
			},
		},
	}}
}

// Schema implements huma.SchemaProvider.
func (FlowRecord) Schema(huma.Registry) *huma.Schema {
	value := &huma.Schema{OneOf: []*huma.Schema{{Type: "number"}, {Type: "string", Description: "a number, Infinity or NaN"}}}
	properties := map[string]*huma.Schema{}
	for _, name := range datasets.FlowFeatures() {
		properties[name] = value
	}
	maps.Copy(properties, map[string]*huma.Schema{
		"source_ip": {Type: "string"}, "source_port": {Type: "integer"}, "destination_ip": {Type: "string"},
		"destination_port": {Type: "integer"}, "protocol": {OneOf: []*huma.Schema{{Type: "integer"}, {Type: "string"}}},
	})
	return &huma.Schema{
		Type: "object", AdditionalProperties: true, Properties: properties,
		Description: "the features that CICFlowMeter measures; its own names of the columns are understood as well",
	}
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
