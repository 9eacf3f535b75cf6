package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// rows writes the functions of a Dense layer's bias. Row strides are in bytes.
func rows(f *file) {
	f.levels(func(l *level) {
		l.addBias(false)
		l.addBias(true)
		l.sumRows()
	})
}

func (l *level) addBias(relu bool) {
	name, doc := "addBias", "adds the cols numbers at b to each of the rows ≥ 1 at d."
	if relu {
		name, doc = "addBiasReLU", "adds the cols numbers at b to each of the rows ≥ 1 at d and sets what is ≤ 0 to 0."
	}
	l.function(name, "func(rows, cols int, d *float32, dRow int, b *float32)", doc)
	l.params(map[string]reg.GPPhysical{"rows": reg.R8, "cols": reg.RCX, "d": reg.RDI, "dRow": reg.R9, "b": reg.RSI})
	l.mask = l.V[15]
	zero := l.V[14]
	l.zero(zero)
	// R10: bytes of the full vectors of a row; RCX: numbers after them.
	l.MOVQ(reg.RCX, reg.R10)
	l.ANDQ(imm(l.lanes-1), reg.RCX)
	l.SUBQ(reg.RCX, reg.R10)
	l.SHLQ(imm(2), reg.R10)
	l.setTail(reg.RCX, reg.RAX)
	v, t := l.V[0], l.V[1]
	at := func(base reg.GPPhysical) operand.Mem {
		return operand.Mem{Base: base, Index: reg.R11, Scale: 1}
	}
	step := func(tail bool) {
		l.load(at(reg.RDI), v, tail)
		if tail {
			l.load(at(reg.RSI), t, true)
			l.VADDPS(t, v, v)
		} else {
			l.VADDPS(at(reg.RSI), v, v)
		}
		if relu {
			interleave(l.where(notLessOrEqual, v, v, zero, t, reg.K2))
		}
		l.store(v, at(reg.RDI), tail)
	}
	l.Label("row")
	l.XORQ(reg.R11, reg.R11)
	l.JMP(ref("test"))
	l.Label("full")
	step(false)
	l.ADDQ(imm(l.bytes), reg.R11)
	l.Label("test")
	l.CMPQ(reg.R11, reg.R10)
	l.JL(ref("full"))
	l.TESTQ(reg.RCX, reg.RCX)
	l.JZ(ref("next"))
	step(true)
	l.Label("next")
	l.ADDQ(reg.R9, reg.RDI)
	l.DECQ(reg.R8)
	l.JNZ(ref("row"))
	l.end()
}

func (l *level) sumRows() {
	l.function("sumRows", "func(rows, cols int, x *float32, xRow int, d *float32)", "adds the rows ≥ 1 at x, one after another, to the cols numbers at d.")
	l.params(map[string]reg.GPPhysical{"rows": reg.R8, "cols": reg.RCX, "x": reg.RSI, "xRow": reg.R9, "d": reg.RDI})
	l.mask = l.V[15]
	block := func(vectors int, tail bool) {
		for i := range vectors {
			l.load(mem(reg.RDI, i*l.bytes), l.V[i], tail)
		}
		l.MOVQ(reg.RSI, reg.R10)
		l.MOVQ(reg.R8, reg.R11)
		row := l.fresh("row")
		l.Label(row)
		for i := range vectors {
			if tail {
				l.load(mem(reg.R10, 0), l.V[4], true)
				l.VADDPS(l.V[4], l.V[0], l.V[0])
			} else {
				l.VADDPS(mem(reg.R10, i*l.bytes), l.V[i], l.V[i])
			}
		}
		l.ADDQ(reg.R9, reg.R10)
		l.DECQ(reg.R11)
		l.JNZ(ref(row))
		for i := range vectors {
			l.store(l.V[i], mem(reg.RDI, i*l.bytes), tail)
		}
	}
	for _, vectors := range []int{4, 1} {
		loop, next := l.fresh("loop"), l.fresh("next")
		step := imm(vectors * l.lanes)
		l.SUBQ(step, reg.RCX)
		l.JL(ref(next))
		l.Label(loop)
		block(vectors, false)
		l.ADDQ(imm(vectors*l.bytes), reg.RSI)
		l.ADDQ(imm(vectors*l.bytes), reg.RDI)
		l.SUBQ(step, reg.RCX)
		l.JGE(ref(loop))
		l.Label(next)
		l.ADDQ(step, reg.RCX)
	}
	l.JZ(ref("done"))
	l.setTail(reg.RCX, reg.RAX)
	block(1, true)
	l.Label("done")
	l.end()
}
