package layers

// Compile returns the layers that training runs: an Embedding followed by an LSTM becomes one fused layer with the
// parameters of both, and so does a Dense with the activation, normalisation and dropout that follow it.
func Compile[T Float](ls []Layer[T]) []Layer[T] {
	var out []Layer[T]
	for i := 0; i < len(ls); {
		if e, ok := ls[i].(*Embedding[T]); ok && i+1 < len(ls) {
			if l, ok := ls[i+1].(*LSTM[T]); ok {
				out = append(out, &EmbeddingLSTM[T]{embedding: e, lstm: l})
				i += 2
				continue
			}
		}
		if b, next := block(ls, i); b != nil && len(b.rest) > 0 {
			out = append(out, b)
			i = next
			continue
		}
		out = append(out, ls[i])
		i++
	}
	return out
}
