package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// gate writes the LSTM cell on rows of one panel, i f c o of 16 units. Strides are in bytes.
func gate(f *file) {
	f.levels(func(l *level) {
		for _, hard := range []bool{false, true} {
			l.gateForward(hard, true)
			l.gateForward(hard, false)
			l.gateBackward(hard)
		}
	})
}

// gateForward writes the step forward; one that does not keep leaves out what the step back needs.
func (l *level) gateForward(hard, keep bool) {
	name, doc := "gateForward", "is the loop of GateForward over rows ≥ 1."
	outputs, slope := "gates, tanhC, ", ""
	if !keep {
		name, doc, outputs = "gateState", "is the loop of GateForward over rows ≥ 1 that keeps the states only.", ""
	}
	if hard {
		name, slope = name+"Hard", ", slope float32"
	}
	l.function(name, "func(rows int, z *float32, zRow int, off *int32, p, cPrev *float32, cPrevRow int, "+outputs+"c, h *float32, hRow int"+slope+")", doc)
	z, gates, off, p, cPrev, c, tanhC, h := reg.RSI, reg.RDI, reg.RBX, reg.RDX, reg.R8, reg.R9, reg.R10, reg.R11
	params := map[string]reg.GPPhysical{
		"rows": reg.RCX, "z": z, "off": off, "p": p, "cPrev": cPrev, "c": c, "h": h, "zRow": reg.R12, "cPrevRow": reg.R13, "hRow": reg.R14,
	}
	if keep {
		params["gates"], params["tanhC"] = gates, tanhC
	}
	l.params(params)
	V := l.V
	switch {
	case l.wide && hard:
		l.keepActivations("half")
		l.scalar("slope", V[16])
	case l.wide:
		l.keep(31, "one", "powMax", "powMin", "log2eMinus", "log2eTwice", "integer", "two", "q0", "q1", "q2", "q3", "q4")
	case hard:
		l.keep(15, "one", "expMin", "tanhMax", "log2e", "ln2hi")
		l.scalar("slope", V[10])
	default:
		l.keep(15, "one", "powMax", "powMin")
	}
	loop := cellLoop{l: l, keep: keep, z: z, gates: gates, off: off, p: p, cPrev: cPrev, c: c, tanhC: tanhC, h: h, zRow: reg.R12, cPrevRow: reg.R13, hRow: reg.R14}
	if l.wide && !hard {
		loop.overlapped()
	} else {
		loop.plain(hard)
	}
	l.end()
}

func (l *level) gateBackward(hard bool) {
	name, slope := "gateBackward", ""
	if hard {
		name, slope = "gateBackwardHard", ", slope float32"
	}
	l.function(name, "func(rows int, gates, cPrev *float32, cPrevRow int, tanhC, dh *float32, dhRow int, dc *float32, off *int32, dp *float32"+slope+")",
		"is the loop of GateBackward over rows ≥ 1.")
	gates, cPrev, tanhC, dhp, dcp, off, dp := reg.RSI, reg.R8, reg.R9, reg.R10, reg.R11, reg.RBX, reg.RDX
	l.params(map[string]reg.GPPhysical{
		"rows": reg.RCX, "gates": gates, "cPrev": cPrev, "cPrevRow": reg.R13, "tanhC": tanhC, "dh": dhp, "dhRow": reg.R12, "dc": dcp, "off": off, "dp": dp,
	})
	V := l.V
	l.keep(15, "one")
	one, zero := V[15], V[14]
	if hard {
		l.scalar("slope", V[13])
		l.zero(zero)
	}
	// derivative multiplies d by the derivative of the recurrent activation where it has the value v. It uses t, and v
	// itself when hard.
	derivative := func(v, d, t reg.VecPhysical) {
		const less = 0x11
		switch {
		case !hard:
			l.VSUBPS(v, one, t)
			l.VMULPS(v, t, t)
		case l.wide:
			l.VCMPPS(imm(greater), zero, v, reg.K1)
			l.VCMPPS(imm(less), one, v, reg.K2)
			l.KANDW(reg.K1, reg.K2, reg.K1)
			l.VMOVAPS_Z(V[13], reg.K1, t)
		default:
			l.VCMPPS(imm(greater), zero, v, t)
			l.VCMPPS(imm(less), one, v, v)
			l.VANDPS(v, t, t)
			l.VANDPS(V[13], t, t)
		}
		l.VMULPS(t, d, d)
	}
	l.LEAQ(operand.Mem{Base: cPrev, Index: reg.R13, Scale: 8}, reg.RAX)
	l.Label("row")
	for q := range 4 { // of a step long ago, eight rows before their turn
		l.PREFETCHT0(mem(gates, 8*256+64*q))
	}
	l.PREFETCHT0(mem(tanhC, 8*64))
	l.PREFETCHT0(mem(reg.RAX, 0))
	l.ADDQ(reg.R13, reg.RAX)
	l.MOVLQSX(mem(off, 0), reg.R15)
	l.ADDQ(imm(4), off)
	l.LEAQ(operand.Mem{Base: dp, Index: reg.R15, Scale: 4}, reg.R15)
	for d := 0; d < 64; d += l.bytes {
		i, f, ct, o, tc, dh, t, dc, u := V[0], V[1], V[2], V[3], V[4], V[5], V[6], V[7], V[8]
		for q, v := range []reg.VecPhysical{i, f, ct, o} {
			l.VMOVUPS(mem(gates, 64*q+d), v)
		}
		l.VMOVUPS(mem(tanhC, d), tc)
		l.VMOVUPS(mem(dhp, d), dh)
		l.VMOVUPS(mem(dcp, d), dc)
		l.VMULPS(o, dh, t)
		l.VMULPS(tc, dh, dh)
		l.VMOVAPS(one, u)
		l.VFNMADD231PS(tc, tc, u)
		l.VFMADD231PS(t, u, dc) // dc + dh·o·(1−tanh²c)
		derivative(o, dh, V[9])
		l.VMULPS(f, dc, t)
		l.VMOVUPS(t, mem(dcp, d))
		l.VMULPS(mem(cPrev, d), dc, t)
		derivative(f, t, V[10])
		l.VMULPS(i, dc, u)
		l.VMULPS(ct, dc, dc)
		derivative(i, dc, V[11])
		l.VMOVAPS(one, V[12])
		l.VFNMADD231PS(ct, ct, V[12])
		l.VMULPS(V[12], u, u)
		for q, v := range []reg.VecPhysical{dc, t, u, dh} {
			l.VMOVUPS(v, mem(gates, 64*q+d))
			l.VADDPS(mem(reg.R15, 64*q+d), v, v)
			l.VMOVUPS(v, mem(reg.R15, 64*q+d))
		}
	}
	l.ADDQ(imm(256), gates)
	l.ADDQ(reg.R13, cPrev)
	l.ADDQ(imm(64), tanhC)
	l.ADDQ(reg.R12, dhp)
	l.ADDQ(imm(64), dcp)
	l.DECQ(reg.RCX)
	l.JNZ(ref("row"))
	l.end()
}
