package layers

import "threatnet/internal/kernel"

// EmbeddingLSTM is an Embedding and an LSTM in one, over rows of token ids that are padded on the left with id 0. Its
// results are those of the two layers but for rounding; padding is not masked. It does less work:
//
//   - Rows start from the same zero state and read the same id 0, so the state after k pads is the same for all: one row,
//     the pad row, runs through the padding, and each name joins at its first character. Backward, what the names that
//     joined at a step would pass on to the padding is added to the pad row's gradient there.
//   - The input's part of the gates is a row of the table P = E·W + b, with one row for each id in use. Backward, the gate
//     gradients are added up per id, and two small products give those of E and W.
//   - A name's first step needs no product: its h·U is the pad row's. Backward, its gate gradient is added to the pad row's
//     before dG·Uᵀ and hᵀ·dG see it, which is exact because the state before the step is the pad row's.
//   - The steps before the longest name are those of the pad row alone, once for all shards.
//
// A batch is cut into shards: rows sorted by length, longest first, and dealt out back and forth. Everything is laid out in
// panels of 16 units, see package kernel. Gates are computed, and later overwritten by their gradients, in place.
type EmbeddingLSTM[T Float] struct {
	embedding *Embedding[T]
	lstm      *LSTM[T]
}

// Spec implements Layer; the description of a stack keeps the two layers.
func (l *EmbeddingLSTM[T]) Spec() Spec { return Spec{Kind: "embedding_lstm", Name: l.lstm.spec.Name} }

// Output implements Layer.
func (l *EmbeddingLSTM[T]) Output(in Shape) (Shape, error) {
	mid, err := l.embedding.Output(in)
	if err != nil {
		return nil, err
	}
	return l.lstm.Output(mid)
}

// Build implements Layer.
func (l *EmbeddingLSTM[T]) Build(in Shape, r *Rand) {
	l.embedding.Build(in, r)
	l.lstm.Build(Shape{in[0], l.embedding.spec.Units}, r)
}

// Params implements Layer: embeddings, kernel, recurrent kernel, bias.
func (l *EmbeddingLSTM[T]) Params() []*Param[T] {
	return append(l.embedding.Params(), l.lstm.Params()...)
}

// Forward implements Layer.
func (l *EmbeddingLSTM[T]) Forward(w *Work[T], x *Batch[T]) *Batch[T] {
	s := scratchOf[fusedScratch[T]](w)
	s.bind(l, w, x)
	w.Team.Each(1+s.np, s.beginTask)
	w.Team.Do(s.shards, s.gatherTask)
	w.Team.Each(1+s.np, s.prepareTask)
	s.y.resize(x.Rows, s.h)
	w.Team.Do(s.shards, s.forwardTask)
	return &s.y
}

// Backward implements Layer.
func (l *EmbeddingLSTM[T]) Backward(w *Work[T], _, dy *Batch[T], grads [][]T) *Batch[T] {
	s := scratchOf[fusedScratch[T]](w)
	s.dy, s.grads = dy, grads
	w.Team.Do(s.shards, s.backwardTask)
	w.Team.Each(1+s.np, s.sumTask)
	for len(s.tmp) < w.Team.Workers() {
		s.tmp = append(s.tmp, make([]T, max(s.hp, s.ep)*pw))
	}
	w.Team.Each(s.np, s.weightsTask)
	s.clearUnused()
	w.Team.Do(s.shards, s.embeddingTask)
	return nil
}

// columns rounds n units up to whole blocks of 64 columns, the width of a product.
func columns(n int) int { return (n + kernel.PanelWidth - 1) / kernel.PanelWidth * kernel.PanelWidth }

// rowPad is added to the stride of rows of states: a stride that is a multiple of a large power of two would put all rows
// into the same few cache sets.
const rowPad = 16

// fusedScratch holds the packed weights, the plan of the current batch and all that Backward reads.
type fusedScratch[T Float] struct {
	layer *EmbeddingLSTM[T]

	h, e, steps int // units, width of the embedding, length of a row
	np          int // panels
	hp, ep      int // units and width in whole panels
	hs, es      int // strides of rows of states and of embeddings
	shards      int

	u, wx   []T   // U and W: [np][hp][64], [np][ep][64]
	ut, wxt []T   // their transposes, rows in panel order, those of a last panel's missing units left out, in blocks of 64 columns: [hp/64][np·64][64], [ep/64][np·64][64]
	bias    []T   // [np][64]
	emb     []T   // embeddings of the ids in use, es apart
	p       []T   // the table, [np][ids][64]
	tmp     [][]T // of the workers

	ids     []int32 // in use; ids[0] is 0
	slot    []int32 // of an id: its place in ids
	stamp   []uint32
	used    []bool // of the embeddings' Param
	batch   uint32
	starts  []int32 // first character of each row
	order   []int32 // rows by start
	count   []int32
	first   int // step of the longest name's first character; before it there is the pad row alone
	pads    padRun[T]
	part    []*fusedShard[T]
	x, dy   *Batch[T]
	y       Batch[T]
	grads   [][]T
	demb    []T     // gradient of emb
	written []int32 // the ids that wrote to cleared, the embeddings' gradient, in the last step back
	cleared []T
	slotCap int

	gatherTask, forwardTask, backwardTask, embeddingTask func(shard int)
	beginTask, prepareTask, sumTask, weightsTask         func(worker, item int)
}

func (s *fusedScratch[T]) bind(l *EmbeddingLSTM[T], w *Work[T], x *Batch[T]) {
	shards := w.shards(x.Rows)
	if s.layer != l || s.steps != x.Cols || s.shards != shards {
		*s = fusedScratch[T]{layer: l, h: l.lstm.spec.Units, e: l.embedding.spec.Units, steps: x.Cols, shards: shards}
		s.np = kernel.Panels(s.h)
		s.hp, s.ep = s.np*kernel.PanelUnits, kernel.Panels(s.e)*kernel.PanelUnits
		s.hs, s.es = columns(s.hp)+rowPad, columns(s.ep)+rowPad
		gates := s.np * kernel.PanelWidth
		s.u, s.wx = make([]T, s.hp*gates), make([]T, s.ep*gates)
		s.bias = make([]T, gates)
		s.ut, s.wxt = make([]T, columns(s.hp)*gates), make([]T, columns(s.ep)*gates)
		s.slot, s.stamp = make([]int32, l.embedding.spec.Vocabulary), make([]uint32, l.embedding.spec.Vocabulary)
		table := l.embedding.table
		if table.Used == nil {
			table.Used = make([]bool, l.embedding.spec.Vocabulary)
		}
		s.used, s.count = table.Used, make([]int32, s.steps+2)
		for range shards {
			s.part = append(s.part, newFusedShard(s))
		}
		s.pads = newPadRun(s)
		s.gatherTask, s.forwardTask, s.backwardTask, s.embeddingTask = s.gather, s.forward, s.backward, s.embeddingGrad
		s.beginTask, s.prepareTask, s.sumTask, s.weightsTask = s.begin, s.prepare, s.sum, s.weights
	}
	s.x = x
}
