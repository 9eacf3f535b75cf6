package oip

import (
	"fmt"
	"net/http"
	"slices"

	"threatnet/serve/document"
	"threatnet/serve/httpx"
	"threatnet/serve/instances"
)

// request is an inference request.
type request struct {
	id      string
	hasID   bool
	inputs  []tensor
	outputs []string // those that are asked for, in their order; nil for all
}

// binaryHeader announces Triton's binary form of tensors.
const binaryHeader = "Inference-Header-Content-Length"

// refuseBinary refuses requests in the binary form.
func refuseBinary(r *http.Request) error {
	if r.Header.Get(binaryHeader) != "" || httpx.MediaType(r) == "application/octet-stream" {
		return unsupported(binaryHeader)
	}
	return nil
}

func unsupported(field string) error {
	return instances.Bad(field, "tensors in binary form are not supported: send and ask for them as JSON data")
}

// decode reads a request.
func decode(doc document.Value) (*request, error) {
	r := &request{}
	found := false
	for name, v := range doc.Fields() {
		var err error
		switch name {
		case "id":
			if v.Kind() != document.String {
				return nil, instances.Bad("id", "must be a string, not %v", v.Kind())
			}
			r.id, r.hasID = v.Text(), true
		case "parameters":
			err = checkParameters("parameters", v)
		case "inputs":
			found = true
			r.inputs, err = decodeInputs(v)
		case "outputs":
			r.outputs, err = decodeOutputs(v)
		}
		if err != nil {
			return nil, err
		}
	}
	if !found {
		return nil, instances.Bad("inputs", "is missing")
	}
	return r, nil
}

func decodeInputs(list document.Value) ([]tensor, error) {
	if list.Kind() != document.Array {
		return nil, instances.Bad("inputs", "must be a list of tensors, not %v", list.Kind())
	}
	var inputs []tensor
	for i, v := range list.Elements() {
		t, err := decodeTensor(document.Index("inputs", i), v)
		if err != nil {
			return nil, err
		}
		for _, before := range inputs {
			if before.name == t.name {
				return nil, instances.Bad(t.path+".name", "%.100q stands there twice", t.name)
			}
		}
		if inputs = append(inputs, t); len(inputs) > maxInputs {
			return nil, instances.Bad("inputs", "more than %d tensors", maxInputs)
		}
	}
	if len(inputs) == 0 {
		return nil, instances.Bad("inputs", "is empty")
	}
	return inputs, nil
}

// maxInputs is more than any record has fields.
const maxInputs = 200

func decodeTensor(path string, v document.Value) (tensor, error) {
	t := tensor{path: path}
	if v.Kind() != document.Object {
		return t, instances.Bad(path, "must be a tensor, an object, not %v", v.Kind())
	}
	missing := []string{"name", "datatype", "shape", "data"}
	for name, f := range v.Fields() {
		at := document.Field(path, name)
		var err error
		switch name {
		case "name":
			t.name, err = text(at, f)
		case "datatype":
			if t.datatype, err = text(at, f); err == nil {
				if _, ok := datatypes[t.datatype]; !ok {
					err = instances.Bad(at, "%.100q is no datatype", t.datatype)
				}
			}
		case "shape":
			t.shape, err = decodeShape(at, f)
		case "data":
			t.data = f
		case "parameters":
			err = checkParameters(at, f)
		}
		if err != nil {
			return t, err
		}
		missing = slices.DeleteFunc(missing, func(m string) bool { return m == name })
	}
	if len(missing) > 0 {
		return t, instances.Bad(document.Field(path, missing[0]), "is missing")
	}
	return t, t.checkData()
}

func text(path string, v document.Value) (string, error) {
	if v.Kind() != document.String {
		return "", instances.Bad(path, "must be a string, not %v", v.Kind())
	}
	return v.Text(), nil
}

// decodeOutputs reads which outputs are asked for: nil where the list is empty.
func decodeOutputs(list document.Value) ([]string, error) {
	if list.Kind() != document.Array {
		return nil, instances.Bad("outputs", "must be a list, not %v", list.Kind())
	}
	var names []string
	for i, v := range list.Elements() {
		path := document.Index("outputs", i)
		if v.Kind() != document.Object {
			return nil, instances.Bad(path, `must be an object with a "name", not %v`, v.Kind())
		}
		name, found := "", false
		for key, f := range v.Fields() {
			at := document.Field(path, key)
			var err error
			switch key {
			case "name":
				found = true
				name, err = text(at, f)
			case "parameters":
				err = checkParameters(at, f)
			}
			if err != nil {
				return nil, err
			}
		}
		switch {
		case !found:
			return nil, instances.Bad(path+".name", "is missing")
		case !slices.Contains(outputNames, name):
			return nil, instances.Bad(path+".name", "%.100q is no output of the model, which has %q", name, outputNames)
		case slices.Contains(names, name):
			return nil, instances.Bad(path+".name", "%q stands there twice", name)
		}
		names = append(names, name)
	}
	return names, nil
}

// checkParameters refuses parameters that would change what is sent or answered, and passes over others.
func checkParameters(path string, v document.Value) error {
	if v.Kind() != document.Object {
		return instances.Bad(path, "must be an object, not %v", v.Kind())
	}
	for name, f := range v.Fields() {
		at := document.Field(path, name)
		switch k := f.Kind(); k {
		case document.Null, document.Array, document.Object:
			return instances.Bad(at, "must be a string, a number or a boolean, not %v", k)
		}
		switch name {
		case "binary_data_size":
			return unsupported(at)
		case "binary_data", "binary_data_output":
			if f.Kind() != document.Bool || f.Bool() {
				return unsupported(at)
			}
		case "classification":
			return instances.Bad(at, "the classification of outputs is not supported: %q has the class", labelOutput)
		case "content_type":
			if f.Kind() == document.String && f.Text() == "base64" {
				return instances.Bad(at, "base64 is not supported: BYTES are JSON strings")
			}
		}
	}
	return nil
}

// describe is a number of elements, as a message has it.
func describe(n int) string {
	if n < 0 {
		return "more than any request can have"
	}
	return fmt.Sprint(n)
}
