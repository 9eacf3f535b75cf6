package pytorch

import (
	"fmt"
	"strings"

	"threatnet/models/checkpoint"
)

// Linear is torch.nn.Linear in Keras' layout: y = x·Kernel + Bias. PyTorch keeps the transposed of Kernel as weight.
type Linear struct {
	Name    string
	In, Out int
	Kernel  []float64 // (In, Out)
	Bias    []float64 // (Out)
}

// MLP returns the linear layers of a perceptron in the order of d. All of d must be pairs of NAME.weight (out, in) and
// NAME.bias (out), each as wide as the output before it; else the error wraps ErrLayers. What lies between them, like
// ReLU and dropout, leaves no tensors and is known to the caller alone.
func MLP(d *Dict) ([]Linear, error) {
	if len(d.Tensors) == 0 {
		return nil, fmt.Errorf("%w: no tensors", ErrLayers)
	}
	var layers []Linear
	for i := 0; i < len(d.Tensors); i += 2 {
		l, err := linear(d.Tensors[i:])
		if err != nil {
			return nil, err
		}
		if n := len(layers); n > 0 && layers[n-1].Out != l.In {
			return nil, fmt.Errorf("%w: %q takes %d values, but %q gives %d", ErrLayers, l.Name, l.In, layers[n-1].Name, layers[n-1].Out)
		}
		layers = append(layers, l)
	}
	return layers, nil
}

// linear makes a layer of the first two tensors.
func linear(tensors []checkpoint.Tensor) (Linear, error) {
	weight := tensors[0]
	name, ok := strings.CutSuffix(weight.Name, ".weight")
	if !ok || len(weight.Shape) != 2 || weight.Shape[0] < 1 || weight.Shape[1] < 1 {
		return Linear{}, fmt.Errorf("%w: tensor %q of shape %v is not a linear layer's weight", ErrLayers, weight.Name, weight.Shape)
	}
	l := Linear{Name: name, Out: weight.Shape[0], In: weight.Shape[1]}
	if len(tensors) < 2 || tensors[1].Name != name+".bias" {
		return Linear{}, fmt.Errorf("%w: %q has no bias after its weight", ErrLayers, name)
	}
	bias := tensors[1]
	if len(bias.Shape) != 1 || bias.Shape[0] != l.Out {
		return Linear{}, fmt.Errorf("%w: tensor %q has shape %v, not [%d]", ErrLayers, bias.Name, bias.Shape, l.Out)
	}
	w, ok1 := floats(weight.Data)
	b, ok2 := floats(bias.Data)
	if !ok1 || !ok2 || len(w) != l.In*l.Out || len(b) != l.Out {
		return Linear{}, fmt.Errorf("%w: %q is of %T and %T", ErrLayers, name, weight.Data, bias.Data)
	}
	l.Kernel, l.Bias = transposed(w, l.Out, l.In), b
	return l, nil
}

// Tensors returns the weights and biases of layers under PyTorch's names and in its layout, in single precision.
func Tensors(layers []Linear) []checkpoint.Tensor {
	var tensors []checkpoint.Tensor
	for _, l := range layers {
		tensors = append(tensors,
			checkpoint.Tensor{Name: l.Name + ".weight", Shape: []int{l.Out, l.In}, Data: single(transposed(l.Kernel, l.In, l.Out))},
			checkpoint.Tensor{Name: l.Name + ".bias", Shape: []int{l.Out}, Data: single(l.Bias)},
		)
	}
	return tensors
}

// transposed returns the (cols, rows) matrix of a (rows, cols) one.
func transposed(x []float64, rows, cols int) []float64 {
	y := make([]float64, len(x))
	for i := range rows {
		for j := range cols {
			y[j*rows+i] = x[i*cols+j]
		}
	}
	return y
}

func floats(data any) ([]float64, bool) {
	switch d := data.(type) {
	case []float64:
		return append([]float64(nil), d...), true
	case []float32:
		out := make([]float64, len(d))
		for i, v := range d {
			out[i] = float64(v)
		}
		return out, true
	}
	return nil, false
}

func single(x []float64) []float32 {
	out := make([]float32, len(x))
	for i, v := range x {
		out[i] = float32(v)
	}
	return out
}
