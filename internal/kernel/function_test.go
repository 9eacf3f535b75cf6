package kernel

import (
	"encoding/binary"
	"math"
	"testing"
)

// functions are the activations that are rounded, with their truth in double precision.
var functions = []struct {
	name   string
	one    func(float32) float32
	all    func(d, x []float32)
	double func(float64) float64
}{
	{"exp", Exp[float32], ExpAll[float32], math.Exp},
	{"sigmoid", Sigmoid[float32], SigmoidAll[float32], func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }},
	{"tanh", Tanh[float32], TanhAll[float32], math.Tanh},
}

// ulps is the distance of got from the truth, in units of the last place of the float32 at the truth.
func ulps(got float32, truth float64) float64 {
	if w := float32(truth); same(got, w) || got == w {
		return 0
	}
	a := math.Abs(truth)
	_, exponent := math.Frexp(a)
	unit := math.Ldexp(1, max(exponent-24, -149))
	return math.Abs(float64(got)-truth) / unit
}

// TestUnitsInTheLastPlace samples all of float32 and all numbers near those where a function changes its course.
func TestUnitsInTheLastPlace(t *testing.T) {
	var x []float32
	for b := uint64(0); b < 1<<32; b += 6007 {
		x = append(x, math.Float32frombits(uint32(b)))
	}
	for _, edge := range []float32{88.7228, 89, 87.3365, 88, 103.972, 104, 9.05, 9.01, 0.34657, 0.17329, 0x1p-12, 0x1p-126, 0.5, 1} {
		b := math.Float32bits(edge)
		for i := b - 1000; i < b+1000; i++ {
			x = append(x, math.Float32frombits(i), -math.Float32frombits(i))
		}
	}
	for i := range 200000 { // where the values are
		x = append(x, float32(i-100000)/5000)
	}
	y := make([]float32, len(x))
	eachLevel(t, func(t *testing.T) {
		for _, f := range functions {
			f.all(y, x)
			worst, where := 0.0, float32(0)
			for i, v := range x {
				truth := f.double(float64(v))
				if d := ulps(y[i], truth); d > worst {
					worst, where = d, v
				}
				if (y[i] != y[i]) != (v != v) {
					t.Fatalf("%s(%v) = %v", f.name, v, y[i])
				}
			}
			t.Logf("%s: at most %.2f ulp, at %v", f.name, worst, where)
			if worst > 3 {
				t.Errorf("%s(%v) is %.2f ulp off", f.name, where, worst)
			}
		}
	})
}

func TestSpecialValues(t *testing.T) {
	inf := float32(math.Inf(1))
	nan := float32(math.NaN())
	negZero := float32(math.Copysign(0, -1))
	eachLevel(t, func(t *testing.T) {
		for _, c := range []struct {
			f       int
			x, want float32
		}{
			{0, nan, nan},
			{0, -nan, nan},
			{0, inf, inf},
			{0, -inf, 0},
			{0, 0, 1},
			{0, negZero, 1},
			{0, 88.72284, inf},
			{0, 1e38, inf},
			{0, -1e38, 0},
			{0, -104, 0},
			{0, -103.9, math.SmallestNonzeroFloat32},
			{0, 1e-40, 1},
			{1, nan, nan},
			{1, -nan, nan},
			{1, inf, 1},
			{1, -inf, 0},
			{1, 0, .5},
			{1, negZero, .5},
			{1, 1e38, 1},
			{1, -1e38, 0},
			{1, -103.9, math.SmallestNonzeroFloat32},
			{1, -104, 0},
			{2, nan, nan},
			{2, -nan, nan},
			{2, inf, 1},
			{2, -inf, -1},
			{2, 0, 0},
			{2, negZero, negZero},
			{2, 1e38, 1},
			{2, -1e38, -1},
			{2, 1e-40, 1e-40},
			{2, -math.SmallestNonzeroFloat32, -math.SmallestNonzeroFloat32},
			{2, 0x1p-126, 0x1p-126},
		} {
			f := functions[c.f]
			if got := f.one(c.x); !same(got, c.want) {
				t.Errorf("%s(%v) = %v, want %v", f.name, c.x, got, c.want)
			}
			for n := 1; n < 40; n++ { // at each place of a vector
				x := make([]float32, n)
				x[n-1] = c.x
				f.all(x, x)
				if !same(x[n-1], c.want) {
					t.Fatalf("%s of element %d, %v, is %v, want %v", f.name, n-1, c.x, x[n-1], c.want)
				}
			}
		}
	})
}

// TestPlace: the value of an element depends neither on its place nor on the length of the slice.
func TestPlace(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		for _, f := range functions {
			for n := 1; n < 70; n++ {
				x := make([]float32, n)
				for i := range x {
					x[i] = -2.7182817
				}
				f.all(x, x)
				for i, v := range x {
					if v != x[0] {
						t.Fatalf("%s: element %d of %d is %v, not %v", f.name, i, n, v, x[0])
					}
				}
			}
		}
	})
}

// FuzzFunctions takes the bits of numbers: at every level their functions are within 3 units in the last place.
func FuzzFunctions(f *testing.F) {
	f.Add([]byte{0, 0, 0xc0, 0x7f, 0, 0, 0x80, 0x7f, 1, 0, 0, 0x80})
	f.Add(binary.LittleEndian.AppendUint32(make([]byte, 67), math.Float32bits(-88.5)))
	f.Fuzz(func(t *testing.T, b []byte) {
		x := make([]float32, min(len(b)/4, 1000))
		for i := range x {
			x[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))
		}
		y := make([]float32, len(x))
		defer force(t, Level())
		for _, level := range Levels() {
			force(t, level)
			for _, f := range functions {
				f.all(y, x)
				for i, v := range x {
					if d := ulps(y[i], f.double(float64(v))); d > 3 || (y[i] != y[i]) != (v != v) {
						t.Fatalf("%s, %s(%v) = %v, %v ulp off", level, f.name, v, y[i], d)
					}
				}
			}
		}
	})
}
