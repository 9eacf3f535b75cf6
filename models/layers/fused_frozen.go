package layers

import "threatnet/internal/kernel"

// frozenLSTM is an EmbeddingLSTM with fixed weights, for scoring: what does not depend on the names is computed once, that
// is the packed weights, the table of all ids, and for each number of pads the cell state and the product h·U. What a
// padding and a first character come to is kept from the first name that begins so.
type frozenLSTM[T Float] struct {
	h, steps, vocabulary int
	np, hp, hs           int
	hard                 T
	u                    []T // [np][hp][64]
	p                    []T // [np][vocabulary][64]
	padZ                 []T // h·U after t pads, [steps+1][np][64]
	padC                 []T // cell state after t pads, [steps+1][np][16]
	padH                 []T // state after a whole row of pads
	firsts               firstSteps[T]
}

// blockRows is how many names go through the steps together: the packed U is read once for each step and block.
const blockRows = 96

type frozenScratch[T Float] struct {
	y                    Batch[T]
	starts, order, count []int32
	h, hNext             []T     // [blockRows][hs]
	c                    []T     // [np][blockRows][16]
	z                    []T     // one panel of a block, or all panels of one name
	off                  []int32 // of the characters, [steps][blockRows]
	panelOff             []int32
	firsts               []*firstStep[T] // of a block's names
}

// freeze computes the constants for rows of the given length.
func (l *EmbeddingLSTM[T]) freeze(steps int) *frozenLSTM[T] {
	h, e, v := l.lstm.spec.Units, l.embedding.spec.Units, l.embedding.spec.Vocabulary
	f := &frozenLSTM[T]{h: h, steps: steps, vocabulary: v, np: kernel.Panels(h), hard: l.lstm.hard}
	f.hp = f.np * pu
	f.hs = f.hp + rowPad
	f.u, f.p = make([]T, f.np*f.hp*pw), make([]T, f.np*v*pw)
	f.padZ, f.padC = make([]T, (steps+1)*f.np*pw), make([]T, (steps+1)*f.hp)
	wx, bias := make([]T, e*pw), make([]T, pw)
	for j := range f.np {
		n := min(pu, h-j*pu)
		kernel.PackGates(h, n, l.lstm.recur.Data[j*pu:], 4*h, h, f.u[j*f.hp*pw:])
		kernel.PackGates(e, n, l.lstm.kernel.Data[j*pu:], 4*h, h, wx)
		kernel.PackGates(1, n, l.lstm.bias.Data[j*pu:], 4*h, h, bias)
		m := kernel.Product[T]{A: l.embedding.table.Data, ARow: e, AStep: 1, K: e, Blocks: 1, B: wx, BStep: pw, C: f.p[j*v*pw:], CRow: pw, Bias: bias}
		m.Run(v)
	}
	f.firsts.init(steps*v, f.np*(2*pu+pw))
	f.runPads()
	return f
}

// runPads takes one row through the padding.
func (f *frozenLSTM[T]) runPads() {
	h, next, off := make([]T, f.hp), make([]T, f.hp), f.offsets(&frozenScratch[T]{panelOff: make([]int32, f.np)}, 0)
	for t := 0; t <= f.steps; t++ {
		z := f.padZ[t*f.np*pw:]
		if t > 0 {
			f.product(h, z, false)
		}
		if t == f.steps {
			break
		}
		f.gates(z, off, f.padC[t*f.hp:], f.padC[(t+1)*f.hp:], next)
		h, next = next, h
	}
	f.padH = h
}

// product writes h·U of one row, panel after panel or back.
func (f *frozenLSTM[T]) product(h, z []T, back bool) {
	m := kernel.Product[T]{A: h, AStep: 1, K: f.h, Blocks: 1, B: f.u, BStep: pw, BRow: f.hp * pw, C: z, CRow: pw, Back: back}
	m.Run(f.np)
}

// gates runs the cell of one row: its panels are the rows of one call.
func (f *frozenLSTM[T]) gates(z []T, off []int32, cPrev, c, h []T) {
	a := kernel.GateForward[T]{Rows: f.np, Z: z, ZRow: pw, Off: off, P: f.p, CPrev: cPrev, CPrevRow: pu, C: c, H: h, HRow: pu, Hard: f.hard}
	a.Run()
}

