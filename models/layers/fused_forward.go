package layers

import "threatnet/internal/kernel"

const (
	pw = kernel.PanelWidth
	pu = kernel.PanelUnits
)

// unitsOf is how many of the layer's units are in panel j.
func (s *fusedScratch[T]) unitsOf(j int) int { return min(pu, s.h-j*pu) }

// begin is what depends on nothing else, in items: the plan of the batch, and panel by panel the packed weights and row 0 of the
// table for the pad row.
func (s *fusedScratch[T]) begin(_, item int) {
	if item == 0 {
		s.plan()
		return
	}
	j, l := item-1, s.layer.lstm
	n := s.unitsOf(j)
	kernel.PackGates(s.h, n, l.recur.Data[j*pu:], 4*s.h, s.h, s.u[j*s.hp*pw:])
	kernel.PackGates(s.e, n, l.kernel.Data[j*pu:], 4*s.h, s.h, s.wx[j*s.ep*pw:])
	kernel.PackGates(1, n, l.bias.Data[j*pu:], 4*s.h, s.h, s.bias[j*pw:])
	s.table(j, 1, s.layer.embedding.table.Data, s.pads.p[j*pw:])
}

// gather copies the embeddings of the shard's part of the ids in use.
func (s *fusedScratch[T]) gather(shard int) {
	n, e := len(s.ids), s.layer.embedding
	for i := n * shard / s.shards; i < n*(shard+1)/s.shards; i++ {
		copy(s.emb[i*s.es:], e.row(e.table.Data, s.ids[i]))
	}
}

// table makes the first rows of panel j of P = E·W + b.
func (s *fusedScratch[T]) table(j, rows int, emb, p []T) {
	m := kernel.Product[T]{A: emb, ARow: s.es, AStep: 1, K: s.e, Blocks: 1, B: s.wx[j*s.ep*pw:], BStep: pw, C: p, CRow: pw, Bias: s.bias[j*pw:]}
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
	s.table(j, len(s.ids), s.emb, s.p[j*len(s.ids)*pw:])
	s.transposePanel(s.hp, s.u[j*s.hp*pw:], s.ut, j)
	s.transposePanel(s.ep, s.wx[j*s.ep*pw:], s.wxt, j)
}

// transposePanel writes panel j of a packed matrix of the given rows into the blocks of its transpose, see overGates.
func (s *fusedScratch[T]) transposePanel(rows int, panel, dst []T, j int) {
	n := s.unitsOf(j)
	for c := 0; c < rows; c += pw {
		from, to := panel[c*pw:], dst[(c*s.np+j*pw)*pw:]
		if n == pu {
			kernel.Transpose(min(pw, rows-c), pw, from, pw, to, pw)
			continue
		}
		for q := range 4 {
			kernel.Transpose(min(pw, rows-c), n, from[q*pu:], pw, to[q*n*pw:], pw)
		}
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
		m := &p.product
		m.A, m.B, m.C = p.hPrev[o*s.hs:], s.u[j*s.hp*pw:], g
		m.Run(oNext - o)
	}
	cp, c := p.cPrev[(j*p.cap+o)*pu:], p.cPrev[(j*p.cap+oNext)*pu:]
	tc, h, table := p.tanh[(j*p.cap+o)*pu:], p.hPrev[oNext*s.hs+j*pu:], s.p[j*len(s.ids)*pw:]
	if next > n { // joiners share the pad row's product, before its gates overwrite that, and its cell state
		to := p.pads(t+1) + n
		a := kernel.GateForward[T]{
			Rows: next - n, Z: g, G: p.jg[(j*p.jcap+n)*pw:], Off: p.jOff[n:], P: table, CPrev: cp, C: c[to*pu:],
			TanhC: p.jt[(j*p.jcap+n)*pu:], H: h[to*s.hs:], HRow: s.hs, Hard: s.layer.lstm.hard,
		}
		a.Run()
	}
	from := p.moving(t)
	if rows := p.pads(t) + n - from; rows > 0 {
		a := &p.forward
		a.Rows, a.Z, a.G, a.Off, a.P = rows, g[from*pw:], g[from*pw:], p.idOff[o+from:], table
		a.CPrev, a.C, a.TanhC, a.H = cp[from*pu:], c, tc[from*pu:], h
		a.Run()
	}
}
