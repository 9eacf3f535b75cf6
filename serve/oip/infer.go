package oip

import (
	"iter"
	"slices"

	"threatnet/serve/document"
	"threatnet/serve/engine"
	"threatnet/serve/httpx"
	"threatnet/serve/instances"
)

// batch makes the instances of the tensors.
func (r *request) batch(m *engine.Model, scope *httpx.Scope) (*instances.Batch, error) {
	b := instances.New(m, scope)
	if i := slices.IndexFunc(r.inputs, func(t tensor) bool { return t.name == instances.Input }); i >= 0 {
		if len(r.inputs) > 1 {
			return nil, instances.Bad(r.inputs[i].path+".name", "encoded rows cannot be in one request with records")
		}
		return b, r.inputs[i].rows(b, m)
	}
	fields := fieldsOf(m)
	var cols []instances.Column
	for i := range r.inputs {
		t := &r.inputs[i]
		at := slices.IndexFunc(fields, func(f tensorInfo) bool { return f.Name == t.name })
		if at < 0 {
			return nil, instances.Bad(t.path+".name", "the model has no input %.100q: see its metadata", t.name)
		}
		if err := t.checkField(fields[at]); err != nil {
			return nil, err
		}
		cols = append(cols, t.column())
	}
	if m.Records() != engine.Flows && !slices.ContainsFunc(r.inputs, func(t tensor) bool { return t.name == instances.Name }) {
		return nil, instances.Bad("inputs", "the tensor %q is missing", instances.Name)
	}
	return b, b.Columns(cols)
}

// checkField compares the tensor with what the model takes.
func (t *tensor) checkField(want tensorInfo) error {
	if isText(t.datatype) != isText(want.Datatype) && !want.either || t.datatype == "BOOL" {
		return instances.Bad(t.path+".datatype", "the model takes %q as %s, not as %s", t.name, want.Datatype, t.datatype)
	}
	if len(t.shape) > 2 || len(t.shape) == 2 && t.shape[1] != 1 {
		return instances.Bad(t.path+".shape", "the model takes %q as [n] or [n, 1], not as %v", t.name, t.shape)
	}
	return nil
}

func isText(datatype string) bool { return datatype == "BYTES" }

// rows adds the tensor's encoded rows to a batch.
func (t *tensor) rows(b *instances.Batch, m *engine.Model) error {
	want := inputOf(m)
	if isText(t.datatype) || t.datatype == "BOOL" {
		return instances.Bad(t.path+".datatype", "the model takes %q as %s, not as %s", t.name, want.Datatype, t.datatype)
	}
	if cols := want.Shape[1]; len(t.shape) != 2 || t.shape[1] != cols {
		return instances.Bad(t.path+".shape", "the model takes %q as [n, %d], not as %v", t.name, cols, t.shape)
	}
	var refused error
	numbers := iter.Seq2[int, document.Value](func(yield func(int, document.Value) bool) {
		for i, v := range t.elements() {
			if why := t.check(v); why != "" {
				refused = instances.Bad(t.element(i), "%s", why)
				return
			}
			if !yield(i, v) {
				return
			}
		}
	})
	if err := b.Rows(t.shape[0], numbers, t.element); err != nil {
		return err
	}
	return refused
}
