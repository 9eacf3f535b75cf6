package main

import (
	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/reg"
)

// fmaChains is the number of independent chains of the loop that measures the ceiling: latency times throughput is 8 to 10.
const fmaChains = 12

// cpu writes what concerns the processor itself.
func cpu(f *file) {
	f.Function("pause")
	f.Attributes(attr.NOSPLIT)
	f.SignatureExpr("func()")
	f.Doc("pause tells the processor that the program spins.")
	f.PAUSE()
	f.RET()
	f.levels(func(l *level) {
		l.function("fma", "func(n int)", "makes n ≥ 1 rounds of 12 independent fused multiply-adds of a vector.")
		l.params(map[string]reg.GPPhysical{"n": reg.RCX})
		for i := range fmaChains + 2 {
			l.zero(l.V[i])
		}
		l.Label("loop")
		for i := range fmaChains {
			l.VFMADD231PS(l.V[fmaChains], l.V[fmaChains+1], l.V[i])
		}
		l.DECQ(reg.RCX)
		l.JNZ(ref("loop"))
		l.end()
	})
}
