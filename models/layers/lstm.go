package layers

import "threatnet/internal/kernel"

// LSTM runs a long short-term memory over a sequence and gives its last hidden state (Hochreiter and Schmidhuber 1997;
// forget gate of Gers and others 2000). Input {steps, width}, output {units}.
//
//	iₜ, fₜ, oₜ = σ(xₜ·W + hₜ₋₁·U + b)    c̃ₜ = tanh(xₜ·W + hₜ₋₁·U + b)
//	cₜ = fₜ·cₜ₋₁ + iₜ·c̃ₜ                  hₜ = oₜ·tanh(cₜ)
//
// σ is the recurrent activation. The kernels hold the gates side by side in the order i, f, c, o.
//
// This is the plain form, the reference for the fused one that Compile puts in its place after an Embedding.
type LSTM[T Float] struct {
	spec                Spec
	hard                T // slope of a hard sigmoid, or 0
	kernel, recur, bias *Param[T]
}

type lstmScratch[T Float] struct {
	y, dx  Batch[T]
	h, c   []T // states before each step and after the last: (steps+1, rows, units)
	tc     []T // tanh of the cell state after each step
	g      []T // gates of each step: (steps, rows, 4·units)
	dh, dc []T
}

// Spec implements Layer.
func (l *LSTM[T]) Spec() Spec { return l.spec }

// Output implements Layer.
func (l *LSTM[T]) Output(in Shape) (Shape, error) {
	if err := wantDims("lstm", in, 2); err != nil {
		return nil, err
	}
	return Shape{l.spec.Units}, nil
}

// Build implements Layer. The forget gate's bias is 1 (Jozefowicz and others, ICML 2015), the others' 0.
func (l *LSTM[T]) Build(in Shape, r *Rand) {
	e, h := in[1], l.spec.Units
	l.kernel = newParam[T](l.spec.Name, "kernel", e, 4*h)
	l.recur = newParam[T](l.spec.Name, "recurrent_kernel", h, 4*h)
	l.bias = newParam[T](l.spec.Name, "bias", 4*h)
	fill(l.kernel, "glorot_uniform", e, 4*h, r)
	fill(l.recur, "orthogonal", h, 4*h, r)
	for i := h; i < 2*h; i++ {
		l.bias.Data[i] = 1
	}
}

// Params implements Layer.
func (l *LSTM[T]) Params() []*Param[T] { return []*Param[T]{l.kernel, l.recur, l.bias} }

// Forward implements Layer.
func (l *LSTM[T]) Forward(w *Work[T], x *Batch[T]) *Batch[T] {
	s := scratchOf[lstmScratch[T]](w)
	b, e, h := x.Rows, l.kernel.Shape[0], l.spec.Units
	steps := x.Cols / e
	s.h, s.c = grow(s.h, (steps+1)*b*h), grow(s.c, (steps+1)*b*h)
	s.tc, s.g = grow(s.tc, steps*b*h), grow(s.g, steps*b*4*h)
	clear(s.h[:b*h])
	clear(s.c[:b*h])
	for t := range steps {
		g := s.g[t*b*4*h:][:b*4*h]
		for r := range b {
			copy(g[r*4*h:], l.bias.Data)
		}
		kernel.Gemm(false, false, b, 4*h, e, 1, x.X[t*e:], x.Cols, l.kernel.Data, 4*h, 1, g, 4*h)
		kernel.Gemm(false, false, b, 4*h, h, 1, s.h[t*b*h:], h, l.recur.Data, 4*h, 1, g, 4*h)
		for r := range b {
			at, next := (t*b+r)*h, ((t+1)*b+r)*h
			l.cell(g[r*4*h:][:4*h], s.c[at:][:h], s.c[next:][:h], s.tc[at:][:h], s.h[next:][:h])
		}
	}
	y := s.y.resize(b, h)
	copy(y.X, s.h[steps*b*h:])
	return y
}

func (l *LSTM[T]) cell(g, cPrev, c, tc, h []T) {
	n := len(h)
	for u := range n {
		i, f, o := l.gate(g[u]), l.gate(g[n+u]), l.gate(g[3*n+u])
		ct := kernel.Tanh(g[2*n+u])
		g[u], g[n+u], g[2*n+u], g[3*n+u] = i, f, ct, o
		c[u] = f*cPrev[u] + i*ct
		tc[u] = kernel.Tanh(c[u])
		h[u] = o * tc[u]
	}
}

func (l *LSTM[T]) gate(x T) T {
	if l.hard == 0 {
		return kernel.Sigmoid(x)
	}
	return kernel.HardSigmoid(x, l.hard)
}

// Backward implements Layer.
func (l *LSTM[T]) Backward(w *Work[T], x, dy *Batch[T], grads [][]T) *Batch[T] {
	s := scratchOf[lstmScratch[T]](w)
	b, e, h := x.Rows, l.kernel.Shape[0], l.spec.Units
	steps := x.Cols / e
	dx := s.dx.resize(b, x.Cols)
	s.dh, s.dc = grow(s.dh, b*h), grow(s.dc, b*h)
	copy(s.dh, dy.X[:b*h])
	clear(s.dc)
	for _, g := range grads {
		clear(g)
	}
	for t := steps - 1; t >= 0; t-- {
		g := s.g[t*b*4*h:][:b*4*h]
		for r := range b {
			at := (t*b + r) * h
			l.cellBackward(g[r*4*h:][:4*h], s.c[at:][:h], s.tc[at:][:h], s.dh[r*h:][:h], s.dc[r*h:][:h])
			kernel.Add(grads[2], g[r*4*h:][:4*h])
		}
		kernel.Gemm(true, false, e, 4*h, b, 1, x.X[t*e:], x.Cols, g, 4*h, 1, grads[0], 4*h)
		kernel.Gemm(true, false, h, 4*h, b, 1, s.h[t*b*h:], h, g, 4*h, 1, grads[1], 4*h)
		kernel.Gemm(false, true, b, e, 4*h, 1, g, 4*h, l.kernel.Data, 4*h, 0, dx.X[t*e:], x.Cols)
		kernel.Gemm(false, true, b, h, 4*h, 1, g, 4*h, l.recur.Data, 4*h, 0, s.dh, h)
	}
	return dx
}

func (l *LSTM[T]) cellBackward(g, cPrev, tc, dh, dc []T) {
	n := len(dh)
	for u := range n {
		i, f, ct, o := g[u], g[n+u], g[2*n+u], g[3*n+u]
		d := dc[u] + dh[u]*o*(1-tc[u]*tc[u])
		g[u] = d * ct * kernel.SigmoidSlope(i, l.hard)
		g[n+u] = d * cPrev[u] * kernel.SigmoidSlope(f, l.hard)
		g[2*n+u] = d * i * (1 - ct*ct)
		g[3*n+u] = dh[u] * tc[u] * kernel.SigmoidSlope(o, l.hard)
		dc[u] = d * f
	}
}
