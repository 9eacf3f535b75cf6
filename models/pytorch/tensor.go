package pytorch

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// dtype is a type of elements as files have it.
type dtype struct {
	storage string // the class of its storages
	width   int64  // bytes of an element
	wide    int64  // bytes of an element in Go
	values  func(v *view, raw []byte) any
}

var dtypes = []dtype{
	{"FloatStorage", 4, 4, gather(func(o order, b []byte) float32 { return math.Float32frombits(o.Uint32(b)) })},
	{"DoubleStorage", 8, 8, gather(func(o order, b []byte) float64 { return math.Float64frombits(o.Uint64(b)) })},
	{"HalfStorage", 2, 4, gather(func(o order, b []byte) float32 { return half(o.Uint16(b)) })},
	{"BFloat16Storage", 2, 4, gather(func(o order, b []byte) float32 { return math.Float32frombits(uint32(o.Uint16(b)) << 16) })},
	{"LongStorage", 8, 8, gather(func(o order, b []byte) int64 { return int64(o.Uint64(b)) })},
	{"IntStorage", 4, 4, gather(func(o order, b []byte) int32 { return int32(o.Uint32(b)) })},
	{"ShortStorage", 2, 4, gather(func(o order, b []byte) int32 { return int32(int16(o.Uint16(b))) })},
	{"CharStorage", 1, 4, gather(func(_ order, b []byte) int32 { return int32(int8(b[0])) })},
	{"ByteStorage", 1, 4, gather(func(_ order, b []byte) int32 { return int32(b[0]) })},
	{"BoolStorage", 1, 4, gather(func(_ order, b []byte) int32 { return int32(b[0]) })},
}

type order = binary.ByteOrder

// half is the number of an IEEE 754 binary16.
func half(bits uint16) float32 {
	sign, exponent, fraction := uint32(bits>>15)<<31, int(bits>>10&31), uint32(bits&1023)
	switch exponent {
	case 31: // infinities, NaN
		return math.Float32frombits(sign | 0xff<<23 | fraction<<13)
	case 0: // subnormal
		return float32(math.Copysign(math.Ldexp(float64(fraction), -24), float64(1-2*int(bits>>15))))
	}
	return math.Float32frombits(sign | uint32(exponent+112)<<23 | fraction<<13)
}

// storage is a row of n elements of a file, read when the first tensor needs it.
type storage struct {
	key   string
	dtype *dtype
	n     int64
	order order
	read  func(s *storage) ([]byte, error) // its n·width bytes; nil: it has none
	raw   []byte
}

func (s *storage) bytes() ([]byte, error) {
	if s.raw == nil {
		if s.read == nil {
			return nil, malformed("storage %q has no data", s.key)
		}
		raw, err := s.read(s)
		if err != nil {
			return nil, fmt.Errorf("storage %q: %w", s.key, err)
		}
		s.raw = raw
	}
	return s.raw, nil
}

// storages makes each storage of a pickle once. Its method is what an unpickler calls for persistent ids.
type storages struct {
	size  int64 // of the file
	order order
	read  func(s *storage) ([]byte, error)
	byKey map[string]*storage
}

// storage takes ("storage", class, key, location, number of elements) and, in the stream before 1.6, the place of a view
// in another storage, which PyTorch has written as None since 0.4.
func (t *storages) storage(id tuple) (*storage, error) {
	if len(id) < 5 || len(id) > 6 || id[0] != "storage" {
		return nil, errors.New("a persistent id that is not of a storage")
	}
	d, ok1 := id[1].(*dtype)
	key, ok2 := id[2].(string)
	n, ok3 := id[4].(int64)
	if !ok1 || !ok2 || !ok3 || len(id) == 6 && id[5] != nil {
		return nil, errors.New("the persistent id of an unknown kind of storage")
	}
	if n < 0 || n > t.size/d.width {
		return nil, malformed("storage %q has %d elements, more than the file", key, n)
	}
	s := t.byKey[key]
	if s == nil {
		s = &storage{key: key, dtype: d, n: n, order: t.order, read: t.read}
		t.byKey[key] = s
	}
	if s.dtype != d || s.n != n {
		return nil, malformed("storage %q is of %d %s and of %d %s", key, s.n, s.dtype.storage, n, d.storage)
	}
	return s, nil
}

// view is a tensor: element (i, j, …) is that of the storage at offset + i·strides[0] + j·strides[1] + ….
type view struct {
	storage *storage
	offset  int64
	shape   []int
	strides []int64
	n       int64 // elements
}

const maxDims = 64 // of a tensor in PyTorch

// newTensor takes (storage, offset, size, strides, …): what follows is of gradients only.
func newTensor(_ *unpickler, args tuple) (any, error) {
	if len(args) < 4 {
		return nil, errors.New("a tensor of too few arguments")
	}
	s, ok1 := args[0].(*storage)
	offset, ok2 := args[1].(int64)
	size, ok3 := args[2].(tuple)
	strides, ok4 := args[3].(tuple)
	if !ok1 || !ok2 || !ok3 || !ok4 || offset < 0 || len(size) != len(strides) || len(size) > maxDims {
		return nil, errors.New("a tensor of wrong arguments")
	}
	v := &view{storage: s, offset: offset, shape: make([]int, len(size)), strides: make([]int64, len(size)), n: 1}
	for i := range size {
		d, ok1 := size[i].(int64)
		stride, ok2 := strides[i].(int64)
		if !ok1 || !ok2 || d < 0 || d > math.MaxInt32 || stride < 0 || d > 0 && v.n > 1<<56/d {
			return nil, errors.New("a tensor of an impossible shape")
		}
		v.shape[i], v.strides[i] = int(d), stride
		v.n *= d
	}
	if v.n > 0 && !v.inside() {
		return nil, malformed("a tensor of shape %v, strides %v and offset %d exceeds its storage of %d", v.shape, v.strides, offset, s.n)
	}
	return v, nil
}

// inside says whether the last element lies in the storage.
func (v *view) inside() bool {
	room := v.storage.n - 1 - v.offset
	if room < 0 {
		return false
	}
	for i, d := range v.shape {
		stride := v.strides[i]
		if stride > 0 && int64(d-1) > room/stride {
			return false
		}
		room -= int64(d-1) * stride
	}
	return true
}

// values returns the elements, row major.
func (v *view) values(b *budget) (any, error) {
	if err := b.spend(v.n * v.storage.dtype.wide); err != nil {
		return nil, err
	}
	var raw []byte
	if v.n > 0 {
		var err error
		if raw, err = v.storage.bytes(); err != nil {
			return nil, err
		}
	}
	return v.storage.dtype.values(v, raw), nil
}

// gather makes the function that reads a view's elements of one type.
func gather[E any](get func(o order, b []byte) E) func(*view, []byte) any {
	return func(v *view, raw []byte) any {
		out := make([]E, v.n)
		o, width, at := v.storage.order, v.storage.dtype.width, v.offset
		index := make([]int, len(v.shape))
		for i := range out {
			out[i] = get(o, raw[at*width:])
			for k := len(index) - 1; k >= 0; k-- {
				at += v.strides[k]
				if index[k]++; index[k] < v.shape[k] {
					break
				}
				at -= int64(index[k]) * v.strides[k]
				index[k] = 0
			}
		}
		return out
	}
}
