package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// gemmCase is a product to compute.
type gemmCase struct {
	transA, transB bool
	m, n, k        int
	moreA, moreB   int // strides beyond what is needed
	moreC          int
	alpha, beta    float32
}

func (c gemmCase) strides() (lda, ldb, ldc int) {
	lda, ldb, ldc = c.k, c.n, c.n
	if c.transA {
		lda = c.m
	}
	if c.transB {
		ldb = c.k
	}
	return lda + c.moreA, ldb + c.moreB, ldc + c.moreC
}

// sizes are the exact lengths of the operands.
func (c gemmCase) sizes() (a, b, n int) {
	size := func(rows, cols, ld int, transposed bool) int {
		if transposed {
			rows, cols = cols, rows
		}
		if rows == 0 || cols == 0 {
			return 0
		}
		return (rows-1)*ld + cols
	}
	lda, ldb, ldc := c.strides()
	return size(c.m, c.k, lda, c.transA), size(c.k, c.n, ldb, c.transB), size(c.m, c.n, ldc, false)
}

func (c gemmCase) run(a, b, x []float32) {
	lda, ldb, ldc := c.strides()
	Gemm(c.transA, c.transB, c.m, c.n, c.k, c.alpha, a, lda, b, ldb, c.beta, x, ldc)
}

// packed is run with B packed before.
func (c gemmCase) packed(p *Packed[float32], a, b, x []float32) {
	lda, ldb, ldc := c.strides()
	p.Pack(c.transB, c.k, c.n, b, ldb)
	p.Gemm(c.transA, c.m, c.alpha, a, lda, c.beta, x, ldc)
}

// check compares x, which held before, with sums in double precision.
func (c gemmCase) check(t testing.TB, a, b, before, x []float32) {
	t.Helper()
	lda, ldb, ldc := c.strides()
	for i := range x {
		row, col := i/ldc, i%ldc
		if col >= c.n {
			if !same(x[i], before[i]) {
				t.Fatalf("%+v: wrote between the rows of C", c)
			}
			continue
		}
		var sum, size float64
		if c.alpha != 0 {
			for l := range c.k {
				v, w := row*lda+l, l*ldb+col
				if c.transA {
					v = l*lda + row
				}
				if c.transB {
					w = col*ldb + l
				}
				p := float64(c.alpha) * float64(a[v]) * float64(b[w])
				sum, size = sum+p, size+math.Abs(p)
			}
		}
		if c.beta != 0 {
			v := float64(c.beta) * float64(before[i])
			sum, size = sum+v, size+math.Abs(v)
		}
		if kind(sum) != kind(x[i]) || kind(sum) == 0 && !(math.Abs(float64(x[i])-sum) <= bound(c.k, size)) {
			t.Fatalf("%+v: (%d, %d) is %v, want %v", c, row, col, x[i], sum)
		}
	}
}

func randomCase(r *rand.Rand, most int) gemmCase {
	dim := func() int {
		switch r.IntN(4) {
		case 0:
			return 1 + r.IntN(3)
		case 1:
			return []int{8, 16, 32, 64, 12, 24, 48}[r.IntN(7)]%most + 1 - r.IntN(2)
		}
		return 1 + r.IntN(most)
	}
	c := gemmCase{
		transA: r.IntN(2) == 0, transB: r.IntN(2) == 0, m: dim(), n: dim(), k: dim(),
		alpha: []float32{1, -.5, 0, 2.5}[r.IntN(4)], beta: []float32{0, 1, -.75}[r.IntN(3)],
	}
	if r.IntN(2) == 0 {
		c.moreA, c.moreB, c.moreC = r.IntN(9), r.IntN(9), r.IntN(9)
	}
	if r.IntN(50) == 0 {
		c.k = 0
	}
	return c
}

// TestGemm: random shapes, transposes, strides and factors, between guard pages; B as it is, and packed.
func TestGemm(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(1, 1))
		g := newGuards(t, 3, 80*90)
		var p Packed[float32]
		for trial := range trials(1500) {
			g.back = trial%2 == 0
			c := randomCase(r, 70)
			na, nb, nc := c.sizes()
			fill := random
			if trial%5 == 0 {
				fill = func(r *rand.Rand, x []float32) []float32 { // some NaN and infinities
					for i := range random(r, x) {
						if r.IntN(20) == 0 {
							x[i] = special[4:7][r.IntN(3)]
						}
						if r.IntN(4) == 0 {
							x[i] = 0
						}
					}
					return x
				}
			}
			a, b, x := fill(r, g.slice(na)), fill(r, g.slice(nb)), fill(r, g.slice(nc))
			if c.beta == 0 {
				x[0] = float32(math.NaN())
			}
			before := slices.Clone(x)
			c.run(a, b, x)
			c.check(t, a, b, before, x)
			got := slices.Clone(x)
			copy(x, before)
			c.packed(&p, a, b, x)
			c.check(t, a, b, before, x)
			if !c.transB && !c.transA && c.n > 1 {
				wantSame(t, fmt.Sprintf("%+v packed", c), x, got)
			}
		}
	})
}

