// Package scale standardises rows of features: each column loses its mean and is divided by its standard deviation, and
// what lies far outside is cut off.
//
// A Scaler is fitted to the rows that are trained on and is stored in the model's encoder. It takes any float32, NaN and
// infinities too, and gives finite numbers.
package scale

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
)

// Scaler is z = (x − Mean) / Std for each column, cut off at ±Clip. A NaN becomes 0, which is the mean; an infinity becomes
// the bound of its side. Clip 0 cuts off nothing but what float32 cannot hold.
//
// A Scaler does not change in use, and may be used by many goroutines.
type Scaler struct {
	Mean []float64
	Std  []float64
	Clip float64
}

// Fit makes the scaler of n rows of cols features, which row gives; it is called for each of them twice, in order, and may
// return the same slice every time.
//
// The standard deviation is the population's, as in scikit-learn's StandardScaler: √(Σ(x−mean)²/n), in float64. NaN and
// infinities do not count. A column that is constant, but for what rounding makes of a mean, has the standard deviation 1;
// one without a finite number has the mean 0 too.
func Fit(cols, n int, row func(i int) []float32, clip float64) *Scaler {
	if !(clip >= 0) {
		panic("scale: clip is negative")
	}
	s := &Scaler{Mean: make([]float64, cols), Std: make([]float64, cols), Clip: clip}
	counts := make([]float64, cols)
	for i := range n {
		for j, v := range row(i)[:cols] {
			if x := float64(v); finite(x) {
				s.Mean[j] += x
				counts[j]++
			}
		}
	}
	for j, count := range counts {
		s.Mean[j] /= max(count, 1)
	}
	for i := range n {
		for j, v := range row(i)[:cols] {
			if x := float64(v); finite(x) {
				d := x - s.Mean[j]
				s.Std[j] += d * d
			}
		}
	}
	for j, count := range counts {
		variance := s.Std[j] / max(count, 1)
		s.Std[j] = math.Sqrt(variance)
		if constant(variance, s.Mean[j], count) {
			s.Std[j] = 1
		}
	}
	return s
}

// constant tells a variance that is nothing but rounding, by scikit-learn's rule, whose bound on the error of a variance is
// that of Chan, Golub and LeVeque (The American Statistician, 1983).
func constant(variance, mean, n float64) bool {
	const eps = 0x1p-52
	e := n * mean * eps
	return variance <= n*eps*variance+e*e
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

// Cols is the number of features of a row.
func (s *Scaler) Cols() int { return len(s.Mean) }

// Apply scales a row in place.
func (s *Scaler) Apply(row []float32) {
	if len(row) != len(s.Mean) {
		panic("scale: a row of another number of features")
	}
	bound := s.Clip
	if bound == 0 {
		bound = math.MaxFloat32
	}
	for j, v := range row {
		z := (float64(v) - s.Mean[j]) / s.Std[j]
		switch {
		case z > bound:
			z = bound
		case z < -bound:
			z = -bound
		case z != z:
			z = 0
		}
		row[j] = float32(z)
	}
}

// form is the JSON form.
type form struct {
	Mean []float64 `json:"mean"`
	Std  []float64 `json:"std"`
	Clip float64   `json:"clip,omitempty"`
}

// MarshalJSON writes numbers that give the same scaler back, bit for bit.
func (s *Scaler) MarshalJSON() ([]byte, error) { return json.Marshal(form(*s)) }

// UnmarshalJSON reads what MarshalJSON writes. It refuses what no scaler can be; s is unchanged then.
func (s *Scaler) UnmarshalJSON(text []byte) error {
	var f form
	if err := json.Unmarshal(text, &f); err != nil {
		return err
	}
	switch {
	case len(f.Mean) == 0:
		return errors.New("scale: no columns")
	case len(f.Mean) != len(f.Std):
		return fmt.Errorf("scale: %d means and %d standard deviations", len(f.Mean), len(f.Std))
	case f.Clip < 0 || f.Clip > math.MaxFloat32:
		return fmt.Errorf("scale: clip is %v", f.Clip)
	}
	for j, std := range f.Std {
		if !(std > 0) {
			return fmt.Errorf("scale: standard deviation of column %d is %v", j, std)
		}
	}
	*s = Scaler(f)
	return nil
}
