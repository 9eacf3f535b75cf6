//go:build !noasm

package kernel

import (
	"sync"
	"unsafe"
)

// The blocks of a product: a panel of B, as wide as a tile, has at most kBlock rows, so that it stays near; the panels of
// nBlock columns and mBlock rows of A stay in the second-level cache. A call into assembly covers one panel and
// mBlock rows: some tens of microseconds.
const (
	kBlock = 384
	mBlock = 192
	nBlock = 512
)

// B is packed when at least packRowsFrom rows use it and it has more than packFrom elements.
const (
	packRowsFrom = 32
	packFrom     = 4096
)

// buffers holds packed blocks of B.
var buffers = sync.Pool{New: func() any { return new([kBlock * nBlock]float32) }}

// tiling is what a level's registers allow.
type tiling struct {
	lanes int    // of a vector
	rows  [9]int // rows of a tile at most, by its vectors of columns
	panel int    // vectors of a packed panel
}

var (
	tiling512 = tiling{lanes: 16, rows: [9]int{1: 12, 2: 12, 4: 6, 8: 2}, panel: 4}
	tiling256 = tiling{lanes: 8, rows: [9]int{1: 6, 2: 6, 4: 2, 8: 1}, panel: 2}
)

func tilingOf(l level) *tiling {
	if l == levelAVX512 {
		return &tiling512
	}
	return &tiling256
}

// vectors is the width of the next tile, in vectors, where w columns are left of m rows.
func (t *tiling) vectors(m, w int) int {
	if m <= t.rows[8] && w > 7*t.lanes {
		return 8
	}
	if m <= t.rows[4] && w > 3*t.lanes {
		return 4
	}
	return t.panelVectors(w)
}

// panelVectors is the width of the next tile of any number of rows.
func (t *tiling) panelVectors(w int) int {
	switch {
	case t.panel == 4 && w > 3*t.lanes:
		return 4
	case w > t.lanes:
		return 2
	}
	return 1
}

// panelWidth is how many columns a packed panel has where w are left.
func (t *tiling) panelWidth(w int) int { return max(t.panelVectors(w), 2) * t.lanes }

// evenBlock splits k evenly into the fewest blocks of at most kBlock.
func evenBlock(k int) int {
	if k <= kBlock {
		return k
	}
	blocks := (k + kBlock - 1) / kBlock
	return (k + blocks - 1) / blocks
}

// gemmCall is what stays the same over the tiles of a product. The operands' sizes were checked before.
type gemmCall struct {
	*tiling
	level      level
	alpha      float32
	a, c       *float32
	aRow, aCol int
	cRow       int
}

// most is how many rows a tile of v vectors has. Rows of A whole pages apart share a set of the first-level cache, which
// does not keep twelve of them.
func (g *gemmCall) most(v int) int {
	if g.aRow%1024 == 0 {
		return min(g.rows[v], 6)
	}
	return g.rows[v]
}

// addend is what is added to a product: a matrix whose rows are row apart, or for row 0 the same row to all; nothing where x
// is nil. With relu the negative become 0 after that.
type addend struct {
	x    *float32
	row  int
	relu bool
}

// onto is C itself, to which a product is added, or nothing.
func (g *gemmCall) onto(c *float32, add bool) addend {
	if !add {
		return addend{}
	}
	return addend{x: c, row: g.cRow}
}

// after is what is left of it after so many rows.
func (d addend) after(rows int) addend {
	if d.x != nil {
		d.x = at(d.x, rows*d.row)
	}
	return d
}

// right is it from so many columns on.
func (d addend) right(columns int) addend {
	if d.x != nil {
		d.x = at(d.x, columns)
	}
	return d
}

func at(p *float32, i int) *float32 { return (*float32)(unsafe.Add(unsafe.Pointer(p), 4*i)) }

