//go:build !noasm

package kernel

// productRows is how many rows a tile of Product has at most; productWork bounds rows times steps of one call into
// assembly, which cannot be interrupted: under a tenth of a millisecond.
const (
	productRows = 6
	productWork = 1 << 16
)

func productSIMD(p *Product[float32], rows int) bool {
	if active == levelGo {
		return false
	}
	const steps = productWork / productRows
	blocks := max(p.Blocks, 1)
	if p.K*blocks <= steps {
		productAll(p, rows, 0, 0, p.K, blocks, p.Add)
		return true
	}
	add := p.Add
	for b := range blocks {
		for k := 0; k < p.K; k += steps {
			productAll(p, rows, b*p.ABlock+k*p.AStep, b*p.K+k, min(p.K-k, steps), 1, add)
			add = true
		}
	}
	return true
}

// productAll computes all rows over k·blocks steps, from element a of A and step b of B on. Rows are split evenly into
// tiles: seven are 4 + 3, not 6 + 1.
func productAll(p *Product[float32], rows, a, b, k, blocks int, add bool) {
	most := max(productWork/(k*blocks*productRows), 1) * productRows
	for r := 0; r < rows; {
		n := min(rows-r, most)
		tiles := (n + productRows - 1) / productRows
		if p.BRow > 0 {
			tiles = n
		}
		low, high := n/tiles, n%tiles // tiles of low rows, but high of them of one more
		if high > 0 {
			productTiles(p, r, a, b, k, blocks, high, low+1, add)
			r += high * (low + 1)
		}
		productTiles(p, r, a, b, k, blocks, tiles-high, low, add)
		r += (tiles - high) * low
	}
}

func productTiles(p *Product[float32], r, a, b, k, blocks, tiles, rows int, add bool) {
	first, b0, c := &p.A[r*p.ARow+a], r*p.BRow+b*p.BStep, p.C[r*p.CRow:]
	aRow, aStep, aBlock, bStep, bTile, row := 4*p.ARow, 4*p.AStep, 4*p.ABlock, 4*p.BStep, 4*p.BRow, p.CRow
	if p.Back && p.BRow > 0 {
		last := tiles - 1
		first, b0, c = &p.A[(r+last)*p.ARow+a], b0+last*p.BRow, p.C[(r+last)*p.CRow:]
		aRow, bTile, row = -aRow, -bTile, -row
	}
	cRow, d := 4*row, addend{}
	switch {
	case add:
		d.x, d.row = &c[0], row
	case p.Bias != nil:
		d.x = &p.Bias[0]
	}
	width := PanelWidth
	if p.Cols > 0 {
		width = p.Cols
	}
	switch {
	case active == levelAVX512 && width > 48:
		product64x512(first, aRow, aStep, aBlock, k, blocks, &p.B[b0], bStep, bTile, &c[0], cRow, d.x, 4*d.row, tiles, rows)
	case active == levelAVX512 && width > 32:
		product48x512(first, aRow, aStep, aBlock, k, blocks, &p.B[b0], bStep, bTile, &c[0], cRow, d.x, 4*d.row, tiles, rows)
	case active == levelAVX512 && width > 16:
		product32x512(first, aRow, aStep, aBlock, k, blocks, &p.B[b0], bStep, bTile, &c[0], cRow, d.x, 4*d.row, tiles, rows)
	case active == levelAVX512:
		product16x512(first, aRow, aStep, aBlock, k, blocks, &p.B[b0], bStep, bTile, &c[0], cRow, d.x, 4*d.row, tiles, rows)
	case rows == 1:
		product64x256(first, aRow, aStep, aBlock, k, blocks, &p.B[b0], bStep, bTile, &c[0], cRow, d.x, 4*d.row, tiles, rows)
	case rows == 2:
		for j := 0; j < width; j += 32 {
			product32x256(first, aRow, aStep, aBlock, k, blocks, &p.B[b0+j], bStep, bTile, &c[j], cRow, d.x, 4*d.row, tiles, rows)
			d = d.right(32)
		}
	default:
		for j := 0; j < width; j += 16 {
			product16x256(first, aRow, aStep, aBlock, k, blocks, &p.B[b0+j], bStep, bTile, &c[j], cRow, d.x, 4*d.row, tiles, rows)
			d = d.right(16)
		}
	}
}
