//go:build !noasm

package kernel

// copyRows and copyCols bound the rows of panels and the columns of a transposition in one call into assembly: some tens
// of microseconds.
const (
	copyRows = 1024
	copyCols = 4096
)

func packGatesSIMD(rows int, src []float32, srcRow, gate int, dst []float32) bool {
	if active == levelGo {
		return false
	}
	for r := 0; r < rows; r += copyRows {
		n := min(copyRows, rows-r)
		if active == levelAVX512 {
			packGates512(n, &src[r*srcRow], 4*srcRow, 4*gate, &dst[r*PanelWidth])
		} else {
			packGates256(n, &src[r*srcRow], 4*srcRow, 4*gate, &dst[r*PanelWidth])
		}
	}
	return true
}

func unpackGatesSIMD(rows int, src, dst []float32, dstRow, gate int) bool {
	if active == levelGo {
		return false
	}
	for r := 0; r < rows; r += copyRows {
		n := min(copyRows, rows-r)
		if active == levelAVX512 {
			unpackGates512(n, &dst[r*dstRow], 4*dstRow, 4*gate, &src[r*PanelWidth])
		} else {
			unpackGates256(n, &dst[r*dstRow], 4*dstRow, 4*gate, &src[r*PanelWidth])
		}
	}
	return true
}

// transposeSIMD transposes the rows that fill whole vectors and returns how many.
func transposeSIMD(rows, cols int, src []float32, srcRow int, dst []float32, dstRow int) int {
	if active == levelGo {
		return 0
	}
	lanes := tilingOf(active).lanes
	done := rows - rows%lanes
	for i := 0; i < done; i += lanes {
		for j := 0; j < cols; j += copyCols {
			n := min(copyCols, cols-j)
			if active == levelAVX512 {
				transpose512(lanes, n, &src[i*srcRow+j], 4*srcRow, &dst[j*dstRow+i], 4*dstRow)
			} else {
				transpose256(lanes, n, &src[i*srcRow+j], 4*srcRow, &dst[j*dstRow+i], 4*dstRow)
			}
		}
	}
	return done
}