func gemmSIMD(m, n, k int, alpha float32, a, b *matrix[float32], add bool, c []float32, ldc int) bool {
	if active == levelGo {
		return false
	}
	switch {
	case n == 1 && a.col == 1 && b.row == 1:
		dots(m, k, alpha, a, b.x, add, c, ldc)
		return true
	case m == 1 && b.row == 1 && a.col == 1:
		dots(n, k, alpha, &matrix[float32]{b.x, b.col, 1}, a.x, add, c, 1)
		return true
	case n == 1 && a.row == 1 && ldc == 1: // Cᵀ = Bᵀ·Aᵀ, whose right operand is row-major
		m, n, a, b = 1, m, &matrix[float32]{b.x, 1, b.row}, &matrix[float32]{a.x, a.col, 1}
	}
	g := gemmCall{tilingOf(active), active, alpha, &a.x[0], &c[0], a.row, a.col, ldc}
	if b.col == 1 && (m < packRowsFrom || k*n <= packFrom || n <= g.panel*g.lanes) {
		g.direct(m, n, k, &b.x[0], b.row, add)
	} else {
		g.packing(m, n, k, b, add)
	}
	return true
}

// direct uses a row-major B where it lies.
func (g *gemmCall) direct(m, n, k int, b *float32, bRow int, add bool) {
	step := evenBlock(k)
	for k0 := 0; k0 < k; k0 += step {
		for i := 0; i < m; i += mBlock {
			rows := min(mBlock, m-i)
			for j, w := 0, 0; j < n; j += w {
				v := g.vectors(rows, n-j)
				w = min(v*g.lanes, n-j)
				c := at(g.c, i*g.cRow+j)
				g.run(v, rows, w, min(step, k-k0), at(g.a, i*g.aRow+k0*g.aCol), at(b, k0*bRow+j), bRow, c, g.onto(c, add || k0 > 0))
			}
		}
	}
}

// packing packs B block by block. When one block of rows is all, one panel's place serves for all of them.
func (g *gemmCall) packing(m, n, k int, b *matrix[float32], add bool) {
	buffer := buffers.Get().(*[kBlock * nBlock]float32)
	step := evenBlock(k)
	for j0 := 0; j0 < n; j0 += nBlock {
		cols := min(nBlock, n-j0)
		for k0 := 0; k0 < k; k0 += step {
			kc := min(step, k-k0)
			for i := 0; i < m; i += mBlock {
				rows := min(mBlock, m-i)
				for j, wide := 0, 0; j < cols; j += wide {
					wide = g.panelWidth(cols - j)
					panel := &buffer[0]
					if m > mBlock {
						panel = &buffer[j*kc]
					}
					w := min(wide, cols-j)
					from, c := at(g.a, i*g.aRow+k0*g.aCol), at(g.c, i*g.cRow+j0+j)
					d := g.onto(c, add || k0 > 0)
					x := b.x[k0*b.row+(j0+j)*b.col:]
					switch {
					case b.col == 1 && w <= g.lanes:
						g.run(1, rows, w, kc, from, &x[0], b.row, c, d)
						continue
					case i > 0:
					case b.col == 1:
						first := g.copying(rows, w, kc, from, &x[0], b.row, panel, c, d)
						if first < rows {
							g.packed(rows-first, w, kc, at(from, first*g.aRow), panel, at(c, first*g.cRow), d.after(first))
						}
						continue
					default:
						g.pack(panel, x, b.row, b.col, kc, w)
					}
					g.packed(rows, w, kc, from, panel, c, d)
				}
			}
		}
	}
	buffers.Put(buffer)
}

