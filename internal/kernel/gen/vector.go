package main

import (
	"github.com/mmcloughlin/avo/reg"
)

// access gives the loads and stores of one vector of an elementwise loop, as instructions of a chain.
type access struct {
	load  func(pointer string, v reg.VecPhysical) func()
	store func(v reg.VecPhysical, pointer string) func()
}

// elementwise writes a function over n numbers at each pointer: unroll vectors at a time, then one by one, then the rest
// under a mask. The body of a vector has per registers of its own.
func (l *level) elementwise(name, signature, doc string, pointers []string, per, unroll int, setup func(),
	body func(v []reg.VecPhysical, i int, io access) chain,
) {
	l.function(name, signature, doc)
	at := map[string]reg.GPPhysical{}
	for i, p := range pointers {
		at[p] = []reg.GPPhysical{reg.RSI, reg.RDI, reg.R8, reg.R9}[i]
	}
	l.params(at)
	l.params(map[string]reg.GPPhysical{"n": reg.RCX})
	l.mask = l.V[per*unroll]
	if setup != nil {
		setup()
	}
	run := func(vectors int, tail bool) {
		var cs []chain
		for i := range vectors {
			cs = append(cs, body(l.V[i*per:(i+1)*per], i, access{
				load: func(p string, v reg.VecPhysical) func() {
					return func() { l.load(mem(at[p], i*l.bytes), v, tail) }
				},
				store: func(v reg.VecPhysical, p string) func() {
					return func() { l.store(v, mem(at[p], i*l.bytes), tail) }
				},
			}))
		}
		interleave(cs...)
	}
	for _, vectors := range []int{unroll, 1} {
		loop, next := l.fresh("loop"), l.fresh("next")
		step := imm(vectors * l.lanes)
		l.SUBQ(step, reg.RCX)
		l.JL(ref(next))
		l.Label(loop)
		run(vectors, false)
		for _, p := range pointers {
			l.ADDQ(imm(vectors*l.bytes), at[p])
		}
		l.SUBQ(step, reg.RCX)
		l.JGE(ref(loop))
		l.Label(next)
		l.ADDQ(step, reg.RCX)
		if vectors == 1 {
			break
		}
	}
	l.JZ(ref("done"))
	l.setTail(reg.RCX, reg.RAX)
	run(1, true)
	l.Label("done")
	l.end()
}

// Comparisons with 0: greater is false for NaN, notLessOrEqual true.
const (
	greater        = 0x1e
	notLessOrEqual = 0x16
)

// where sets v to 0 unless y compares with zero as told. zero holds 0, t is used by AVX2, k by AVX-512.
func (l *level) where(comparison int, v, y, zero, t reg.VecPhysical, k reg.OpmaskPhysical) chain {
	if l.wide {
		return chain{
			func() { l.VCMPPS(imm(comparison), zero, y, k) },
			func() { l.VMOVAPS_Z(v, k, v) },
		}
	}
	return chain{
		func() { l.VCMPPS(imm(comparison), zero, y, t) },
		func() { l.VANDPS(t, v, v) },
	}
}

// vector writes the functions that round like the plain Go ones, operation by operation.
func vector(f *file) {
	f.levels(func(l *level) {
		top := len(l.V) - 1
		l.elementwise("add", "func(n int, d, a *float32)", "adds the n numbers at a to those at d.", []string{"d", "a"}, 2, 4, nil,
			func(v []reg.VecPhysical, _ int, io access) chain {
				return chain{io.load("d", v[0]), io.load("a", v[1]), func() { l.VADDPS(v[1], v[0], v[0]) }, io.store(v[0], "d")}
			})
		l.elementwise("addScaled", "func(n int, d, a *float32, k float32)", "adds k times the n numbers at a to those at d.", []string{"d", "a"}, 2, 4,
			func() { l.scalar("k", l.V[top]) },
			func(v []reg.VecPhysical, _ int, io access) chain {
				return chain{
					io.load("a", v[1]), func() { l.VMULPS(l.kept["k"], v[1], v[1]) },
					io.load("d", v[0]), func() { l.VADDPS(v[1], v[0], v[0]) }, io.store(v[0], "d"),
				}
			})
		l.elementwise("mul", "func(n int, d, a, b *float32)", "writes the products of the n numbers at a and b to d.", []string{"d", "a", "b"}, 2, 4, nil,
			func(v []reg.VecPhysical, _ int, io access) chain {
				return chain{io.load("a", v[0]), io.load("b", v[1]), func() { l.VMULPS(v[1], v[0], v[0]) }, io.store(v[0], "d")}
			})
		l.elementwise("scale", "func(n int, d *float32, k float32)", "multiplies the n numbers at d by k.", []string{"d"}, 2, 4,
			func() { l.scalar("k", l.V[top]) },
			func(v []reg.VecPhysical, _ int, io access) chain {
				return chain{io.load("d", v[0]), func() { l.VMULPS(l.kept["k"], v[0], v[0]) }, io.store(v[0], "d")}
			})
		l.elementwise("relu", "func(n int, d, x *float32)", "writes max(x, 0) of the n numbers at x to d.", []string{"d", "x"}, 2, 4,
			func() { l.zero(l.V[top]) },
			func(v []reg.VecPhysical, i int, io access) (c chain) {
				c.add(io.load("x", v[0]))
				c.add(l.where(notLessOrEqual, v[0], v[0], l.V[top], v[1], kmask[2+i])...)
				return append(c, io.store(v[0], "d"))
			})
		l.elementwise("reluBackward", "func(n int, dx, dy, y *float32)", "writes the n numbers at dy to dx where y > 0, else 0.",
			[]string{"dx", "dy", "y"}, 2, 4,
			func() { l.zero(l.V[top]) },
			func(v []reg.VecPhysical, i int, io access) (c chain) {
				c.add(io.load("dy", v[0]), io.load("y", v[1]))
				c.add(l.where(greater, v[0], v[1], l.V[top], v[1], kmask[2+i])...)
				return append(c, io.store(v[0], "dx"))
			})
		l.elementwise("sigmoidBackward", "func(n int, dx, dy, y *float32)", "writes dy·y·(1−y) of n numbers to dx.", []string{"dx", "dy", "y"}, 2, 4,
			func() { l.keep(top, "one") },
			func(v []reg.VecPhysical, _ int, io access) chain {
				return chain{
					io.load("dy", v[0]), io.load("y", v[1]),
					func() { l.VMULPS(v[1], v[0], v[0]) },
					func() { l.VSUBPS(v[1], l.kept["one"], v[1]) },
					func() { l.VMULPS(v[1], v[0], v[0]) },
					io.store(v[0], "dx"),
				}
			})
		l.elementwise("tanhBackward", "func(n int, dx, dy, y *float32)", "writes dy·(1−y²) of n numbers to dx.", []string{"dx", "dy", "y"}, 2, 4,
			func() { l.keep(top, "one") },
			func(v []reg.VecPhysical, _ int, io access) chain {
				return chain{
					io.load("y", v[1]), func() { l.VMULPS(v[1], v[1], v[1]) }, func() { l.VSUBPS(v[1], l.kept["one"], v[1]) },
					io.load("dy", v[0]), func() { l.VMULPS(v[1], v[0], v[0]) }, io.store(v[0], "dx"),
				}
			})
		l.sumSquares()
	})
}

