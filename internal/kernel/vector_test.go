package kernel

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// elementwise are the functions that round the same at every level: each works on up to four slices of one length.
var elementwise = []struct {
	name string
	run  func(x [4][]float32)
	want func(x [4]float32) [4]float32 // of one element
}{
	{"Add", func(x [4][]float32) { Add(x[0], x[1]) }, func(x [4]float32) [4]float32 { x[0] += x[1]; return x }},
	{"AddScaled", func(x [4][]float32) { AddScaled(x[0], 1.7, x[1]) }, func(x [4]float32) [4]float32 { x[0] += float32(1.7 * x[1]); return x }},
	{"Mul", func(x [4][]float32) { Mul(x[0], x[1], x[2]) }, func(x [4]float32) [4]float32 { x[0] = x[1] * x[2]; return x }},
	{"Mul in place", func(x [4][]float32) { Mul(x[0], x[1], x[0]) }, func(x [4]float32) [4]float32 { x[0] *= x[1]; return x }},
	{"Scale", func(x [4][]float32) { Scale(x[0], -.3) }, func(x [4]float32) [4]float32 { x[0] *= -.3; return x }},
	{"ReLU", func(x [4][]float32) { ReLU(x[0], x[1]) }, func(x [4]float32) [4]float32 { x[0] = max(x[1], 0); return x }},
	{"ReLU in place", func(x [4][]float32) { ReLU(x[0], x[0]) }, func(x [4]float32) [4]float32 { x[0] = max(x[0], 0); return x }},
	{"HardSigmoid", func(x [4][]float32) { HardSigmoidAll(x[0], x[1], .2) }, func(x [4]float32) [4]float32 { x[0] = HardSigmoid(x[1], .2); return x }},
	{"ReLUBackward", func(x [4][]float32) { ReLUBackward(x[0], x[1], x[2]) }, func(x [4]float32) [4]float32 {
		x[0] = 0
		if x[2] > 0 {
			x[0] = x[1]
		}
		return x
	}},
	{"SigmoidBackward", func(x [4][]float32) { SigmoidBackward(x[0], x[1], x[2]) }, func(x [4]float32) [4]float32 {
		x[0] = x[1] * x[2] * (1 - x[2])
		return x
	}},
	{"TanhBackward", func(x [4][]float32) { TanhBackward(x[0], x[1], x[2]) }, func(x [4]float32) [4]float32 {
		x[0] = x[1] * (1 - float32(x[2]*x[2]))
		return x
	}},
	{"RMSprop", func(x [4][]float32) { RMSprop(x[0], x[1], x[2], 1e-3, .9, 1e-7, false) }, rmspropOne(false)},
	{"RMSprop inside", func(x [4][]float32) { RMSprop(x[0], x[1], x[2], 1e-3, .9, 1e-7, true) }, rmspropOne(true)},
	{"Adam", func(x [4][]float32) { Adam(x[0], x[1], x[2], x[3], 1e-3, .9, .999, 1.1, 1e-7) }, func(x [4]float32) [4]float32 {
		var beta1, beta2, rate, k, eps float32 = .9, .999, 1e-3, 1.1, 1e-7
		x[1] = float32(beta1*x[1]) + float32((1-beta1)*x[3])
		x[2] = float32(beta2*x[2]) + float32((1-beta2)*x[3]*x[3])
		x[0] -= rate * x[1] / (float32(sqrt(x[2])*k) + eps)
		return x
	}},
}

func rmspropOne(inside bool) func(x [4]float32) [4]float32 {
	return func(x [4]float32) [4]float32 {
		var rho, rate, eps float32 = .9, 1e-3, 1e-7
		x[1] = float32(rho*x[1]) + float32((1-rho)*x[2]*x[2])
		root := sqrt(x[1]) + eps
		if inside {
			root = sqrt(x[1] + eps)
		}
		x[0] -= rate * x[2] / root
		return x
	}
}

