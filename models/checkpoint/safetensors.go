package checkpoint

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"unicode/utf8"
)

// maxHeader is the limit that safetensors sets to the header's length.
const maxHeader = 100_000_000

const metadataKey = "__metadata__"

// entry is the place of one tensor: its bytes begin and end at offsets from the header's end.
type entry struct {
	name  string
	Dtype string  `json:"dtype"`
	Shape []int64 `json:"shape"`
	Place []int64 `json:"data_offsets"`
}

// WriteTensors writes a safetensors file of tensors and metadata, which may be nil.
func WriteTensors(w io.Writer, tensors []Tensor, metadata map[string]string) error {
	l, err := layoutOf(tensors)
	if err != nil {
		return err
	}
	return l.write(w, metadata)
}

// ReadTensors reads a safetensors file of size bytes, of any origin: its tensors in the order of the file, its metadata.
func ReadTensors(r io.ReaderAt, size int64) ([]Tensor, map[string]string, error) {
	h, err := readHeader(r, size)
	if err != nil {
		return nil, nil, err
	}
	if err := h.check(size); err != nil {
		return nil, nil, err
	}
	tensors, err := h.readTensors(io.NewSectionReader(r, h.start, size-h.start))
	return tensors, h.metadata, err
}

// layout is the order of tensors in a file.
type layout struct {
	tensors []Tensor
	entries []entry
}

func layoutOf(tensors []Tensor) (*layout, error) {
	l := &layout{tensors: slices.Clone(tensors)}
	slices.SortStableFunc(l.tensors, func(a, b Tensor) int {
		_, wa, _ := dtypeOf(a.Data)
		_, wb, _ := dtypeOf(b.Data)
		return cmp.Compare(wb, wa)
	})
	seen := map[string]bool{metadataKey: true}
	var end int64
	for _, t := range l.tensors {
		dtype, width, n := dtypeOf(t.Data)
		e := entry{name: t.Name, Dtype: dtype, Shape: make([]int64, len(t.Shape)), Place: []int64{end, end + int64(width*n)}}
		for i, d := range t.Shape {
			e.Shape[i] = int64(d)
		}
		switch elements, ok := e.elements(); {
		case seen[t.Name] || !utf8.ValidString(t.Name):
			return nil, fmt.Errorf("checkpoint: tensor name %q is taken or not UTF-8", t.Name)
		case dtype == "":
			return nil, fmt.Errorf("checkpoint: tensor %q is of %T", t.Name, t.Data)
		case !ok || elements != int64(n):
			return nil, fmt.Errorf("checkpoint: tensor %q of shape %v has %d elements", t.Name, t.Shape, n)
		}
		seen[t.Name] = true
		end = e.Place[1]
		l.entries = append(l.entries, e)
	}
	return l, nil
}

func (l *layout) write(w io.Writer, metadata map[string]string) error {
	for k, v := range metadata {
		if !utf8.ValidString(k) || !utf8.ValidString(v) {
			return fmt.Errorf("checkpoint: metadata %q is not UTF-8", k)
		}
	}
	header := encodeHeader(metadata, l.entries)
	for len(header)%8 != 0 {
		header = append(header, ' ')
	}
	if len(header) > maxHeader {
		return fmt.Errorf("checkpoint: header of %d bytes: the limit is %d", len(header), maxHeader)
	}
	if _, err := w.Write(append(little.AppendUint64(nil, uint64(len(header))), header...)); err != nil {
		return err
	}
	return l.writeData(w)
}

func (l *layout) writeData(w io.Writer) error {
	for _, t := range l.tensors {
		if err := writeData(w, t.Data); err != nil {
			return err
		}
	}
	return nil
}

// encodeHeader is the header without its padding.
func encodeHeader(metadata map[string]string, entries []entry) []byte {
	header := []byte{'{'}
	add := func(key string, value any) {
		if len(header) > 1 {
			header = append(header, ',')
		}
		k, errKey := jsonText(key)
		v, errValue := jsonText(value)
		if errKey != nil || errValue != nil {
			panic("checkpoint: header without a JSON form")
		}
		header = append(append(append(header, k...), ':'), v...)
	}
	if len(metadata) > 0 {
		add(metadataKey, metadata)
	}
	for _, e := range entries {
		add(e.name, e)
	}
	return append(header, '}')
}

