// Package pytorch reads and writes the state_dict files of PyTorch, .pt and .pth, without running anything that they say.
//
// It takes what torch.save wrote of a state_dict, or of a training checkpoint with a state_dict inside: the zip layout of
// PyTorch 1.6 and later, and the pickle stream before it (pytorch.org/docs/stable/notes/serialization.html). It gives the
// tensors in the file's order, row major, whatever their strides were. float16 and bfloat16 become float32; bool and
// integers below 32 bits become int32.
//
// A pickle is a program. The machine here knows the instructions that torch.save writes (PEP 307, 3154, 574; protocols 2
// to 5) and the few globals that tensors and plain values are made of; any other global, so a pickled module too, is
// refused by name with ErrRefused. Also refused: TorchScript, sparse and quantised tensors, complex numbers, compressed zip
// entries. Nothing is allocated before its size is held against the file's: all that is read, the tensors included, stays
// below 8 times the file and 1 MiB, and the machine's own objects take about 100 bytes for each byte of the pickle at most.
package pytorch

import (
	"errors"
	"fmt"
	"io"

	"threatnet/models/checkpoint"
)

var (
	// ErrFormat is wrapped when a file is no state_dict file, or a damaged one.
	ErrFormat = errors.New("not a readable PyTorch file")
	// ErrRefused is wrapped when a pickle asks for a global that is not on the list.
	ErrRefused = errors.New("refused global")
	// ErrLayers is wrapped when tensors are not those of the network that is asked for.
	ErrLayers = errors.New("not the expected layers")
)

func malformed(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrFormat, fmt.Sprintf(format, args...))
}

// Dict is named tensors in the order of a file. Names of nested dicts and lists are joined by dots.
type Dict struct {
	Tensors []checkpoint.Tensor // Data is []float32, []float64, []int32 or []int64

	root *group
}

// Tensor returns the tensor of that name.
func (d *Dict) Tensor(name string) (checkpoint.Tensor, bool) {
	for _, t := range d.Tensors {
		if t.Name == name {
			return t, true
		}
	}
	return checkpoint.Tensor{}, false
}

// Read reads a file of size bytes, of any origin. It returns all tensors in it, those of an optimizer too; StateDict
// selects the network's.
func Read(r io.ReaderAt, size int64) (*Dict, error) {
	var head [4]byte
	if n, err := r.ReadAt(head[:], 0); n < len(head) {
		if errors.Is(err, io.EOF) {
			return nil, malformed("it has %d bytes", n)
		}
		return nil, err
	}
	b := &budget{left: 8*size + 1<<20}
	load := readLegacy
	if string(head[:]) == "PK\x03\x04" {
		load = readZip
	}
	value, err := load(r, size, b)
	if err != nil {
		return nil, err
	}
	return flatten(value, b)
}

// budget is the number of bytes that reading a file may still allocate. Overlapping tensors and overlapping zip entries
// could otherwise make a small file large.
type budget struct{ left int64 }

func (b *budget) spend(n int64) error {
	if n > b.left {
		return malformed("its tensors take many times the file's size")
	}
	b.left -= n
	return nil
}
