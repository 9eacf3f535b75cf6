package kernel

// PackGates copies rows of gate pieces into panel rows: row r takes units ≤ 16 numbers from each of src[r·srcRow +
// q·gate], q = 0..3, to dst[r·64 + 16·q]. The rest of a panel row, when units < 16, becomes zero.
func PackGates[T Float](rows, units int, src []T, srcRow, gate int, dst []T) {
	if !reachPieces(rows, units, src, srcRow, gate, dst) {
		return
	}
	if single[T]() && units == PanelUnits && packGatesSIMD(rows, f32(src), srcRow, gate, f32(dst)) {
		return
	}
	for r := range rows {
		d := dst[r*PanelWidth:][:PanelWidth]
		for q := range 4 {
			clear(d[q*PanelUnits+copy(d[q*PanelUnits:], src[r*srcRow+q*gate:][:units]) : (q+1)*PanelUnits])
		}
	}
}

// UnpackGates is the reverse of PackGates: panel rows of src back to gate pieces of dst.
func UnpackGates[T Float](rows, units int, src, dst []T, dstRow, gate int) {
	if !reachPieces(rows, units, dst, dstRow, gate, src) {
		return
	}
	if single[T]() && units == PanelUnits && unpackGatesSIMD(rows, f32(src), f32(dst), dstRow, gate) {
		return
	}
	for r := range rows {
		s := src[r*PanelWidth:][:PanelWidth]
		for q := range 4 {
			copy(dst[r*dstRow+q*gate:][:units], s[q*PanelUnits:])
		}
	}
}

// reachPieces checks the operands of PackGates and UnpackGates and reports whether there is something to copy.
func reachPieces[T Float](rows, units int, pieces []T, row, gate int, panel []T) bool {
	sized(rows | units | row | gate)
	if units > PanelUnits {
		panic("kernel: more units than a panel has")
	}
	if rows == 0 {
		return false
	}
	reach(pieces, (rows-1)*row+3*gate+units)
	reach(panel, rows*PanelWidth)
	return true
}

// Transpose writes the rows×cols matrix src, rows srcRow apart, as the cols×rows matrix dst. It is fastest where rows is a
// multiple of 16.
func Transpose[T Float](rows, cols int, src []T, srcRow int, dst []T, dstRow int) {
	sized(rows | cols | srcRow | dstRow)
	if rows == 0 || cols == 0 {
		return
	}
	reachMatrix(src, srcRow, rows, cols)
	reachMatrix(dst, dstRow, cols, rows)
	done := 0
	if single[T]() {
		done = transposeSIMD(rows, cols, f32(src), srcRow, f32(dst), dstRow)
	}
	for i := done; i < rows; i++ {
		for j, v := range src[i*srcRow:][:cols] {
			dst[j*dstRow+i] = v
		}
	}
}
