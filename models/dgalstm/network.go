package dgalstm

import "threatnet/models/layers"

// The sizes of the published network (Woodbridge, Anderson, Ahuja and Grant, arXiv 1611.00791) and of the notebook.
const (
	units  = 128
	width  = 128
	length = 75 // the longest part of a name that is read, from its end

	notebookVocabulary = 1000
	notebookNumWords   = 500
)

// stack is Embedding → LSTM → Dropout → Dense → softmax, or sigmoid for one output.
func stack(length, vocabulary, width, units, outputs int, dropout float64) layers.Stack {
	function := "softmax"
	if outputs == 1 {
		function = "sigmoid"
	}
	return layers.Stack{Input: []int{length}, Layers: []layers.Spec{
		{Kind: "embedding", Vocabulary: vocabulary, Units: width},
		{Kind: "lstm", Units: units, Recurrent: layers.RecurrentSigmoid},
		{Kind: "dropout", Rate: dropout},
		{Kind: "dense", Units: outputs, Init: "glorot_uniform"},
		{Kind: "activation", Function: function},
	}}
}
