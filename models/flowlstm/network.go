package flowlstm

import (
	"threatnet/models/flowfeatures"
	"threatnet/models/layers"
)

// The sizes of the source notebook's network.
const (
	units = 32 // of the LSTM
	width = 32 // of the embedding
)

// Stack is Embedding(vocabulary, 32) → LSTM(32) → Dense(outputs) → softmax, or sigmoid for one output, over rows of so many
// tokens. With a dropout above 0 there is one after the LSTM.
func Stack(steps, vocabulary, outputs int, dropout float64) layers.Stack {
	return stack(steps, vocabulary, width, units, outputs, dropout)
}

// stack is Stack with sizes to choose. Vocabulary 0 is none: there the steps are values, one to a step.
func stack(steps, vocabulary, width, units, outputs int, dropout float64) layers.Stack {
	s := layers.Stack{Input: []int{steps, 1}}
	if vocabulary > 0 {
		s.Input = []int{steps}
		s.Layers = append(s.Layers, layers.Spec{Kind: "embedding", Vocabulary: vocabulary, Units: width})
	}
	s.Layers = append(s.Layers, layers.Spec{Kind: "lstm", Units: units, Recurrent: layers.RecurrentSigmoid})
	if dropout > 0 {
		s.Layers = append(s.Layers, layers.Spec{Kind: "dropout", Rate: dropout})
	}
	s.Layers = append(
		s.Layers,
		layers.Spec{Kind: "dense", Units: outputs, Init: "glorot_uniform"},
		layers.Spec{Kind: "activation", Function: flowfeatures.Function(outputs)},
	)
	return s
}
