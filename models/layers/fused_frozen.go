package layers

import "threatnet/internal/kernel"

// frozenLSTM is an EmbeddingLSTM with fixed weights, for scoring: what does not depend on the names is computed once, that
// is the packed weights, the table of all ids, and for each number of pads the cell state and the product h·U, so that a
// name's first step needs no product. It is not changed after it was made.
type frozenLSTM[T Float] struct {
	h, steps, vocabulary int
	np, hp, hs           int
	hard                 T
	u                    []T // [np][hp][64]
	p                    []T // [np][vocabulary][64]
	padZ                 []T // h·U after t pads, [steps+1][np][64]
	padC                 []T // cell state after t pads, [steps+1][np][16]
	padH                 []T // state after a whole row of pads
	panelOff             []int32
}

// blockRows is how many names go through the steps together: the packed U is read once for each step and block.
const blockRows = 96

type frozenScratch[T Float] struct {
	y                    Batch[T]
	starts, order, count []int32
	h, hNext             []T // [blockRows][hs]
	c                    []T // [np][blockRows][16]
	g, tanh              []T // one panel of a block, or all panels of one name
	off                  []int32
}

// freeze computes the constants for rows of the given length.
func (l *EmbeddingLSTM[T]) freeze(steps int) *frozenLSTM[T] {
	h, e, v := l.lstm.spec.Units, l.embedding.spec.Units, l.embedding.spec.Vocabulary
	f := &frozenLSTM[T]{h: h, steps: steps, vocabulary: v, np: kernel.Panels(h), hard: l.lstm.hard}
	f.hp = f.np * pu
	f.hs = f.hp + rowPad
	f.u, f.p = make([]T, f.np*f.hp*pw), make([]T, f.np*v*pw)
	f.padZ, f.padC = make([]T, (steps+1)*f.np*pw), make([]T, (steps+1)*f.hp)
	wx := make([]T, e*pw)
	for j := range f.np {
		n := min(pu, h-j*pu)
		f.panelOff = append(f.panelOff, int32(j*v*pw))
		kernel.PackGates(h, n, l.lstm.recur.Data[j*pu:], 4*h, h, f.u[j*f.hp*pw:])
		kernel.PackGates(e, n, l.lstm.kernel.Data[j*pu:], 4*h, h, wx)
		p := f.p[j*v*pw:]
		for r := range v {
			kernel.PackGates(1, n, l.lstm.bias.Data[j*pu:], 4*h, h, p[r*pw:])
		}
		m := kernel.Product[T]{A: l.embedding.table.Data, ARow: e, AStep: 1, K: e, Blocks: 1, B: wx, BStep: pw, C: p, CRow: pw, Add: true}
		m.Run(v)
	}
	f.runPads()
	return f
}

// runPads takes one row through the padding.
func (f *frozenLSTM[T]) runPads() {
	h, next, tanh, g := make([]T, f.hp), make([]T, f.hp), make([]T, f.hp), make([]T, f.np*pw)
	for t := 0; t <= f.steps; t++ {
		z := f.padZ[t*f.np*pw:]
		if t > 0 {
			f.product(h, 1, z)
		}
		if t == f.steps {
			break
		}
		f.gates(z, f.panelOff, f.padC[t*f.hp:], f.padC[(t+1)*f.hp:], g, tanh, next)
		h, next = next, h
	}
	f.padH = h
}

// product writes h·U of one row, panel after panel.
func (f *frozenLSTM[T]) product(h []T, rows int, z []T) {
	for j := range f.np {
		m := kernel.Product[T]{A: h, ARow: f.hs, AStep: 1, K: f.hp, Blocks: 1, B: f.u[j*f.hp*pw:], BStep: pw, C: z[j*pw:], CRow: f.np * pw}
		m.Run(rows)
	}
}

