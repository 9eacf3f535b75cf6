package kernel

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestAffine: the bits are those of a product, of AddBias and of ReLU one after another; operands stand between guard
// pages, and there are NaN among them.
func TestAffine(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(6, 1))
		g := newGuards(t, 3, 30*460)
		var p Packed[float32]
		for trial := range trials(800) {
			g.back = trial%2 == 0
			c := randomCase(r, 150)
			if trial%40 == 0 {
				c.k = 380 + r.IntN(20) // more than one block
			}
			c.m, c.transA, c.transB, c.alpha, c.beta = min(c.m, 30), false, false, 1, 0
			relu, wide := trial%3 > 0, c.n+c.moreC
			na, nb, nc := c.sizes()
			a, b := random(r, g.slice(na)), random(r, make([]float32, nb))
			bias, x := random(r, g.slice(c.n)), random(r, g.slice(nc))
			if trial%4 == 0 && nb > 0 {
				b[r.IntN(nb)] = special[4]
			}
			want := slices.Clone(x)
			p.Pack(false, c.k, c.n, b, c.n+c.moreB)
			p.Gemm(false, c.m, 1, a, c.k+c.moreA, 0, want, wide)
			addBias(c.m, c.n, want, wide, bias, relu)
			p.Affine(c.m, a, c.k+c.moreA, bias, relu, x, wide)
			wantSame(t, fmt.Sprintf("%+v, ReLU %v", c, relu), x, want)
		}
	})
}

func TestShortAffine(t *testing.T) {
	const short = "kernel: operand too short"
	x := func(n int) []float32 { return make([]float32, n) }
	var p Packed[float32]
	eachLevel(t, func(t *testing.T) {
		p.Pack(false, 6, 5, x(30), 5)
		wantPanic(t, "A", short, func() { p.Affine(4, x(23), 6, x(5), true, x(20), 5) })
		wantPanic(t, "bias", short, func() { p.Affine(4, x(24), 6, x(4), true, x(20), 5) })
		wantPanic(t, "C", short, func() { p.Affine(4, x(24), 6, x(5), true, x(19), 5) })
		wantPanic(t, "rows of C", "kernel: stride too small", func() { p.Affine(4, x(24), 6, x(5), true, x(20), 4) })
		p.Affine(0, nil, 6, x(5), true, nil, 5)
		p.Pack(false, 0, 3, x(0), 3)
		c := x(3)
		p.Affine(1, nil, 0, []float32{1, -2, 3}, true, c, 3)
		wantSame(t, "no terms", c, []float32{1, 0, 3})
	})
}

func TestAffine64(t *testing.T) {
	var p Packed[float64]
	p.Pack(false, 2, 2, []float64{1, 2, 3, 4}, 2)
	y := make([]float64, 2)
	p.Affine(1, []float64{1, 1}, 2, []float64{.5, -7}, true, y, 2)
	if y[0] != 4.5 || y[1] != 0 {
		t.Errorf("%v", y)
	}
}
