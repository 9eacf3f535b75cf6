package layers

import (
	"math"
)

// BatchNorm normalises each input over the batch while training, and by moving statistics when scoring (Ioffe and Szegedy,
// ICML 2015):
//
//	y = γ·(x − μ)/√(σ² + ε) + β
//
// with the biased variance σ². The moving statistics are not trained: EndStep moves them once for each step,
// m ← momentum·m + (1 − momentum)·μ, and v alike. Input {width}, output of the same shape. A batch is one whole: shards
// share its statistics.
type BatchNorm[T Float] struct {
	spec                        Spec
	gamma, beta, mean, variance *Param[T]
}

// Rules for the variance that the moving variance takes of a batch of n rows.
const (
	VarianceBiased   = "biased"   // tf.keras and Keras 3
	VarianceKeras2   = "keras2.2" // Keras 2.1 to 2.3: n/(n−1−ε) of the biased one
	VarianceUnbiased = "unbiased" // PyTorch: n/(n−1) of the biased one
)

// Keras' defaults.
const (
	batchNormMomentum = 0.99
	batchNormEpsilon  = 1e-3
)

type batchNormScratch[T Float] struct {
	y, dx                Batch[T]
	normal               []T // (x − μ)/√(σ² + ε) of the batch
	mean, variance, rate []T // μ, σ², 1/√(σ² + ε)
	sumDy, sumDyNormal   []T
	rows                 int
}

// Spec implements Layer.
func (l *BatchNorm[T]) Spec() Spec { return l.spec }

// Output implements Layer.
func (l *BatchNorm[T]) Output(in Shape) (Shape, error) { return in, wantDims("batch_norm", in, 1) }

// Build implements Layer.
func (l *BatchNorm[T]) Build(in Shape, _ *Rand) {
	l.gamma, l.beta = newParam[T](l.spec.Name, "gamma", in[0]), newParam[T](l.spec.Name, "beta", in[0])
	l.mean, l.variance = newParam[T](l.spec.Name, "moving_mean", in[0]), newParam[T](l.spec.Name, "moving_variance", in[0])
	l.mean.Moving, l.variance.Moving = true, true
	for i := range in[0] {
		l.gamma.Data[i], l.variance.Data[i] = 1, 1
	}
}

// Params implements Layer.
func (l *BatchNorm[T]) Params() []*Param[T] { return []*Param[T]{l.gamma, l.beta, l.mean, l.variance} }

// Forward implements Layer.
func (l *BatchNorm[T]) Forward(w *Work[T], x *Batch[T]) *Batch[T] {
	s := scratchOf[batchNormScratch[T]](w)
	y, n := s.y.resize(x.Rows, x.Cols), x.Cols
	if !w.Train {
		scale, shift := l.affine()
		for r := range x.Rows {
			in, out := x.X[r*n:][:n], y.X[r*n:][:n]
			for j, v := range in {
				out[j] = v*scale[j] + shift[j]
			}
		}
		return y
	}
	s.measure(x, T(l.spec.Epsilon))
	gamma, beta := l.gamma.Data[:n], l.beta.Data[:n]
	for r := range x.Rows {
		in, normal, out := x.X[r*n:][:n], s.normal[r*n:][:n], y.X[r*n:][:n]
		for j, v := range in {
			v = (v - s.mean[j]) * s.rate[j]
			normal[j] = v
			out[j] = v*gamma[j] + beta[j]
		}
	}
	return y
}

// measure takes the statistics of a batch: the mean first, then the deviations from it.
func (s *batchNormScratch[T]) measure(x *Batch[T], eps T) {
	n := x.Cols
	s.rows = x.Rows
	s.normal = grow(s.normal, x.Rows*n)
	s.mean, s.variance, s.rate = grow(s.mean, n), grow(s.variance, n), grow(s.rate, n)
	mean, variance, rate := s.mean[:n], s.variance[:n], s.rate[:n]
	clear(mean)
	clear(variance)
	for r := range x.Rows {
		for j, v := range x.X[r*n:][:n] {
			mean[j] += v
		}
	}
	share := 1 / T(x.Rows)
	for j := range mean {
		mean[j] *= share
	}
	for r := range x.Rows {
		for j, v := range x.X[r*n:][:n] {
			d := v - mean[j]
			variance[j] += d * d
		}
	}
	for j := range variance {
		variance[j] *= share
		rate[j] = 1 / T(math.Sqrt(float64(variance[j]+eps)))
	}
}

// affine is the layer with its moving statistics as y = scale·x + shift.
func (l *BatchNorm[T]) affine() (scale, shift []T) {
	scale, shift = make([]T, len(l.gamma.Data)), make([]T, len(l.gamma.Data))
	for j, g := range l.gamma.Data {
		scale[j] = g / T(math.Sqrt(float64(l.variance.Data[j])+l.spec.Epsilon))
		shift[j] = l.beta.Data[j] - l.mean.Data[j]*scale[j]
	}
	return scale, shift
}

// Backward implements Layer, with x̂ the normalised input and the means over the batch:
//
//	dγ = Σ dy·x̂    dβ = Σ dy    dx = γ/√(σ² + ε)·(dy − mean(dy) − x̂·mean(dy·x̂))
func (l *BatchNorm[T]) Backward(w *Work[T], x, dy *Batch[T], grads [][]T) *Batch[T] {
	s, n := scratchOf[batchNormScratch[T]](w), x.Cols
	dx, dGamma, dBeta := s.dx.resize(x.Rows, n), grads[0][:n], grads[1][:n]
	clear(dGamma)
	clear(dBeta)
	for r := range x.Rows {
		d, normal := dy.X[r*n:][:n], s.normal[r*n:][:n]
		for j, v := range d {
			dBeta[j] += v
			dGamma[j] += v * normal[j]
		}
	}
	share, gamma, rate := 1/T(x.Rows), l.gamma.Data[:n], s.rate[:n]
	s.sumDy, s.sumDyNormal = grow(s.sumDy, n), grow(s.sumDyNormal, n)
	a, b := s.sumDy[:n], s.sumDyNormal[:n]
	for j := range a {
		a[j], b[j] = dBeta[j]*share, dGamma[j]*share
	}
	for r := range x.Rows {
		d, normal, out := dy.X[r*n:][:n], s.normal[r*n:][:n], dx.X[r*n:][:n]
		for j, v := range d {
			out[j] = gamma[j] * rate[j] * (v - a[j] - normal[j]*b[j])
		}
	}
	return dx
}

// EndStep implements Stepper.
func (l *BatchNorm[T]) EndStep(w *Work[T]) {
	s := scratchOf[batchNormScratch[T]](w)
	keep, n, correction := T(l.spec.Momentum), T(s.rows), T(1)
	switch {
	case l.spec.Variance == VarianceKeras2 && s.rows > 1:
		correction = n / (n - 1 - T(l.spec.Epsilon))
	case l.spec.Variance == VarianceUnbiased && s.rows > 1:
		correction = n / (n - 1)
	}
	for j, m := range s.mean {
		l.mean.Data[j] = l.mean.Data[j]*keep + m*(1-keep)
		l.variance.Data[j] = l.variance.Data[j]*keep + s.variance[j]*correction*(1-keep)
	}
}
