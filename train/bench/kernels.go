package bench

import (
	"fmt"
	"math/rand/v2"

	"threatnet/internal/kernel"
)

// shapes are rows × inner × columns of the products that the models are made of, and larger ones.
var shapes = [][3]int{
	{64, 128, 64}, {128, 64, 64}, {128, 128, 512}, {128, 256, 512}, {128, 512, 128}, {256, 107, 128}, {256, 128, 128}, {512, 512, 512}, {1024, 1024, 1024},
}

func kernels() (cases []Case) {
	for _, s := range shapes {
		m, k, n := s[0], s[1], s[2]
		flop := 2 * float64(m) * float64(k) * float64(n)
		cases = append(cases, Case{
			Name: fmt.Sprintf("gemm/%dx%dx%d", m, k, n), Unit: "GFLOP/s", Units: flop, FLOP: flop, threads: 1,
			Make: func(Options, int) (func(int) error, func(), error) {
				a, b, c := random(m*k), random(k*n), make([]float32, m*n)
				return repeat(func() { kernel.Gemm(false, false, m, n, k, 1, a, k, b, n, 0, c, n) }), func() {}, nil
			},
		})
	}
	const elements = 4096
	for _, e := range []struct {
		name string
		run  func(d, x []float32)
	}{
		{"exp", kernel.ExpAll[float32]}, {"sigmoid", kernel.SigmoidAll[float32]}, {"tanh", kernel.TanhAll[float32]}, {"relu", kernel.ReLU[float32]}, {"add", kernel.Add[float32]},
	} {
		cases = append(cases, Case{
			Name: "elementwise/" + e.name, Unit: "ns/element", Units: elements, threads: 1,
			Make: func(Options, int) (func(int) error, func(), error) {
				x, d := random(elements), make([]float32, elements)
				return repeat(func() { e.run(d, x) }), func() {}, nil
			},
		})
	}
	return cases
}

func repeat(f func()) func(int) error {
	return func(n int) error {
		for range n {
			f()
		}
		return nil
	}
}

// random draws from a normal distribution; products of zeros would flatter a kernel that skips them.
func random(n int) []float32 {
	r := rand.New(rand.NewPCG(1, uint64(n)))
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(r.NormFloat64())
	}
	return x
}
