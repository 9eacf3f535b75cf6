package oip

import (
	"iter"
	"math"

	"threatnet/serve/document"
	"threatnet/serve/instances"
)

// tensor is an input. Its data agree with its shape.
type tensor struct {
	name, datatype string
	path           string
	shape          []int
	data           document.Value
	nested         bool // the data are lists within lists, as the shape says
}

// rank is how many dimensions a tensor may have.
const rank = 8

// datatypes are those of the protocol, with the bounds of the integers.
var datatypes = map[string]struct {
	integer  bool
	min, max float64
}{
	"BOOL": {}, "BYTES": {}, "FP16": {}, "FP32": {}, "FP64": {},
	"INT8": {true, math.MinInt8, math.MaxInt8}, "UINT8": {true, 0, math.MaxUint8},
	"INT16": {true, math.MinInt16, math.MaxInt16}, "UINT16": {true, 0, math.MaxUint16},
	"INT32": {true, math.MinInt32, math.MaxInt32}, "UINT32": {true, 0, math.MaxUint32},
	"INT64": {true, math.MinInt64, math.MaxInt64}, "UINT64": {true, 0, math.MaxUint64},
}

// decodeShape reads a shape. No number of it is believed before the data have been counted.
func decodeShape(path string, v document.Value) ([]int, error) {
	if v.Kind() != document.Array {
		return nil, instances.Bad(path, "must be a list of integers, not %v", v.Kind())
	}
	if n := v.Len(); n == 0 || n > rank {
		return nil, instances.Bad(path, "has %d dimensions: want 1 to %d", n, rank)
	}
	var shape []int
	for i, e := range v.Elements() {
		if e.Kind() != document.Number {
			return nil, instances.Bad(document.Index(path, i), "must be an integer, not %v", e.Kind())
		}
		n, ok := e.Int()
		if !ok || n < 0 || n != int64(int(n)) {
			return nil, instances.Bad(document.Index(path, i), "%.40s is no size", e.Raw())
		}
		shape = append(shape, int(n))
	}
	return shape, nil
}

// size is the product of a shape, or −1 where it is more than any request can have.
func size(shape []int) int {
	n := 1
	for _, d := range shape {
		if d > 0 && n > math.MaxInt32/d {
			n = -1
		}
		if d == 0 {
			return 0
		}
		if n > 0 {
			n *= d
		}
	}
	return n
}

// checkData compares the data with the shape.
func (t *tensor) checkData() error {
	path := t.path + ".data"
	if t.data.Kind() != document.Array {
		return instances.Bad(path, "must be a list, not %v", t.data.Kind())
	}
	for _, e := range t.data.Elements() {
		t.nested = e.Kind() == document.Array
		break
	}
	if t.nested || len(t.shape) == 1 {
		t.nested = true
		if err := checkNested(t.data, t.shape); err != nil {
			return instances.Within(path, err)
		}
		return nil
	}
	n, want := t.data.Len(), size(t.shape)
	if n != want {
		return instances.Bad(path, "has %d elements, shape %v has %s", n, t.shape, describe(want))
	}
	return nil
}

// checkNested compares nested data with a shape; what stands in the last dimension is checked by its datatype. The path of an
// error is within the data.
func checkNested(v document.Value, shape []int) error {
	if v.Kind() != document.Array {
		return instances.Bad("", "must be a list of %d, as the shape says, not %v", shape[0], v.Kind())
	}
	if n := v.Len(); n != shape[0] {
		return instances.Bad("", "has %d elements, the shape says %d", n, shape[0])
	}
	if len(shape) == 1 {
		return nil
	}
	for i, e := range v.Elements() {
		if err := checkNested(e, shape[1:]); err != nil {
			return instances.Within(document.Index("", i), err)
		}
	}
	return nil
}

// elements are the tensor's elements in row-major order.
func (t *tensor) elements() iter.Seq2[int, document.Value] {
	if !t.nested || len(t.shape) == 1 {
		return t.data.Elements()
	}
	return func(yield func(int, document.Value) bool) {
		n := 0
		var walk func(v document.Value, dims int) bool
		walk = func(v document.Value, dims int) bool {
			for _, e := range v.Elements() {
				if dims > 1 {
					if !walk(e, dims-1) {
						return false
					}
					continue
				}
				if !yield(n, e) {
					return false
				}
				n++
			}
			return true
		}
		walk(t.data, len(t.shape))
	}
}

// element is the path of element i.
func (t *tensor) element(i int) string {
	path := t.path + ".data"
	if !t.nested {
		return document.Index(path, i)
	}
	for k, d := range t.shape {
		below := size(t.shape[k+1:])
		if below <= 0 || d == 0 {
			return path
		}
		path = document.Index(path, i/below%d)
	}
	return path
}

// check tells why a value is no element of the tensor's datatype, or nothing.
func (t *tensor) check(v document.Value) (why string) {
	want := document.Number
	switch t.datatype {
	case "BYTES":
		want = document.String
	case "BOOL":
		want = document.Bool
	}
	if v.Kind() != want {
		return "must be " + want.String() + ", as " + t.datatype + " says, not " + v.Kind().String()
	}
	if d := datatypes[t.datatype]; d.integer {
		if f := v.Float(); f != math.Trunc(f) || f < d.min || f > d.max {
			return "is no " + t.datatype
		}
	}
	return ""
}

// column are the elements as a field of records.
func (t *tensor) column() instances.Column {
	return instances.Column{Name: t.name, Path: t.path + ".data", Len: t.shape[0], Cells: func(yield func(any, error) bool) {
		for i, v := range t.elements() {
			if why := t.check(v); why != "" {
				yield(nil, instances.Bad(t.element(i), "%s", why))
				return
			}
			if !yield(v.Any(), nil) {
				return
			}
		}
	}}
}
