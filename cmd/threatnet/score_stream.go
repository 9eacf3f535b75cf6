package main

import (
	"bytes"
	"context"
	"io"
	"iter"
	"slices"

	"threatnet/models"
)

// batchRows is how many records a core scores at a time: ten blocks and more of the fused layer, so that few are part empty
// after its sorting by length.
const batchRows = 2048

// scoring takes rows to verdicts to text, on all cores, in the order of the input and in constant memory. It waits for
// nothing but the first row of a batch: a core takes what has been read by the time it is free.
type scoring struct {
	scorer  *models.Scorer
	subject subject
	cols    int // of features that are computed in the order of the rows; 0 for none
	format  format
	domains *domainTotals // instead of records, or nil
	workers int

	begun   bool // the head of the output is written
	scored  int  // records written
	skipped skipped
}

// batch is what one core scores at a time.
type batch struct {
	rows     []row
	features []float32 // of the rows, where they are computed in order
	verdicts []models.Verdict
	bad      []error // of rows that are skipped
	err      error   // ends the input, after the rows
	text     bytes.Buffer
	done     chan error // of the text
}

// run scores the rows until their end, an error, or the end of ctx; what has been scored by then is written in each case.
func (s *scoring) run(ctx context.Context, rows iter.Seq[row], out io.Writer) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	read := make(chan row, s.workers*batchRows) // or a full batch would leave the next one few rows to keep its core busy with
	go func() {
		defer close(read)
		for r := range rows {
			select {
			case read <- r:
			case <-ctx.Done():
				return
			}
		}
	}()
	free, scored := make(chan *batch, s.workers), make(chan *batch, s.workers)
	for range s.workers {
		free <- &batch{done: make(chan error, 1)}
	}
	go s.dispatch(ctx, read, free, scored)
	for b := range scored {
		if err := s.write(out, b); err != nil {
			return err
		}
		free <- b
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	switch {
	case s.domains != nil:
		return s.domains.write(out)
	case !s.begun:
		return s.format.begin(out, nil)
	}
	return nil
}

// dispatch fills free batches and has them scored.
func (s *scoring) dispatch(ctx context.Context, read <-chan row, free <-chan *batch, scored chan<- *batch) {
	defer close(scored)
	for {
		select {
		case b := <-free:
			if !s.fill(ctx, b, read) {
				return
			}
			scored <- b
			go func() { b.done <- s.score(b) }()
		case <-ctx.Done():
			return
		}
	}
}

// fill waits for a row and takes those that have been read after it. It tells whether there is any.
func (s *scoring) fill(ctx context.Context, b *batch, read <-chan row) bool {
	b.rows, b.bad, b.err, b.features = b.rows[:0], b.bad[:0], nil, b.features[:0]
	select {
	case r, ok := <-read:
		if !ok {
			return false
		}
		s.add(b, r)
	case <-ctx.Done():
		return false
	}
	for len(b.rows)+len(b.bad) < batchRows && b.err == nil {
		select {
		case r, ok := <-read:
			if !ok {
				return true
			}
			s.add(b, r)
		default:
			return true
		}
	}
	return true
}

func (s *scoring) add(b *batch, r row) {
	switch {
	case r.err == nil:
		b.rows = append(b.rows, r)
		if s.cols > 0 {
			n := len(b.features)
			b.features = slices.Grow(b.features, s.cols)[:n+s.cols]
			s.subject.features(&b.rows[len(b.rows)-1], b.features[n:])
		}
	case r.final:
		b.err = r.err
	default:
		b.bad = append(b.bad, r.err)
	}
}

func (s *scoring) score(b *batch) error {
	b.verdicts = s.scorer.Judge(len(b.rows), func(i int, tokens []int32, values []float32) {
		s.subject.encode(&b.rows[i], b.features[i*s.cols:][:s.cols], tokens, values)
	}, 1)
	b.text.Reset()
	if s.domains != nil {
		return nil
	}
	return s.format.records(&b.text, b.rows, b.verdicts)
}

// write waits for a batch and writes it.
func (s *scoring) write(out io.Writer, b *batch) error {
	if err := <-b.done; err != nil {
		return err
	}
	if len(b.rows) > 0 {
		if s.domains != nil {
			s.domains.add(b.rows, b.verdicts)
		} else if !s.begun {
			if err := s.format.begin(out, &b.rows[0]); err != nil {
				return err
			}
			s.begun = true
		}
		if _, err := out.Write(b.text.Bytes()); err != nil {
			return err
		}
		s.scored += len(b.rows)
	}
	for _, err := range b.bad {
		s.skipped.add(err)
	}
	return b.err
}