// Forward implements Forwarder.
func (f *frozenLSTM[T]) Forward(w *Work[T], x *Batch[T]) *Batch[T] {
	s := scratchOf[frozenScratch[T]](w)
	if s.h == nil {
		s.count = make([]int32, f.steps+2)
		s.h, s.hNext, s.c = make([]T, blockRows*f.hs), make([]T, blockRows*f.hs), make([]T, f.hp*blockRows)
		s.z, s.off = make([]T, max(blockRows, f.np)*pw), make([]int32, f.steps*blockRows)
		s.panelOff, s.firsts = make([]int32, f.np), make([]*firstStep[T], blockRows)
	}
	y := s.y.resize(x.Rows, f.h)
	s.starts, s.order = grow(s.starts, x.Rows), grow(s.order, x.Rows)
	sortByStart(x, s.starts, s.order, s.count)
	blocks := (x.Rows + blockRows - 1) / blockRows
	for i := range blocks {
		rows := s.order[x.Rows*i/blocks : x.Rows*(i+1)/blocks]
		if len(rows) == 1 {
			f.one(s, x, int(rows[0]), y)
		} else {
			f.block(s, x, rows, y)
		}
	}
	return y
}

// one scores a single name.
func (f *frozenLSTM[T]) one(s *frozenScratch[T], x *Batch[T], row int, y *Batch[T]) {
	ids, pads := x.Tokens[row*f.steps:][:f.steps], int(s.starts[row])
	if pads == f.steps {
		copy(y.X[row*f.h:][:f.h], f.padH)
		return
	}
	e := f.first(s, pads, ids[pads])
	h, z, c := e.h, e.z, e.c
	free, next := s.h, s.hNext
	for t := pads + 1; t < f.steps; t++ {
		if t > pads+1 {
			f.product(h, s.z, t%2 == 0)
			z, c = s.z, s.c
		}
		f.gates(z, f.offsets(s, ids[t]), c, s.c, next)
		h, free, next = next, next, free
	}
	copy(y.X[row*f.h:][:f.h], h)
}

// block scores up to blockRows names, sorted by their first characters.
func (f *frozenLSTM[T]) block(s *frozenScratch[T], x *Batch[T], rows []int32, y *Batch[T]) {
	h, next := s.h, s.hNext
	for r, b := range rows {
		pads := int(s.starts[b])
		if ids := x.Tokens[int(b)*f.steps:][:f.steps]; pads < f.steps {
			s.firsts[r] = f.first(s, pads, ids[pads])
			for t := pads + 1; t < f.steps; t++ {
				s.off[t*blockRows+r] = ids[t] * pw
			}
		}
	}
	n := 0 // names after their second character
	for t := int(s.starts[rows[0]]) + 1; t < f.steps; t++ {
		joined := n
		for joined < len(rows) && int(s.starts[rows[joined]]) < t {
			joined++
		}
		for j := range f.np {
			f.stepBlock(s, t, j, n, joined, h, next)
		}
		n, h, next = joined, next, h
	}
	for r, b := range rows {
		d := y.X[int(b)*f.h:][:f.h]
		switch {
		case r < n:
			copy(d, h[r*f.hs:])
		case int(s.starts[b]) < f.steps:
			copy(d, s.firsts[r].h)
		default:
			copy(d, f.padH)
		}
	}
	clear(s.firsts)
}

// stepBlock is step t of panel j: n names go on, and those up to joined read their second character.
func (f *frozenLSTM[T]) stepBlock(s *frozenScratch[T], t, j, n, joined int, h, next []T) {
	c := s.c[j*blockRows*pu:]
	m := kernel.Product[T]{A: h, ARow: f.hs, AStep: 1, K: f.h, Blocks: 1, B: f.u[j*f.hp*pw:], BStep: pw, C: s.z, CRow: pw}
	m.Run(n)
	for r := n; r < joined; r++ {
		copy(s.z[r*pw:][:pw], s.firsts[r].z[j*pw:])
		copy(c[r*pu:][:pu], s.firsts[r].c[j*pu:])
	}
	a := kernel.GateForward[T]{
		Rows: joined, Z: s.z, ZRow: pw, Off: s.off[t*blockRows:], P: f.p[j*f.vocabulary*pw:],
		CPrev: c, CPrevRow: pu, C: c, H: next[j*pu:], HRow: f.hs, Hard: f.hard,
	}
	a.Run()
}
