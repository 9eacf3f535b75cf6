package layers

import "threatnet/internal/kernel"

const (
	pw = kernel.PanelWidth
	pu = kernel.PanelUnits
)

// unitsOf is how many of the layer's units are in panel j.
func (s *fusedScratch[T]) unitsOf(j int) int { return min(pu, s.h-j*pu) }

// pack prepares panel j of the weights, and row 0 of the table for the pad row.
func (s *fusedScratch[T]) pack(_, j int) {
	n, up, wp := s.unitsOf(j), s.u[j*s.hp*pw:], s.wx[j*s.ep*pw:]
	l := s.layer.lstm
	kernel.PackGates(s.h, n, l.recur.Data[j*pu:], 4*s.h, s.h, up)
	kernel.PackGates(s.e, n, l.kernel.Data[j*pu:], 4*s.h, s.h, wp)
	s.table(j, 1, s.pads.p[j*pw:])
}

// table makes the first rows of panel j of P = E·W + b.
func (s *fusedScratch[T]) table(j, rows int, p []T) {
	kernel.PackGates(1, s.unitsOf(j), s.layer.lstm.bias.Data[j*pu:], 4*s.h, s.h, p)
	for r := 1; r < rows; r++ {
		copy(p[r*pw:][:pw], p[:pw])
	}
	m := kernel.Product[T]{A: s.emb, ARow: s.es, AStep: 1, K: s.e, Blocks: 1, B: s.wx[j*s.ep*pw:], BStep: pw, C: p, CRow: pw, Add: true}
	m.Run(rows)
}

// prepare is what the steps of the names need, in items of which the first takes the longest: the padding before them, and
// panel by panel the table and the transposed weights.
func (s *fusedScratch[T]) prepare(_, item int) {
	if item == 0 {
		s.pads.forward(s)
		return
	}
	j := item - 1
	s.table(j, len(s.ids), s.p[j*len(s.ids)*pw:])
	transposePanel(s.hp, s.u[j*s.hp*pw:], s.ut, j, s.np)
	transposePanel(s.ep, s.wx[j*s.ep*pw:], s.wxt, j, s.np)
}

// transposePanel writes panel j of a packed matrix of the given rows into the blocks of its transpose.
func transposePanel[T Float](rows int, panel, dst []T, j, panels int) {
	for c := 0; c < rows; c += pw {
		kernel.Transpose(min(pw, rows-c), pw, panel[c*pw:], pw, dst[(c*panels+j*pw)*pw:], pw)
	}
}

// forward runs the steps of one shard and writes the last states of its names.
func (s *fusedScratch[T]) forward(shard int) {
	p := s.part[shard]
	if len(p.rows) == 0 {
		return
	}
	copy(p.hPrev[:s.hp], s.pads.h[s.first*s.hp:])
	for j := range s.np {
		copy(p.cPrev[j*p.cap*pu:][:pu], s.pads.c[s.first*s.hp+j*pu:])
		if s.first == 0 {
			clear(p.g[j*p.cap*pw:][:pw])
		}
	}
	for t := s.first; t < s.steps; t++ {
		for j := range s.np {
			s.stepForward(p, t, j)
		}
	}
	for r, b := range p.rows {
		copy(s.y.X[int(b)*s.h:][:s.h], s.last(p, r))
	}
}

// last is the state of a shard's row after the last step; empty names are the pad row.
func (s *fusedScratch[T]) last(p *fusedShard[T], r int) []T {
	o := int(p.off[s.steps])
	if r < int(p.n[s.steps]) {
		o += p.pads(s.steps) + r
	}
	return p.hPrev[o*s.hs:][:s.hp]
}

// stepForward is step t of panel j: the product and, on what it has just written, the gates.
func (s *fusedScratch[T]) stepForward(p *fusedShard[T], t, j int) {
	n, next, o, oNext := int(p.n[t]), int(p.n[t+1]), int(p.off[t]), int(p.off[t+1])
	g := p.g[(j*p.cap+o)*pw:]
	if t > 0 {
		m := kernel.Product[T]{A: p.hPrev[o*s.hs:], ARow: s.hs, AStep: 1, K: s.h, Blocks: 1, B: s.u[j*s.hp*pw:], BStep: pw, C: g, CRow: pw}
		m.Run(oNext - o)
	}
	cp, c := p.cPrev[(j*p.cap+o)*pu:], p.cPrev[(j*p.cap+oNext)*pu:]
	tc, h, table := p.tanh[(j*p.cap+o)*pu:], p.hPrev[oNext*s.hs+j*pu:], s.p[j*len(s.ids)*pw:]
	hard := s.layer.lstm.hard
	if next > n { // joiners share the pad row's product, before its gates overwrite that, and its cell state
		to := p.pads(t+1) + n
		a := kernel.GateForward[T]{
			Rows: next - n, Z: g, G: p.jg[(j*p.jcap+n)*pw:], Off: p.jOff[n:], P: table, CPrev: cp, C: c[to*pu:],
			TanhC: p.jt[(j*p.jcap+n)*pu:], H: h[to*s.hs:], HRow: s.hs, Hard: hard,
		}
		a.Run()
	}
	from := p.moving(t)
	if rows := p.pads(t) + n - from; rows > 0 {
		g, cp, tc = g[from*pw:], cp[from*pu:], tc[from*pu:]
		a := kernel.GateForward[T]{Rows: rows, Z: g, ZRow: pw, G: g, Off: p.idOff[o+from:], P: table, CPrev: cp, CPrevRow: pu, C: c, TanhC: tc, H: h, HRow: s.hs, Hard: hard}
		a.Run()
	}
}
