package main

import (
	"math"

	"github.com/mmcloughlin/avo/reg"
)

// constants are the bits of every constant used.
var constants = map[string]uint32{
	"one": bits(1), "two": bits(2), "half": bits(0.5), "sign": 1 << 31, "bias": 127, "inf": bits(math.Inf(1)), "nan": 0x7fc00000,
	"log2e": bits(math.Log2E),
	// ln 2 in two parts (Cody and Waite).
	"ln2hi": bits(0.693359375), "ln2lo": bits(-2.12194440e-4),
	// (eʳ − 1 − r)/r² for |r| ≤ ln 2/2, highest power first (Moshier, Cephes, expf).
	"p0": bits(1.9875691500e-4), "p1": bits(1.3981999507e-3), "p2": bits(8.3334519073e-3),
	"p3": bits(4.1665795894e-2), "p4": bits(1.6666665459e-1), "p5": bits(5.0000001201e-1),
	// From 89 on eˣ overflows, up to −104 it is 0; from 18.1 on (eˣ−1)/(eˣ+1) is 1.
	"expMax": bits(89), "expMin": bits(-104), "tanhMax": bits(18.1),

	"log2eMinus": bits(-math.Log2E), "log2eTwice": bits(2 * math.Log2E),
	// (2ˣ − 1)/x for |x| ≤ ½ with the least relative error, 1.1e-8; lowest power first.
	"q0": bits(0.693147187927), "q1": bits(0.24022649795), "q2": bits(0.0555035743364),
	"q3": bits(0.00961823749491), "q4": bits(0.00133907354776), "q5": bits(0.000154035123676),
	// Powers of 2 outside of these give the same cell, and three of them do not overflow.
	"powMax": bits(40), "powMin": bits(-120),
	// A number below 2²¹ plus this one has its nearest integer in the lowest bits.
	"integer": bits(3 << 22),
}

func bits(x float64) uint32 { return math.Float32bits(float32(x)) }

// The activations return lists of instructions, so that several can be interleaved: one chain alone waits for its own
// results most of the time, and the core's window is too short to overlap two whole rows.
type chain []func()

func (c *chain) add(f ...func()) { *c = append(*c, f...) }

// interleave emits one instruction of each in turn.
func interleave(cs ...chain) {
	for i, more := 0, true; more; i++ {
		more = false
		for _, c := range cs {
			if i < len(c) {
				c[i]()
				more = true
			}
		}
	}
}

// expm1 splits x = n·ln 2 + r and leaves p = eʳ − 1. x becomes r.
func (l *level) expm1(x, n, p reg.VecPhysical) (c chain) {
	c.add(
		func() { l.VMULPS(l.c("log2e"), x, n) },
		func() {
			if l.wide {
				l.VRNDSCALEPS(imm(8), n, n)
			} else {
				l.VROUNDPS(imm(8), n, n)
			}
		},
		func() { l.VFNMADD231PS(l.c("ln2hi"), n, x) },
		func() { l.VFNMADD231PS(l.c("ln2lo"), n, x) },
		func() { l.VBROADCASTSS(l.constant("p0"), p) })
	for _, k := range []string{"p1", "p2", "p3", "p4", "p5"} {
		c.add(func() { l.VFMADD213PS(l.c(k), x, p) })
	}
	c.add(
		func() { l.VMULPS(p, x, p) },
		func() { l.VFMADD213PS(x, x, p) })
	return c
}

// exp2 multiplies p by 2ⁿ, rounding once. It changes n; t is used by AVX2 only.
func (l *level) exp2(n, p, t reg.VecPhysical) chain {
	if l.wide {
		return chain{func() { l.VSCALEFPS(n, p, p) }}
	}
	// 2ⁿ may lie outside of the exponents' range, its two halves do not.
	return chain{
		func() { l.VCVTPS2DQ(n, n) },
		func() { l.VPSRAD(imm(1), n, t) },
		func() { l.VPSUBD(t, n, n) },
		func() { l.VPADDD(l.c("bias"), t, t) },
		func() { l.VPADDD(l.c("bias"), n, n) },
		func() { l.VPSLLD(imm(23), t, t) },
		func() { l.VPSLLD(imm(23), n, n) },
		func() { l.VMULPS(t, p, p) },
		func() { l.VMULPS(n, p, p) },
	}
}

