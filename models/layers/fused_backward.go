package layers

import "threatnet/internal/kernel"

// weightRows is how many rows of states and gate gradients are gathered before hᵀ·dG runs over them: one long product
// costs less than one for each step.
const weightRows = 256

// backward runs one shard back through its steps and leaves the gradients of U in du, of the table in dp, and of the pad row
// before the first name in the first rows of dh and dc.
func (s *fusedScratch[T]) backward(shard int) {
	p := s.part[shard]
	clear(p.dp[:s.np*len(s.ids)*pw])
	if len(p.rows) == 0 {
		clear(p.du)
		return
	}
	clear(p.dc)
	clear(p.dh[:s.h])
	joined, pads := int(p.n[s.steps]), p.pads(s.steps)
	for r, b := range p.rows {
		if dy := s.dy.X[int(b)*s.h:][:s.h]; r < joined {
			copy(p.dh[(pads+r)*s.hs:], dy)
		} else { // empty names are the pad row
			kernel.Add(p.dh[:s.h], dy)
		}
	}
	gates := s.np * pw
	end := int(p.off[s.steps])
	hi := end // rows below hi wait for their product with the states
	for t := s.steps - 1; t >= s.first; t-- {
		o, oNext := int(p.off[t]), int(p.off[t+1])
		for j := range s.np {
			s.stepBackward(p, t, j)
		}
		if t == 0 {
			break
		}
		for c := 0; c < s.hp; c += pw {
			s.overGates(&kernel.Product[T]{A: p.g[o*pw:], ARow: pw, ABlock: p.cap * pw, B: s.ut[c*gates:], C: p.dh[c:], CRow: s.hs, Cols: min(pw, s.hp-c)}, oNext-o)
		}
		if hi-o >= weightRows {
			s.weightGrad(p, o, hi, hi < end)
			hi = o
		}
	}
	if lo := int(p.off[1]); hi > lo || hi == end { // the state before step 0 is zero
		s.weightGrad(p, lo, hi, hi < end)
	}
}

// overGates runs a product of gate gradients, whose panels lie ABlock apart, and transposed weights: over whole panels, then
// over the units of a last one that is not full.
func (s *fusedScratch[T]) overGates(m *kernel.Product[T], rows int) {
	m.AStep, m.BStep = 1, pw
	units := s.unitsOf(s.np - 1)
	if m.K, m.Blocks = pw, s.h/pu; m.Blocks > 0 {
		m.Run(rows)
		m.Add = true
	}
	if units < pu {
		m.A, m.B = m.A[m.Blocks*m.ABlock:], m.B[m.Blocks*pw*pw:]
		m.K, m.Blocks, m.ABlock = units, 4, pu
		m.Run(rows)
	}
}

// stepBackward turns the gates of panel j at step t into their gradients.
func (s *fusedScratch[T]) stepBackward(p *fusedShard[T], t, j int) {
	n, next, o, pads, from := int(p.n[t]), int(p.n[t+1]), int(p.off[t]), p.pads(t), p.moving(t)
	g, cp, tc := p.g[(j*p.cap+o)*pw:], p.cPrev[(j*p.cap+o)*pu:], p.tanh[(j*p.cap+o)*pu:]
	dh, dc, dp := p.dh[j*pu:], p.dc[j*(1+p.jcap)*pu:], p.dp[j*len(s.ids)*pw:]
	if rows := pads + n - from; rows > 0 {
		a := &p.backward
		a.Rows, a.G, a.CPrev, a.TanhC = rows, g[from*pw:], cp[from*pu:], tc[from*pu:]
		a.DH, a.DC, a.Off, a.DP = dh, dc[(1-pads+from)*pu:], p.idOff[o+from:], dp
		a.Run()
	}
	if pads == 0 {
		return
	}
	pad, dcPad := g[:pw], dc[:pu]
	if from > 0 {
		clear(pad)
		clear(dcPad)
	}
	if next == n {
		return
	}
	jg, jdc := p.jg[(j*p.jcap+n)*pw:], dc[(1+n)*pu:]
	a := kernel.GateBackward[T]{
		Rows: next - n, G: jg, CPrev: cp, TanhC: p.jt[(j*p.jcap+n)*pu:], DH: dh[(p.pads(t+1)+n)*s.hs:], DHRow: s.hs, DC: jdc,
		Off: p.jOff[n:], DP: dp, Hard: s.layer.lstm.hard,
	}
	a.Run()
	for r := range next - n {
		kernel.Add(pad, jg[r*pw:][:pw])
		kernel.Add(dcPad, jdc[r*pu:][:pu])
	}
}

