package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// dot writes the product of a row-major matrix with a vector: one dot product a row, as 32 running sums of every 32nd
// term, which are added pairwise in the same order at both levels.
func dot(f *file) {
	f.levels(func(l *level) {
		if l.wide {
			l.dotRows(4)
		} else {
			l.dotRows(2)
		}
		l.dotRows(1)
	})
}

func (l *level) dotRows(most int) {
	l.function(fmt.Sprintf("dot%dx", most), "func(a *float32, aRow int, x *float32, k int, y *float32, yRow, groups int, alpha float32, add int)",
		fmt.Sprintf("computes y = alpha·A·x, or with add ≠ 0 y += alpha·A·x, for groups ≥ 1 of %d rows; k ≥ 1, strides are in bytes.", most))
	l.params(map[string]reg.GPPhysical{"a": reg.RAX, "aRow": reg.R12, "y": reg.RDX, "yRow": reg.RBX, "groups": reg.R14, "k": reg.R13})
	parts := 32 / l.lanes // vectors of sums a row
	acc := func(i, q int) reg.VecPhysical { return l.V[i*parts+q] }
	x := l.V[most*parts : most*parts+parts]
	t := l.V[most*parts+parts]
	if !l.wide {
		l.mask = l.V[15]
	}
	l.Label("group")
	l.setBases(most, reg.RAX)
	l.MOVQ(l.arg("x"), reg.RSI)
	l.MOVQ(reg.R13, reg.RCX)
	for q := range most * parts {
		l.zero(l.V[q])
	}
	rowPlus := func(i, disp int) operand.Mem {
		m := rowOfA(i)
		m.Disp = disp
		return m
	}
	advance := func(bytes int) {
		l.ADDQ(imm(bytes), reg.RSI)
		for q := 0; q <= (most-1)/3; q++ {
			l.ADDQ(imm(bytes), aBases[q])
		}
	}
	l.SUBQ(imm(32), reg.RCX)
	l.JL(ref("rest"))
	l.Label("step")
	for q := range parts {
		l.VMOVUPS(mem(reg.RSI, q*l.bytes), x[q])
	}
	for i := range most {
		for q := range parts {
			l.VFMADD231PS(rowPlus(i, q*l.bytes), x[q], acc(i, q))
		}
	}
	advance(128)
	l.SUBQ(imm(32), reg.RCX)
	l.JGE(ref("step"))
	l.Label("rest")
	l.ADDQ(imm(32), reg.RCX)
	for q := range parts { // up to 31 terms: full vectors, then a part of one
		l.JZ(ref("sum"))
		part, next := l.fresh("part"), l.fresh("next")
		l.CMPQ(reg.RCX, imm(l.lanes))
		l.JL(ref(part))
		l.VMOVUPS(mem(reg.RSI, 0), x[0])
		for i := range most {
			l.VFMADD231PS(rowOfA(i), x[0], acc(i, q))
		}
		advance(l.bytes)
		l.SUBQ(imm(l.lanes), reg.RCX)
		l.JMP(ref(next))
		l.Label(part)
		l.setTail(reg.RCX, reg.R15)
		l.load(mem(reg.RSI, 0), x[0], true)
		for i := range most {
			l.load(rowOfA(i), t, true)
			l.VFMADD231PS(t, x[0], acc(i, q))
		}
		l.JMP(ref("sum"))
		l.Label(next)
		l.TESTQ(reg.RCX, reg.RCX)
	}
	l.Label("sum")
	for i := range most {
		s, u := acc(i, 0), acc(i, 1)
		sx, ux := s.AsX(), u.AsX()
		if l.wide {
			l.VADDPS(u, s, s)
			l.VEXTRACTF64X4(imm(1), s, u.AsY())
			l.VADDPS(u.AsY(), s.AsY(), s.AsY())
		} else {
			l.VADDPS(acc(i, 2), s, s)
			l.VADDPS(acc(i, 3), u, u)
			l.VADDPS(u, s, s)
		}
		l.VEXTRACTF128(imm(1), s.AsY(), ux)
		l.VADDPS(ux, sx, sx)
		l.VPERMILPS(imm(0x0e), sx, ux)
		l.VADDPS(ux, sx, sx)
		l.VPERMILPS(imm(0x01), sx, ux)
		l.VADDSS(ux, sx, sx)
		l.VMULSS(l.arg("alpha"), sx, sx)
		store := l.fresh("store")
		l.CMPQ(l.arg("add"), imm(0))
		l.JEQ(ref(store))
		l.VADDSS(mem(reg.RDX, 0), sx, sx)
		l.Label(store)
		l.VMOVSS(sx, mem(reg.RDX, 0))
		l.ADDQ(reg.RBX, reg.RDX)
	}
	l.IMUL3Q(imm(most), reg.R12, reg.R15)
	l.ADDQ(reg.R15, reg.RAX)
	l.DECQ(reg.R14)
	l.JNZ(ref("group"))
	l.end()
}