// exp is x = eˣ. Where an operand may be NaN it comes first (in Go's order), which the instructions hand on.
func (l *level) exp(x, n, p reg.VecPhysical) (c chain) {
	c.add(
		func() { l.VMINPS(x, l.kept["expMax"], x) },
		func() { l.VMAXPS(x, l.kept["expMin"], x) })
	c.add(l.expm1(x, n, p)...)
	c.add(func() { l.VADDPS(l.c("one"), p, p) })
	c.add(l.exp2(n, p, x)...)
	c.add(func() { l.VMOVAPS(p, x) })
	return c
}

// sigmoid is x = (1 or e)/(1 + e) with e = e^−|x|, which is exact to the ends of the range. y and k hold what tells the
// sign: y by itself in AVX2, k in AVX-512, where y is not used.
func (l *level) sigmoid(x, y, n, p reg.VecPhysical, k reg.OpmaskPhysical) (c chain) {
	if l.wide {
		c.add(
			func() { l.VPMOVD2M(x, k) },
			func() { l.VORPS(l.c("sign"), x, x) })
		y = x
	} else {
		c.add(func() { l.VORPS(l.c("sign"), x, y) })
	}
	c.add(func() { l.VMAXPS(y, l.kept["expMin"], y) })
	c.add(l.expm1(y, n, p)...)
	c.add(func() { l.VADDPS(l.c("one"), p, p) })
	c.add(l.exp2(n, p, y)...)
	if l.wide {
		c.add(func() { l.VBLENDMPS(p, l.kept["one"], k, x) })
	} else {
		c.add(func() { l.VBLENDVPS(x, p, l.kept["one"], x) })
	}
	c.add(
		func() { l.VADDPS(l.c("one"), p, p) },
		func() { l.VDIVPS(p, x, x) })
	return c
}

// hardSigmoid is x = min(max(slope·x + ½, 0), 1).
func (l *level) hardSigmoid(x, n reg.VecPhysical) chain {
	return chain{
		func() { l.VMULPS(l.kept["slope"], x, x) },
		func() { l.VADDPS(l.c("half"), x, x) },
		func() { l.zero(n) },
		func() { l.VMAXPS(x, n, x) },
		func() { l.VMINPS(x, l.kept["one"], x) },
	}
}

// tanh is x = ±t/(t+2) with t = e^2|x| − 1. s holds the sign.
func (l *level) tanh(x, n, p, s reg.VecPhysical) (c chain) {
	c.add(
		func() { l.VANDPS(l.c("sign"), x, s) },
		func() { l.VXORPS(s, x, x) },
		func() { l.VADDPS(x, x, x) },
		func() { l.VMINPS(x, l.kept["tanhMax"], x) })
	c.add(l.expm1(x, n, p)...)
	if l.wide {
		c.add(func() { l.VSCALEFPS(n, l.c("one"), n) })
	} else {
		c.add(
			func() { l.VCVTPS2DQ(n, n) },
			func() { l.VPSLLD(imm(23), n, n) },
			func() { l.VPADDD(l.c("one"), n, n) })
	}
	c.add(
		func() { l.VSUBPS(l.c("one"), n, x) },
		func() { l.VFMADD213PS(x, n, p) }, // 2ⁿ·(eʳ−1) + (2ⁿ−1)
		func() { l.VADDPS(l.c("two"), p, n) },
		func() { l.VDIVPS(n, p, x) },
		func() { l.VORPS(s, x, x) })
	return c
}

// keepActivations holds the constants of the activations in registers: all of them when wide, else those that an
// instruction cannot take from memory. Extra names go below.
func (l *level) keepActivations(extra ...string) {
	if l.wide {
		extra = append([]string{"one", "expMin", "tanhMax", "expMax", "log2e", "ln2hi", "ln2lo", "two", "p1", "p2", "p3", "p4", "p5", "sign"}, extra...)
	}
	l.keep(len(l.V)-1, extra...)
}

