package layers

import "threatnet/internal/kernel"

const (
	pw = kernel.PanelWidth
	pu = kernel.PanelUnits
)

// unitsOf is how many of the layer's units are in panel j.
func (s *fusedScratch[T]) unitsOf(j int) int { return min(pu, s.h-j*pu) }

// pack prepares the weights of the shard's panels: U, W, their transposes, and the table P = E·W + b.
func (s *fusedScratch[T]) pack(shard int) {
	lo, hi := s.panelsOf(shard)
	wx, u, b := s.layer.lstm.kernel.Data, s.layer.lstm.recur.Data, s.layer.lstm.bias.Data
	slots := len(s.ids)
	for j := lo; j < hi; j++ {
		n, up, wp := s.unitsOf(j), s.u[j*s.hp*pw:], s.wx[j*s.ep*pw:]
		kernel.PackGates(s.h, n, u[j*pu:], 4*s.h, s.h, up)
		kernel.PackGates(s.e, n, wx[j*pu:], 4*s.h, s.h, wp)
		transposePanel(s.hp, up, s.ut, j, s.np)
		transposePanel(s.ep, wp, s.wxt, j, s.np)

		p := s.p[j*slots*pw:]
		kernel.PackGates(1, n, b[j*pu:], 4*s.h, s.h, p)
		for r := 1; r < slots; r++ {
			copy(p[r*pw:][:pw], p[:pw])
		}
		m := kernel.Product[T]{A: s.emb, ARow: s.es, AStep: 1, K: s.e, Blocks: 1, B: wp, BStep: pw, C: p, CRow: pw, Add: true}
		m.Run(slots)
	}
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
	s.padForward(p)
	copy(p.hPrev[:s.hp], p.padH[p.first*s.hp:])
	for j := range s.np {
		copy(p.cPrev[j*p.cap*pu:][:pu], p.padC[p.first*s.hp+j*pu:])
		if p.first == 0 {
			clear(p.g[j*p.cap*pw:][:pw])
		}
	}
	for t := p.first; t < s.steps; t++ {
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
	return p.hPrev[(int(p.off[s.steps])+min(r, int(p.n[s.steps])))*s.hs:][:s.hp]
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
	if n > 0 {
		a := kernel.GateForward[T]{Rows: n, Z: g, ZRow: pw, G: g, Off: p.idOff[o:], P: table, CPrev: cp, CPrevRow: pu, C: c, TanhC: tc, H: h, HRow: s.hs, Hard: hard}
		a.Run()
	}
	if next > n { // joiners share the pad row's product and cell state
		a := kernel.GateForward[T]{
			Rows: next - n, Z: g[n*pw:], G: p.jg[(j*p.jcap+n)*pw:], Off: p.jOff[n:], P: table, CPrev: cp[n*pu:], C: c[n*pu:],
			TanhC: p.jt[(j*p.jcap+n)*pu:], H: h[n*s.hs:], HRow: s.hs, Hard: hard,
		}
		a.Run()
	}
	if t < p.live {
		a := kernel.GateForward[T]{
			Rows: 1, Z: g[n*pw:], ZRow: pw, G: g[n*pw:], Off: p.padOffZero[:], P: table, CPrev: cp[n*pu:], CPrevRow: pu, C: c[next*pu:],
			TanhC: tc[n*pu:], H: h[next*s.hs:], HRow: s.hs, Hard: hard,
		}
		a.Run()
	}
}

// padForward runs the steps before the first join. The panels of the one row are the rows of one gate call: independent
// chains of operations, where a call for each panel would wait for its own results.
func (s *fusedScratch[T]) padForward(p *fusedShard[T]) {
	slots, gates := len(s.ids), s.np*pw
	for j := range s.np {
		copy(p.padP[j*pw:][:pw], s.p[j*slots*pw:])
	}
	for t := range p.first {
		z := p.padG[t*gates:][:gates]
		if t == 0 {
			clear(z)
		} else {
			m := kernel.Product[T]{A: p.padH[t*s.hp:], AStep: 1, K: s.h, Blocks: 1, B: s.u, BStep: pw, BRow: s.hp * pw, C: z, CRow: pw}
			m.Run(s.np)
		}
		a := kernel.GateForward[T]{
			Rows: s.np, Z: z, ZRow: pw, G: z, Off: p.padOff, P: p.padP, CPrev: p.padC[t*s.hp:], CPrevRow: pu, C: p.padC[(t+1)*s.hp:],
			TanhC: p.padTanh[t*s.hp:], H: p.padH[(t+1)*s.hp:], HRow: pu, Hard: s.layer.lstm.hard,
		}
		a.Run()
	}
}
