package kernel

// ExpAll writes eˣ of every element of x to d, which may be x.
func ExpAll[T Float](d, x []T) {
	reach(d, len(x))
	if single[T]() && expSIMD(f32(d), f32(x)) {
		return
	}
	for i, v := range x {
		d[i] = Exp(v)
	}
}

// SigmoidAll writes 1/(1+e⁻ˣ) of every element of x to d, which may be x.
func SigmoidAll[T Float](d, x []T) {
	reach(d, len(x))
	if single[T]() && sigmoidSIMD(f32(d), f32(x)) {
		return
	}
	for i, v := range x {
		d[i] = Sigmoid(v)
	}
}

// HardSigmoidAll writes HardSigmoid of every element of x to d, which may be x.
func HardSigmoidAll[T Float](d, x []T, slope T) {
	reach(d, len(x))
	if single[T]() && hardSigmoidSIMD(f32(d), f32(x), float32(slope)) {
		return
	}
	for i, v := range x {
		d[i] = HardSigmoid(v, slope)
	}
}

// TanhAll writes the hyperbolic tangent of every element of x to d, which may be x.
func TanhAll[T Float](d, x []T) {
	reach(d, len(x))
	if single[T]() && tanhSIMD(f32(d), f32(x)) {
		return
	}
	for i, v := range x {
		d[i] = Tanh(v)
	}
}

// ReLU writes max(x, 0) of every element of x to d, which may be x; of NaN it is NaN.
func ReLU[T Float](d, x []T) {
	reach(d, len(x))
	if single[T]() && reluSIMD(f32(d), f32(x)) {
		return
	}
	for i, v := range x {
		d[i] = max(v, 0)
	}
}

// ReLUBackward writes the gradient of ReLU's input to dx, from that of its output y: dy where y > 0, else 0. dx may be dy.
func ReLUBackward[T Float](dx, dy, y []T) {
	reach(dy, len(dx))
	reach(y, len(dx))
	if single[T]() && reluBackwardSIMD(f32(dx), f32(dy), f32(y)) {
		return
	}
	for i, v := range y[:len(dx)] {
		if v > 0 {
			dx[i] = dy[i]
		} else {
			dx[i] = 0
		}
	}
}

// SigmoidBackward writes the gradient of Sigmoid's input to dx, from that of its output y: dy·y·(1−y). dx may be dy.
func SigmoidBackward[T Float](dx, dy, y []T) {
	reach(dy, len(dx))
	reach(y, len(dx))
	if single[T]() && sigmoidBackwardSIMD(f32(dx), f32(dy), f32(y)) {
		return
	}
	for i, v := range y[:len(dx)] {
		dx[i] = dy[i] * v * (1 - v)
	}
}

// TanhBackward writes the gradient of Tanh's input to dx, from that of its output y: dy·(1−y²). dx may be dy.
func TanhBackward[T Float](dx, dy, y []T) {
	reach(dy, len(dx))
	reach(y, len(dx))
	if single[T]() && tanhBackwardSIMD(f32(dx), f32(dy), f32(y)) {
		return
	}
	for i, v := range y[:len(dx)] {
		dx[i] = dy[i] * (1 - rounded(v*v))
	}
}
