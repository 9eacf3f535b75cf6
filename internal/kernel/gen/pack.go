package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// pack writes the copies between layouts. Strides are in bytes.
func pack(f *file) {
	f.levels(func(l *level) {
		l.gatePieces("packGates", false)
		l.gatePieces("unpackGates", true)
		l.packRows()
		l.transpose()
	})
}

// gatePieces writes PackGates, or its reverse, for panels of 16 units.
func (l *level) gatePieces(name string, reverse bool) {
	doc := "copies four pieces of 16 numbers, pieceStep apart, of each of the rows ≥ 1 at pieces to 64 adjacent ones at panel."
	if reverse {
		doc = "copies 64 adjacent numbers of each of the rows ≥ 1 at panel to four pieces of 16, pieceStep apart, at pieces."
	}
	l.function(name, "func(rows int, pieces *float32, piecesRow, pieceStep int, panel *float32)", doc)
	l.params(map[string]reg.GPPhysical{"rows": reg.RCX, "pieces": reg.RSI, "piecesRow": reg.R8, "pieceStep": reg.R9, "panel": reg.RDI})
	l.LEAQ(operand.Mem{Base: reg.R9, Index: reg.R9, Scale: 2}, reg.R10)
	each := func(f func(piece, panel operand.Mem, v reg.VecPhysical)) {
		for q := range 4 {
			piece := mem(reg.RSI, 0)
			switch q {
			case 1:
				piece.Index, piece.Scale = reg.R9, 1
			case 2:
				piece.Index, piece.Scale = reg.R9, 2
			case 3:
				piece.Index, piece.Scale = reg.R10, 1
			}
			for d := 0; d < 64; d += l.bytes {
				piece.Disp = d
				f(piece, mem(reg.RDI, 64*q+d), l.V[(64*q+d)/l.bytes])
			}
		}
	}
	l.Label("row")
	each(func(piece, panel operand.Mem, v reg.VecPhysical) {
		if reverse {
			piece = panel
		}
		l.VMOVUPS(piece, v)
	})
	each(func(piece, panel operand.Mem, v reg.VecPhysical) {
		if reverse {
			panel = piece
		}
		l.VMOVUPS(v, panel)
	})
	l.ADDQ(reg.R8, reg.RSI)
	l.ADDQ(imm(256), reg.RDI)
	l.DECQ(reg.RCX)
	l.JNZ(ref("row"))
	l.end()
}

// packRows writes the packing of a right operand that is not transposed.
func (l *level) packRows() {
	l.function("packRows", "func(rows, cols int, x *float32, xRow int, d *float32, dRow int)",
		"copies cols numbers, at most two vectors, of each of the rows ≥ 1 at x to d, of whose rows it writes two vectors; the rest becomes 0.")
	l.params(map[string]reg.GPPhysical{"rows": reg.RCX, "cols": reg.R10, "x": reg.RSI, "xRow": reg.R8, "d": reg.RDI, "dRow": reg.R11})
	vb := l.bytes
	l.mask = l.V[8]
	l.CMPQ(reg.R10, imm(2*l.lanes))
	l.JNE(ref("part"))
	l.Label("four")
	l.SUBQ(imm(4), reg.RCX)
	l.JL(ref("last"))
	l.Label("loop")
	l.LEAQ(operand.Mem{Base: reg.RSI, Index: reg.R8, Scale: 2}, reg.R9)
	for i, m := range []operand.Mem{{Base: reg.RSI}, {Base: reg.RSI, Index: reg.R8, Scale: 1}, {Base: reg.R9}, {Base: reg.R9, Index: reg.R8, Scale: 1}} {
		l.VMOVUPS(m, l.V[2*i])
		m.Disp = vb
		l.VMOVUPS(m, l.V[2*i+1])
	}
	for i := range 4 {
		l.VMOVUPS(l.V[2*i], mem(reg.RDI, 0))
		l.VMOVUPS(l.V[2*i+1], mem(reg.RDI, vb))
		l.ADDQ(reg.R11, reg.RDI)
	}
	l.LEAQ(operand.Mem{Base: reg.RSI, Index: reg.R8, Scale: 4}, reg.RSI)
	l.SUBQ(imm(4), reg.RCX)
	l.JGE(ref("loop"))
	l.Label("last")
	l.ADDQ(imm(4), reg.RCX)
	l.JZ(ref("done"))
	l.Label("one")
	for i := range 2 {
		l.VMOVUPS(mem(reg.RSI, i*vb), l.V[i])
		l.VMOVUPS(l.V[i], mem(reg.RDI, i*vb))
	}
	l.ADDQ(reg.R8, reg.RSI)
	l.ADDQ(reg.R11, reg.RDI)
	l.DECQ(reg.RCX)
	l.JNZ(ref("one"))
	l.JMP(ref("done"))
	// A panel that is not full: one whole vector or none, and a part of one.
	l.Label("part")
	l.CMPQ(reg.R10, imm(l.lanes))
	l.JL(ref("narrow"))
	l.SUBQ(imm(l.lanes), reg.R10)
	l.setTail(reg.R10, reg.RAX)
	l.Label("wideRow")
	l.load(mem(reg.RSI, 0), l.V[0], false)
	l.load(mem(reg.RSI, vb), l.V[1], true)
	l.VMOVUPS(l.V[0], mem(reg.RDI, 0))
	l.VMOVUPS(l.V[1], mem(reg.RDI, vb))
	l.ADDQ(reg.R8, reg.RSI)
	l.ADDQ(reg.R11, reg.RDI)
	l.DECQ(reg.RCX)
	l.JNZ(ref("wideRow"))
	l.JMP(ref("done"))
	l.Label("narrow")
	l.setTail(reg.R10, reg.RAX)
	l.zero(l.V[1])
	l.Label("narrowRow")
	l.load(mem(reg.RSI, 0), l.V[0], true)
	l.VMOVUPS(l.V[0], mem(reg.RDI, 0))
	l.VMOVUPS(l.V[1], mem(reg.RDI, vb))
	l.ADDQ(reg.R8, reg.RSI)
	l.ADDQ(reg.R11, reg.RDI)
	l.DECQ(reg.RCX)
	l.JNZ(ref("narrowRow"))
	l.Label("done")
	l.end()
}

