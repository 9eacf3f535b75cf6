//go:build !noasm

package kernel

// packSIMD lays the blocks of k one after another, in each the panels of columns.
func packSIMD(p *Packed[float32], b *matrix[float32]) bool {
	if active == levelGo {
		return false
	}
	p.level = active
	g := gemmCall{tiling: tilingOf(active), level: active}
	columns := 0
	for columns < p.n {
		columns += g.panelWidth(p.n - columns)
	}
	p.grow(columns * p.k)
	x := p.x
	for k0, step := 0, evenBlock(p.k); k0 < p.k; k0 += step {
		kc := min(step, p.k-k0)
		for j, wide := 0, 0; j < p.n; j += wide {
			wide = g.panelWidth(p.n - j)
			g.pack(&x[0], b.x[k0*b.row+j*b.col:], b.row, b.col, kc, min(wide, p.n-j))
			x = x[kc*wide:]
		}
	}
	return true
}

// packedSIMD computes C = alpha·A·B + D: with add D is C, else the bias for each row where there is one. It does not take a
// bias over more than one block of k, where it would not come last.
func packedSIMD(p *Packed[float32], m int, alpha float32, a *matrix[float32], add bool, bias []float32, relu bool, c []float32, ldc int) bool {
	step := evenBlock(p.k)
	if p.level == levelGo || bias != nil && step < p.k {
		return false
	}
	g := gemmCall{tilingOf(p.level), p.level, alpha, &a.x[0], &c[0], a.row, a.col, ldc}
	x := p.x
	for k0 := 0; k0 < p.k; k0 += step {
		kc := min(step, p.k-k0)
		for j, wide := 0, 0; j < p.n; j += wide {
			wide = g.panelWidth(p.n - j)
			for i := 0; i < m; i += mBlock {
				to := at(g.c, i*g.cRow+j)
				d := g.onto(to, add || k0 > 0)
				if bias != nil {
					d = addend{x: &bias[j], relu: relu}
				}
				g.packed(min(mBlock, m-i), min(wide, p.n-j), kc, at(g.a, i*g.aRow+k0*g.aCol), &x[0], to, d)
			}
			x = x[kc*wide:]
		}
	}
	return true
}