// TestGemmLarge crosses the blocks of each dimension.
func TestGemmLarge(t *testing.T) {
	if testing.Short() {
		t.Skip("long")
	}
	eachLevel(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(2, 1))
		var p Packed[float32]
		for _, s := range [][3]int{{200, 40, 20}, {40, 33, 400}, {3, 530, 390}, {1, 1100, 500}, {250, 1, 900}, {1, 200, 800}, {40, 530, 30}} {
			for trans := range 4 {
				c := gemmCase{transA: trans&1 != 0, transB: trans&2 != 0, m: s[0], n: s[1], k: s[2], alpha: 1, beta: float32(trans & 1)}
				na, nb, nc := c.sizes()
				a, b, x := random(r, make([]float32, na)), random(r, make([]float32, nb)), random(r, make([]float32, nc))
				before := slices.Clone(x)
				c.run(a, b, x)
				c.check(t, a, b, before, x)
				copy(x, before)
				c.packed(&p, a, b, x)
				c.check(t, a, b, before, x)
			}
		}
	})
}

// TestGemmRows: without transposes the bits of a row depend neither on the other rows nor on packing.
func TestGemmRows(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(3, 1))
		for _, s := range [][2]int{{1, 130}, {44, 128}, {150, 90}, {260, 500}} {
			n, k := s[0], s[1]
			const rows = 70
			a, b, all := random(r, make([]float32, rows*k)), random(r, make([]float32, k*n)), make([]float32, rows*n)
			Gemm(false, false, rows, n, k, .7, a, k, b, n, 0, all, n)
			for m := 1; m < rows; m += 1 + m/8 {
				some := make([]float32, m*n)
				Gemm(false, false, m, n, k, .7, a, k, b, n, 0, some, n)
				wantSame(t, fmt.Sprintf("%d rows of %d columns", m, n), some, all[:m*n])
			}
		}
	})
}

// TestLevelsAgree: the two levels of assembly give the same bits.
func TestLevelsAgree(t *testing.T) {
	levels := Levels()
	if len(levels) < 3 {
		t.Skip("needs AVX-512 and AVX2")
	}
	defer force(t, Level())
	r := rand.New(rand.NewPCG(4, 1))
	for range 300 {
		c := randomCase(r, 100)
		na, nb, nc := c.sizes()
		a, b, x := random(r, make([]float32, na)), random(r, make([]float32, nb)), random(r, make([]float32, nc))
		y := slices.Clone(x)
		force(t, levels[0])
		c.run(a, b, x)
		force(t, levels[1])
		c.run(a, b, y)
		wantSame(t, fmt.Sprintf("%+v", c), y, x)
	}
	for n := 1; n < 100; n++ {
		x, y := make([]float32, n), make([]float32, n)
		for _, f := range functions {
			random(r, x)
			copy(y, x)
			force(t, levels[0])
			f.all(x, x)
			force(t, levels[1])
			f.all(y, y)
			wantSame(t, f.name, y, x)
		}
		random(r, x)
		copy(y, x)
		force(t, levels[0])
		Softmax(x)
		force(t, levels[1])
		Softmax(y)
		wantSame(t, "Softmax", y, x)
	}
}

// TestGemm64 checks double precision, which is always plain Go.
func TestGemm64(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 1))
	for range 300 {
		c := randomCase(r, 40)
		na, nb, nc := c.sizes()
		lda, ldb, ldc := c.strides()
		a, b, x := random(r, make([]float32, na)), random(r, make([]float32, nb)), random(r, make([]float32, nc))
		d := doubled(x)
		Gemm(c.transA, c.transB, c.m, c.n, c.k, float64(c.alpha), doubled(a), lda, doubled(b), ldb, float64(c.beta), d, ldc)
		var p Packed[float64]
		e := doubled(x)
		p.Pack(c.transB, c.k, c.n, doubled(b), ldb)
		p.Gemm(c.transA, c.m, float64(c.alpha), doubled(a), lda, float64(c.beta), e, ldc)
		wantNear(t, fmt.Sprintf("%+v packed", c), e, d, 1e-12)
		before := slices.Clone(x)
		for i := range x {
			x[i] = float32(d[i])
		}
		c.check(t, a, b, before, x)
	}
}

