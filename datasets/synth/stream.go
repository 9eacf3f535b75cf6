package synth

import (
	"container/heap"
	"fmt"
	"iter"
	"time"

	"threatnet/datasets"
)

// streamStart is where the clock of every stream begins; clients is how many ask, benign and infected together.
var streamStart = time.Date(2024, time.January, 1, 0, 0, 0, 0, time.UTC)

const clients = 200

// clientAddress gives the address of client i, in 10.0.0.0/16.
func clientAddress(i int) string { return fmt.Sprintf("10.0.%d.%d", i/50, 10+i%50) }

// A speaker asks one query after the other.
type speaker interface {
	// ask gives the next query, all but its time, how long it is until the one after, and whether there is one.
	ask() (q datasets.Query, gap time.Duration, more bool)
}

// A turn is when a speaker asks next. Turns at the same time go by the speakers' order.
type turn struct {
	at    time.Duration // since streamStart
	order int
	speaker
}

// schedule is a heap of turns, the next one first.
type schedule []turn

func (s schedule) Len() int { return len(s) }
func (s schedule) Less(i, j int) bool {
	return s[i].at < s[j].at || s[i].at == s[j].at && s[i].order < s[j].order
}
func (s schedule) Swap(i, j int) { s[i], s[j] = s[j], s[i] }
func (s *schedule) Push(x any)   { *s = append(*s, x.(turn)) }
func (s *schedule) Pop() any {
	last := (*s)[len(*s)-1]
	*s = (*s)[:len(*s)-1]
	return last
}

// run iterates over the first queries of the speakers in the order of time, until none speaks.
func (s schedule) run(events int) iter.Seq[datasets.Query] {
	return func(yield func(datasets.Query) bool) {
		for i := range s {
			s[i].order = i
		}
		for heap.Init(&s); events > 0 && len(s) > 0; events-- {
			q, gap, more := s[0].ask()
			q.Time = streamStart.Add(s[0].at)
			if more {
				s[0].at += gap
				heap.Fix(&s, 0)
			} else {
				heap.Pop(&s)
			}
			if !yield(q) {
				return
			}
		}
	}
}

// interleave merges two streams by time.
func interleave(a, b iter.Seq[datasets.Query]) iter.Seq[datasets.Query] {
	return func(yield func(datasets.Query) bool) {
		next, stop := iter.Pull(b)
		defer stop()
		other, ok := next()
		for q := range a {
			for ; ok && other.Time.Before(q.Time); other, ok = next() {
				if !yield(other) {
					return
				}
			}
			if !yield(q) {
				return
			}
		}
		for ; ok; other, ok = next() {
			if !yield(other) {
				return
			}
		}
	}
}

// rising cuts times to microseconds and moves a query that is not after the one before it to a microsecond after.
func rising(stream iter.Seq[datasets.Query]) iter.Seq[datasets.Query] {
	return func(yield func(datasets.Query) bool) {
		last := streamStart
		for q := range stream {
			q.Time = q.Time.Truncate(time.Microsecond)
			if !q.Time.After(last) {
				q.Time = last.Add(time.Microsecond)
			}
			last = q.Time
			if !yield(q) {
				return
			}
		}
	}
}
