package main

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

var (
	zmm = []reg.VecPhysical{
		reg.Z0, reg.Z1, reg.Z2, reg.Z3, reg.Z4, reg.Z5, reg.Z6, reg.Z7, reg.Z8, reg.Z9, reg.Z10, reg.Z11, reg.Z12, reg.Z13, reg.Z14, reg.Z15,
		reg.Z16, reg.Z17, reg.Z18, reg.Z19, reg.Z20, reg.Z21, reg.Z22, reg.Z23, reg.Z24, reg.Z25, reg.Z26, reg.Z27, reg.Z28, reg.Z29, reg.Z30, reg.Z31,
	}
	ymm = []reg.VecPhysical{
		reg.Y0, reg.Y1, reg.Y2, reg.Y3, reg.Y4, reg.Y5, reg.Y6, reg.Y7, reg.Y8, reg.Y9, reg.Y10, reg.Y11, reg.Y12, reg.Y13, reg.Y14, reg.Y15,
	}
	kmask = []reg.OpmaskPhysical{reg.K0, reg.K1, reg.K2, reg.K3, reg.K4, reg.K5, reg.K6, reg.K7}
)

// file is one file of assembly with its constants.
type file struct {
	*build.Context
	consts map[string]operand.Mem
}

func newFile() *file {
	f := &file{build.NewContext(), map[string]operand.Mem{}}
	f.ConstraintExpr("amd64,!noasm")
	return f
}

// constant is a vector of eight equal numbers in read-only memory.
func (f *file) constant(name string) operand.Mem {
	if m, ok := f.consts[name]; ok {
		return m
	}
	bits, ok := constants[name]
	if !ok {
		panic("gen: no constant " + name)
	}
	m := f.StaticGlobal(name)
	f.DataAttributes(attr.RODATA | attr.NOPTR)
	for range 8 {
		f.AppendDatum(operand.U32(bits))
	}
	f.consts[name] = m
	return m
}

// masks is a table of eight ones and eight zeros: a vector read 4·n bytes before its middle has n ones in front.
func (f *file) masks() operand.Mem {
	if m, ok := f.consts["masks"]; ok {
		return m
	}
	m := f.StaticGlobal("masks")
	f.DataAttributes(attr.RODATA | attr.NOPTR)
	for range 8 {
		f.AppendDatum(operand.U32(math.MaxUint32))
	}
	for range 8 {
		f.AppendDatum(operand.U32(0))
	}
	f.consts["masks"] = m
	return m
}

// level is a file seen at one level: AVX-512 when wide, else AVX2 with FMA.
type level struct {
	*file
	wide  bool
	V     []reg.VecPhysical
	lanes int // numbers in a vector
	bytes int // of a vector
	kept  map[string]reg.VecPhysical
	mask  reg.VecPhysical // the mask of a tail when not wide; it is K1 when wide
	name  string          // of the function being written
	label int
}

// levels calls emit for both.
func (f *file) levels(emit func(l *level)) {
	emit(&level{file: f, wide: true, V: zmm, lanes: 16, bytes: 64})
	emit(&level{file: f, V: ymm, lanes: 8, bytes: 32})
}

// function begins a function: its name gets the level's register width behind it.
func (l *level) function(name, signature, doc string) {
	width := map[bool]string{true: "512", false: "256"}[l.wide]
	l.name, l.label = name+width, 0
	l.kept = map[string]reg.VecPhysical{}
	l.Function(l.name)
	l.Attributes(attr.NOSPLIT)
	l.SignatureExpr(signature)
	l.Pragma("noescape")
	l.Doc(l.name + " " + doc)
}

// end ends it.
func (l *level) end() {
	l.VZEROUPPER()
	l.RET()
}

// params loads parameters into registers, in order.
func (l *level) params(regs map[string]reg.GPPhysical) {
	for _, name := range slices.Sorted(maps.Keys(regs)) {
		l.Load(l.Param(name), regs[name])
	}
}

// arg is the place of a parameter in memory.
func (l *level) arg(name string) operand.Mem {
	b, err := l.Param(name).Resolve()
	if err != nil {
		panic(fmt.Sprintf("gen: %s: %v", l.name, err))
	}
	return b.Addr
}

// fresh returns a label that is not used yet in this function.
func (l *level) fresh(what string) string {
	l.label++
	return fmt.Sprintf("%s%d", what, l.label)
}

// imm is an immediate operand: one byte where it fits with its sign.
func imm(n int) operand.Constant {
	if n < 128 {
		return operand.U8(n)
	}
	return operand.U32(n)
}

func ref(label string) operand.LabelRef { return operand.LabelRef(label) }

func mem(base reg.GPPhysical, disp int) operand.Mem { return operand.Mem{Base: base, Disp: disp} }

func (l *level) zero(v reg.VecPhysical) { l.VXORPS(v, v, v) }

// keep holds constants in registers: names in order, from register i downwards.
func (l *level) keep(i int, names ...string) {
	for _, n := range names {
		l.VBROADCASTSS(l.constant(n), l.V[i])
		l.kept[n] = l.V[i]
		i--
	}
}

// scalar spreads a float32 parameter over register v and calls it name.
func (l *level) scalar(name string, v reg.VecPhysical) {
	l.VBROADCASTSS(l.arg(name), v)
	l.kept[name] = v
}

// c is a constant: a register when kept, else memory, which only AVX2 instructions take as it is.
func (l *level) c(name string) operand.Op {
	if v, ok := l.kept[name]; ok {
		return v
	}
	if l.wide {
		panic("gen: " + l.name + " does not keep " + name)
	}
	return l.constant(name)
}

// setTail makes the mask of the first n lanes. It uses tmp.
func (l *level) setTail(n, tmp reg.GPPhysical) {
	if l.wide {
		l.MOVL(operand.U32(0xffff), tmp.As32())
		l.BZHIL(n.As32(), tmp.As32(), tmp.As32())
		l.KMOVW(tmp.As32(), reg.K1)
		return
	}
	l.LEAQ(l.masks().Offset(32), tmp)
	l.NEGQ(n)
	l.VMOVUPS(operand.Mem{Base: tmp, Index: n, Scale: 4}, l.mask)
	l.NEGQ(n)
}

// load reads a vector; with tail only the lanes of the mask, the others become 0.
func (l *level) load(m operand.Mem, v reg.VecPhysical, tail bool) {
	switch {
	case !tail:
		l.VMOVUPS(m, v)
	case l.wide:
		l.VMOVUPS_Z(m, reg.K1, v)
	default:
		l.VMASKMOVPS(m, l.mask, v)
	}
}

// store writes a vector; with tail only the lanes of the mask.
func (l *level) store(v reg.VecPhysical, m operand.Mem, tail bool) {
	switch {
	case !tail:
		l.VMOVUPS(v, m)
	case l.wide:
		l.VMOVUPS(v, reg.K1, m)
	default:
		l.VMASKMOVPS(v, l.mask, m)
	}
}
