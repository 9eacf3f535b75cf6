package queryfeatures

import (
	"threatnet/datasets"
	"threatnet/models"
)

// Table writes the features of each query of a table, len(qs) rows of s.Size(), and returns how many characters no feature
// counts. The default set is that of a stream of the rows in their order, with the stream's default options.
func Table(s Set, qs []datasets.Query, out []float32) (unknown int) {
	cols := s.Size()
	if len(out) != len(qs)*cols {
		panic("queryfeatures: a table of another size")
	}
	if !s.Causal() {
		return notebook(s, qs, out)
	}
	stream := NewStream(models.StreamOptions{})
	for i := range qs {
		stream.Features(&qs[i], out[i*cols:][:cols])
	}
	return stream.Unknown()
}