// activation writes the functions of slices.
func activation(f *file) {
	const signature = "func(n int, d, x *float32)"
	f.levels(func(l *level) {
		l.elementwise("exp", signature, "writes eˣ of the n numbers at x to d.", []string{"d", "x"}, 4, 2,
			func() { l.keepActivations("expMin", "expMax") },
			func(v []reg.VecPhysical, _ int, io access) (c chain) {
				c.add(io.load("x", v[0]))
				c.add(l.exp(v[0], v[1], v[2])...)
				return append(c, io.store(v[0], "d"))
			})
		l.elementwise("sigmoid", signature, "writes 1/(1+e⁻ˣ) of the n numbers at x to d.", []string{"d", "x"}, 4, 2,
			func() { l.keepActivations("one", "expMin") },
			func(v []reg.VecPhysical, i int, io access) (c chain) {
				c.add(io.load("x", v[0]))
				c.add(l.sigmoid(v[0], v[1], v[2], v[3], kmask[2+i])...)
				return append(c, io.store(v[0], "d"))
			})
		l.elementwise("tanh", signature, "writes the hyperbolic tangent of the n numbers at x to d.", []string{"d", "x"}, 4, 2,
			func() { l.keepActivations("tanhMax") },
			func(v []reg.VecPhysical, _ int, io access) (c chain) {
				c.add(io.load("x", v[0]))
				c.add(l.tanh(v[0], v[1], v[2], v[3])...)
				return append(c, io.store(v[0], "d"))
			})
		l.elementwise("hardSigmoid", "func(n int, d, x *float32, slope float32)", "writes min(max(slope·x+½, 0), 1) of the n numbers at x to d.",
			[]string{"d", "x"}, 4, 2,
			func() {
				l.keep(len(l.V)-1, "one", "half")
				l.scalar("slope", l.V[len(l.V)-3])
			},
			func(v []reg.VecPhysical, _ int, io access) (c chain) {
				c.add(io.load("x", v[0]))
				c.add(l.hardSigmoid(v[0], v[1])...)
				return append(c, io.store(v[0], "d"))
			})
		l.maximum()
		l.expSum()
	})
}

// maximum writes the function that Softmax begins with.
func (l *level) maximum() {
	l.function("maximum", "func(n int, x *float32) float32", "returns the largest of the n ≥ 1 numbers at x, NaN if one is NaN.")
	l.params(map[string]reg.GPPhysical{"n": reg.RCX, "x": reg.RSI})
	best, nan, v := l.V[0], l.V[1], l.V[2]
	l.mask = l.V[8]
	l.VBROADCASTSS(mem(reg.RSI, 0), best)
	l.zero(nan)
	if l.wide {
		l.KXORW(reg.K3, reg.K3, reg.K3)
	}
	step := func() {
		if l.wide {
			l.VCMPPS(imm(3), v, v, reg.K2)
			l.KORW(reg.K2, reg.K3, reg.K3)
		} else {
			l.VCMPPS(imm(3), v, v, l.V[3])
			l.VORPS(l.V[3], nan, nan)
		}
		l.VMAXPS(v, best, best)
	}
	l.SUBQ(imm(l.lanes), reg.RCX)
	l.JL(ref("tail"))
	l.Label("loop")
	l.VMOVUPS(mem(reg.RSI, 0), v)
	step()
	l.ADDQ(imm(l.bytes), reg.RSI)
	l.SUBQ(imm(l.lanes), reg.RCX)
	l.JGE(ref("loop"))
	l.Label("tail")
	l.ADDQ(imm(l.lanes), reg.RCX)
	l.JZ(ref("done"))
	l.setTail(reg.RCX, reg.RAX)
	if l.wide { // the lanes beyond the end keep the best
		l.VMOVAPS(best, v)
		l.VMOVUPS(mem(reg.RSI, 0), reg.K1, v)
	} else {
		l.VMASKMOVPS(mem(reg.RSI, 0), l.mask, v)
		l.VBLENDVPS(l.mask, v, best, v)
	}
	step()
	l.Label("done")
	x, y := best.AsX(), v.AsX()
	if l.wide {
		l.VEXTRACTF64X4(imm(1), best, v.AsY())
		l.VMAXPS(v.AsY(), best.AsY(), best.AsY())
	}
	l.VEXTRACTF128(imm(1), best.AsY(), y)
	l.VMAXPS(y, x, x)
	l.VPERMILPS(imm(0x0e), x, y)
	l.VMAXPS(y, x, x)
	l.VPERMILPS(imm(0x01), x, y)
	l.VMAXPS(y, x, x)
	if l.wide {
		l.KORTESTW(reg.K3, reg.K3)
	} else {
		l.VPTEST(nan, nan)
	}
	l.JZ(ref("store"))
	l.VBROADCASTSS(l.constant("nan"), x)
	l.Label("store")
	l.Store(x, l.ReturnIndex(0))
	l.end()
}

