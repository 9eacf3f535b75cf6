package layers

// frozenBatchNorm is a BatchNorm with its moving statistics as y = scale·x + shift.
type frozenBatchNorm[T Float] struct{ scale, shift []T }

func (l *BatchNorm[T]) freeze() *frozenBatchNorm[T] {
	scale, shift := l.affine()
	return &frozenBatchNorm[T]{scale, shift}
}

// Forward implements Forwarder.
func (f *frozenBatchNorm[T]) Forward(w *Work[T], x *Batch[T]) *Batch[T] {
	y, n := scratchOf[Batch[T]](w).resize(x.Rows, x.Cols), x.Cols
	for r := range x.Rows {
		in, out := x.X[r*n:][:n], y.X[r*n:][:n]
		for j, v := range in {
			out[j] = v*f.scale[j] + f.shift[j]
		}
	}
	return y
}
