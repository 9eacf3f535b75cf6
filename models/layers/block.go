package layers

// DenseBlock is a Dense with what follows it up to the next Dense: an Activation but softmax, a BatchNorm, a Dropout. It
// has their parameters and computes what they compute; as one layer it costs a small network fewer steps of its graph.
type DenseBlock[T Float] struct {
	dense *Dense[T]
	rest  []Layer[T]
}

type blockScratch[T Float] struct {
	works []*Work[T]
	in    []*Batch[T] // of each layer
}

// block makes a DenseBlock of the layers from i on, if there is one of more than a Dense; next is the layer after it.
func block[T Float](ls []Layer[T], i int) (b *DenseBlock[T], next int) {
	d, ok := ls[i].(*Dense[T])
	if !ok {
		return nil, i
	}
	b = &DenseBlock[T]{dense: d}
	for next = i + 1; next < len(ls); next++ {
		switch s := ls[next].Spec(); {
		case s.Kind == "activation" && s.Function != "softmax", s.Kind == "batch_norm":
			b.rest = append(b.rest, ls[next])
		case s.Kind == "dropout":
			if s.Rate > 0 {
				b.rest = append(b.rest, ls[next])
			}
		default:
			return b, next
		}
	}
	return b, next
}

// Spec implements Layer: it is the Dense's.
func (l *DenseBlock[T]) Spec() Spec { return l.dense.Spec() }

// Output implements Layer.
func (l *DenseBlock[T]) Output(in Shape) (Shape, error) { return l.dense.Output(in) }

// Build implements Layer; the layers are built before they are fused.
func (l *DenseBlock[T]) Build(Shape, *Rand) { panic("layers: a fused layer has been built") }

// Params implements Layer.
func (l *DenseBlock[T]) Params() []*Param[T] {
	ps := l.dense.Params()
	for _, r := range l.rest {
		ps = append(ps, r.Params()...)
	}
	return ps
}

func (l *DenseBlock[T]) scratch(w *Work[T]) *blockScratch[T] {
	s := scratchOf[blockScratch[T]](w)
	if s.works == nil {
		for range len(l.rest) + 1 {
			s.works = append(s.works, &Work[T]{})
		}
		s.in = make([]*Batch[T], len(s.works))
	}
	for _, own := range s.works {
		own.Train, own.Seed, own.Layer, own.Step, own.Team, own.Shards = w.Train, w.Seed, w.Layer, w.Step, w.Team, w.Shards
	}
	return s
}

// Forward implements Layer.
func (l *DenseBlock[T]) Forward(w *Work[T], x *Batch[T]) *Batch[T] {
	s := l.scratch(w)
	y := l.dense.Forward(s.works[0], x)
	for i, r := range l.rest {
		s.in[i+1] = y
		y = r.Forward(s.works[i+1], y)
	}
	return y
}

// Backward implements Layer.
func (l *DenseBlock[T]) Backward(w *Work[T], x, dy *Batch[T], grads [][]T) *Batch[T] {
	s := scratchOf[blockScratch[T]](w)
	end := len(grads)
	for i := len(l.rest) - 1; i >= 0; i-- {
		r, from := l.rest[i], end
		if _, ok := r.(*BatchNorm[T]); ok { // the only one with parameters
			from -= 2
		}
		dy = r.Backward(s.works[i+1], s.in[i+1], dy, grads[from:end])
		end = from
	}
	return l.dense.Backward(s.works[0], x, dy, grads[:end])
}

// EndStep implements Stepper.
func (l *DenseBlock[T]) EndStep(w *Work[T]) {
	s := scratchOf[blockScratch[T]](w)
	for i, r := range l.rest {
		if b, ok := r.(Stepper[T]); ok {
			b.EndStep(s.works[i+1])
		}
	}
}
