package instances

import (
	"fmt"
	"iter"
	"math"

	"threatnet/serve/document"
	"threatnet/serve/engine"
	"threatnet/serve/records"
)

// List adds the instances of a list.
func (b *Batch) List(path string, list document.Value) error {
	if list.Kind() != document.Array {
		return Bad(path, "must be a list of instances, not %v", list.Kind())
	}
	if err := b.Room(list.Len(), path); err != nil {
		return err
	}
	b.At(func(i int) string { return document.Index(path, i) })
	for _, v := range list.Elements() {
		if err := b.add(v); err != nil {
			return err
		}
	}
	return nil
}

// At says where the instances stand in the request.
func (b *Batch) At(path func(i int) string) {
	b.path = path
	b.cell = func(row, col int) string { return document.Index(path(row), col) }
	b.field = func(row int, name string) string { return document.Field(path(row), name) }
}

// AtLines says on which lines of a table the instances stand.
func (b *Batch) AtLines(line func(i int) int) {
	b.path = func(i int) string { return fmt.Sprintf("line %d", line(i)) }
	b.field = func(row int, name string) string { return fmt.Sprintf("line %d, %.64s", line(row), name) }
}

// here is a place in the instance that is being added.
func (b *Batch) here() string { return b.path(b.count) }

// add adds one instance.
func (b *Batch) add(v document.Value) error {
	switch v.Kind() {
	case document.String:
		return b.Text(v.Text())
	case document.Array:
		if err := b.Row(v); err != nil {
			return Within(b.here(), err)
		}
		return nil
	case document.Object:
		return b.object(v)
	}
	return Bad(b.here(), "an instance is %s; this is %v", b.forms(), v.Kind())
}

// object adds an instance that is an object.
func (b *Batch) object(v document.Value) error {
	fields := map[string]any{}
	for name, f := range v.Fields() {
		if name == Input && f.Kind() == document.Array {
			return b.rowObject(v, f)
		}
		cell, err := Cell(f)
		if err != nil {
			return Within(document.Field(b.here(), name), err)
		}
		fields[name] = cell
	}
	if text, ok := fields[base64Key]; ok && len(fields) == 1 {
		text, err := fromBase64(text)
		if err != nil {
			return Within(b.here(), err)
		}
		return b.Text(text)
	}
	return b.Record(fields)
}

// rowObject adds the encoded row of an object, which must have nothing else.
func (b *Batch) rowObject(object, row document.Value) error {
	for name := range object.Fields() {
		if name != Input {
			return Bad(document.Field(b.here(), name), "an encoded row has no other fields")
		}
	}
	if err := b.Row(row); err != nil {
		return Within(document.Field(b.here(), Input), err)
	}
	return nil
}

// Text adds a record that is given by its name alone.
func (b *Batch) Text(name string) error {
	if b.model.Records() == engine.Names {
		if err := b.admit(false); err != nil {
			return Within(b.here(), err)
		}
		b.names = append(b.names, name)
		b.count++
		return nil
	}
	if b.model.Records() == engine.Flows {
		return Bad(b.here(), "an instance is %s; this is a string", b.forms())
	}
	return b.Record(map[string]any{Name: name})
}

// Record adds a record that is given by its fields: strings, float64, booleans, nil.
func (b *Batch) Record(fields map[string]any) error {
	if b.model.Records() == engine.Names {
		name, err := records.Name(fields)
		if err != nil {
			return b.refused(err)
		}
		return b.Text(name)
	}
	if err := b.admit(false); err != nil {
		return Within(b.here(), err)
	}
	if b.model.Records() == engine.Queries {
		q, err := records.Query(fields)
		if err != nil {
			return b.refused(err)
		}
		b.queries = append(b.queries, q)
	} else {
		f, err := records.Flow(fields)
		if err != nil {
			return b.refused(err)
		}
		b.flows = append(b.flows, f)
	}
	b.count++
	return nil
}

// Row adds an encoded row. The path of an error is within the row.
func (b *Batch) Row(list document.Value) error {
	if err := b.admit(true); err != nil {
		return err
	}
	if n := list.Len(); n != b.cols {
		return Bad("", "an encoded row of this model has %d numbers, not %d", b.cols, n)
	}
	for i, v := range list.Elements() {
		if v.Kind() != document.Number {
			return Bad(document.Index("", i), "must be a number, not %v", v.Kind())
		}
		if why := b.number(v); why != "" {
			return Bad(document.Index("", i), "%.40s %s", v.Raw(), why)
		}
	}
	b.count++
	return nil
}

// Rows adds encoded rows of numbers one after another; path says where number i stands.
func (b *Batch) Rows(rows int, numbers iter.Seq2[int, document.Value], path func(i int) string) error {
	b.At(func(i int) string { return path(i * b.cols) })
	b.cell = func(row, col int) string { return path(row*b.cols + col) }
	if err := b.Room(rows, path(0)); err != nil {
		return err
	}
	b.encoded = true
	for i, v := range numbers {
		if why := b.number(v); why != "" {
			return Bad(path(i), "%.40s %s", v.Raw(), why)
		}
	}
	b.count = rows
	return nil
}

// number adds a number of an encoded row, or says why it is none.
func (b *Batch) number(v document.Value) (why string) {
	if b.token {
		n, ok := v.Int()
		if !ok || n != int64(int32(n)) {
			return "is no token id"
		}
		b.tokens = append(b.tokens, int32(n))
		return ""
	}
	f := float32(v.Float())
	if f64 := float64(f); math.IsNaN(f64) || math.IsInf(f64, 0) {
		return "is no finite number of single precision"
	}
	b.values = append(b.values, f)
	return ""
}

// admit refuses an instance that is not of the same kind as those before it.
func (b *Batch) admit(encoded bool) error {
	if b.count > 0 && encoded != b.encoded {
		return Bad("", "encoded rows and records cannot be in one request")
	}
	b.encoded = encoded
	return nil
}

// forms says what instances may be.
func (b *Batch) forms() string {
	switch b.model.Records() {
	case engine.Names:
		return `a name as a string, {"name": …}, or an encoded row`
	case engine.Queries:
		return "a query's name as a string, an object with a query's fields, or an encoded row"
	}
	return "an object with a flow's fields, or an encoded row"
}

// Room refuses more instances than a request may have.
func (b *Batch) Room(n int, path string) error { return b.scope.CheckRows(n, path) }