// elements is the product of the shape, false when it is negative somewhere or beyond any file.
func (e *entry) elements() (int64, bool) {
	n := int64(1)
	for _, d := range e.Shape {
		if d < 0 || d > math.MaxInt32 || d > 0 && n > math.MaxInt64/8/d {
			return 0, false
		}
		n *= d
	}
	return n, true
}

// header is what precedes the tensors, whose bytes start at start.
type header struct {
	metadata map[string]string
	entries  []entry
	start    int64
}

// readHeader reads the header as it stands; check says whether it describes a file.
func readHeader(r io.ReaderAt, size int64) (*header, error) {
	in := io.NewSectionReader(r, 0, size)
	var first [9]byte
	switch n, err := io.ReadFull(in, first[:]); {
	case err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF):
		return nil, err
	case n >= 8 && little.Uint64(first[:8]) > maxHeader, n == 9 && first[8] != '{':
		return nil, fmt.Errorf("%w: it does not begin as a safetensors file", ErrFormat)
	case n < 9:
		return nil, fmt.Errorf("%w: it has %d bytes", ErrTruncated, n)
	}
	length := int64(little.Uint64(first[:8]))
	if length > size-8 {
		return nil, fmt.Errorf("%w: a header of %d bytes in a file of %d", ErrTruncated, length, size)
	}
	text := make([]byte, length)
	if _, err := io.ReadFull(io.NewSectionReader(r, 8, length), text); err != nil {
		return nil, ended(err)
	}
	h := &header{start: 8 + length}
	if err := h.parse(text); err != nil {
		return nil, fmt.Errorf("%w: header: %w", ErrFormat, err)
	}
	return h, nil
}

func (h *header) parse(text []byte) error {
	d := json.NewDecoder(bytes.NewReader(text))
	if _, err := d.Token(); err != nil { // the brace
		return err
	}
	seen := map[string]bool{}
	for d.More() {
		token, err := d.Token()
		if err != nil {
			return err
		}
		name := token.(string) // the decoder lets nothing else be a key
		if seen[name] {
			return fmt.Errorf("%q stands there twice", name)
		}
		seen[name] = true
		if name == metadataKey {
			err = d.Decode(&h.metadata)
		} else {
			e := entry{name: name}
			err = d.Decode(&e)
			h.entries = append(h.entries, e)
		}
		if err != nil {
			return fmt.Errorf("%q: %w", name, err)
		}
	}
	if _, err := d.Token(); err != nil { // the other brace
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("text after the closing brace")
	}
	return nil
}

// check holds the tensors against the file's size and each other, and puts them into the order of the file.
func (h *header) check(size int64) error {
	for _, e := range h.entries {
		width, known := widths[e.Dtype]
		if !known {
			return fmt.Errorf("%w: tensor %q has the unknown dtype %q", ErrFormat, e.name, e.Dtype)
		}
		n, ok := e.elements()
		if !ok || e.Shape == nil {
			return fmt.Errorf("%w: tensor %q has the shape %v", ErrFormat, e.name, e.Shape)
		}
		if len(e.Place) != 2 || e.Place[0] < 0 || e.Place[1] < 0 || e.Place[1]-e.Place[0] != n*width {
			return fmt.Errorf("%w: tensor %q of %d bytes has the offsets %v", ErrFormat, e.name, n*width, e.Place)
		}
	}
	slices.SortStableFunc(h.entries, func(a, b entry) int { return slices.Compare(a.Place, b.Place) })
	var end int64
	for _, e := range h.entries {
		if e.Place[0] != end {
			return fmt.Errorf("%w: tensor %q begins at %d, not at %d", ErrFormat, e.name, e.Place[0], end)
		}
		end = e.Place[1]
	}
	switch room := size - h.start; {
	case end > room:
		return fmt.Errorf("%w: %d bytes of tensors, %d expected", ErrTruncated, room, end)
	case end < room:
		return fmt.Errorf("%w: %d bytes follow its end", ErrFormat, room-end)
	}
	return nil
}

func (h *header) readTensors(r io.Reader) ([]Tensor, error) {
	var tensors []Tensor
	for _, e := range h.entries {
		t := Tensor{Name: e.name, Shape: make([]int, len(e.Shape))}
		for i, d := range e.Shape {
			t.Shape[i] = int(d)
		}
		n, _ := e.elements()
		var err error
		if t.Data, err = readData(r, e.Dtype, n); err != nil {
			return nil, err
		}
		tensors = append(tensors, t)
	}
	return tensors, nil
}
