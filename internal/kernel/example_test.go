package kernel_test

import (
	"fmt"

	"threatnet/internal/kernel"
)

func ExampleGemm() {
	a := []float32{1, 2, 3, 4, 5, 6} // 2×3
	b := []float32{1, 0, 0, 1, 1, 1} // 3×2
	c := make([]float32, 4)
	kernel.Gemm(false, false, 2, 2, 3, 1, a, 3, b, 2, 0, c, 2)
	fmt.Println(c)
	// Output: [4 5 10 11]
}

func ExamplePacked() {
	var weights kernel.Packed[float32]
	weights.Pack(true, 2, 3, []float32{1, 2, 3, 4, 5, 6}, 2) // the transpose of a 3×2 matrix
	y := []float32{100, 100, 100}
	weights.Gemm(false, 1, 1, []float32{1, 10}, 2, 1, y, 3)
	fmt.Println(y)
	// Output: [121 143 165]
}

func ExampleSoftmax() {
	x := []float64{0, 0, 0, 0}
	logSum, largest := kernel.Softmax(x)
	fmt.Printf("%v %.4f %v\n", x, logSum, largest)
	// Output: [0.25 0.25 0.25 0.25] 1.3863 0
}

func ExampleProduct() {
	a := []float32{1, 2} // one row
	b := make([]float32, 2*kernel.PanelWidth)
	b[0], b[kernel.PanelWidth] = 3, 4
	c := make([]float32, kernel.PanelWidth)
	p := kernel.Product[float32]{A: a, ARow: 2, AStep: 1, K: 2, B: b, BStep: kernel.PanelWidth, C: c, CRow: kernel.PanelWidth}
	p.Run(1)
	fmt.Println(c[:2])
	// Output: [11 0]
}