func TestShortGemm(t *testing.T) {
	const short, size = "kernel: operand too short", "kernel: negative or too large size"
	x := func(n int) []float32 { return make([]float32, n) }
	var p Packed[float32]
	eachLevel(t, func(t *testing.T) {
		for _, f := range []func(a, b, c []float32){
			func(a, b, c []float32) { Gemm(false, false, 4, 5, 6, 1, a, 6, b, 5, 0, c, 5) },
			func(a, b, c []float32) { Gemm(true, false, 4, 5, 6, 1, a, 4, b, 5, 1, c, 5) },
			func(a, b, c []float32) { Gemm(false, true, 4, 5, 6, 1, a, 6, b, 6, 0, c, 5) },
			func(a, b, c []float32) { p.Pack(false, 6, 5, b, 5); p.Gemm(false, 4, 1, a, 6, 0, c, 5) },
		} {
			f(x(24), x(30), x(20))
			wantPanic(t, "A", short, func() { f(x(23), x(30), x(20)) })
			wantPanic(t, "B", short, func() { f(x(24), x(29), x(20)) })
			wantPanic(t, "C", short, func() { f(x(24), x(30), x(19)) })
		}
		wantPanic(t, "m", size, func() { Gemm(false, false, -4, 5, 6, 1, x(24), 6, x(30), 5, 0, x(20), 5) })
		wantPanic(t, "lda", size, func() { Gemm(false, false, 4, 5, 6, 1, x(24), -6, x(30), 5, 0, x(20), 5) })
		wantPanic(t, "rows of A", "kernel: stride too small", func() { Gemm(false, false, 4, 5, 6, 1, x(24), 5, x(30), 5, 0, x(20), 5) })
		wantPanic(t, "rows of C", "kernel: stride too small", func() { Gemm(false, false, 4, 5, 6, 1, x(24), 6, x(30), 5, 0, x(20), 4) })
		wantPanic(t, "ldb", size, func() { p.Pack(false, 6, 5, x(30), -5) })
		Gemm(false, false, 0, 5, 6, 1, nil, 6, x(30), 5, 0, x(0), 5)
		Gemm(false, false, 4, 0, 6, 1, x(24), 6, nil, 5, 0, x(0), 5)
		p.Pack(false, 0, 3, x(0), 3)
		c := []float32{float32(math.NaN()), 2, 3}
		p.Gemm(false, 1, 1, x(0), 0, 0, c, 3)
		wantSame(t, "no terms", c, x(3))
	})
}

// FuzzGemm takes the shape from the fuzzer; operands stand between guard pages.
func FuzzGemm(f *testing.F) {
	f.Add(uint64(1), uint16(7), uint16(10), uint16(3), uint8(0), uint8(0), float32(1), float32(0))
	f.Add(uint64(2), uint16(64), uint16(44), uint16(128), uint8(1), uint8(5), float32(.5), float32(1))
	f.Add(uint64(3), uint16(1), uint16(130), uint16(33), uint8(2), uint8(1), float32(-2), float32(.5))
	f.Add(uint64(4), uint16(130), uint16(1), uint16(400), uint8(7), uint8(0), float32(1), float32(0))
	f.Fuzz(func(t *testing.T, seed uint64, m, n, k uint16, flags, more uint8, alpha, beta float32) {
		c := gemmCase{flags&1 != 0, flags&2 != 0, int(m % 150), int(n % 150), int(k % 450), int(more % 5), int(more / 5 % 5), int(more / 25 % 5), alpha, beta}
		for _, v := range []float32{alpha, beta} {
			if v != v || math.Abs(float64(v)) > 1e6 {
				t.Skip("factors near overflow: the order of operations decides")
			}
			if v != 0 && math.Abs(float64(v)) < 1e-6 {
				t.Skip("factors near underflow: likewise")
			}
		}
		r := rand.New(rand.NewPCG(seed, 1))
		na, nb, nc := c.sizes()
		g := newGuards(t, 3, max(na, nb, nc, 1))
		g.back = flags&4 != 0
		a, b, x := random(r, g.slice(na)), random(r, g.slice(nb)), random(r, g.slice(nc))
		before := slices.Clone(x)
		var p Packed[float32]
		defer force(t, Level())
		for _, level := range Levels() {
			force(t, level)
			copy(x, before)
			c.run(a, b, x)
			c.check(t, a, b, before, x)
			copy(x, before)
			c.packed(&p, a, b, x)
			c.check(t, a, b, before, x)
		}
	})
}
