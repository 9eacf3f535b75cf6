package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// cellLoop is the loop of a step forward over rows; RCX counts them.
type cellLoop struct {
	l                                    *level
	keep                                 bool
	z, gates, off, p, cPrev, c, tanhC, h reg.GPPhysical
	zRow, cPrevRow, hRow                 reg.GPPhysical
}

// places are those of a row's values, at bytes d of it.
func (o *cellLoop) places(d int) cellPlaces {
	return cellPlaces{
		gates: [4]operand.Mem{mem(o.gates, d), mem(o.gates, 64+d), mem(o.gates, 128+d), mem(o.gates, 192+d)},
		cPrev: mem(o.cPrev, d), c: mem(o.c, d), tanhC: mem(o.tanhC, d), h: mem(o.h, d), keep: o.keep,
	}
}

// character points R15 at the row of p that belongs to the next character.
func (o *cellLoop) character() {
	o.l.MOVLQSX(mem(o.off, 0), reg.R15)
	o.l.ADDQ(imm(4), o.off)
	o.l.LEAQ(operand.Mem{Base: o.p, Index: reg.R15, Scale: 4}, reg.R15)
}

// sums makes z + p of the four gates.
func (o *cellLoop) sums(d int) {
	for q := range 4 {
		o.l.VMOVUPS(mem(o.z, 64*q+d), o.l.V[q])
		o.l.VADDPS(mem(reg.R15, 64*q+d), o.l.V[q], o.l.V[q])
	}
}

// headDone goes on to the next row with what the beginning of a cell uses, tailDone with what its end uses.
func (o *cellLoop) headDone() {
	o.l.ADDQ(o.zRow, o.z)
	o.l.ADDQ(o.cPrevRow, o.cPrev)
	o.l.ADDQ(imm(64), o.c)
	if o.keep {
		o.l.ADDQ(imm(256), o.gates)
	}
}

func (o *cellLoop) tailDone() {
	if o.keep {
		o.l.ADDQ(imm(64), o.tanhC)
	}
	o.l.ADDQ(o.hRow, o.h)
}

// overlapped runs the end of a row, which waits for its own results, beside the beginning of the next.
func (o *cellLoop) overlapped() {
	l, places := o.l, o.places(0)
	o.character()
	o.sums(0)
	interleave(l.parts()...)
	l.head(places)
	o.headDone()
	l.DECQ(reg.RCX)
	l.JZ(ref("last"))
	l.Label("row")
	o.character()
	o.sums(0)
	interleave(append(l.parts(), l.tail(places))...)
	l.head(places)
	o.headDone()
	o.tailDone()
	l.DECQ(reg.RCX)
	l.JNZ(ref("row"))
	l.Label("last")
	interleave(l.tail(places))
}

// plain runs one row after the other.
func (o *cellLoop) plain(hard bool) {
	l := o.l
	l.Label("row")
	o.character()
	for d := 0; d < 64; d += l.bytes {
		o.sums(d)
		if hard {
			l.hardCell(o.places(d))
			continue
		}
		p := l.parts()
		interleave(p[:2]...)
		interleave(p[2:]...)
		l.head(o.places(d))
		interleave(l.tail(o.places(d)))
	}
	o.headDone()
	o.tailDone()
	l.DECQ(reg.RCX)
	l.JNZ(ref("row"))
}
