// Package kernel holds the inner loops of the layers: products, the LSTM cell, elementwise functions, packing and the
// optimizers' updates, generic over float32 and float64.
//
// The LSTM works on panels: a panel row holds the four gates i, f, c, o of 16 units side by side, 64 numbers, so that one
// product of 64 columns yields all that the cell step of these units needs. Units beyond the layer's own are zero and
// stay zero.
//
// float32 runs at the best level that the processor has: AVX-512, AVX2 with FMA, or plain Go (see Level). float64 is
// always plain Go. The levels agree on NaN, infinities, overflow and denormals; exp, sigmoid and tanh are within 3 units in the
// last place of the truth at each. Sums of rounded terms (products, Softmax, the cell) may differ between levels in the
// last bits; what only adds, multiplies, divides or takes roots element by element is the same everywhere.
//
// All strides count elements. Operands are slices that reach at least to the last element that the call touches; a
// shorter one panics. Operands of one call do not overlap unless its comment allows it. No call allocates, and none
// depends on the number of cores.
package kernel

import "unsafe"

//go:generate go run -C gen . -out ..

// PanelUnits is the number of LSTM units in a panel; PanelWidth is the length of a panel row: their four gates.
const (
	PanelUnits = 16
	PanelWidth = 4 * PanelUnits
)

// Float is the number type of a network: float32 to work, float64 to check.
type Float interface{ float32 | float64 }

// Panels returns how many panels n units take.
func Panels(n int) int { return (n + PanelUnits - 1) / PanelUnits }

// single reports whether T is float32. The compiler knows.
func single[T Float]() bool {
	var x T
	return unsafe.Sizeof(x) == 4
}

// f32 is x as what it is when T is float32. It must not be called for float64.
func f32[T Float](x []T) []float32 { return *(*[]float32)(unsafe.Pointer(&x)) }

// maxSize bounds counts and strides, so that sums of their products do not overflow.
const maxSize = 1 << 30

// sized panics where the or of counts and strides shows that one is negative or too large.
func sized(or int) {
	if uint(or) >= maxSize {
		panic("kernel: negative or too large size")
	}
}

// reach panics unless an operand has n elements.
func reach[T Float](operand []T, n int) {
	if n > len(operand) {
		panic("kernel: operand too short")
	}
}
