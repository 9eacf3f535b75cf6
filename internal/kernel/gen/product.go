package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// aBases hold the addresses of every third row of a tile of A; R12 is the distance of two rows.
var aBases = []reg.GPPhysical{reg.R8, reg.R9, reg.R10, reg.R11}

// rowOfA addresses row i of the tile at the current step.
func rowOfA(i int) operand.Mem {
	m := operand.Mem{Base: aBases[i/3]}
	switch i % 3 {
	case 1:
		m.Index, m.Scale = reg.R12, 1
	case 2:
		m.Index, m.Scale = reg.R12, 2
	}
	return m
}

// setBases points the bases at the rows of a tile of mr rows whose first is at from.
func (l *level) setBases(mr int, from reg.GPPhysical) {
	l.MOVQ(from, aBases[0])
	for q := 1; q <= (mr-1)/3; q++ {
		l.LEAQ(operand.Mem{Base: aBases[q-1], Index: reg.R12, Scale: 2}, aBases[q])
		l.ADDQ(reg.R12, aBases[q])
	}
}

// tileStep emits one step k of a tile of mr rows by nv vectors: the accumulators are V[0:mr·nv], row by row. R13 is A's
// step, RDI that of B at RSI. When lastMasked the last vector of B is read under the mask; top registers are free to use.
// When copying B is also written to R14, its rows one after another.
func (l *level) tileStep(mr, nv, top int, lastMasked, copying bool) {
	acc := mr * nv
	b := make([]operand.Op, nv)
	spread := acc // the first register for a number of A
	for j := range b {
		m := mem(reg.RSI, j*l.bytes)
		masked := lastMasked && j == nv-1
		if mr == 1 && !masked && !copying { // used once: taken from memory
			b[j] = m
			continue
		}
		l.load(m, l.V[spread], masked)
		if copying {
			l.VMOVUPS(l.V[spread], mem(reg.R14, j*l.bytes))
		}
		b[j] = l.V[spread]
		spread++
	}
	free := l.V[spread:top]
	if len(free) == 0 {
		panic(fmt.Sprintf("gen: %s: no register left for %d×%d", l.name, mr, nv))
	}
	free = free[:min(len(free), 6)]
	for i := range mr {
		t := free[i%len(free)]
		l.VBROADCASTSS(rowOfA(i), t)
		for j := range nv {
			l.VFMADD231PS(b[j], t, l.V[i*nv+j])
		}
	}
	l.ADDQ(reg.RDI, reg.RSI)
	if copying {
		l.ADDQ(imm(nv*l.bytes), reg.R14)
	}
	for q := 0; q <= (mr-1)/3; q++ {
		l.ADDQ(reg.R13, aBases[q])
	}
}

// dispatch jumps to the block of the number of rows in r.
func (l *level) dispatch(r reg.GPPhysical, most int) {
	for mr := 1; mr < most; mr++ {
		l.CMPQ(r, imm(mr))
		l.JEQ(ref(fmt.Sprintf("tile%d", mr)))
	}
}

// product writes the loops of Product: tiles of up to six rows by 64, 48, 32 or 16 columns, at the AVX2 level by 16, or of two
// rows by 32 or one by 64.
func product(f *file) {
	f.levels(func(l *level) {
		if l.wide {
			for nv := 4; nv >= 1; nv-- {
				l.productLoop(nv, 6)
			}
			return
		}
		l.productLoop(2, 6)
		l.productLoop(4, 2)
		l.productLoop(8, 1)
	})
}

func (l *level) productLoop(nv, most int) {
	l.function(fmt.Sprintf("product%dx", nv*l.lanes),
		"func(a *float32, aRow, aStep, aBlock, k, blocks int, b *float32, bStep, bTile int, c *float32, cRow int, from *float32, fromRow, tiles, rows int)",
		fmt.Sprintf("computes tiles ≥ 1 of rows ≤ %d each and %d columns of Product, from 0 or from rows fromRow apart; k and blocks are ≥ 1, strides are in bytes.", most, nv*l.lanes))
	l.params(map[string]reg.GPPhysical{
		"a": reg.RAX, "aRow": reg.R12, "aStep": reg.R13, "aBlock": reg.R11, "bStep": reg.RDI, "c": reg.RDX, "cRow": reg.RBX, "tiles": reg.R10, "rows": reg.R14,
	})
	l.dispatch(reg.R14, most)
	for mr := most; mr >= 1; mr-- {
		label := func(s string) string { return fmt.Sprintf("%s%d", s, mr) }
		acc := func(i, j int) reg.VecPhysical { return l.V[i*nv+j] }
		l.Label(label("tile"))
		l.MOVQ(reg.RAX, reg.R15)
		l.MOVQ(l.arg("b"), reg.RSI)
		l.MOVQ(l.arg("blocks"), reg.R14)
		l.MOVQ(l.arg("from"), reg.R8)
		l.TESTQ(reg.R8, reg.R8)
		l.JZ(ref(label("zero")))
		for i := range mr {
			for j := range nv {
				l.VMOVUPS(mem(reg.R8, j*l.bytes), acc(i, j))
			}
			l.ADDQ(l.arg("fromRow"), reg.R8)
		}
		l.MOVQ(reg.R8, l.arg("from"))
		l.JMP(ref(label("block")))
		l.Label(label("zero"))
		for q := range mr * nv {
			l.zero(l.V[q])
		}
		l.Label(label("block"))
		l.setBases(mr, reg.R15)
		l.MOVQ(l.arg("k"), reg.RCX)
		l.Label(label("step"))
		l.tileStep(mr, nv, len(l.V), false, false)
		l.DECQ(reg.RCX)
		l.JNZ(ref(label("step")))
		l.ADDQ(reg.R11, reg.R15)
		l.DECQ(reg.R14)
		l.JNZ(ref(label("block")))
		for i := range mr {
			for j := range nv {
				l.VMOVUPS(acc(i, j), mem(reg.RDX, j*l.bytes))
			}
			l.ADDQ(reg.RBX, reg.RDX)
		}
		l.IMUL3Q(imm(mr), reg.R12, reg.R8)
		l.ADDQ(reg.R8, reg.RAX)
		l.MOVQ(l.arg("bTile"), reg.R8)
		l.ADDQ(reg.R8, l.arg("b"))
		l.DECQ(reg.R10)
		l.JNZ(ref(label("tile")))
		l.end()
	}
}
