package kernel

import (
	"math/rand/v2"
	"testing"
)

func TestPackGates(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(1, 2))
		g := newGuards(t, 3, 8*400)
		for trial := range 1000 {
			g.back = trial%2 == 0
			rows, units := 1+r.IntN(7), 1+r.IntN(PanelUnits)
			if trial%3 == 0 {
				units = PanelUnits
			}
			gate := units + r.IntN(40)
			row := 3*gate + units + r.IntN(20)
			pieces, panel, back := random(r, g.slice((rows-1)*row+3*gate+units)), random(r, g.slice(rows*PanelWidth)), random(r, g.slice((rows-1)*row+3*gate+units))
			PackGates(rows, units, pieces, row, gate, panel)
			UnpackGates(rows, units, panel, back, row, gate)
			for i := range rows {
				for q := range 4 {
					for u := range PanelUnits {
						var want float32
						if u < units {
							want = pieces[i*row+q*gate+u]
							if got := back[i*row+q*gate+u]; got != want {
								t.Fatalf("%d rows of %d units: unpacked %v, want %v", rows, units, got, want)
							}
						}
						if got := panel[i*PanelWidth+q*PanelUnits+u]; got != want {
							t.Fatalf("%d rows of %d units: packed %v, want %v", rows, units, got, want)
						}
					}
				}
			}
		}
	})
	x := make([]float32, 256)
	wantPanic(t, "PackGates", "kernel: more units than a panel has", func() { PackGates(1, 17, x, 64, 16, x) })
	wantPanic(t, "PackGates", "kernel: operand too short", func() { PackGates(4, 16, x, 65, 16, x) })
	wantPanic(t, "UnpackGates", "kernel: operand too short", func() { UnpackGates(5, 16, x, x, 16, 16) })
	PackGates(0, 16, nil, 0, 0, x[:0])
}

func TestTranspose(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(3, 2))
		g := newGuards(t, 2, 100*120)
		for trial := range 500 {
			g.back = trial%2 == 0
			rows, cols := 1+r.IntN(70), 1+r.IntN(70)
			if trial%3 == 0 {
				rows, cols = 16*(1+r.IntN(4)), 16*(1+r.IntN(4))
			}
			srcRow, dstRow := cols+r.IntN(30), rows+r.IntN(30)
			src, dst := random(r, g.slice((rows-1)*srcRow+cols)), random(r, g.slice((cols-1)*dstRow+rows))
			before := append([]float32(nil), dst...)
			Transpose(rows, cols, src, srcRow, dst, dstRow)
			for i := range dst {
				row, col := i%dstRow, i/dstRow
				want := before[i]
				if row < rows {
					want = src[row*srcRow+col]
				}
				if dst[i] != want {
					t.Fatalf("%d×%d: element %d is %v, want %v", rows, cols, i, dst[i], want)
				}
			}
		}
	})
	x := make([]float32, 256)
	wantPanic(t, "Transpose", "kernel: operand too short", func() { Transpose(16, 16, x[:255], 16, x, 16) })
	Transpose(0, 5, nil, 0, x[:0], 0)
}
