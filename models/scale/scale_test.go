package scale

import (
	"encoding/json"
	"fmt"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var (
	nan = float32(math.NaN())
	inf = float32(math.Inf(1))
)

func fit(rows [][]float32, clip float64) *Scaler {
	return Fit(len(rows[0]), len(rows), func(i int) []float32 { return rows[i] }, clip)
}

func ExampleScaler_Apply() {
	rows := [][]float32{{1, 7}, {3, 7}}
	s := Fit(2, len(rows), func(i int) []float32 { return rows[i] }, 8)
	row := []float32{4, 100}
	s.Apply(row)
	fmt.Println(s.Mean, s.Std, row)
	// Output: [2 7] [1 1] [2 8]
}

// TestFit has the figures of scikit-learn's StandardScaler for the finite columns.
func TestFit(t *testing.T) {
	for _, c := range []struct {
		what      string
		column    []float32
		mean, std float64
	}{
		{"spread", []float32{1, 2, 3, 4, 10}, 4, math.Sqrt(10)},
		{"one row", []float32{5}, 5, 1},
		{"constant", []float32{3, 3, 3}, 3, 1},
		{"constant that is no binary fraction", []float32{0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1}, float64(float32(0.1)), 1},
		{"large and close", []float32{1 << 23, 1<<23 + 1}, 1<<23 + .5, .5},
		{"NaN and infinities", []float32{nan, 1, inf, 3, -inf}, 2, 1},
		{"nothing finite", []float32{nan, inf}, 0, 1},
		{"largest", []float32{math.MaxFloat32, -math.MaxFloat32}, 0, math.MaxFloat32},
		{"smallest", []float32{1e-40, -1e-40}, 0, float64(float32(1e-40))},
	} {
		var rows [][]float32
		for _, v := range c.column {
			rows = append(rows, []float32{v})
		}
		s := fit(rows, 0)
		if math.Abs(s.Mean[0]-c.mean) > 1e-15*math.Abs(c.mean) || math.Abs(s.Std[0]-c.std) > 1e-14*c.std {
			t.Errorf("%s: mean %v, std %v; want %v, %v", c.what, s.Mean[0], s.Std[0], c.mean, c.std)
		}
	}
	if s := Fit(2, 0, nil, 0); !cmp.Equal(s, &Scaler{Mean: []float64{0, 0}, Std: []float64{1, 1}}) {
		t.Errorf("no rows: %v", s)
	}
}

func TestApply(t *testing.T) {
	for _, c := range []struct{ clip, std, x, want float32 }{
		{8, 2, 5, 2},
		{8, 2, 100, 8},
		{8, 2, -100, -8},
		{8, 2, nan, 0},
		{8, 2, inf, 8},
		{8, 2, -inf, -8},
		{0, 2, 100, 49.5},
		{0, 2, nan, 0},
		{0, 2, inf, math.MaxFloat32},
		{0, 1e-30, math.MaxFloat32, math.MaxFloat32},
	} {
		row := []float32{c.x}
		(&Scaler{Mean: []float64{1}, Std: []float64{float64(c.std)}, Clip: float64(c.clip)}).Apply(row)
		if row[0] != c.want {
			t.Errorf("%+v: %v", c, row[0])
		}
	}
}

// TestStandardises: columns that are scaled with their own figures have mean 0 and standard deviation 1, or are all 0; the
// JSON form gives the same scaler back.
func TestStandardises(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cols := rapid.IntRange(1, 4).Draw(t, "cols")
		n := rapid.IntRange(1, 50).Draw(t, "n")
		rows := make([][]float32, n)
		for i := range rows {
			rows[i] = rapid.SliceOfN(rapid.Float32Range(-1000, 1000), cols, cols).Draw(t, "row")
		}
		s := fit(rows, 0)
		text, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		again := new(Scaler)
		if err := json.Unmarshal(text, again); err != nil || !cmp.Equal(s, again) {
			t.Fatalf("%s: %v", text, err)
		}
		for _, row := range rows {
			s.Apply(row)
		}
		for j := range cols {
			var sum, squares float64
			for _, row := range rows {
				sum += float64(row[j])
				squares += float64(row[j]) * float64(row[j])
			}
			mean, variance := sum/float64(n), squares/float64(n)
			if math.Abs(mean) > 1e-5 || math.Abs(variance-1) > 1e-4 && variance > 1e-6 {
				t.Fatalf("column %d: mean %v, variance %v", j, mean, variance)
			}
		}
	})
}

func TestRefuses(t *testing.T) {
	for _, text := range []string{
		`{`, `[]`, `{}`, `{"mean":[1],"std":[]}`, `{"mean":[1],"std":[0]}`, `{"mean":[1],"std":[-1]}`,
		`{"mean":[1],"std":[1],"clip":-1}`, `{"mean":[1],"std":[1],"clip":1e300}`, `{"mean":[null],"std":[null]}`,
	} {
		s := Scaler{Clip: 3}
		if err := json.Unmarshal([]byte(text), &s); err == nil || s.Clip != 3 {
			t.Errorf("%s: %v, %v", text, err, s)
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("a row of another size is taken")
		}
	}()
	(&Scaler{Mean: []float64{0}, Std: []float64{1}}).Apply(make([]float32, 2))
}