// weightGrad makes du of hᵀ·dG over rows lo … hi−1, or adds it.
func (s *fusedScratch[T]) weightGrad(p *fusedShard[T], lo, hi int, add bool) {
	for j := range s.np {
		m := kernel.Product[T]{A: p.hPrev[lo*s.hs:], ARow: 1, AStep: s.hs, K: hi - lo, Blocks: 1, B: p.g[(j*p.cap+lo)*pw:], BStep: pw, C: p.du[j*s.hp*pw:], CRow: pw, Add: add}
		m.Run(s.h)
	}
}

// sum adds up the shards, in their order, in items of which the first takes the longest: the padding before the names, and
// panel by panel the gradients of U and of the table.
func (s *fusedScratch[T]) sum(_, item int) {
	if item == 0 {
		s.pads.backward(s)
		return
	}
	j := item - 1
	du, dp := s.sums(j)
	for _, p := range s.part[1:] {
		kernel.Add(du, p.du[j*s.hp*pw:])
		kernel.Add(dp, p.dp[j*len(s.ids)*pw:])
	}
}

// sums are the gradients of panel j of U and of the table: those of the first shard, to which the others' are added.
func (s *fusedScratch[T]) sums(j int) (du, dp []T) {
	table := len(s.ids) * pw
	return s.part[0].du[j*s.hp*pw:][:s.hp*pw], s.part[0].dp[j*table:][:table]
}

// weights makes the gradients of panel j of U, W and b.
func (s *fusedScratch[T]) weights(worker, j int) {
	n, slots, tmp := s.unitsOf(j), len(s.ids), s.tmp[worker]
	du, dp := s.sums(j)
	dwx, dwh, db := s.grads[1], s.grads[2], s.grads[3]
	s.pads.add(s, j, du, dp)
	kernel.UnpackGates(s.h, n, du, dwh[j*pu:], 4*s.h, s.h)

	m := kernel.Product[T]{A: s.emb, ARow: 1, AStep: s.es, K: slots, Blocks: 1, B: dp, BStep: pw, C: tmp, CRow: pw}
	m.Run(s.e)
	kernel.UnpackGates(s.e, n, tmp, dwx[j*pu:], 4*s.h, s.h)

	sum := tmp[:pw]
	clear(sum)
	kernel.SumRows(slots, pw, dp, pw, sum)
	kernel.UnpackGates(1, n, sum, db[j*pu:], 4*s.h, s.h)
}

// embeddingGrad makes dE = dP·Wᵀ for the shard's part of the ids in use.
func (s *fusedScratch[T]) embeddingGrad(shard int) {
	slots, gates := len(s.ids), s.np*pw
	lo, hi := slots*shard/s.shards, slots*(shard+1)/s.shards
	for c := 0; c < s.ep; c += pw {
		s.overGates(&kernel.Product[T]{A: s.part[0].dp[lo*pw:], ARow: pw, ABlock: slots * pw, B: s.wxt[c*gates:], C: s.demb[lo*s.es+c:], CRow: s.es, Cols: min(pw, s.ep-c)}, hi-lo)
	}
	for k, id := range s.ids[lo:hi] {
		copy(s.grads[0][int(id)*s.e:][:s.e], s.demb[(lo+k)*s.es:])
	}
}

// clearUnused clears the embeddings' gradient but for the ids in use: where it is what the last step wrote, of those that
// were in use then.
func (s *fusedScratch[T]) clearUnused() {
	de := s.grads[0]
	if len(s.cleared) == 0 || &s.cleared[0] != &de[0] || s.layer.embedding.table.Penalised() {
		clear(de)
		s.cleared = de
	} else {
		for _, id := range s.written {
			if s.stamp[id] != s.batch {
				clear(de[int(id)*s.e:][:s.e])
			}
		}
	}
	s.written = append(s.written[:0], s.ids...)
}
