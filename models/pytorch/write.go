package pytorch

import (
	"archive/zip"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"math"
	"strconv"
	"unicode/utf8"

	"threatnet/models/checkpoint"
)

// Write writes tensors as the state_dict that torch.load(weights_only=True) reads, an OrderedDict in their order. Data may
// be []float32, []float64, []int32 or []int64. The same tensors give the same bytes. It fails, having written nothing,
// when a tensor is malformed or a name is taken.
func Write(w io.Writer, tensors []checkpoint.Tensor) error {
	program, err := pickle(tensors)
	if err != nil {
		return err
	}
	z := zip.NewWriter(w)
	if err := store(z, "data.pkl", program); err != nil {
		return err
	}
	if err := store(z, "byteorder", []byte("little")); err != nil {
		return err
	}
	for i, t := range tensors {
		raw, err := binary.Append(nil, binary.LittleEndian, t.Data)
		if err != nil {
			return err
		}
		if err := store(z, "data/"+strconv.Itoa(i), raw); err != nil {
			return err
		}
	}
	if err := store(z, "version", []byte("3\n")); err != nil {
		return err
	}
	return z.Close()
}

// store adds an entry with its sizes and checksum before its data, as torch.save does.
func store(z *zip.Writer, name string, data []byte) error {
	out, err := z.CreateRaw(&zip.FileHeader{
		Name:               "archive/" + name,
		Method:             zip.Store,
		CRC32:              crc32.ChecksumIEEE(data),
		CompressedSize64:   uint64(len(data)),
		UncompressedSize64: uint64(len(data)),
	})
	if err != nil {
		return err
	}
	_, err = out.Write(data)
	return err
}

// pickle returns the program (protocol 2) that makes OrderedDict([(name, tensor), …]) of storages 0, 1, ….
func pickle(tensors []checkpoint.Tensor) ([]byte, error) {
	const newOrderedDict = "ccollections\nOrderedDict\n)R"
	p := program("\x80\x02" + newOrderedDict + "(")
	seen := map[string]bool{}
	for i, t := range tensors {
		class, n := storageOf(t.Data)
		switch {
		case class == "":
			return nil, fmt.Errorf("pytorch: tensor %q is of %T", t.Name, t.Data)
		case seen[t.Name] || !utf8.ValidString(t.Name):
			return nil, fmt.Errorf("pytorch: tensor name %q is taken or not UTF-8", t.Name)
		case elements(t.Shape) != n:
			return nil, fmt.Errorf("pytorch: tensor %q of shape %v has %d elements", t.Name, t.Shape, n)
		}
		seen[t.Name] = true
		p.text(t.Name)
		p.op("ctorch._utils\n_rebuild_tensor_v2\n((")
		p.text("storage")
		p.op("ctorch\n" + class + "\n")
		p.text(strconv.Itoa(i))
		p.text("cpu")
		p.integer(n)
		p.op("tQ")
		p.integer(0) // offset
		p.op("(")
		for _, d := range t.Shape {
			p.integer(d)
		}
		p.op("t(")
		for k := range t.Shape {
			p.integer(stride(t.Shape[k+1:]))
		}
		p.op("t\x89" + newOrderedDict + "tR") // no gradient, no hooks
	}
	p.op("u.")
	return p, nil
}

// storageOf returns the class of a storage for data, empty if there is none, and the number of elements.
func storageOf(data any) (class string, n int) {
	switch d := data.(type) {
	case []float32:
		return "FloatStorage", len(d)
	case []float64:
		return "DoubleStorage", len(d)
	case []int32:
		return "IntStorage", len(d)
	case []int64:
		return "LongStorage", len(d)
	}
	return "", 0
}

// elements is the product of a shape, -1 when it has none.
func elements(shape []int) int {
	n := 1
	for _, d := range shape {
		if d < 0 || d > math.MaxInt32 || d > 0 && n > math.MaxInt/d {
			return -1
		}
		n *= d
	}
	return n
}

// stride is the distance between two elements whose inner dimensions are given; PyTorch counts an empty one as 1.
func stride(inner []int) int {
	n := 1
	for _, d := range inner {
		n *= max(1, d)
	}
	return n
}

// program is a pickle under construction.
type program []byte

func (p *program) op(text string) { *p = append(*p, text...) }

func (p *program) text(s string) {
	*p = append(binary.LittleEndian.AppendUint32(append(*p, 'X'), uint32(len(s))), s...)
}

func (p *program) integer(n int) {
	if n > math.MaxInt32 {
		*p = binary.LittleEndian.AppendUint64(append(*p, 0x8a, 8), uint64(n))
		return
	}
	*p = binary.LittleEndian.AppendUint32(append(*p, 'J'), uint32(n))
}
