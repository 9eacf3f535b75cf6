package oip

import (
	"threatnet/datasets"
	"threatnet/serve/engine"
	"threatnet/serve/instances"
)

// Names of the outputs.
const (
	labelOutput         = "label"
	probabilityOutput   = "probability"
	probabilitiesOutput = "probabilities"
)

var outputNames = []string{labelOutput, probabilityOutput, probabilitiesOutput}

// platform is the framework and the format of the models, as the protocol's metadata name it.
const platform = "threatnet_safetensors"

// variable is a dimension of any size.
const variable = -1

// tensorInfo describes a tensor.
type tensorInfo struct {
	Name     string `json:"name"`
	Datatype string `json:"datatype"`
	Shape    []int  `json:"shape"`
	either   bool   // text and numbers are taken
}

// modelInfo describes a model.
type modelInfo struct {
	Name     string       `json:"name"`
	Versions []string     `json:"versions"`
	Platform string       `json:"platform"`
	Inputs   []tensorInfo `json:"inputs"`
	Outputs  []tensorInfo `json:"outputs"`
}

func describeModel(e *engine.Engine, m *engine.Model) modelInfo {
	return modelInfo{
		Name: m.Name, Versions: instances.Versions(e, m.Name), Platform: platform,
		Inputs: append(fieldsOf(m), inputOf(m)),
		Outputs: []tensorInfo{
			{Name: labelOutput, Datatype: "BYTES", Shape: []int{variable}},
			{Name: probabilityOutput, Datatype: "FP32", Shape: []int{variable}},
			{Name: probabilitiesOutput, Datatype: "FP32", Shape: []int{variable, len(m.Classes())}},
		},
	}
}

// inputOf describes the tensor of encoded rows.
func inputOf(m *engine.Model) tensorInfo {
	cols, tokens := m.Inputs()
	if tokens {
		return tensorInfo{Name: instances.Input, Datatype: "INT64", Shape: []int{variable, cols}}
	}
	return tensorInfo{Name: instances.Input, Datatype: "FP32", Shape: []int{variable, cols}}
}

// fieldsOf describes the fields of the records that a model takes.
func fieldsOf(m *engine.Model) []tensorInfo {
	field := func(name, datatype string) tensorInfo {
		return tensorInfo{Name: name, Datatype: datatype, Shape: []int{variable}}
	}
	name := field(instances.Name, "BYTES")
	switch m.Records() {
	case engine.Names:
		return []tensorInfo{name}
	case engine.Queries:
		when := field("time", "FP64")
		when.either = true
		return []tensorInfo{name, field("client", "BYTES"), when, field("type", "BYTES")}
	}
	var fields []tensorInfo
	for _, feature := range datasets.FlowFeatures() {
		fields = append(fields, field(feature, "FP32"))
	}
	return append(fields,
		field("source_ip", "BYTES"), field("source_port", "INT32"), field("destination_ip", "BYTES"),
		field("destination_port", "INT32"), field("protocol", "INT32"))
}
