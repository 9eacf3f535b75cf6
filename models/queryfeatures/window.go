package queryfeatures

import (
	"math"
	"math/bits"
)

// Depth is the number of queries in a full window.
const Depth = 10

// event is what a window keeps of a query: figures of its host.
type event struct {
	hash     uint64    // of the host, to count different ones
	alphabet [4]uint64 // the set of its bytes
	entropy  float64
	length   int32
	label    int32 // of the longest label
	digits   int32
	other    int32 // characters other than letters, digits, '-', '.' and '_'
}

// The classes of bytes.
const (
	classOther = iota
	classUsual
	classDigit
	classDot
)

var classes = func() (t [256]uint8) {
	for c := 'a'; c <= 'z'; c++ {
		t[c], t[c-'a'+'A'] = classUsual, classUsual
	}
	for c := '0'; c <= '9'; c++ {
		t[c] = classDigit
	}
	t['-'], t['_'], t['.'] = classUsual, classUsual, classDot
	return t
}()

func newEvent(host string, hash uint64) event {
	e := event{hash: hash, length: int32(len(host)), entropy: entropy(host)}
	var label int32
	for i := range len(host) {
		b := host[i]
		e.alphabet[b>>6] |= 1 << (b & 63)
		label++
		switch classes[b] {
		case classDot:
			label = 0
		case classDigit:
			e.digits++
		case classOther:
			e.other++
		}
		e.label = max(e.label, label)
	}
	return e
}

// window is a ring of the last events.
type window struct {
	events []event
	next   int // where the next one goes, once the ring is full
}

func (w *window) reset() { w.events, w.next = w.events[:0], 0 }

// add takes an event in. Most windows stay short, so the room grows in two steps.
func (w *window) add(e event) {
	const short = 2
	switch n := len(w.events); {
	case n == Depth:
		w.events[w.next] = e
		w.next = (w.next + 1) % Depth
		return
	case n == cap(w.events) && n < short:
		w.events = append(make([]event, 0, short), w.events...)
	case n == cap(w.events):
		w.events = append(make([]event, 0, Depth), w.events...)
	}
	w.events = append(w.events, e)
}

// features writes size_avg, entropy_avg and the shape of the window.
func (w *window) features(out []float32) {
	var (
		n                                     = float64(len(w.events))
		length, entropy, label, digits, other float64
		longest                               int32
		distinct                              int
		alphabet                              [4]uint64
	)
	for i := range w.events {
		e := &w.events[i]
		length += float64(e.length)
		entropy += e.entropy
		label += float64(e.label)
		if e.length > 0 {
			digits += float64(e.digits) / float64(e.length)
			other += float64(e.other) / float64(e.length)
		}
		longest = max(longest, e.length)
		for j := range alphabet {
			alphabet[j] |= e.alphabet[j]
		}
		distinct++
		for j := range i {
			if w.events[j].hash == e.hash {
				distinct--
				break
			}
		}
	}
	mean := length / n
	var squares float64
	for i := range w.events {
		d := float64(w.events[i].length) - mean
		squares += d * d
	}
	var characters int
	for _, word := range alphabet {
		characters += bits.OnesCount64(word)
	}
	for i, v := range [...]float64{
		mean, entropy / n,
		float64(distinct) / n, float64(distinct), n, float64(longest), math.Sqrt(squares / n),
		label / n, digits / n, other / n, float64(characters),
	} {
		out[i] = float32(v)
	}
}