// TestElementwise: every length, special numbers everywhere, between guard pages, the same bits at every level.
func TestElementwise(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(1, 2))
		g := newGuards(t, 4, 200)
		for _, f := range elementwise {
			for n := range 180 {
				g.back = n%2 == 0
				var x, want [4][]float32
				for i := range x {
					x[i] = randomSpecial(r, g.slice(n))
				}
				for i := range n {
					o := f.want([4]float32{x[0][i], x[1][i], x[2][i], x[3][i]})
					for j := range o {
						want[j] = append(want[j], o[j])
					}
				}
				f.run(x)
				for j := range x {
					wantSame(t, f.name, x[j], want[j])
				}
			}
		}
	})
}

// TestGuardedFunctions: the rounded functions stay within their slices and give for special numbers what the plain ones do.
func TestGuardedFunctions(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(3, 4))
		g := newGuards(t, 2, 200)
		for _, f := range functions {
			for n := range 180 {
				g.back = n%2 == 0
				d, x := g.slice(n), randomSpecial(r, g.slice(n))
				f.all(d, x)
				for i, v := range x {
					w := f.one(v)
					if kind(d[i]) != kind(w) || kind(w) == 0 && math.Abs(float64(d[i]-w)) > 1e-6*math.Abs(float64(w))+5e-45 {
						t.Fatalf("%s(%v) is %v, alone %v", f.name, v, d[i], w)
					}
				}
			}
		}
	})
}

// TestLongSlices crosses the length that one call into assembly takes.
func TestLongSlices(t *testing.T) {
	const n = 70003
	r := rand.New(rand.NewPCG(5, 6))
	x, y := random(r, make([]float32, n)), random(r, make([]float32, n))
	sum := slices.Clone(x)
	for i := range sum {
		sum[i] += y[i]
	}
	var squares [16]float64
	for i, v := range x {
		squares[i%16] += float64(v) * float64(v)
	}
	eachLevel(t, func(t *testing.T) {
		d := slices.Clone(x)
		Add(d, y)
		wantSame(t, "Add", d, sum)
		if got, want := SumSquares(x), pairwise(squares); got != want {
			t.Errorf("SumSquares %v, want %v", got, want)
		}
		d = slices.Clone(x)
		d[n-1] = 50
		if _, largest := Softmax(d); largest != 50 {
			t.Errorf("largest %v", largest)
		}
		var total float64
		for _, v := range d {
			total += float64(v)
		}
		if math.Abs(total-1) > 1e-6 {
			t.Errorf("probabilities add up to %v", total)
		}
		b := make([]float32, n)
		AddBias(1, n, b, n, x)
		SumRows(2, n/2, y, n/2, b)
		for i := range b {
			want := x[i]
			if i < n/2 {
				want += y[i]
				want += y[n/2+i]
			}
			if b[i] != want {
				t.Fatalf("bias and sum: element %d is %v, want %v", i, b[i], want)
			}
		}
	})
}

func TestSumSquares(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(7, 8))
		g := newGuards(t, 1, 200)
		for n := range 180 {
			g.back = n%2 == 0
			x := random(r, g.slice(n))
			var sums [16]float64
			for i, v := range x {
				sums[i%16] += float64(v) * float64(v)
			}
			if got, want := SumSquares(x), pairwise(sums); got != want {
				t.Fatalf("%d: %v, want %v", n, got, want)
			}
		}
		if got := SumSquares([]float32{1e30, 1e30}); got != 2*float64(float32(1e30))*float64(float32(1e30)) {
			t.Errorf("large squares: %v", got)
		}
	})
}