// copying computes the first tile of rows, while it copies B, k rows of w columns, to the panel, and returns its rows. It
// saves going through B once more to pack it.
func (g *gemmCall) copying(rows, w, k int, a, b *float32, bRow int, panel, c *float32, d addend) int {
	v := g.panelVectors(w)
	most, last := g.most(v), w-(v-1)*g.lanes
	tiles := (rows + most - 1) / most
	rows = (rows + tiles - 1) / tiles
	switch {
	case g.level == levelAVX512 && v == 4:
		gemmCopy4x512(a, 4*g.aRow, 4*g.aCol, b, 4*bRow, c, 4*g.cRow, k, panel, rows, last, g.alpha, d.x, 4*d.row, 0)
	case g.level == levelAVX512:
		gemmCopy2x512(a, 4*g.aRow, 4*g.aCol, b, 4*bRow, c, 4*g.cRow, k, panel, rows, last, g.alpha, d.x, 4*d.row, 0)
	case last < 8:
		gemmCopy2mx256(a, 4*g.aRow, 4*g.aCol, b, 4*bRow, c, 4*g.cRow, k, panel, rows, last, g.alpha, d.x, 4*d.row, 0)
	default:
		gemmCopy2x256(a, 4*g.aRow, 4*g.aCol, b, 4*bRow, c, 4*g.cRow, k, panel, rows, last, g.alpha, d.x, 4*d.row, 0)
	}
	return rows
}

// packed multiplies with one packed panel.
func (g *gemmCall) packed(rows, w, k int, a, panel, c *float32, d addend) {
	g.run(g.panelVectors(w), rows, w, k, a, panel, g.panelWidth(w), c, d)
}

// pack copies k rows of w columns of B, element (l, j) at x[l·row + j·col], to the rows of a panel. One of row and col is
// 1. What a panel has beyond w columns is never used.
func (g *gemmCall) pack(panel *float32, x []float32, row, col, k, w int) {
	wide := g.panelWidth(w)
	if col == 1 {
		for j := 0; j < w; j += 2 * g.lanes {
			if n := min(2*g.lanes, w-j); g.level == levelAVX512 {
				packRows512(k, n, &x[j], 4*row, at(panel, j), 4*wide)
			} else {
				packRows256(k, n, &x[j], 4*row, at(panel, j), 4*wide)
			}
		}
		return
	}
	for j := 0; j < w; j += g.lanes {
		if g.level == levelAVX512 {
			transpose512(min(g.lanes, w-j), k, &x[j*col], 4*col, at(panel, j), 4*wide)
		} else {
			transpose256(min(g.lanes, w-j), k, &x[j*col], 4*col, at(panel, j), 4*wide)
		}
	}
}

// run computes rows by w columns of C, in v vectors. Rows are split evenly into tiles: 13 are 7 + 6, not 12 + 1.
func (g *gemmCall) run(v, rows, w, k int, a, b *float32, bRow int, c *float32, d addend) {
	most, last := g.most(v), w-(v-1)*g.lanes
	if rows <= most {
		g.tiles(v, last, k, 1, rows, a, b, bRow, c, d)
		return
	}
	tiles := (rows + most - 1) / most
	low, high := rows/tiles, rows%tiles // tiles of low rows, but high of them of one more
	if high > 0 {
		g.tiles(v, last, k, high, low+1, a, b, bRow, c, d)
		a, c, d = at(a, high*(low+1)*g.aRow), at(c, high*(low+1)*g.cRow), d.after(high*(low+1))
	}
	g.tiles(v, last, k, tiles-high, low, a, b, bRow, c, d)
}

