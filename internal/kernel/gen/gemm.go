package main

import (
	"fmt"
	"math"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// gemm writes the tiles of Gemm: by vectors of columns, the most rows that the registers allow. At the AVX2 level the mask
// of the last vector takes a register, and masked loads and stores are slow on some processors: there each has a form
// without.
func gemm(f *file) {
	f.levels(func(l *level) {
		if l.wide {
			for _, t := range [][2]int{{1, 12}, {2, 12}, {4, 6}, {8, 2}} {
				l.gemmTile(t[0], t[1], true, false)
			}
			l.gemmTile(2, 12, true, true)
			l.gemmTile(4, 6, true, true)
			return
		}
		for _, t := range [][2]int{{1, 6}, {2, 6}, {4, 2}, {8, 1}} {
			l.gemmTile(t[0], t[1], false, false)
			l.gemmTile(t[0], t[1], true, false)
		}
		l.gemmTile(2, 6, false, true)
		l.gemmTile(2, 6, true, true)
	})
}

// gemmTile writes one of them. A copying one writes the panel of B, as it goes through it, to where all later tiles find
// its rows together.
func (l *level) gemmTile(nv, most int, masked, copying bool) {
	name, mask := "gemm", ""
	tiles, what := "tiles,", fmt.Sprintf("for tiles ≥ 1 of rows ≤ %d each and %d vectors", most, nv)
	if copying {
		name = "gemmCopy"
		tiles, what = "panel *float32,", fmt.Sprintf("and copies B to panel, for rows ≤ %d and %d vectors", most, nv)
	}
	if masked {
		what += ", the last with the given number of columns"
		if !l.wide {
			mask = "m"
		}
	}
	l.function(fmt.Sprintf("%s%d%sx", name, nv, mask), "func(a *float32, aRow, aStep int, b *float32, bStep int, c *float32, cRow, k int, "+tiles+" rows, last int, alpha float32, add *float32, addRow, relu int)",
		"computes C = alpha·A·B + D for a D at add with rows addRow apart, none where that is nil, and with relu ≠ 0 max(·, 0) of that, "+what+"; k ≥ 1, strides are in bytes.")
	l.params(map[string]reg.GPPhysical{
		"a": reg.RAX, "aRow": reg.R12, "aStep": reg.R13, "bStep": reg.RDI, "c": reg.RDX, "cRow": reg.RBX,
	})
	if copying {
		l.Load(l.Param("panel"), reg.R14)
	} else {
		l.Load(l.Param("tiles"), reg.R14)
	}
	top := len(l.V)
	if masked {
		if !l.wide {
			top--
			l.mask = l.V[top]
		}
		l.MOVQ(l.arg("last"), reg.RCX)
		l.setTail(reg.RCX, reg.R15)
	}
	l.MOVQ(l.arg("rows"), reg.R15)
	l.dispatch(reg.R15, most)
	for mr := most; mr >= 1; mr-- {
		label := func(s string) string { return fmt.Sprintf("%s%d", s, mr) }
		acc := func(i, j int) reg.VecPhysical { return l.V[i*nv+j] }
		l.Label(label("tile"))
		l.setBases(mr, reg.RAX)
		l.MOVQ(l.arg("b"), reg.RSI)
		l.MOVQ(l.arg("k"), reg.RCX)
		for q := range mr * nv {
			l.zero(l.V[q])
		}
		if nv <= 2 { // C may have left the cache since the last panel
			l.MOVQ(reg.RDX, reg.R15)
			for i := range mr {
				for d := 0; d < nv*l.bytes; d += 64 {
					l.PREFETCHT0(mem(reg.R15, d))
				}
				if i < mr-1 {
					l.ADDQ(reg.RBX, reg.R15)
				}
			}
		}
		l.IMUL3Q(imm(mr), reg.R12, reg.R15)
		l.ADDQ(reg.RAX, reg.R15)
		l.Label(label("step"))
		l.PREFETCHT0(mem(reg.R15, 0)) // of the next tile's A: a step for each line, where rows lie together
		l.ADDQ(imm(64), reg.R15)
		l.tileStep(mr, nv, top, masked, copying)
		l.DECQ(reg.RCX)
		l.JNZ(ref(label("step")))
		t := l.V[mr*nv]
		l.CMPL(l.arg("alpha"), operand.U32(math.Float32bits(1)))
		l.JEQ(ref(label("scaled")))
		l.VBROADCASTSS(l.arg("alpha"), t)
		for q := range mr * nv {
			l.VMULPS(t, l.V[q], l.V[q])
		}
		l.Label(label("scaled"))
		l.MOVQ(l.arg("add"), reg.R15)
		l.TESTQ(reg.R15, reg.R15)
		l.JEQ(ref(label("added")))
		for i := range mr {
			for j := range nv {
				m := mem(reg.R15, j*l.bytes)
				if masked && j == nv-1 {
					l.load(m, t, true)
					l.VADDPS(t, acc(i, j), acc(i, j))
				} else {
					l.VADDPS(m, acc(i, j), acc(i, j))
				}
			}
			l.ADDQ(l.arg("addRow"), reg.R15)
		}
		l.MOVQ(reg.R15, l.arg("add"))
		l.Label(label("added"))
		l.CMPQ(l.arg("relu"), imm(0))
		l.JEQ(ref(label("store")))
		l.zero(t)
		for q := range mr * nv {
			l.VMAXPS(l.V[q], t, l.V[q]) // NaN stays
		}
		l.Label(label("store"))
		for i := range mr {
			for j := range nv {
				l.store(acc(i, j), mem(reg.RDX, j*l.bytes), masked && j == nv-1)
			}
			l.ADDQ(reg.RBX, reg.RDX)
		}
		if !copying {
			l.IMUL3Q(imm(mr), reg.R12, reg.R15)
			l.ADDQ(reg.R15, reg.RAX)
			l.DECQ(reg.R14)
			l.JNZ(ref(label("tile")))
		}
		l.end()
	}
}