func TestSoftmax(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(9, 10))
		g := newGuards(t, 1, 200)
		for n := 1; n < 180; n++ {
			g.back = n%2 == 0
			x := random(r, g.slice(n))
			for i := range x {
				x[i] *= 20
			}
			d := make([]float64, n)
			for i, v := range x {
				d[i] = float64(v)
			}
			sum, largest := Softmax(x)
			wantSum, wantLargest := Softmax(d)
			if math.Abs(sum-wantSum) > 1e-6 || float64(largest) != wantLargest {
				t.Fatalf("%d: %v, %v, want %v, %v", n, sum, largest, wantSum, wantLargest)
			}
			wantNear(t, "Softmax", x, d, 1e-6)
		}
		inf, nan := float32(math.Inf(1)), float32(math.NaN())
		for _, c := range []struct{ bad, largest float32 }{{nan, nan}, {inf, inf}, {-inf, 1}} {
			for n := 1; n < 40; n++ {
				for at := range n {
					x := slices.Repeat([]float32{1}, n)
					x[at] = c.bad
					_, largest := Softmax(x)
					want := c.largest
					if n == 1 {
						want = c.bad
					}
					if !same(largest, want) {
						t.Fatalf("%v at %d of %d: largest %v, want %v", c.bad, at, n, largest, want)
					}
					for i, v := range x {
						w := float32(1) / float32(n-1)
						if c.bad != -inf || n == 1 {
							w = nan
						} else if i == at {
							w = 0
						}
						if kind(v) != kind(w) || w == w && math.Abs(float64(v-w)) > 1e-6 {
							t.Fatalf("%v at %d of %d: probability %d is %v, want %v", c.bad, at, n, i, v, w)
						}
					}
				}
			}
		}
	})
	wantPanic(t, "Softmax", "kernel: softmax of nothing", func() { Softmax([]float32{}) })
}

func TestRows(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(11, 12))
		g := newGuards(t, 3, 8*200)
		for trial := range trials(1500) {
			g.back = trial%2 == 0
			rows, cols := r.IntN(7), r.IntN(150)
			stride := cols + r.IntN(20)
			size := 0
			if rows > 0 {
				size = (rows-1)*stride + cols
			}
			for _, f := range []struct {
				name string
				run  func(d, b []float32)
				one  func(x, b float32) float32
			}{
				{"AddBias", func(d, b []float32) { AddBias(rows, cols, d, stride, b) }, func(x, b float32) float32 { return x + b }},
				{"AddBiasReLU", func(d, b []float32) { AddBiasReLU(rows, cols, d, stride, b) }, func(x, b float32) float32 { return max(x+b, 0) }},
			} {
				d, b := randomSpecial(r, g.slice(size)), randomSpecial(r, g.slice(cols))
				want := slices.Clone(d)
				for i := range rows {
					for j := range cols {
						want[i*stride+j] = f.one(want[i*stride+j], b[j])
					}
				}
				f.run(d, b)
				wantSame(t, f.name, d, want)
			}
			x, d := random(r, g.slice(size)), random(r, g.slice(cols))
			want := slices.Clone(d)
			for i := range rows {
				for j := range cols {
					want[j] += x[i*stride+j]
				}
			}
			SumRows(rows, cols, x, stride, d)
			wantSame(t, "SumRows", d, want)
		}
	})
}

func TestShortVectors(t *testing.T) {
	const short = "kernel: operand too short"
	x, y := make([]float32, 3), make([]float32, 2)
	eachLevel(t, func(t *testing.T) {
		for name, f := range map[string]func(){
			"Add":             func() { Add(x, y) },
			"AddScaled":       func() { AddScaled(x, 1, y) },
			"Mul":             func() { Mul(x, x, y) },
			"ExpAll":          func() { ExpAll(y, x) },
			"SigmoidAll":      func() { SigmoidAll(y, x) },
			"HardSigmoidAll":  func() { HardSigmoidAll(y, x, .2) },
			"TanhAll":         func() { TanhAll(y, x) },
			"ReLU":            func() { ReLU(y, x) },
			"ReLUBackward":    func() { ReLUBackward(x, x, y) },
			"SigmoidBackward": func() { SigmoidBackward(x, y, x) },
			"TanhBackward":    func() { TanhBackward(x, x, y) },
			"RMSprop":         func() { RMSprop(x, x, y, 1, 1, 1, false) },
			"Adam":            func() { Adam(x, x, y, x, 1, 1, 1, 1, 1) },
			"AddBias":         func() { AddBias(1, 3, x, 3, y) },
			"AddBiasReLU":     func() { AddBiasReLU(2, 2, x, 2, y) },
			"SumRows":         func() { SumRows(1, 3, x, 3, y) },
		} {
			wantPanic(t, name, short, f)
		}
		wantPanic(t, "SumRows", "kernel: negative or too large size", func() { SumRows(-1, 2, x, 2, y) })
	})
}