func (g *gemmCall) tiles(v, last, k, tiles, rows int, a, b *float32, bRow int, c *float32, d addend) {
	relu := 0
	if d.relu {
		relu = 1
	}
	if g.level == levelAVX512 {
		switch v {
		case 1:
			gemm1x512(a, 4*g.aRow, 4*g.aCol, b, 4*bRow, c, 4*g.cRow, k, tiles, rows, last, g.alpha, d.x, 4*d.row, relu)
		case 2:
			gemm2x512(a, 4*g.aRow, 4*g.aCol, b, 4*bRow, c, 4*g.cRow, k, tiles, rows, last, g.alpha, d.x, 4*d.row, relu)
		case 4:
			gemm4x512(a, 4*g.aRow, 4*g.aCol, b, 4*bRow, c, 4*g.cRow, k, tiles, rows, last, g.alpha, d.x, 4*d.row, relu)
		case 8:
			gemm8x512(a, 4*g.aRow, 4*g.aCol, b, 4*bRow, c, 4*g.cRow, k, tiles, rows, last, g.alpha, d.x, 4*d.row, relu)
		}
		return
	}
	if last < 8 {
		switch v {
		case 1:
			gemm1mx256(a, 4*g.aRow, 4*g.aCol, b, 4*bRow, c, 4*g.cRow, k, tiles, rows, last, g.alpha, d.x, 4*d.row, relu)
		case 2:
			gemm2mx256(a, 4*g.aRow, 4*g.aCol, b, 4*bRow, c, 4*g.cRow, k, tiles, rows, last, g.alpha, d.x, 4*d.row, relu)
		case 4:
			gemm4mx256(a, 4*g.aRow, 4*g.aCol, b, 4*bRow, c, 4*g.cRow, k, tiles, rows, last, g.alpha, d.x, 4*d.row, relu)
		case 8:
			gemm8mx256(a, 4*g.aRow, 4*g.aCol, b, 4*bRow, c, 4*g.cRow, k, tiles, rows, last, g.alpha, d.x, 4*d.row, relu)
		}
		return
	}
	switch v {
	case 1:
		gemm1x256(a, 4*g.aRow, 4*g.aCol, b, 4*bRow, c, 4*g.cRow, k, tiles, rows, last, g.alpha, d.x, 4*d.row, relu)
	case 2:
		gemm2x256(a, 4*g.aRow, 4*g.aCol, b, 4*bRow, c, 4*g.cRow, k, tiles, rows, last, g.alpha, d.x, 4*d.row, relu)
	case 4:
		gemm4x256(a, 4*g.aRow, 4*g.aCol, b, 4*bRow, c, 4*g.cRow, k, tiles, rows, last, g.alpha, d.x, 4*d.row, relu)
	case 8:
		gemm8x256(a, 4*g.aRow, 4*g.aCol, b, 4*bRow, c, 4*g.cRow, k, tiles, rows, last, g.alpha, d.x, 4*d.row, relu)
	}
}

// dotWork bounds rows times terms of one call of dots' assembly.
const dotWork = 1 << 18

// dots computes y = alpha·A·x, or with add y += alpha·A·x, for a row-major A of m rows and y's elements yRow apart.
func dots(m, k int, alpha float32, a *matrix[float32], x []float32, add bool, y []float32, yRow int) {
	const group = 4 // rows of a call are a multiple, but in the last
	for k0 := 0; k0 < k; k0 += dotWork {
		kc := min(dotWork, k-k0)
		most := max(dotWork/kc/group, 1) * group
		for i := 0; i < m; i += most {
			dotRows(min(most, m-i), kc, alpha, a.x[i*a.row+k0:], a.row, x[k0:], add || k0 > 0, y[i*yRow:], yRow)
		}
	}
}

func dotRows(m, k int, alpha float32, a []float32, aRow int, x []float32, add bool, y []float32, yRow int) {
	accumulate := 0
	if add {
		accumulate = 1
	}
	group := 2
	if active == levelAVX512 {
		group = 4
	}
	full := m / group
	if full > 0 {
		if active == levelAVX512 {
			dot4x512(&a[0], 4*aRow, &x[0], k, &y[0], 4*yRow, full, alpha, accumulate)
		} else {
			dot2x256(&a[0], 4*aRow, &x[0], k, &y[0], 4*yRow, full, alpha, accumulate)
		}
	}
	if rest := m - full*group; rest > 0 {
		a, y = a[full*group*aRow:], y[full*group*yRow:]
		if active == levelAVX512 {
			dot1x512(&a[0], 4*aRow, &x[0], k, &y[0], 4*yRow, rest, alpha, accumulate)
		} else {
			dot1x256(&a[0], 4*aRow, &x[0], k, &y[0], 4*yRow, rest, alpha, accumulate)
		}
	}
}
