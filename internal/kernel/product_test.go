package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// bound is the largest error of a sum of k products of float32 whose absolute values add up to size.
func bound(k int, size float64) float64 { return float64(k+4)*0x1p-24*size + 1e-44 }

// TestProduct compares random products, between guard pages, with sums in double precision.
func TestProduct(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(1, 1))
		g := newGuards(t, 4, 40000)
		for trial := range trials(700) {
			g.back = trial%2 == 0
			rows := 1 + r.IntN(15)
			p := Product[float32]{K: r.IntN(40), Blocks: r.IntN(4), Add: r.IntN(2) == 0, BStep: PanelWidth + r.IntN(2)*r.IntN(20), CRow: PanelWidth + r.IntN(2)*r.IntN(30)}
			if r.IntN(2) == 0 {
				p.Cols = 1 + r.IntN(PanelWidth)
			}
			if r.IntN(2) == 0 {
				p.ARow, p.AStep = p.K+r.IntN(20), 1
			} else {
				p.ARow, p.AStep = 1, rows+r.IntN(20)
			}
			blocks := max(p.Blocks, 1)
			p.ABlock = r.IntN(1000)
			if r.IntN(4) == 0 {
				p.BRow = 1 + r.IntN(500)
				p.ARow *= r.IntN(2)
				p.Back = r.IntN(2) == 0
			}
			sizeA := 0
			if p.K > 0 {
				sizeA = (rows-1)*p.ARow + (p.K-1)*p.AStep + (blocks-1)*p.ABlock + 1
			}
			p.A = random(r, g.slice(sizeA))
			p.B = random(r, g.slice(max((rows-1)*p.BRow+(blocks*p.K-1)*p.BStep+PanelWidth, 0)))
			p.C = random(r, g.slice((rows-1)*p.CRow+PanelWidth))
			if !p.Add && r.IntN(2) == 0 {
				p.Bias = random(r, g.slice(PanelWidth))
			}
			if !p.Add {
				p.C[r.IntN(PanelWidth)] = float32(math.NaN())
			}
			before := slices.Clone(p.C)
			p.Run(rows)
			for i := range p.C {
				row, col := i/p.CRow, i%p.CRow
				if col >= PanelWidth {
					if !same(p.C[i], before[i]) {
						t.Fatalf("%+v: wrote between the rows of C", p)
					}
					continue
				}
				if p.Cols > 0 && col >= p.Cols {
					continue
				}
				var sum, size float64 // what is added to, and the size of all terms
				if p.Add {
					sum = float64(before[i])
				} else if p.Bias != nil {
					sum = float64(p.Bias[col])
				}
				size = math.Abs(sum)
				for l := range blocks * p.K {
					v := float64(p.A[row*p.ARow+l%p.K*p.AStep+l/p.K*p.ABlock]) * float64(p.B[row*p.BRow+l*p.BStep+col])
					sum, size = sum+v, size+math.Abs(v)
				}
				if d := math.Abs(float64(p.C[i]) - sum); !(d <= bound(blocks*p.K, size)) {
					t.Fatalf("trial %d, %d rows, K %d, %d blocks, B every %d, add %v: (%d, %d) is %v, want %v", trial, rows, p.K, blocks, p.BRow, p.Add, row, col, p.C[i], sum)
				}
			}
		}
	})
}

// TestProductSplit: products too long for one call into assembly.
func TestProductSplit(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		for _, c := range []struct{ rows, k, blocks int }{{2, 25000, 1}, {3, 6000, 3}, {1500, 70, 1}, {1, 11000, 2}} {
			one := Product[float32]{
				A: slices.Repeat([]float32{1}, c.rows*c.k*c.blocks), ARow: c.k * c.blocks, AStep: 1, ABlock: c.k, K: c.k, Blocks: c.blocks,
				B: slices.Repeat([]float32{1}, c.k*c.blocks+PanelWidth), BStep: 1, C: make([]float32, c.rows*PanelWidth), CRow: PanelWidth,
			}
			one.Run(c.rows)
			for i, v := range one.C {
				if v != float32(c.k*c.blocks) {
					t.Fatalf("%+v: element %d is %v", c, i, v)
				}
			}
			one.Add = true
			one.Run(c.rows)
			if v := one.C[len(one.C)-1]; v != float32(2*c.k*c.blocks) {
				t.Fatalf("%+v: added up to %v", c, v)
			}
		}
	})
}

// TestProductRows: the bits of a row depend neither on the number of rows nor on how the inner dimension is cut.
func TestProductRows(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(2, 1))
		const rows, k = 25, 96
		a, b := random(r, make([]float32, rows*k)), random(r, make([]float32, k*PanelWidth))
		all := Product[float32]{A: a, ARow: k, AStep: 1, K: k, B: b, BStep: PanelWidth, C: make([]float32, rows*PanelWidth), CRow: PanelWidth}
		all.Run(rows)
		for n := 1; n < rows; n++ {
			some := all
			some.C = make([]float32, n*PanelWidth)
			some.Run(n)
			wantSame(t, fmt.Sprint(n, " rows"), some.C, all.C[:n*PanelWidth])
		}
		blocks := all
		blocks.C = make([]float32, len(all.C))
		blocks.K, blocks.Blocks, blocks.ABlock = k/4, 4, k/4
		blocks.Run(rows)
		wantSame(t, "four blocks", blocks.C, all.C)
		if Level() != "go" {
			halves := all
			halves.C, halves.K = make([]float32, len(all.C)), k/2
			halves.Run(rows)
			halves.A, halves.B, halves.Add = a[k/2:], b[k/2*PanelWidth:], true
			halves.Run(rows)
			wantSame(t, "two halves", halves.C, all.C)
		}
	})
}

func TestShortProduct(t *testing.T) {
	const short = "kernel: operand too short"
	x := func(n int) []float32 { return make([]float32, n) }
	good := Product[float32]{A: x(3*10 + 5), ARow: 10, AStep: 1, K: 5, B: x(5 * 64), BStep: 64, C: x(4 * 64), CRow: 64}
	eachLevel(t, func(t *testing.T) {
		p := good
		p.Run(4)
		p.Run(0)
		wantPanic(t, "rows", short, func() { p.Run(5) })
		p.A = p.A[:34]
		wantPanic(t, "A", short, func() { p.Run(4) })
		p = good
		p.B = p.B[:319]
		wantPanic(t, "B", short, func() { p.Run(4) })
		p = good
		p.C = p.C[:255]
		wantPanic(t, "C", short, func() { p.Run(4) })
		p = good
		p.Bias = x(63)
		wantPanic(t, "bias", short, func() { p.Run(4) })
		p = good
		p.ARow = -1
		wantPanic(t, "stride", "kernel: negative or too large size", func() { p.Run(4) })
		p.ARow = 0
		wantPanic(t, "no stride", "kernel: stride too small", func() { p.Run(4) })
		p = good
		p.CRow = 63
		wantPanic(t, "rows of C", "kernel: stride too small", func() { p.Run(4) })
	})
}
