package layers

import "threatnet/internal/kernel"

// fusedShard is the part of a batch that one worker runs. Its rows lie step after step, in a step the pad row where it is still
// needed and then the names that have joined, longest first.
type fusedShard[T Float] struct {
	rows   []int32 // of the batch, longest name first
	start  []int32 // their first characters
	n      []int32 // names that joined before step t
	off    []int32 // first row of step t
	padEnd int     // the pad row is needed in steps before padEnd: until the last name has joined, or after the end for empty names
	live   int     // steps before live move the pad row on; at live it only lends its product to the last joiners
	cap    int

	g, cPrev, tanh []T     // gates [np][cap][64], cell state before the step and tanh of the one after [np][cap][16]
	hPrev          []T     // state before the step, [cap][hs]
	idOff          []int32 // offset in a panel of the table, by row

	jcap   int
	jg, jt []T // gates and tanh of the names' first steps: [np][jcap][64], [np][jcap][16]
	jOff   []int32
	dh, dc []T // [jcap+1][hs]; [np][1+jcap][16], the pad row's first

	dp, du []T // gradients of the table and of U

	// The calls of a step's panel. What they have in common is set once: a short step would take as long as setting it.
	product  kernel.Product[T]
	forward  kernel.GateForward[T]
	backward kernel.GateBackward[T]
}

func newFusedShard[T Float](s *fusedScratch[T]) *fusedShard[T] {
	hard := s.layer.lstm.hard
	return &fusedShard[T]{
		n: make([]int32, s.steps+2), off: make([]int32, s.steps+3), du: make([]T, s.hp*s.np*pw),
		product:  kernel.Product[T]{ARow: s.hs, AStep: 1, K: s.h, Blocks: 1, BStep: pw, CRow: pw},
		forward:  kernel.GateForward[T]{ZRow: pw, CPrevRow: pu, HRow: s.hs, Hard: hard},
		backward: kernel.GateBackward[T]{CPrevRow: pu, DHRow: s.hs, Hard: hard},
	}
}

// plan sorts the names by length, deals them to the shards and numbers the ids in use.
func (s *fusedScratch[T]) plan() {
	x := s.x
	s.sortRows(x)
	s.first = s.steps
	if x.Rows > 0 {
		s.first = int(s.starts[s.order[0]])
	}
	for _, p := range s.part {
		p.rows, p.start = p.rows[:0], p.start[:0]
	}
	for i, r := range s.order {
		k := i % s.shards
		if i/s.shards%2 == 1 { // back and forth, or the first shard would have the longer of each two
			k = s.shards - 1 - k
		}
		p := s.part[k]
		p.rows, p.start = append(p.rows, r), append(p.start, s.starts[r])
	}
	for _, p := range s.part {
		p.plan(s)
	}
	s.number(x)
	if n := len(s.ids); n > s.slotCap {
		s.slotCap = n + n/2
		table := s.np * s.slotCap * pw
		s.p = make([]T, table)
		s.emb, s.demb = make([]T, s.slotCap*s.es), make([]T, s.slotCap*s.es)
		for _, p := range s.part {
			p.dp = make([]T, table)
		}
	}
}

// sortRows finds each row's first character and sorts the rows by it: a stable counting sort.
func (s *fusedScratch[T]) sortRows(x *Batch[T]) {
	s.starts, s.order = grow(s.starts, x.Rows), grow(s.order, x.Rows)
	sortByStart(x, s.starts, s.order, s.count)
}

// sortByStart writes the rows' first characters and the rows in their order. count has two elements more than a row.
func sortByStart[T Float](x *Batch[T], starts, order, count []int32) {
	clear(count)
	for r := range x.Rows {
		row := x.Tokens[r*x.Cols:][:x.Cols]
		k := 0
		for k < len(row) && row[k] == 0 {
			k++
		}
		starts[r] = int32(k)
		count[k+1]++
	}
	for t := range x.Cols {
		count[t+1] += count[t]
	}
	for r, k := range starts {
		order[count[k]] = int32(r)
		count[k]++
	}
}

// plan lays out the rows of a shard.
func (p *fusedShard[T]) plan(s *fusedScratch[T]) {
	steps, b := s.steps, len(p.rows)
	joined := 0
	for t := 0; t <= steps; t++ {
		for joined < b && int(p.start[joined]) < t {
			joined++
		}
		p.n[t] = int32(joined)
	}
	p.padEnd, p.live = 0, 0
	if joined > 0 {
		p.live = int(p.start[joined-1])
		p.padEnd = p.live + 1
	}
	if joined < b {
		p.padEnd, p.live = steps+1, steps
	}
	rows := 0
	for t := 0; t <= steps; t++ {
		p.off[t] = int32(rows)
		if t < s.first {
			continue
		}
		rows += p.pads(t) + int(p.n[t])
	}
	p.off[steps+1] = int32(rows)
	p.reserve(s, rows, b)
}

// pads is how many rows of step t are the pad row: one or none.
func (p *fusedShard[T]) pads(t int) int {
	if t < p.padEnd {
		return 1
	}
	return 0
}

// moving is the first row of step t that goes on to the next one; the pad row before it lends its product only.
func (p *fusedShard[T]) moving(t int) int {
	if t >= p.live {
		return p.pads(t)
	}
	return 0
}

func (p *fusedShard[T]) reserve(s *fusedScratch[T], rows, names int) {
	if rows > p.cap {
		// Odd, so that panels do not lie a multiple of 4096 bytes apart, which would halve the speed of small products.
		p.cap = (rows + rows/4) | 1
		p.g, p.hPrev = make([]T, s.np*p.cap*pw), make([]T, p.cap*s.hs)
		p.cPrev, p.tanh = make([]T, s.hp*p.cap), make([]T, s.hp*p.cap)
		p.idOff = make([]int32, p.cap)
	}
	if names > p.jcap {
		p.jcap = names
		p.jg, p.jt, p.jOff = make([]T, s.np*names*pw), make([]T, s.hp*names), make([]int32, names)
		p.dh, p.dc = make([]T, (names+1)*s.hs), make([]T, s.hp*(names+1))
	}
}

// number gives each id in use its row of the table and notes the rows that the names' characters read.
func (s *fusedScratch[T]) number(x *Batch[T]) {
	s.batch++
	s.ids = append(s.ids[:0], 0)
	s.slot[0], s.stamp[0], s.used[0] = 0, s.batch, true
	for _, p := range s.part {
		for t := s.first; t < p.padEnd; t++ {
			p.idOff[p.off[t]] = 0
		}
		for r, b := range p.rows {
			row, start := x.Tokens[int(b)*x.Cols:][:x.Cols], int(p.start[r])
			for t := start; t < len(row); t++ {
				id := row[t]
				if s.stamp[id] != s.batch {
					s.stamp[id], s.slot[id], s.used[id] = s.batch, int32(len(s.ids)), true
					s.ids = append(s.ids, id)
				}
				off := s.slot[id] * pw
				if t == start {
					p.jOff[r] = off
				} else {
					p.idOff[int(p.off[t])+p.pads(t)+r] = off
				}
			}
		}
	}
}
