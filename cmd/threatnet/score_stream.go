package main

import (
	"bytes"
	"context"
	"io"
	"iter"

	"threatnet/models"
)

// batchRows is how many records a core scores at a time: ten blocks and more of the fused layer, so that few are part empty
// after its sorting by length.
const batchRows = 2048

// scoring takes rows to verdicts to text, on all cores, in the order of the input and in constant memory. It waits for
// nothing but the first row of a batch: a core takes what has been read by the time it is free.
type scoring struct {
	scorer  *models.Scorer
	encode  func(name string, tokens []int32, values []float32)
	format  format
	workers int

	begun   bool // the head of the output is written
	scored  int  // records written
	skipped skipped
}

// batch is what one core scores at a time.
type batch struct {
	rows []row
	bad  []error // of rows that are skipped
	err  error   // ends the input, after the rows
	text bytes.Buffer
	done chan error // of the text
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
	if !s.begun {
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
			if !b.fill(ctx, read) {
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
func (b *batch) fill(ctx context.Context, read <-chan row) bool {
	b.rows, b.bad, b.err = b.rows[:0], b.bad[:0], nil
	select {
	case r, ok := <-read:
		if !ok {
			return false
		}
		b.add(r)
	case <-ctx.Done():
		return false
	}
	for len(b.rows)+len(b.bad) < batchRows && b.err == nil {
		select {
		case r, ok := <-read:
			if !ok {
				return true
			}
			b.add(r)
		default:
			return true
		}
	}
	return true
}

func (b *batch) add(r row) {
	switch {
	case r.err == nil:
		b.rows = append(b.rows, r)
	case r.final:
		b.err = r.err
	default:
		b.bad = append(b.bad, r.err)
	}
}

func (s *scoring) score(b *batch) error {
	verdicts := s.scorer.Judge(len(b.rows), func(i int, tokens []int32, values []float32) {
		s.encode(b.rows[i].name, tokens, values)
	}, 1)
	b.text.Reset()
	return s.format.records(&b.text, b.rows, verdicts)
}

// write waits for a batch and writes it.
func (s *scoring) write(out io.Writer, b *batch) error {
	if err := <-b.done; err != nil {
		return err
	}
	if len(b.rows) > 0 {
		if !s.begun {
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