// expSum writes the second function of Softmax. Sixteen running sums, number i in sum i mod 16, are kept at both levels.
func (l *level) expSum() {
	l.function("expSum", "func(n int, x *float32, sub float32, sums *float32)",
		"replaces the n numbers at x by e^(x−sub) and adds number i to sums[i mod 16].")
	l.params(map[string]reg.GPPhysical{"n": reg.RCX, "x": reg.RSI, "sums": reg.RDI})
	l.mask = l.V[8]
	if l.wide {
		l.keepActivations()
		l.scalar("sub", l.V[15])
	} else {
		l.keep(15, "expMin", "expMax")
		l.scalar("sub", l.V[13])
	}
	groups := 16 / l.lanes
	sum := l.V[9 : 9+groups]
	for i, s := range sum {
		l.VMOVUPS(mem(reg.RDI, i*l.bytes), s)
	}
	one := func(i int, v []reg.VecPhysical, tail bool) (c chain) {
		m := mem(reg.RSI, i*l.bytes)
		c.add(
			func() { l.load(m, v[0], tail) },
			func() { l.VSUBPS(l.kept["sub"], v[0], v[0]) })
		c.add(l.exp(v[0], v[1], v[2])...)
		c.add(func() { l.store(v[0], m, tail) })
		if !tail {
			return append(c, func() { l.VADDPS(v[0], sum[i], sum[i]) })
		}
		if l.wide {
			return append(c, func() { l.VADDPS(v[0], sum[i], reg.K1, sum[i]) })
		}
		return append(c, func() { l.VANDPS(l.mask, v[0], v[0]) }, func() { l.VADDPS(v[0], sum[i], sum[i]) })
	}
	l.Label("loop")
	l.CMPQ(reg.RCX, imm(16))
	l.JL(ref("rest"))
	var cs []chain
	for i := range groups {
		cs = append(cs, one(i, l.V[4*i:], false))
	}
	interleave(cs...)
	l.ADDQ(imm(64), reg.RSI)
	l.SUBQ(imm(16), reg.RCX)
	l.JMP(ref("loop"))
	l.Label("rest")
	for i := range groups { // the rest is less than 16 numbers: full vectors, then a part of one
		l.TESTQ(reg.RCX, reg.RCX)
		l.JZ(ref("done"))
		if i < groups-1 {
			part := l.fresh("part")
			l.CMPQ(reg.RCX, imm(l.lanes))
			l.JL(ref(part))
			interleave(one(i, l.V, false))
			l.SUBQ(imm(l.lanes), reg.RCX)
			next := l.fresh("next")
			l.JMP(ref(next))
			l.Label(part)
			l.setTail(reg.RCX, reg.RAX)
			interleave(one(i, l.V, true))
			l.JMP(ref("done"))
			l.Label(next)
			continue
		}
		l.setTail(reg.RCX, reg.RAX)
		interleave(one(i, l.V, true))
	}
	l.Label("done")
	for i, s := range sum {
		l.VMOVUPS(s, mem(reg.RDI, i*l.bytes))
	}
	l.end()
}
