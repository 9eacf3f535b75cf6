package checkpoint

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
)

// Tensor is a named array, row major. A Shape of no dimensions is one number.
type Tensor struct {
	Name  string
	Shape []int
	Data  any // []float32, []float64, []int32, []int64 or []uint64
}

// Element is a type that tensors are made of.
type Element interface {
	float32 | float64 | int32 | int64 | uint64
}

// Values returns the data of f's tensor of that name, which must have the element type and the shape asked for; else the
// error wraps ErrFormat.
func Values[E Element](f *File, name string, shape ...int) ([]E, error) {
	for _, t := range f.Tensors {
		if t.Name != name {
			continue
		}
		data, ok := t.Data.([]E)
		if !ok {
			return nil, fmt.Errorf("%w: tensor %q is of %T, not %T", ErrFormat, name, t.Data, data)
		}
		if !slices.Equal(t.Shape, shape) {
			return nil, fmt.Errorf("%w: tensor %q has shape %v, not %v", ErrFormat, name, t.Shape, shape)
		}
		return data, nil
	}
	return nil, fmt.Errorf("%w: it has no tensor %q", ErrFormat, name)
}

// dtypeOf returns safetensors' name of the type of data, the bytes of one element, and the number of elements.
func dtypeOf(data any) (dtype string, width, n int) {
	switch d := data.(type) {
	case []float32:
		return "F32", 4, len(d)
	case []float64:
		return "F64", 8, len(d)
	case []int32:
		return "I32", 4, len(d)
	case []int64:
		return "I64", 8, len(d)
	case []uint64:
		return "U64", 8, len(d)
	}
	return "", 0, 0
}

var widths = map[string]int64{"F32": 4, "F64": 8, "I32": 4, "I64": 8, "U64": 8}

var little = binary.LittleEndian

func writeData(w io.Writer, data any) error {
	switch d := data.(type) {
	case []float32:
		return encode(w, d, 4, func(b []byte, v float32) { little.PutUint32(b, math.Float32bits(v)) })
	case []float64:
		return encode(w, d, 8, func(b []byte, v float64) { little.PutUint64(b, math.Float64bits(v)) })
	case []int32:
		return encode(w, d, 4, func(b []byte, v int32) { little.PutUint32(b, uint32(v)) })
	case []int64:
		return encode(w, d, 8, func(b []byte, v int64) { little.PutUint64(b, uint64(v)) })
	case []uint64:
		return encode(w, d, 8, little.PutUint64)
	}
	panic("checkpoint: tensor data of an unknown type")
}

func readData(r io.Reader, dtype string, n int64) (any, error) {
	switch dtype {
	case "F32":
		return decode(r, n, 4, func(b []byte) float32 { return math.Float32frombits(little.Uint32(b)) })
	case "F64":
		return decode(r, n, 8, func(b []byte) float64 { return math.Float64frombits(little.Uint64(b)) })
	case "I32":
		return decode(r, n, 4, func(b []byte) int32 { return int32(little.Uint32(b)) })
	case "I64":
		return decode(r, n, 8, func(b []byte) int64 { return int64(little.Uint64(b)) })
	case "U64":
		return decode(r, n, 8, little.Uint64)
	}
	panic("checkpoint: unknown dtype")
}

const block = 1 << 13 // elements that are converted at a time

func encode[E Element](w io.Writer, data []E, width int, put func([]byte, E)) error {
	buf := make([]byte, min(block, len(data))*width)
	for part := range slices.Chunk(data, block) {
		for i, v := range part {
			put(buf[i*width:], v)
		}
		if _, err := w.Write(buf[:len(part)*width]); err != nil {
			return err
		}
	}
	return nil
}

func decode[E Element](r io.Reader, n int64, width int, get func([]byte) E) ([]E, error) {
	data := make([]E, n)
	buf := make([]byte, min(block, len(data))*width)
	for part := range slices.Chunk(data, block) {
		b := buf[:len(part)*width]
		if _, err := io.ReadFull(r, b); err != nil {
			return nil, ended(err)
		}
		for i := range part {
			part[i] = get(b[i*width:])
		}
	}
	return data, nil
}

// ended turns the end of the input into ErrTruncated: the file is shorter than it was said to be.
func ended(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("%w: it ends while it is read", ErrTruncated)
	}
	return err
}
