package layers

import "threatnet/internal/kernel"

// padRun is the padding before the longest name of a batch: one row, which all shards share. Its panels are the rows of one
// call of the gates: independent chains of operations, where a call for each panel would wait for its own results.
type padRun[T Float] struct {
	// By step: gates [steps][np][64], cells [steps+1][np][16], tanh, states [steps+1][hp].
	g, c, tanh, h []T
	p, dp         []T     // row 0 of the table's panels and its gradient, [np][64]
	off           []int32 // of the panels in p
	dh, dc        []T     // [hp], dh in whole blocks of 64
}

func newPadRun[T Float](s *fusedScratch[T]) padRun[T] {
	gates := s.np * pw
	r := padRun[T]{
		g: make([]T, s.steps*gates), c: make([]T, (s.steps+1)*s.hp), tanh: make([]T, s.steps*s.hp), h: make([]T, (s.steps+1)*s.hp),
		p: make([]T, gates), dp: make([]T, gates), off: make([]int32, s.np), dh: make([]T, columns(s.hp)), dc: make([]T, s.hp),
	}
	for j := range r.off {
		r.off[j] = int32(j * pw)
	}
	return r
}

// forward runs the steps before the first name.
func (r *padRun[T]) forward(s *fusedScratch[T]) {
	gates := s.np * pw
	for t := range s.first {
		z := r.g[t*gates:][:gates]
		if t == 0 {
			clear(z)
		} else {
			m := kernel.Product[T]{A: r.h[t*s.hp:], AStep: 1, K: s.h, Blocks: 1, B: s.u, BStep: pw, BRow: s.hp * pw, C: z, CRow: pw, Back: t%2 == 0}
			m.Run(s.np)
		}
		a := kernel.GateForward[T]{
			Rows: s.np, Z: z, ZRow: pw, G: z, Off: r.off, P: r.p, CPrev: r.c[t*s.hp:], CPrevRow: pu, C: r.c[(t+1)*s.hp:],
			TanhC: r.tanh[t*s.hp:], H: r.h[(t+1)*s.hp:], HRow: pu, Hard: s.layer.lstm.hard,
		}
		a.Run()
	}
}

// backward takes what the shards' pad rows pass on back through these steps.
func (r *padRun[T]) backward(s *fusedScratch[T]) {
	clear(r.dp)
	if s.first == 0 {
		return
	}
	clear(r.dh)
	clear(r.dc)
	for _, p := range s.part {
		if len(p.rows) > 0 {
			kernel.Add(r.dh[:s.hp], p.dh[:s.hp])
			for j := range s.np {
				kernel.Add(r.dc[j*pu:][:pu], p.dc[j*(1+p.jcap)*pu:])
			}
		}
	}
	gates := s.np * pw
	for t := s.first - 1; t >= 0; t-- {
		g := r.g[t*gates:][:gates]
		a := kernel.GateBackward[T]{
			Rows: s.np, G: g, CPrev: r.c[t*s.hp:], CPrevRow: pu, TanhC: r.tanh[t*s.hp:], DH: r.dh, DHRow: pu, DC: r.dc,
			Off: r.off, DP: r.dp, Hard: s.layer.lstm.hard,
		}
		a.Run()
		for c := 0; c < s.hp && t > 0; c += pw {
			s.overGates(&kernel.Product[T]{A: g, ARow: gates, ABlock: pw, B: s.ut[c*gates:], C: r.dh[c:], CRow: pw, Cols: min(pw, s.hp-c)}, 1)
		}
	}
}

// add adds panel j of the gradients to those of U and of the table.
func (r *padRun[T]) add(s *fusedScratch[T], j int, du, dp []T) {
	kernel.Add(dp[:pw], r.dp[j*pw:][:pw])
	if s.first > 1 { // the state before step 0 is zero
		gates := s.np * pw
		m := kernel.Product[T]{A: r.h[s.hp:], ARow: 1, AStep: s.hp, K: s.first - 1, Blocks: 1, B: r.g[gates+j*pw:], BStep: gates, C: du, CRow: pw, Add: true}
		m.Run(s.h)
	}
}
