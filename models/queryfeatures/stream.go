package queryfeatures

import (
	"cmp"
	"hash/maphash"
	"strings"
	"time"

	"threatnet/datasets"
	"threatnet/models"
)

// What a stream remembers, unless it is told otherwise. A full window takes less than 1 KB: 200,000 of them some 160 MB.
const (
	DefaultWindows = 200_000
	DefaultExpiry  = time.Hour

	idleQueries = 1 << 20 // of the stream, after which a window without a query is forgotten where no times are known
)

// Stream computes the default features of queries in the order in which they come. It takes constant time for each and
// implements models.QueryStream; it belongs to one goroutine.
//
// A query whose time is more than the expiry from that of the query before it in its window, on either side, begins a new
// window. Where one of the two has no time, a window is old after 1,048,576 queries of the stream. Old windows are
// removed as the stream goes on, the least recently used ones first, two at most for each query, so that one wrong time does
// not forget everything. When there are too many windows the least recently used one is removed before its time and
// counted.
type Stream struct {
	limit  int
	expiry time.Duration
	seed   maphash.Seed // only the equality of hashes shows in a result

	numbers        map[key]int32 // of the windows in use
	windows        []tracked
	free           []int32
	newest, oldest int32 // ends of the list of the windows in use, by last use; or none
	queries        uint64
	evicted        int
	unknown        int
}

// tracked is a window with its place in the stream.
type tracked struct {
	window
	key          key
	time         time.Time // of the last query
	query        uint64    // number of the last query
	older, newer int32     // neighbours in the list, or none
}

const none = -1

// NewStream starts a stream.
func NewStream(o models.StreamOptions) *Stream {
	if o.Windows < 0 || o.Expiry < 0 {
		panic("queryfeatures: stream options below zero")
	}
	return &Stream{
		limit: cmp.Or(o.Windows, DefaultWindows), expiry: cmp.Or(o.Expiry, DefaultExpiry),
		seed: maphash.MakeSeed(), numbers: map[key]int32{}, newest: none, oldest: none,
	}
}

// Features implements models.QueryStream: it writes the features of Window107.
func (s *Stream) Features(q *datasets.Query, out []float32) {
	if len(out) != Window107.Size() {
		panic("queryfeatures: a row of another number of features")
	}
	clear(out)
	s.queries++
	name := fold(q.Name)
	host, domain := split(name)
	s.unknown += count(out, name)

	w := s.window(key{q.Client, domain}, q.Time)
	e := newEvent(host, maphash.String(s.seed, host))
	w.add(e)
	row := out[len(Characters):]
	row[0], row[1] = float32(e.length), float32(e.entropy)
	w.features(row[2:])
}

// Evicted implements models.QueryStream.
func (s *Stream) Evicted() int { return s.evicted }

// Unknown implements models.QueryStream.
func (s *Stream) Unknown() int { return s.unknown }

// Windows is the number of windows that are remembered.
func (s *Stream) Windows() int { return len(s.numbers) }

// window finds or makes the window of a query and marks it as the one last used.
func (s *Stream) window(k key, at time.Time) *tracked {
	for range 2 {
		if s.oldest != none && s.old(&s.windows[s.oldest], at) {
			s.remove(s.oldest)
		}
	}
	i, ok := s.numbers[k]
	switch {
	case !ok:
		if len(s.numbers) >= s.limit {
			s.remove(s.oldest)
			s.evicted++
		}
		i = s.make(k)
	case s.old(&s.windows[i], at):
		s.windows[i].reset()
		s.unlink(i)
	default:
		s.unlink(i)
	}
	w := &s.windows[i]
	w.time, w.query = at, s.queries
	s.push(i)
	return w
}

// old tells whether a window is too old for a query of that time.
func (s *Stream) old(w *tracked, at time.Time) bool {
	if w.time.IsZero() || at.IsZero() {
		return s.queries-w.query > idleQueries
	}
	d := at.Sub(w.time)
	return d > s.expiry || d < -s.expiry
}

// make gives the number of an empty window that is not in the list yet. The key's strings are copied: they may be parts of
// a longer text.
func (s *Stream) make(k key) int32 {
	k = key{strings.Clone(k.client), strings.Clone(k.domain)}
	var i int32
	if n := len(s.free); n > 0 {
		i = s.free[n-1]
		s.free = s.free[:n-1]
	} else {
		i = int32(len(s.windows))
		s.windows = append(s.windows, tracked{})
	}
	s.windows[i].key = k
	s.numbers[k] = i
	return i
}

// remove forgets a window and keeps its room for another.
func (s *Stream) remove(i int32) {
	s.unlink(i)
	w := &s.windows[i]
	delete(s.numbers, w.key)
	w.key = key{}
	w.reset()
	s.free = append(s.free, i)
}

// push puts a window at the new end of the list.
func (s *Stream) push(i int32) {
	w := &s.windows[i]
	w.older, w.newer = s.newest, none
	if s.newest != none {
		s.windows[s.newest].newer = i
	} else {
		s.oldest = i
	}
	s.newest = i
}

func (s *Stream) unlink(i int32) {
	w := &s.windows[i]
	if w.older != none {
		s.windows[w.older].newer = w.newer
	} else {
		s.oldest = w.newer
	}
	if w.newer != none {
		s.windows[w.newer].older = w.older
	} else {
		s.newest = w.older
	}
}
