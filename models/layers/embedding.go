package layers

// Embedding turns token ids into rows of a table: yₜ = E[idₜ]. Input {steps}, output {steps, units}.
type Embedding[T Float] struct {
	spec  Spec
	table *Param[T] // (vocabulary, units)
}

// Spec implements Layer.
func (l *Embedding[T]) Spec() Spec { return l.spec }

// Output implements Layer.
func (l *Embedding[T]) Output(in Shape) (Shape, error) {
	if err := wantDims("embedding", in, 1); err != nil {
		return nil, err
	}
	return Shape{in[0], l.spec.Units}, nil
}

// Build implements Layer.
func (l *Embedding[T]) Build(_ Shape, r *Rand) {
	l.table = newParam[T](l.spec.Name, "embeddings", l.spec.Vocabulary, l.spec.Units)
	fill(l.table, "uniform", l.spec.Vocabulary, l.spec.Units, r)
}

// Params implements Layer.
func (l *Embedding[T]) Params() []*Param[T] { return []*Param[T]{l.table} }

// Forward implements Layer.
func (l *Embedding[T]) Forward(w *Work[T], x *Batch[T]) *Batch[T] {
	y := scratchOf[Batch[T]](w).resize(x.Rows, x.Cols*l.spec.Units)
	for i, id := range x.Tokens[:x.Rows*x.Cols] {
		copy(y.X[i*l.spec.Units:], l.row(l.table.Data, id))
	}
	return y
}

// Backward implements Layer: the gradients of a row's occurrences are added up.
func (l *Embedding[T]) Backward(_ *Work[T], x, dy *Batch[T], grads [][]T) *Batch[T] {
	clear(grads[0])
	for i, id := range x.Tokens[:x.Rows*x.Cols] {
		d := l.row(grads[0], id)
		for j, v := range dy.X[i*l.spec.Units:][:l.spec.Units] {
			d[j] += v
		}
	}
	return nil
}

func (l *Embedding[T]) row(table []T, id int32) []T {
	return table[int(id)*l.spec.Units:][:l.spec.Units]
}
