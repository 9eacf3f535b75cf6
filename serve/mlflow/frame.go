package mlflow

import (
	"strconv"

	"threatnet/serve/document"
	"threatnet/serve/instances"
)

// frame is a table whose rows become instances.
type frame struct {
	batch   *instances.Batch
	columns []string
	fields  map[string]any
}

// unnamed is the name that pandas gives to the one column of a table that has no names.
const unnamed = "0"

// newFrame makes a table; path says where the name of column i stands.
func newFrame(b *instances.Batch, columns []string, path func(i int) string) (*frame, error) {
	if len(columns) > document.MaxFields {
		return nil, instances.Bad(path(document.MaxFields), "a table may have %d columns, this has %d", document.MaxFields, len(columns))
	}
	seen := map[string]bool{}
	for i, c := range columns {
		if seen[c] {
			return nil, instances.Bad(path(i), "the column %.100q stands there twice", c)
		}
		seen[c] = true
	}
	return &frame{b, columns, make(map[string]any, len(columns))}, nil
}

// bare tells whether the table is a list of names.
func (f *frame) bare() bool { return len(f.columns) == 1 && f.columns[0] == unnamed }

// add adds a row whose cells are in fields.
func (f *frame) add() error {
	if name, ok := f.fields[unnamed].(string); ok && f.bare() {
		return f.batch.Text(name)
	}
	return f.batch.Record(f.fields)
}

// split adds the rows of a table that is split into its columns' names and its data.
func split(b *instances.Batch, path string, v document.Value) error {
	if v.Kind() != document.Object {
		return instances.Bad(path, "must be an object with columns and data, not %v", v.Kind())
	}
	var names, data document.Value
	for key, f := range v.Fields() {
		at := document.Field(path, key)
		switch key {
		case "columns":
			names = f
		case "data":
			data = f
		case "index":
		default:
			return instances.Bad(at, "is no part of a table: those are columns, index and data")
		}
		if f.Kind() != document.Array {
			return instances.Bad(at, "must be a list, not %v", f.Kind())
		}
	}
	switch {
	case names.None():
		return instances.Bad(path+".columns", "is missing")
	case data.None():
		return instances.Bad(path+".data", "is missing")
	}
	columns, err := columnNames(path+".columns", names)
	if err != nil {
		return err
	}
	f, err := newFrame(b, columns, func(i int) string { return document.Index(path+".columns", i) })
	if err != nil {
		return err
	}
	return f.rows(path+".data", data)
}

// columnNames reads the names of columns; pandas has numbers for those that have none.
func columnNames(path string, list document.Value) ([]string, error) {
	var columns []string
	for i, v := range list.Elements() {
		switch v.Kind() {
		case document.String:
			columns = append(columns, v.Text())
		case document.Number:
			n, ok := v.Int()
			if !ok {
				return nil, instances.Bad(document.Index(path, i), "%.40s is no name of a column", v.Raw())
			}
			columns = append(columns, strconv.FormatInt(n, 10))
		default:
			return nil, instances.Bad(document.Index(path, i), "must be a string, not %v", v.Kind())
		}
	}
	if len(columns) == 0 {
		return nil, instances.Bad(path, "is empty")
	}
	return columns, nil
}

// rows adds the rows of a list of lists.
func (f *frame) rows(path string, list document.Value) error {
	if err := f.batch.Room(list.Len(), path); err != nil {
		return err
	}
	f.batch.At(func(i int) string { return document.Index(path, i) })
	for i, row := range list.Elements() {
		encoded, err := f.read(row)
		if err != nil {
			return instances.Within(document.Index(path, i), err)
		}
		if encoded {
			continue
		}
		if err := f.add(); err != nil {
			return err
		}
	}
	return nil
}

// read reads a row into fields, or adds it where its one cell is an encoded row. The path of an error is within the row.
func (f *frame) read(row document.Value) (encoded bool, err error) {
	if row.Kind() != document.Array {
		return false, instances.Bad("", "must be a list, not %v", row.Kind())
	}
	if n := row.Len(); n != len(f.columns) {
		return false, instances.Bad("", "has %d values for %d columns", n, len(f.columns))
	}
	for k, v := range row.Elements() {
		var cell any
		if v.Kind() == document.Array && len(f.columns) == 1 && f.columns[0] == instances.Input {
			encoded, err = true, f.batch.Row(v)
		} else {
			cell, err = instances.Cell(v)
		}
		if err != nil {
			return encoded, instances.Within(document.Index("", k), err)
		}
		f.fields[f.columns[k]] = cell
	}
	return encoded, nil
}

// frameRecords adds the rows of a table that is a list of objects.
func frameRecords(b *instances.Batch, path string, list document.Value) error {
	if list.Kind() != document.Array {
		return instances.Bad(path, "must be a list of objects, not %v", list.Kind())
	}
	for i, v := range list.Elements() {
		if v.Kind() != document.Object {
			return instances.Bad(document.Index(path, i), "must be an object, not %v", v.Kind())
		}
	}
	return b.List(path, list)
}
