package kernel

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// eachLevel runs a test at every level that the machine has.
func eachLevel(t *testing.T, test func(t *testing.T)) {
	before := Level()
	for _, name := range Levels() {
		t.Run(name, func(t *testing.T) {
			force(t, name)
			test(t)
		})
	}
	force(t, before)
}

func force(t testing.TB, name string) {
	t.Helper()
	if err := SetLevel(name); err != nil {
		t.Fatal(err)
	}
}

// trials is how often to repeat a random test: n times, less when time is short.
func trials(n int) int {
	if testing.Short() {
		return n / 5
	}
	return n
}

func TestLevels(t *testing.T) {
	levels, before := Levels(), Level()
	if !slices.Contains(levels, "go") || !slices.Contains(levels, before) {
		t.Fatalf("level %q of %q", before, levels)
	}
	for _, name := range levels {
		force(t, name)
		if Level() != name {
			t.Errorf("level %q after setting %q", Level(), name)
		}
	}
	force(t, before)
	for _, name := range []string{"sse2", "", "AVX2"} {
		if err := SetLevel(name); err == nil {
			t.Errorf("level %q was taken", name)
		}
	}
	if Level() != before {
		t.Errorf("a refused level changed it to %q", Level())
	}
	if err := startLevel("go"); err != nil || Level() != "go" {
		t.Errorf("start at go: %v, %q", err, Level())
	}
	force(t, before)
	if err := startLevel("fast"); err == nil || Level() != before {
		t.Errorf("start at fast: %v, %q", err, Level())
	}
	if err := startLevel(""); err != nil || Level() != before {
		t.Errorf("start without a wish: %v, %q", err, Level())
	}
}

// special are the numbers where functions and kernels go wrong.
var special = []float32{
	0, float32(math.Copysign(0, -1)), 1, -1, float32(math.NaN()), float32(math.Inf(1)), float32(math.Inf(-1)),
	math.MaxFloat32, -math.MaxFloat32, math.SmallestNonzeroFloat32, -math.SmallestNonzeroFloat32, 1e-40, -1e-40, 0x1p-126, -0x1p-126,
	88.72283, 88.72284, 89, -87.33655, -87.4, -103.97, -103.98, -104, -150, 1e30, -1e30, 2.5, -2.5, 3, -3, 9.02, -9.02, 20,
}

func random(r *rand.Rand, x []float32) []float32 {
	for i := range x {
		x[i] = float32(r.NormFloat64())
	}
	return x
}

// randomSpecial has special numbers among the random ones.
func randomSpecial(r *rand.Rand, x []float32) []float32 {
	for i := range random(r, x) {
		if r.IntN(8) == 0 {
			x[i] = special[r.IntN(len(special))]
		}
	}
	return x
}

// same reports whether two numbers have the same bits or are both NaN.
func same[T Float](a, b T) bool {
	return a == b && math.Signbit(float64(a)) == math.Signbit(float64(b)) || math.IsNaN(float64(a)) && math.IsNaN(float64(b))
}

// kind is what two roundings of the same result must share: NaN, or the sign of an infinity.
func kind[T Float](x T) int {
	switch {
	case math.IsNaN(float64(x)):
		return 2
	case math.IsInf(float64(x), 1):
		return 1
	case math.IsInf(float64(x), -1):
		return -1
	}
	return 0
}

func wantSame[T Float](t *testing.T, what string, got, want []T) {
	t.Helper()
	for i := range want {
		if !same(got[i], want[i]) {
			t.Fatalf("%s: element %d of %d is %v, want %v", what, i, len(want), got[i], want[i])
		}
	}
}

// wantNear allows a difference of tolerance, relative above 1, and wants the same kinds.
func wantNear[T, U Float](t *testing.T, what string, got []T, want []U, tolerance float64) {
	t.Helper()
	for i := range want {
		g, w := float64(got[i]), float64(want[i])
		if kind(g) != kind(w) || kind(w) == 0 && math.Abs(g-w) > tolerance*max(1, math.Abs(w)) {
			t.Fatalf("%s: element %d of %d is %v, want %v", what, i, len(want), g, w)
		}
	}
}

func wantPanic(t *testing.T, what, message string, f func()) {
	t.Helper()
	defer func() {
		t.Helper()
		if got := recover(); got != message {
			t.Errorf("%s: panic %v, want %q", what, got, message)
		}
	}()
	f()
}
