package layers

import (
	"math"
	"testing"
)

func TestOrthogonal(t *testing.T) {
	for _, c := range [][2]int{{128, 512}, {3, 12}, {7, 7}, {9, 4}} {
		rows, cols := c[0], c[1]
		w := make([]float64, rows*cols)
		orthogonal(w, rows, cols, NewRand(1))
		n := min(rows, cols)
		for i := range n {
			for j := range n {
				var s float64
				for q := range max(rows, cols) {
					if rows <= cols {
						s += w[i*cols+q] * w[j*cols+q]
					} else {
						s += w[q*cols+i] * w[q*cols+j]
					}
				}
				want := 0.0
				if i == j {
					want = 1
				}
				if math.Abs(s-want) > 1e-12 {
					t.Fatalf("%d×%d: product of %d and %d is %v", rows, cols, i, j, s)
				}
			}
		}
	}
}

func TestInitialiserRanges(t *testing.T) {
	w := make([]float64, 128*512)
	stats := func() (largest, sd float64) {
		var s float64
		for _, v := range w {
			largest, s = max(largest, math.Abs(v)), s+v*v
		}
		return largest, math.Sqrt(s / float64(len(w)))
	}
	glorotUniform(w, 128, 512, NewRand(1))
	if l, sd := stats(); l > math.Sqrt(6.0/640) || math.Abs(sd-math.Sqrt(2.0/640)) > 1e-3 {
		t.Errorf("glorot_uniform: largest %v, standard deviation %v", l, sd)
	}
	heNormal(w, 128, 512, NewRand(1))
	if l, sd := stats(); l > 2*math.Sqrt(2.0/128)/0.8796 || math.Abs(sd-math.Sqrt(2.0/128)) > 1e-3 {
		t.Errorf("he_normal: largest %v, standard deviation %v", l, sd)
	}
	uniform(w, 128, 512, NewRand(1))
	if l, sd := stats(); l > 0.05 || math.Abs(sd-0.05/math.Sqrt(3)) > 1e-3 {
		t.Errorf("uniform: largest %v, standard deviation %v", l, sd)
	}
}

func TestSameSeedSameWeights(t *testing.T) {
	stack := Stack{Input: []int{9}, Layers: []Spec{{Kind: "embedding", Vocabulary: 5, Units: 4}, {Kind: "lstm", Units: 3, Recurrent: RecurrentSigmoid}}}
	a, _ := New[float32](stack)
	b, _ := New[float32](stack)
	a.Init(3)
	b.Init(3)
	for i, p := range a.Params() {
		for j, v := range p.Data {
			if v != b.Params()[i].Data[j] {
				t.Fatalf("%s[%d] differs", p.Name, j)
			}
		}
	}
	if bias := a.Params()[3].Data; bias[2] != 0 || bias[3] != 1 || bias[5] != 1 || bias[6] != 0 {
		t.Errorf("LSTM bias is %v, want ones at the forget gate", bias)
	}
}

// TestDropoutMask sees that the share of zeros is right and that the mask depends on its coordinates alone.
func TestDropoutMask(t *testing.T) {
	const n = 1 << 14
	m := make([]float64, n)
	for _, rate := range []float64{0.2, 0.5, 0.9} {
		maskRow(m, 42, rate)
		zeros := 0
		for _, v := range m {
			switch v {
			case 0:
				zeros++
			case 1 / (1 - rate):
			default:
				t.Fatalf("rate %v: factor %v", rate, v)
			}
		}
		if share := float64(zeros) / n; math.Abs(share-rate) > 0.02 {
			t.Errorf("rate %v: %v zeros", rate, share)
		}
	}
	short := make([]float64, 100)
	maskRow(short, 42, 0.9)
	for i, v := range short {
		if v != m[i] {
			t.Fatal("the mask depends on the width")
		}
	}
}
