//go:build !noasm

package kernel

func addBiasSIMD(rows, cols int, d []float32, dRow int, b []float32, relu bool) bool {
	if active == levelGo {
		return false
	}
	for j := 0; j < cols; j += chunk {
		w := min(chunk, cols-j)
		most := chunk / w
		for r := 0; r < rows; r += most {
			n, row := min(most, rows-r), &d[r*dRow+j]
			switch {
			case active == levelAVX512 && relu:
				addBiasReLU512(n, w, row, 4*dRow, &b[j])
			case active == levelAVX512:
				addBias512(n, w, row, 4*dRow, &b[j])
			case relu:
				addBiasReLU256(n, w, row, 4*dRow, &b[j])
			default:
				addBias256(n, w, row, 4*dRow, &b[j])
			}
		}
	}
	return true
}

func sumRowsSIMD(rows, cols int, x []float32, xRow int, d []float32) bool {
	if active == levelGo {
		return false
	}
	for j := 0; j < cols; j += chunk {
		w := min(chunk, cols-j)
		most := chunk / w
		for r := 0; r < rows; r += most {
			n := min(most, rows-r)
			if active == levelAVX512 {
				sumRows512(n, w, &x[r*xRow+j], 4*xRow, &d[j])
			} else {
				sumRows256(n, w, &x[r*xRow+j], 4*xRow, &d[j])
			}
		}
	}
	return true
}
