package engine

import (
	"context"

	"threatnet/datasets"
	"threatnet/models"
)

// QueryStream answers for queries that come piece by piece, with windows over all of them.
type QueryStream struct {
	m      *Model
	model  models.Queries
	stream models.QueryStream
}

// NewQueryStream starts a stream of queries that remembers so many windows, 0 for the model's own number; nil where the model
// takes no queries, or where its windows are of a whole table, which no stream has.
func (m *Model) NewQueryStream(windows int) *QueryStream {
	model, ok := m.model.(models.Queries)
	if !ok {
		return nil
	}
	s := model.NewStream(models.StreamOptions{Windows: windows})
	if s == nil {
		return nil
	}
	return &QueryStream{m, model, s}
}

// Features gives the features of the next queries of the stream, which [QueryStream.Judge] takes. It belongs to one
// goroutine.
func (s *QueryStream) Features(qs []datasets.Query) []float32 {
	cols := s.m.net.cols
	features := make([]float32, len(qs)*cols)
	for i := range qs {
		s.stream.Features(&qs[i], features[i*cols:][:cols])
	}
	return features
}

// Judge answers for queries whose features are known. It may be called by several goroutines.
func (s *QueryStream) Judge(ctx context.Context, qs []datasets.Query, features []float32) ([]Answer, error) {
	return s.m.judgeFeatures(ctx, s.model, qs, features)
}
