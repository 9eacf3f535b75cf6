package kernel

import "unsafe"

// Product is C = A·B, or C += A·B with Add, or C = A·B + Bias with a row of PanelWidth numbers, for a B of PanelWidth columns,
// of which the first Cols are computed (0: all).
//
// The columns after Cols, in whole vectors, may be written or not; B and C have them.
//
// A has rows ARow apart. The inner dimension runs over Blocks blocks of K steps: inside a block A moves by AStep, from
// block to block by ABlock; B moves by BStep at each of the Blocks·K steps. So one call covers a row-major A (AStep 1), a
// transposed one (ARow 1), and panels that lie one after another (Blocks > 1). Blocks 0 is one block.
//
// With BRow each row of C has a B of its own, so far from that of the row before; ARow may then be 0. So one call covers the
// panels of a row that stands alone. With Back it may begin with the last row, whose B may still be near from the product before.
//
// The terms of an element are added in order, to C's value with Add, to that of Bias where there is one: no row depends on
// the number of rows.
type Product[T Float] struct {
	A                   []T
	ARow, AStep, ABlock int
	K, Blocks           int
	B                   []T
	BStep, BRow         int
	C                   []T
	CRow, Cols          int
	Bias                []T
	Add, Back           bool
}

// Run computes the first rows rows of C.
func (p *Product[T]) Run(rows int) {
	sized(rows | p.ARow | p.AStep | p.ABlock | p.K | p.Blocks | p.BStep | p.BRow | p.CRow | p.Cols)
	if rows == 0 {
		return
	}
	reachMatrix(p.C, p.CRow, rows, PanelWidth)
	if p.Bias != nil {
		reach(p.Bias, PanelWidth)
	}
	if p.K == 0 {
		p.begin(rows)
		return
	}
	if p.Cols > PanelWidth {
		panic("kernel: more columns than a panel has")
	}
	if p.ARow == 0 && p.BRow == 0 && rows > 1 || p.AStep == 0 && p.K > 1 {
		panic("kernel: stride too small")
	}
	blocks := max(p.Blocks, 1)
	reach(p.A, (rows-1)*p.ARow+(p.K-1)*p.AStep+(blocks-1)*p.ABlock+1)
	reach(p.B, (rows-1)*p.BRow+(blocks*p.K-1)*p.BStep+PanelWidth)
	if single[T]() && productSIMD((*Product[float32])(unsafe.Pointer(p)), rows) {
		return
	}
	p.begin(rows)
	if p.BRow > 0 {
		one := *p
		for r := range rows {
			one.A, one.B, one.C, one.BRow, one.Add = p.A[r*p.ARow:], p.B[r*p.BRow:], p.C[r*p.CRow:], 0, true
			one.Run(1)
		}
		return
	}
	for b := range blocks {
		addProduct(rows, PanelWidth, p.K, 1, matrix[T]{p.A[b*p.ABlock:], p.ARow, p.AStep}, matrix[T]{p.B[b*p.K*p.BStep:], p.BStep, 1}, p.C, p.CRow)
	}
}

// begin writes what the products are added to.
func (p *Product[T]) begin(rows int) {
	if p.Add {
		return
	}
	for r := range rows {
		row := p.C[r*p.CRow:][:PanelWidth]
		if p.Bias != nil {
			copy(row, p.Bias)
		} else {
			clear(row)
		}
	}
}
