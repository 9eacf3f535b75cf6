package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// cellPlaces are where one vector of units has its values.
type cellPlaces struct {
	gates              [4]operand.Mem // i f c o
	cPrev, c, tanhC, h operand.Mem
	keep               bool // the gates and tanhC
}

// The cell takes its functions from powers of 2 as fractions, and has one division for two or three of them:
//
//	σ(x) = 1/(1 + 2^(−x·log₂e))    tanh(x) = (T−1)/(T+1), T = 2^(2x·log₂e)

// split turns x into the fraction r of y = k·x, |r| ≤ ½, and leaves n = 2^(y−r) and q = (2^r − 1)/r.
func (l *level) split(x, n, q reg.VecPhysical, k string) chain {
	return chain{
		func() { l.VMULPS(l.c(k), x, x) },
		func() { l.VMINPS(x, l.kept["powMax"], x) },
		func() { l.VMAXPS(x, l.kept["powMin"], x) },
		func() { l.VADDPS(l.c("integer"), x, n) },
		func() { l.VSUBPS(l.c("integer"), n, q) },
		func() { l.VSUBPS(q, x, x) },
		func() { l.VPSLLD(imm(23), n, n) },
		func() { l.VPADDD(l.c("one"), n, n) },
		func() { l.VBROADCASTSS(l.constant("q5"), q) },
		func() { l.VFMADD213PS(l.c("q4"), x, q) },
		func() { l.VFMADD213PS(l.c("q3"), x, q) },
		func() { l.VFMADD213PS(l.c("q2"), x, q) },
		func() { l.VFMADD213PS(l.c("q1"), x, q) },
		func() { l.VFMADD213PS(l.c("q0"), x, q) },
	}
}

// sigmoidPart leaves 1 + 2^(−x·log₂e) in x.
func (l *level) sigmoidPart(x, n, q reg.VecPhysical) chain {
	return append(l.split(x, n, q, "log2eMinus"),
		func() { l.VFMADD213PS(l.c("one"), q, x) },
		func() { l.VFMADD213PS(l.c("one"), n, x) })
}

// tanhParts leaves T − 1 in x, without the loss of digits of a difference, and T + 1 in n.
func (l *level) tanhParts(x, n, q reg.VecPhysical) chain {
	return append(l.split(x, n, q, "log2eTwice"),
		func() { l.VMULPS(q, x, x) },
		func() { l.VSUBPS(l.c("one"), n, q) },
		func() { l.VFMADD213PS(q, n, x) },
		func() { l.VADDPS(l.c("two"), x, n) })
}

// parts does so for the gates in V[0:4]; T + 1 is left in V[4]. The first two chains are to be done before the others.
func (l *level) parts() []chain {
	V := l.V
	if l.wide { // each chain has registers of its own
		return []chain{l.tanhParts(V[2], V[4], V[5]), l.sigmoidPart(V[0], V[6], V[7]), l.sigmoidPart(V[1], V[8], V[9]), l.sigmoidPart(V[3], V[10], V[11])}
	}
	return []chain{l.tanhParts(V[2], V[4], V[5]), l.sigmoidPart(V[0], V[6], V[7]), l.sigmoidPart(V[1], V[5], V[6]), l.sigmoidPart(V[3], V[7], V[8])}
}

// ends are the registers that the beginning of a cell leaves to its end: c and, of the output gate, o or its denominator;
// and two to use.
func (l *level) ends() (c, o, n, q reg.VecPhysical) {
	if l.wide {
		return l.V[12], l.V[13], l.V[14], l.V[15]
	}
	return l.V[4], l.V[3], l.V[5], l.V[6]
}

// head makes the cell state of parts and, of a cell that is kept, the gates. With I, F and O the denominators of the gates
// and G that of c̃,
//
//	c = (cPrev·I·G + (G−2)·F) / (I·G·F)
func (l *level) head(p cellPlaces) {
	V := l.V
	i, f, ct, o, t := V[0], V[1], V[2], V[3], V[4]
	c, out, _, _ := l.ends()
	if !p.keep {
		l.VMULPS(t, i, i)
		l.VMULPS(f, ct, ct)
		l.VFMADD231PS(p.cPrev, i, ct)
		l.VMULPS(f, i, i)
		l.VDIVPS(i, ct, c)
		l.VMOVUPS(c, p.c)
		if out != o {
			l.VMOVAPS(o, out)
		}
		return
	}
	l.VMULPS(i, f, V[5])
	l.VMULPS(t, o, V[6])
	l.VDIVPS(V[5], l.kept["one"], V[5])
	l.VDIVPS(V[6], l.kept["one"], V[6])
	l.VMULPS(V[5], i, V[7])
	l.VMULPS(V[5], f, i)
	f = V[7]
	l.VMULPS(o, ct, ct)
	l.VMULPS(V[6], ct, ct)
	l.VMULPS(V[6], t, out)
	for q, v := range []reg.VecPhysical{i, f, ct, out} {
		l.VMOVUPS(v, p.gates[q])
	}
	l.VMULPS(i, ct, c)
	l.VFMADD231PS(p.cPrev, f, c)
	l.VMOVUPS(c, p.c)
}

// tail makes the state, h = (T−1)/(T+1)·o or (T−1)/((T+1)·O), and, of a cell that is kept, tanh of the cell state.
func (l *level) tail(p cellPlaces) chain {
	c, o, n, q := l.ends()
	t := l.tanhParts(c, n, q)
	if p.keep {
		t.add(
			func() { l.VDIVPS(n, c, c) },
			func() { l.VMOVUPS(c, p.tanhC) },
			func() { l.VMULPS(c, o, c) })
	} else {
		t.add(
			func() { l.VMULPS(o, n, n) },
			func() { l.VDIVPS(n, c, c) })
	}
	t.add(func() { l.VMOVUPS(c, p.h) })
	return t
}

// hardCell is the cell of HardSigmoid.
func (l *level) hardCell(p cellPlaces) {
	V := l.V
	if l.wide {
		interleave(l.tanh(V[2], V[5], V[6], V[4]), l.hardSigmoid(V[0], V[7]), l.hardSigmoid(V[1], V[9]), l.hardSigmoid(V[3], V[11]))
	} else {
		interleave(l.tanh(V[2], V[5], V[6], V[4]), l.hardSigmoid(V[0], V[7]))
		interleave(l.hardSigmoid(V[1], V[4]), l.hardSigmoid(V[3], V[7]))
	}
	if p.keep {
		for q := range 4 {
			l.VMOVUPS(V[q], p.gates[q])
		}
	}
	l.VMULPS(V[0], V[2], V[4])
	l.VFMADD231PS(p.cPrev, V[1], V[4])
	l.VMOVUPS(V[4], p.c)
	interleave(l.tanh(V[4], V[5], V[6], V[7]))
	if p.keep {
		l.VMOVUPS(V[4], p.tanhC)
	}
	l.VMULPS(V[4], V[3], V[4])
	l.VMOVUPS(V[4], p.h)
}
