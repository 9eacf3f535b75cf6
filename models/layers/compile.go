package layers

// Compile returns the layers that training runs: an Embedding followed by an LSTM becomes one fused layer with the
// parameters of both.
func Compile[T Float](ls []Layer[T]) []Layer[T] {
	var out []Layer[T]
	for i := 0; i < len(ls); i++ {
		if e, ok := ls[i].(*Embedding[T]); ok && i+1 < len(ls) {
			if l, ok := ls[i+1].(*LSTM[T]); ok {
				out = append(out, &EmbeddingLSTM[T]{embedding: e, lstm: l})
				i++
				continue
			}
		}
		out = append(out, ls[i])
	}
	return out
}
