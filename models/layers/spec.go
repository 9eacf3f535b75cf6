package layers

import (
	"cmp"
	"fmt"
	"slices"
)

// Spec describes one layer; the fields that its kind has no use for are zero.
type Spec struct {
	Kind       string  `json:"kind"` // embedding, lstm, dense, batch_norm, dropout, activation
	Name       string  `json:"name"`
	Vocabulary int     `json:"vocabulary,omitempty"` // embedding: number of ids
	Units      int     `json:"units,omitempty"`      // embedding, lstm, dense: width of the output
	Recurrent  string  `json:"recurrent,omitempty"`  // lstm: recurrent activation
	Rate       float64 `json:"rate,omitempty"`       // dropout: share of the inputs that become zero
	Function   string  `json:"function,omitempty"`   // activation
	Init       string  `json:"init,omitempty"`       // dense: initialiser of the kernel
	L1         float64 `json:"l1,omitempty"`         // dense: penalty of the kernel
	L2         float64 `json:"l2,omitempty"`
	Momentum   float64 `json:"momentum,omitempty"` // batch_norm: of the moving statistics; 0: .99
	Epsilon    float64 `json:"epsilon,omitempty"`  // batch_norm: added to the variance; 0: .001
	Variance   string  `json:"variance,omitempty"` // batch_norm: what the moving variance takes; "": biased
}

// FromSpec makes the layer that s describes, without parameters.
func FromSpec[T Float](s Spec) (Layer[T], error) {
	switch s.Kind {
	case "embedding":
		if s.Vocabulary < 1 || s.Units < 1 {
			return nil, fmt.Errorf("layers: embedding %q of %d×%d", s.Name, s.Vocabulary, s.Units)
		}
		return &Embedding[T]{spec: s}, nil
	case "lstm":
		slope, err := recurrentSlope(s.Recurrent)
		if err != nil || s.Units < 1 {
			return nil, fmt.Errorf("layers: lstm %q of %d units, recurrent activation %q", s.Name, s.Units, s.Recurrent)
		}
		return &LSTM[T]{spec: s, hard: T(slope)}, nil
	case "dense":
		if _, ok := initialisers[s.Init]; s.Units < 1 || !ok {
			return nil, fmt.Errorf("layers: dense %q of %d units, initialiser %q", s.Name, s.Units, s.Init)
		}
		return &Dense[T]{spec: s}, nil
	case "batch_norm":
		s.Momentum, s.Epsilon, s.Variance = cmp.Or(s.Momentum, batchNormMomentum), cmp.Or(s.Epsilon, batchNormEpsilon), cmp.Or(s.Variance, VarianceBiased)
		known := slices.Contains([]string{VarianceBiased, VarianceKeras2, VarianceUnbiased}, s.Variance)
		if !(s.Momentum > 0 && s.Momentum < 1) || !(s.Epsilon > 0) || !known {
			return nil, fmt.Errorf("layers: batch_norm %q of momentum %v, epsilon %v, variance %q", s.Name, s.Momentum, s.Epsilon, s.Variance)
		}
		return &BatchNorm[T]{spec: s}, nil
	case "dropout":
		if s.Rate < 0 || s.Rate >= 1 {
			return nil, fmt.Errorf("layers: dropout %q of rate %v: want 0 ≤ rate < 1", s.Name, s.Rate)
		}
		return &Dropout[T]{spec: s}, nil
	case "activation":
		if _, ok := activations[s.Function]; !ok {
			return nil, fmt.Errorf("layers: activation %q is unknown", s.Function)
		}
		return &Activation[T]{spec: s}, nil
	}
	return nil, fmt.Errorf("layers: no layer of kind %q", s.Kind)
}

// weights is how many numbers the parameters of the layer have on inputs of a shape that it takes: any number.
func (s Spec) weights(in Shape) float64 {
	if len(in) == 0 {
		return 0
	}
	last, units := float64(in[len(in)-1]), float64(s.Units)
	switch s.Kind {
	case "embedding":
		return float64(s.Vocabulary) * units
	case "lstm":
		return 4 * units * (last + units + 1)
	case "dense":
		return units * (last + 1)
	case "batch_norm":
		return 4 * last
	}
	return 0
}

// Recurrent activations. Keras 3 changed the meaning of hard_sigmoid, so its form has a name of its own here.
const (
	RecurrentSigmoid      = "sigmoid"
	RecurrentHardSigmoid  = "hard_sigmoid"        // clip(0.2x + 0.5, 0, 1): Keras 1 and 2
	RecurrentHardSigmoid3 = "hard_sigmoid_keras3" // clip(x/6 + 0.5, 0, 1): Keras 3, PyTorch
)

func recurrentSlope(name string) (float64, error) {
	switch name {
	case RecurrentSigmoid:
		return 0, nil
	case RecurrentHardSigmoid:
		return 0.2, nil
	case RecurrentHardSigmoid3:
		return 1.0 / 6, nil
	}
	return 0, fmt.Errorf("layers: recurrent activation %q is unknown", name)
}