// gates runs the cell of one row: its panels are the rows of one call.
func (f *frozenLSTM[T]) gates(z []T, off []int32, cPrev, c, g, tanh, h []T) {
	a := kernel.GateForward[T]{Rows: f.np, Z: z, ZRow: pw, G: g, Off: off, P: f.p, CPrev: cPrev, CPrevRow: pu, C: c, TanhC: tanh, H: h, HRow: pu, Hard: f.hard}
	a.Run()
}

// Forward implements Forwarder.
func (f *frozenLSTM[T]) Forward(w *Work[T], x *Batch[T]) *Batch[T] {
	s := scratchOf[frozenScratch[T]](w)
	if s.h == nil {
		s.count = make([]int32, f.steps+2)
		s.h, s.hNext, s.c = make([]T, blockRows*f.hs), make([]T, blockRows*f.hs), make([]T, f.hp*blockRows)
		s.g, s.tanh = make([]T, max(blockRows, f.np)*pw), make([]T, max(blockRows, f.np)*pu)
		s.off = make([]int32, max(f.steps*blockRows, f.np))
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
	ids, first := x.Tokens[row*f.steps:][:f.steps], int(s.starts[row])
	z, c := f.padZ[first*f.np*pw:], f.padC[first*f.hp:]
	h, next := s.h, s.hNext
	if first == f.steps {
		h = f.padH
	}
	for t := first; t < f.steps; t++ {
		for j := range f.np {
			s.off[j] = (int32(j*f.vocabulary) + ids[t]) * pw
		}
		if t > first {
			f.product(h, 1, s.g)
			z, c = s.g, s.c
		}
		f.gates(z, s.off, c, s.c, s.g, s.tanh, next)
		h, next = next, h
	}
	copy(y.X[row*f.h:][:f.h], h)
}

// block scores up to blockRows names, sorted by their first characters.
func (f *frozenLSTM[T]) block(s *frozenScratch[T], x *Batch[T], rows []int32, y *Batch[T]) {
	for r, b := range rows {
		first := int(s.starts[b])
		for t, id := range x.Tokens[int(b)*f.steps+first : (int(b)+1)*f.steps] {
			s.off[(first+t)*blockRows+r] = id * pw
		}
	}
	n, h, next := 0, s.h, s.hNext
	for t := int(s.starts[rows[0]]); t < f.steps; t++ {
		joined := n
		for joined < len(rows) && int(s.starts[rows[joined]]) <= t {
			joined++
		}
		off := s.off[t*blockRows:]
		for j := range f.np {
			f.stepBlock(s, t, j, n, joined, off, h, next)
		}
		n, h, next = joined, next, h
	}
	for r, b := range rows {
		d := y.X[int(b)*f.h:][:f.h]
		if r < n {
			copy(d, h[r*f.hs:])
		} else {
			copy(d, f.padH)
		}
	}
}

// stepBlock is step t of panel j: n names go on, and those up to joined take their first step.
func (f *frozenLSTM[T]) stepBlock(s *frozenScratch[T], t, j, n, joined int, off []int32, h, next []T) {
	p, c := f.p[j*f.vocabulary*pw:], s.c[j*blockRows*pu:]
	if n > 0 {
		m := kernel.Product[T]{A: h, ARow: f.hs, AStep: 1, K: f.hp, Blocks: 1, B: f.u[j*f.hp*pw:], BStep: pw, C: s.g, CRow: pw}
		m.Run(n)
		a := kernel.GateForward[T]{Rows: n, Z: s.g, ZRow: pw, G: s.g, Off: off, P: p, CPrev: c, CPrevRow: pu, C: c, TanhC: s.tanh, H: next[j*pu:], HRow: f.hs, Hard: f.hard}
		a.Run()
	}
	if joined > n {
		a := kernel.GateForward[T]{
			Rows: joined - n, Z: f.padZ[(t*f.np+j)*pw:], G: s.g, Off: off[n:], P: p, CPrev: f.padC[t*f.hp+j*pu:], C: c[n*pu:],
			TanhC: s.tanh, H: next[n*f.hs+j*pu:], HRow: f.hs, Hard: f.hard,
		}
		a.Run()
	}
}
