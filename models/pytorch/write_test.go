package pytorch

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"threatnet/internal/golden"
	"threatnet/models/checkpoint"
)

// same compares tensors bit by bit, as NaN wants it.
func same(a, b []checkpoint.Tensor) bool {
	return slices.EqualFunc(a, b, func(x, y checkpoint.Tensor) bool {
		p, err1 := binary.Append(nil, binary.LittleEndian, x.Data)
		q, err2 := binary.Append(nil, binary.LittleEndian, y.Data)
		return err1 == nil && err2 == nil && x.Name == y.Name && slices.Equal(x.Shape, y.Shape) &&
			fmt.Sprintf("%T", x.Data) == fmt.Sprintf("%T", y.Data) && bytes.Equal(p, q)
	})
}

func anyTensor(t *rapid.T, name string) checkpoint.Tensor {
	shape := rapid.SliceOfN(rapid.IntRange(0, 4), 0, 4).Draw(t, "shape")
	n := elements(shape)
	tensor := checkpoint.Tensor{Name: name, Shape: shape}
	switch rapid.IntRange(0, 3).Draw(t, "type") {
	case 0:
		tensor.Data = rapid.SliceOfN(rapid.Float32(), n, n).Draw(t, "data")
	case 1:
		tensor.Data = rapid.SliceOfN(rapid.Float64(), n, n).Draw(t, "data")
	case 2:
		tensor.Data = rapid.SliceOfN(rapid.Int32(), n, n).Draw(t, "data")
	case 3:
		tensor.Data = rapid.SliceOfN(rapid.Int64(), n, n).Draw(t, "data")
	}
	return tensor
}

func TestWriteRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var tensors []checkpoint.Tensor
		for _, name := range rapid.SliceOfNDistinct(rapid.String(), 0, 5, rapid.ID).Draw(t, "names") {
			tensors = append(tensors, anyTensor(t, name))
		}
		var first, second bytes.Buffer
		if err := Write(&first, tensors); err != nil {
			t.Fatal(err)
		}
		d, err := read(first.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		if !same(tensors, d.Tensors) {
			t.Fatalf("read %v", d.Tensors)
		}
		if err := Write(&second, d.Tensors); err != nil || !bytes.Equal(first.Bytes(), second.Bytes()) {
			t.Fatalf("written twice, the bytes differ: %v", err)
		}
	})
}

// A file of PyTorch's, written again, keeps its tensors, and so do its layers.
func TestWriteGolden(t *testing.T) {
	want := stateDict(t, golden.Path("models/exfil_mlp.pt"))
	layers, err := MLP(want)
	if err != nil {
		t.Fatal(err)
	}
	var buf bytes.Buffer
	if err := Write(&buf, Tensors(layers)); err != nil {
		t.Fatal(err)
	}
	got, err := read(buf.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want.Tensors, got.Tensors); diff != "" {
		t.Error(diff)
	}
}

func TestWriteRefuses(t *testing.T) {
	tests := map[string][]checkpoint.Tensor{
		"unsigned":       {{Name: "a", Shape: []int{1}, Data: []uint64{1}}},
		"no data":        {{Name: "a", Shape: []int{0}, Data: nil}},
		"too few":        {{Name: "a", Shape: []int{2}, Data: []float32{1}}},
		"too many":       {{Name: "a", Shape: []int{}, Data: []float32{1, 2}}},
		"negative":       {{Name: "a", Shape: []int{-1, -1}, Data: []float32{1}}},
		"overflow":       {{Name: "a", Shape: []int{1 << 31, 1 << 31, 4}, Data: []float32{}}},
		"same name":      {{Name: "a", Shape: []int{}, Data: []float32{1}}, {Name: "a", Shape: []int{}, Data: []float32{2}}},
		"name not UTF-8": {{Name: "\xff", Shape: []int{}, Data: []float32{1}}},
	}
	for name, tensors := range tests {
		t.Run(name, func(t *testing.T) {
			var buf bytes.Buffer
			if err := Write(&buf, tensors); err == nil || !strings.HasPrefix(err.Error(), "pytorch: tensor") || buf.Len() > 0 {
				t.Errorf("%d bytes, error %v", buf.Len(), err)
			}
		})
	}
}

// full fails after n bytes.
type full struct{ n int }

var errFull = errors.New("disk full")

func (f *full) Write(b []byte) (int, error) {
	if f.n -= len(b); f.n < 0 {
		return 0, errFull
	}
	return len(b), nil
}

func TestWriteReturnsErrors(t *testing.T) {
	tensors := []checkpoint.Tensor{{Name: "a", Shape: []int{20000}, Data: make([]float32, 20000)}}
	for _, n := range []int{0, 100, 70000, 80000} {
		if err := Write(&full{n}, tensors); !errors.Is(err, errFull) {
			t.Errorf("after %d bytes: %v", n, err)
		}
	}
}