// sumSquares writes the loop of SumSquares: sixteen sums in double precision, number i in sum i mod 16, at both levels.
// A square of a float32 is exact in float64, so that fusing the sum changes nothing.
func (l *level) sumSquares() {
	l.function("sumSquares", "func(n int, x *float32, sums *float64)", "adds the square of number i of the n at x to sums[i mod 16].")
	l.params(map[string]reg.GPPhysical{"n": reg.RCX, "x": reg.RSI, "sums": reg.RDI})
	l.mask = l.V[8]
	perVector := l.lanes / 2
	groups := 16 / perVector
	for i := range groups {
		l.VMOVUPS(mem(reg.RDI, i*l.bytes), l.V[i])
	}
	add := func(i int, half reg.Register) { // the numbers of half a vector to sum i
		l.VCVTPS2PD(half, l.V[4])
		l.VFMADD231PD(l.V[4], l.V[4], l.V[i])
	}
	l.SUBQ(imm(16), reg.RCX)
	l.JL(ref("rest"))
	l.Label("loop")
	for i := range groups {
		l.VCVTPS2PD(mem(reg.RSI, i*l.bytes/2), l.V[4+i])
	}
	for i := range groups {
		l.VFMADD231PD(l.V[4+i], l.V[4+i], l.V[i])
	}
	l.ADDQ(imm(64), reg.RSI)
	l.SUBQ(imm(16), reg.RCX)
	l.JGE(ref("loop"))
	l.Label("rest")
	l.ADDQ(imm(16), reg.RCX)
	l.JZ(ref("done"))
	if l.wide {
		l.setTail(reg.RCX, reg.RAX)
		l.load(mem(reg.RSI, 0), l.V[5], true)
		l.VEXTRACTF64X4(imm(1), l.V[5], l.V[6].AsY())
		add(0, l.V[5].AsY())
		add(1, l.V[6].AsY())
	} else {
		l.CMPQ(reg.RCX, imm(8))
		l.JL(ref("part"))
		for i := range 2 {
			l.VCVTPS2PD(mem(reg.RSI, 16*i), l.V[4])
			l.VFMADD231PD(l.V[4], l.V[4], l.V[i])
		}
		l.SUBQ(imm(8), reg.RCX)
		l.JZ(ref("done"))
		l.setTail(reg.RCX, reg.RAX)
		l.load(mem(reg.RSI, 32), l.V[5], true)
		l.VEXTRACTF128(imm(1), l.V[5], l.V[6].AsX())
		add(2, l.V[5].AsX())
		add(3, l.V[6].AsX())
		l.JMP(ref("done"))
		l.Label("part")
		l.setTail(reg.RCX, reg.RAX)
		l.load(mem(reg.RSI, 0), l.V[5], true)
		l.VEXTRACTF128(imm(1), l.V[5], l.V[6].AsX())
		add(0, l.V[5].AsX())
		add(1, l.V[6].AsX())
	}
	l.Label("done")
	for i := range groups {
		l.VMOVUPS(l.V[i], mem(reg.RDI, i*l.bytes))
	}
	l.end()
}