// transpose writes the transposition of a band of one vector of rows.
func (l *level) transpose() {
	l.function("transpose", "func(rows, cols int, x *float32, xRow int, d *float32, dRow int)",
		"writes the rows 1 ≤ rows ≤ one vector and cols ≥ 1 at x as cols rows of one vector at d; lanes beyond rows repeat the last row.")
	L, vb := l.lanes, l.bytes
	l.params(map[string]reg.GPPhysical{"rows": reg.RBX, "cols": reg.RCX, "x": reg.RSI, "xRow": reg.R8, "d": reg.RDI, "dRow": reg.R10})
	l.mask = l.V[15]
	block := func(tail bool) {
		l.MOVQ(reg.RSI, reg.R9)
		l.MOVQ(reg.RBX, reg.R11)
		l.MOVQ(reg.R8, reg.RDX)
		l.XORQ(reg.R15, reg.R15)
		for i := range L {
			l.load(mem(reg.R9, 0), l.V[i], tail)
			if i < L-1 {
				l.DECQ(reg.R11)
				l.CMOVQEQ(reg.R15, reg.RDX) // after the last row stand still
				l.ADDQ(reg.RDX, reg.R9)
			}
		}
		out := l.transposeRegisters()
		l.MOVQ(reg.RDI, reg.R9)
		for i := range L {
			l.VMOVUPS(out[i], mem(reg.R9, 0))
			if tail {
				l.DECQ(reg.RCX)
				l.JZ(ref("done"))
			}
			l.ADDQ(reg.R10, reg.R9)
		}
		l.MOVQ(reg.R9, reg.RDI)
		l.ADDQ(imm(vb), reg.RSI)
	}
	l.SUBQ(imm(L), reg.RCX)
	l.JL(ref("rest"))
	l.Label("loop")
	block(false)
	l.SUBQ(imm(L), reg.RCX)
	l.JGE(ref("loop"))
	l.Label("rest")
	l.ADDQ(imm(L), reg.RCX)
	l.JZ(ref("done"))
	l.setTail(reg.RCX, reg.RAX)
	block(true)
	l.Label("done")
	l.end()
}

// transposeRegisters transposes the square of numbers in the first registers and tells where its rows are.
func (l *level) transposeRegisters() []reg.VecPhysical {
	V, L := l.V, l.lanes
	for r := range L / 2 {
		l.VUNPCKLPS(V[2*r+1], V[2*r], V[L+2*r])
		l.VUNPCKHPS(V[2*r+1], V[2*r], V[L+2*r+1])
	}
	for q := range L / 4 {
		t := L + 4*q
		l.VUNPCKLPD(V[t+2], V[t], V[4*q])
		l.VUNPCKHPD(V[t+2], V[t], V[4*q+1])
		l.VUNPCKLPD(V[t+3], V[t+1], V[4*q+2])
		l.VUNPCKHPD(V[t+3], V[t+1], V[4*q+3])
	}
	if !l.wide {
		for c := range 4 {
			l.VPERM2F128(imm(0x20), V[4+c], V[c], V[8+c])
			l.VPERM2F128(imm(0x31), V[4+c], V[c], V[12+c])
		}
		return V[8:16]
	}
	for c := range 4 {
		l.VSHUFF32X4(operand.U8(0x88), V[4+c], V[c], V[16+4*c])
		l.VSHUFF32X4(operand.U8(0xdd), V[4+c], V[c], V[17+4*c])
		l.VSHUFF32X4(operand.U8(0x88), V[12+c], V[8+c], V[18+4*c])
		l.VSHUFF32X4(operand.U8(0xdd), V[12+c], V[8+c], V[19+4*c])
	}
	for c := range 4 {
		b := 16 + 4*c
		l.VSHUFF32X4(operand.U8(0x88), V[b+2], V[b], V[c])
		l.VSHUFF32X4(operand.U8(0xdd), V[b+2], V[b], V[8+c])
		l.VSHUFF32X4(operand.U8(0x88), V[b+3], V[b+1], V[4+c])
		l.VSHUFF32X4(operand.U8(0xdd), V[b+3], V[b+1], V[12+c])
	}
	return V[:16]
}
