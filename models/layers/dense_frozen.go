package layers

import "threatnet/internal/kernel"

// frozenDense is a Dense with fixed weights, packed once in the order in which a product reads them.
type frozenDense[T Float] struct {
	in, out int
	packed  kernel.Packed[T]
	column  []T // the weights of a layer of one output, which is dot products
	bias    []T
	relu    bool // max(0, y) follows
}

func (l *Dense[T]) freeze() *frozenDense[T] {
	f := &frozenDense[T]{in: l.kernel.Shape[0], out: l.spec.Units, bias: l.bias.Data}
	if f.out == 1 {
		f.column = l.kernel.Data
	} else {
		f.packed.Pack(false, f.in, f.out, l.kernel.Data, f.out)
	}
	return f
}

// Forward implements Forwarder.
func (f *frozenDense[T]) Forward(w *Work[T], x *Batch[T]) *Batch[T] {
	y := scratchOf[Batch[T]](w).resize(x.Rows, f.out)
	if f.out > 1 {
		f.packed.Affine(x.Rows, x.X, f.in, f.bias, f.relu, y.X, f.out)
		return y
	}
	kernel.Gemm(false, false, x.Rows, 1, f.in, 1, x.X, f.in, f.column, 1, 0, y.X, 1)
	if f.relu {
		kernel.AddBiasReLU(x.Rows, 1, y.X, 1, f.bias)
	} else {
		kernel.AddBias(x.Rows, 1, y.X, 1, f.bias)
	}
	return y
}
