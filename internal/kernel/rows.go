package kernel

// AddBias adds b to each row of the rows×cols matrix d, whose rows are dRow apart.
func AddBias[T Float](rows, cols int, d []T, dRow int, b []T) { addBias(rows, cols, d, dRow, b, false) }

// AddBiasReLU is AddBias and then max(·, 0); of NaN it is NaN.
func AddBiasReLU[T Float](rows, cols int, d []T, dRow int, b []T) {
	addBias(rows, cols, d, dRow, b, true)
}

func addBias[T Float](rows, cols int, d []T, dRow int, b []T, relu bool) {
	if !reachRows(rows, cols, d, dRow, b) {
		return
	}
	if single[T]() && addBiasSIMD(rows, cols, f32(d), dRow, f32(b), relu) {
		return
	}
	for r := range rows {
		row := d[r*dRow:][:cols]
		for j, v := range b[:cols] {
			row[j] += v
			if relu {
				row[j] = max(row[j], 0)
			}
		}
	}
}

// SumRows adds the rows of the rows×cols matrix x, xRow apart, to d, one after another.
func SumRows[T Float](rows, cols int, x []T, xRow int, d []T) {
	if !reachRows(rows, cols, x, xRow, d) {
		return
	}
	if single[T]() && sumRowsSIMD(rows, cols, f32(x), xRow, f32(d)) {
		return
	}
	for r := range rows {
		for j, v := range x[r*xRow:][:cols] {
			d[j] += v
		}
	}
}

// reachRows checks the operands and reports whether they have elements.
func reachRows[T Float](rows, cols int, x []T, xRow int, row []T) bool {
	sized(rows | cols | xRow)
	if rows == 0 || cols == 0 {
		return false
	}
	reachMatrix(x, xRow, rows, cols)
	reach(row, cols)
	return true
}
