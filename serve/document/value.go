package document

import (
	"bytes"
	"iter"
	"math"
	"strconv"
)

// Value is a value of a document that was checked. Its methods for one kind must be called for that kind alone. The zero
// value is none.
type Value struct{ raw []byte }

// Kind is the value's type.
func (v Value) Kind() Kind {
	switch v.raw[0] {
	case 'n':
		return Null
	case 't', 'f':
		return Bool
	case '"':
		return String
	case '[':
		return Array
	case '{':
		return Object
	}
	return Number
}

// None tells whether this is the zero value.
func (v Value) None() bool { return v.raw == nil }

// Raw is the value as it stands in the document.
func (v Value) Raw() []byte { return v.raw }

// Bool is a boolean.
func (v Value) Bool() bool { return v.raw[0] == 't' }

// Text is a string.
func (v Value) Text() string {
	inner := v.raw[1 : len(v.raw)-1]
	return unescape(inner, bytes.IndexByte(inner, '\\') >= 0)
}

// Float is a number in double precision: ±Inf where it is too large, NaN and ±Inf where it is such a token.
func (v Value) Float() float64 {
	switch v.raw[len(v.raw)-1] {
	case 'N':
		return math.NaN()
	case 'y':
		if v.raw[0] == '-' {
			return math.Inf(-1)
		}
		return math.Inf(1)
	}
	f, _ := strconv.ParseFloat(string(v.raw), 64) // the one error left is the range, with ±Inf
	return f
}

// Int is a number as an integer, and whether it is one: 2, 2.0 and 2e0 are.
func (v Value) Int() (int64, bool) {
	if n, err := strconv.ParseInt(string(v.raw), 10, 64); err == nil {
		return n, true
	}
	f := v.Float()
	return int64(f), f == math.Trunc(f) && math.Abs(f) < 1<<53
}

// Len is the number of a list's elements.
func (v Value) Len() int {
	n := 0
	for range v.Elements() {
		n++
	}
	return n
}

// Elements are those of a list, numbered.
func (v Value) Elements() iter.Seq2[int, Value] {
	return func(yield func(int, Value) bool) {
		i := gap(v.raw, 1)
		for n := 0; v.raw[i] != ']'; n++ {
			end := skip(v.raw, i)
			if !yield(n, Value{v.raw[i:end:end]}) {
				return
			}
			i = gap(v.raw, end)
		}
	}
}

// Fields are those of an object, in its order.
func (v Value) Fields() iter.Seq2[string, Value] {
	return func(yield func(string, Value) bool) {
		i := gap(v.raw, 1)
		for v.raw[i] != '}' {
			end := skip(v.raw, i)
			key := Value{v.raw[i:end:end]}
			i = gap(v.raw, end)
			end = skip(v.raw, i)
			if !yield(key.Text(), Value{v.raw[i:end:end]}) {
				return
			}
			i = gap(v.raw, end)
		}
	}
}

// Any is the value as encoding/json would decode it to an empty interface.
func (v Value) Any() any {
	switch v.Kind() {
	case Bool:
		return v.Bool()
	case Number:
		return v.Float()
	case String:
		return v.Text()
	case Array:
		list := make([]any, 0, v.Len())
		for _, e := range v.Elements() {
			list = append(list, e.Any())
		}
		return list
	case Object:
		fields := map[string]any{}
		for name, f := range v.Fields() {
			fields[name] = f.Any()
		}
		return fields
	}
	return nil
}

// gap goes over what stands between two values.
func gap(b []byte, i int) int {
	for {
		switch b[i] {
		case ' ', '\t', '\n', '\r', ',', ':':
			i++
		default:
			return i
		}
	}
}

// skip is where the value that begins at i ends.
func skip(b []byte, i int) int {
	switch b[i] {
	case '"':
		return skipText(b, i)
	case '[', '{':
		for depth := 0; ; {
			switch b[i] {
			case '"':
				i = skipText(b, i)
				continue
			case '[', '{':
				depth++
			case ']', '}':
				depth--
			}
			i++
			if depth == 0 {
				return i
			}
		}
	}
	for i < len(b) {
		switch b[i] {
		case ' ', '\t', '\n', '\r', ',', ':', ']', '}':
			return i
		}
		i++
	}
	return i
}

func skipText(b []byte, i int) int {
	for i++; ; i++ {
		switch b[i] {
		case '"':
			return i + 1
		case '\\':
			i++
		}
	}
}
