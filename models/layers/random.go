package layers

import (
	"math"
	"math/rand/v2"
)

// Rand is the source of the initial weights.
type Rand = rand.Rand

// NewRand returns the source of a seed.
func NewRand(seed uint64) *Rand { return rand.New(rand.NewPCG(seed, 0x7468726561746e65)) }

// Mix is a bijective hash of 64 bits (the finaliser of splitmix64: Steele, Lea and Flood, OOPSLA 2014). Masks and
// shuffles are hashes of their coordinates, so nothing about them need be saved to resume.
func Mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// initialisers fill a kernel of shape (fanIn, fanOut).
var initialisers = map[string]func(w []float64, fanIn, fanOut int, r *Rand){
	"glorot_uniform": glorotUniform,
	"he_normal":      heNormal,
	"orthogonal":     orthogonal,
	"uniform":        uniform,
}

// fill draws into a parameter of any precision; without a source it is left as it is.
func fill[T Float](p *Param[T], init string, fanIn, fanOut int, r *Rand) {
	if r == nil {
		return
	}
	w := make([]float64, len(p.Data))
	initialisers[init](w, fanIn, fanOut, r)
	for i, v := range w {
		p.Data[i] = T(v)
	}
}

// uniform draws from ±0.05, as Keras' random_uniform does for an Embedding.
func uniform(w []float64, _, _ int, r *Rand) { uniformWithin(w, 0.05, r) }

func uniformWithin(w []float64, limit float64, r *Rand) {
	for i := range w {
		w[i] = (2*r.Float64() - 1) * limit
	}
}

// glorotUniform draws from ±√(6/(fanIn+fanOut)) (Glorot and Bengio, AISTATS 2010).
func glorotUniform(w []float64, fanIn, fanOut int, r *Rand) {
	uniformWithin(w, math.Sqrt(6/float64(fanIn+fanOut)), r)
}

// heNormal draws from a normal distribution cut off at two standard deviations, widened so that what remains has the
// standard deviation √(2/fanIn) (He and others, ICCV 2015; the cut is Keras').
func heNormal(w []float64, fanIn, _ int, r *Rand) {
	const remaining = 0.87962566103423978 // of a unit normal after the cut
	sd := math.Sqrt(2/float64(fanIn)) / remaining
	for i := range w {
		for {
			if x := r.NormFloat64(); math.Abs(x) <= 2 {
				w[i] = x * sd
				break
			}
		}
	}
}

// orthogonal makes the rows orthonormal, or the columns when there are more rows (Saxe and others, ICLR 2014), by the
// modified Gram-Schmidt process on normal vectors, run twice for accuracy.
func orthogonal(w []float64, rows, cols int, r *Rand) {
	n, m := min(rows, cols), max(rows, cols)
	v := make([]float64, n*m)
	for i := range v {
		v[i] = r.NormFloat64()
	}
	for i := range n {
		a := v[i*m:][:m]
		for range 2 {
			for j := range i {
				b := v[j*m:][:m]
				k := dot(a, b)
				for q := range a {
					a[q] -= k * b[q]
				}
			}
		}
		k := 1 / math.Sqrt(dot(a, a))
		for q := range a {
			a[q] *= k
		}
	}
	if rows <= cols {
		copy(w, v)
		return
	}
	for i := range rows {
		for j := range cols {
			w[i*cols+j] = v[j*m+i]
		}
	}
}

func dot(a, b []float64) float64 {
	var s float64
	for i := range a {
		s += a[i] * b[i]
	}
	return s
}
