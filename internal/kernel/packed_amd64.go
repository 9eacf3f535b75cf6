//go:build !noasm

package kernel

// packSIMD lays the blocks of k one after another, in each the panels of columns.
func packSIMD(p *Packed[float32], b matrix[float32]) bool {
	if active == levelGo {
		return false
	}
	p.level = active
	g := gemmCall{tiling: tilingOf(active), level: active}
	panels := (p.n + g.panel - 1) / g.panel
	p.grow(panels * g.panel * p.k)
	x := p.x
	for k0, step := 0, evenBlock(p.k); k0 < p.k; k0 += step {
		kc := min(step, p.k-k0)
		for j := 0; j < p.n; j += g.panel {
			g.pack(&x[0], b.x[k0*b.row+j*b.col:], b.row, b.col, kc, min(g.panel, p.n-j))
			x = x[kc*g.panel:]
		}
	}
	return true
}

func packedSIMD(p *Packed[float32], m int, alpha float32, a matrix[float32], add bool, c []float32, ldc int) bool {
	if p.level == levelGo {
		return false
	}
	g := gemmCall{tilingOf(p.level), p.level, alpha, &a.x[0], &c[0], a.row, a.col, ldc}
	x := p.x
	for k0, step := 0, evenBlock(p.k); k0 < p.k; k0 += step {
		kc := min(step, p.k-k0)
		for j := 0; j < p.n; j += g.panel {
			for i := 0; i < m; i += mBlock {
				g.packed(min(mBlock, m-i), min(g.panel, p.n-j), kc, at(g.a, i*g.aRow+k0*g.aCol), &x[0], at(g.c, i*g.cRow+j), add || k0 > 0)
			}
			x = x[kc*g.panel:]
		}
	}
	return true
}
