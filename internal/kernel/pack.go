package kernel

// PackGates copies rows of gate pieces into panel rows: row r takes units numbers from each of src[r·srcRow + q·gate],
// q = 0..3, to dst[r·64 + 16·q]. The rest of a panel row, when units < 16, becomes zero.
func PackGates[T Float](rows, units int, src []T, srcRow, gate int, dst []T) {
	for r := range rows {
		d := dst[r*PanelWidth:][:PanelWidth]
		for q := range 4 {
			clear(d[q*PanelUnits+copy(d[q*PanelUnits:], src[r*srcRow+q*gate:][:units]) : (q+1)*PanelUnits])
		}
	}
}

// UnpackGates is the reverse of PackGates: panel rows of src back to gate pieces of dst.
func UnpackGates[T Float](rows, units int, src, dst []T, dstRow, gate int) {
	for r := range rows {
		s := src[r*PanelWidth:][:PanelWidth]
		for q := range 4 {
			copy(dst[r*dstRow+q*gate:][:units], s[q*PanelUnits:])
		}
	}
}

// Transpose writes the rows×cols matrix src, rows srcRow apart, as the cols×rows matrix dst. Both counts are multiples of
// 16.
func Transpose[T Float](rows, cols int, src []T, srcRow int, dst []T, dstRow int) {
	for i := range rows {
		for j, v := range src[i*srcRow:][:cols] {
			dst[j*dstRow+i] = v
		}
	}
}
