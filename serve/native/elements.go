package native

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"

	"github.com/danielgtaylor/huma/v2"

	"threatnet/datasets"
	"threatnet/serve/records"
)

// NameRecord is an element of a list of names. What is no string is a record that is none, as in the lists that follow.
type NameRecord struct{ name, fault string }

// UnmarshalJSON reads a string.
func (n *NameRecord) UnmarshalJSON(text []byte) error {
	switch {
	case text[0] != '"':
		n.fault = fmt.Sprintf("want a string, not %.40s", text)
	case bytes.IndexByte(text, '\\') >= 0:
		return json.Unmarshal(text, &n.name)
	default: // most names: the text has been checked
		n.name = string(text[1 : len(text)-1])
	}
	return nil
}

// QueryRecord is a query: an object with its fields, or its name.
type QueryRecord struct {
	fields map[string]any
	fault  string
}

// UnmarshalJSON reads an object or a string.
func (q *QueryRecord) UnmarshalJSON(text []byte) error {
	switch text[0] {
	case '"':
		var name string
		err := json.Unmarshal(text, &name)
		q.fields = map[string]any{"query": name}
		return err
	case '{':
		q.fields, q.fault = fieldsOf(text)
	default:
		q.fault = fmt.Sprintf("a query is an object or a string, not %.40s", text)
	}
	return nil
}

// FlowRecord is a flow's fields.
type FlowRecord struct {
	fields map[string]any
	fault  string
}

// UnmarshalJSON reads an object.
func (f *FlowRecord) UnmarshalJSON(text []byte) error {
	if text[0] != '{' {
		f.fault = fmt.Sprintf("a flow is an object, not %.40s", text)
		return nil
	}
	f.fields, f.fault = fieldsOf(text)
	return nil
}

// fieldsOf gives the fields of an object whose text has been checked, or says why there are none.
func fieldsOf(text []byte) (fields map[string]any, fault string) {
	if err := json.Unmarshal(text, &fields); err != nil { // a number beyond float64 is all that is left
		return nil, "a number is out of range"
	}
	return fields, ""
}

// Schema implements huma.SchemaProvider.
func (NameRecord) Schema(huma.Registry) *huma.Schema { return &huma.Schema{Type: "string"} }

// Schema implements huma.SchemaProvider.
func (QueryRecord) Schema(huma.Registry) *huma.Schema {
	names, clients, times, types := records.QueryFields()
	object := &huma.Schema{
		Type: "object", AdditionalProperties: true, Properties: map[string]*huma.Schema{},
		Description: "where there are several fields of one meaning, the first of them counts; null is none",
	}
	for _, f := range []struct {
		names []string
		about string
		types []string
	}{
		{names, "the name that was asked for; one of these fields must be there", []string{"string"}},
		{clients, "who asked", []string{"string"}},
		{types, "the type by its name, such as TXT, or by its number", []string{"string", "integer"}},
		{times, "seconds since 1970, or a date of ISO 8601", []string{"number", "string"}},
		{[]string{"rank"}, "within its window, the newest first", []string{"integer", "string"}},
	} {
		for i, name := range f.names {
			about := f.about
			if i > 0 {
				about = "the same as " + f.names[0]
			}
			object.Properties[name] = anyOf(about, append(f.types, "null")...)
		}
	}
	for _, name := range names { // that of the record may not be null
		object.AnyOf = append(object.AnyOf, &huma.Schema{Required: []string{name}, Properties: map[string]*huma.Schema{name: {Type: "string"}}})
	}
	return &huma.Schema{AnyOf: []*huma.Schema{{Type: "string", Description: "the query's name"}, object}}
}

// Schema implements huma.SchemaProvider.
func (FlowRecord) Schema(huma.Registry) *huma.Schema {
	value, text := anyOf("a number, as text also Infinity and NaN", "number", "string", "null"), anyOf("", "string", "null")
	port := anyOf("0 to 65535", "integer", "string", "null")
	properties := map[string]*huma.Schema{}
	for _, name := range datasets.FlowFeatures() {
		properties[name] = value
	}
	maps.Copy(properties, map[string]*huma.Schema{
		"source_ip": text, "source_port": port, "destination_ip": text, "destination_port": port,
		"protocol": anyOf("the number or the name, such as TCP", "integer", "string", "null"),
	})
	return &huma.Schema{
		Type: "object", AdditionalProperties: true, Properties: properties,
		Description: "the features that CICFlowMeter measures; its own names of the columns are understood as well; null is none",
	}
}

// anyOf describes values of several types.
func anyOf(about string, types ...string) *huma.Schema {
	s := &huma.Schema{Description: about}
	for _, t := range types {
		s.AnyOf = append(s.AnyOf, &huma.Schema{Type: t})
	}
	return s
}
