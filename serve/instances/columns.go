package instances

import (
	"iter"

	"threatnet/serve/document"
	"threatnet/serve/engine"
)

// Column is a field of all the records of a request.
type Column struct {
	Name  string
	Path  string
	Len   int
	Cells iter.Seq2[any, error] // Len of them, or fewer and an error
}

// ColumnOf is the column that a list holds.
func ColumnOf(name, path string, list document.Value) (Column, error) {
	if list.Kind() != document.Array {
		return Column{}, Bad(path, "must be a list, not %v", list.Kind())
	}
	return Column{Name: name, Path: path, Len: list.Len(), Cells: func(yield func(any, error) bool) {
		for i, v := range list.Elements() {
			cell, err := Cell(v)
			if err != nil {
				err = Within(document.Index(path, i), err)
			}
			if !yield(cell, err) || err != nil {
				return
			}
		}
	}}, nil
}

// Columns adds records column by column.
func (b *Batch) Columns(cols []Column) error {
	first := cols[0]
	for _, c := range cols[1:] {
		if c.Len != first.Len {
			return Bad(c.Path, "has %d elements, %s has %d", c.Len, first.Path, first.Len)
		}
	}
	if err := b.Room(first.Len, first.Path); err != nil {
		return err
	}
	b.At(func(i int) string { return document.Index(first.Path, i) })
	b.field = func(row int, name string) string {
		for _, c := range cols {
			if c.Name == name {
				return document.Index(c.Path, row)
			}
		}
		return document.Field(b.path(row), name)
	}
	if b.model.Records() == engine.Names && len(cols) == 1 && first.Name == Name {
		for cell, err := range first.Cells {
			name, ok := cell.(string)
			switch {
			case err != nil:
				return err
			case !ok:
				return Bad(b.here(), "must be a string")
			}
			if err := b.Text(name); err != nil {
				return err
			}
		}
		return nil
	}
	return b.zip(cols)
}

// zip makes records of columns, without room for more than one of them.
func (b *Batch) zip(cols []Column) error {
	next := make([]func() (any, error, bool), len(cols))
	for k, c := range cols {
		var stop func()
		next[k], stop = iter.Pull2(c.Cells)
		defer stop()
	}
	fields := make(map[string]any, len(cols))
	for range cols[0].Len {
		for k, c := range cols {
			cell, err, _ := next[k]()
			if err != nil {
				return err
			}
			fields[c.Name] = cell
		}
		if err := b.Record(fields); err != nil {
			return err
		}
	}
	return nil
}

// Inputs adds the instances of tensors in column format: a list, as [Batch.List] takes it, or an object with encoded rows
// in "input", or with the fields of records, each a list of the same length.
func (b *Batch) Inputs(path string, v document.Value) error {
	if v.Kind() != document.Object {
		return b.List(path, v)
	}
	var cols []Column
	for name, f := range v.Fields() {
		at := document.Field(path, name)
		if name == Input {
			for other := range v.Fields() {
				if other != Input {
					return Bad(document.Field(path, other), "encoded rows have no other fields")
				}
			}
			return b.encodedRows(at, f)
		}
		c, err := ColumnOf(name, at, f)
		if err != nil {
			return err
		}
		cols = append(cols, c)
	}
	if len(cols) == 0 {
		return Bad(path, "is empty")
	}
	return b.Columns(cols)
}

// encodedRows adds a list of encoded rows.
func (b *Batch) encodedRows(path string, list document.Value) error {
	if list.Kind() != document.Array {
		return Bad(path, "must be a list of encoded rows, not %v", list.Kind())
	}
	for i, v := range list.Elements() {
		if v.Kind() != document.Array {
			return Bad(document.Index(path, i), "must be an encoded row, a list of %d numbers, not %v", b.cols, v.Kind())
		}
	}
	return b.List(path, list)
}
