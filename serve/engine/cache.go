package engine

import (
	"hash/maphash"
	"strings"
	"sync"
)

// cache remembers so many answers by name. Where it is full, answers that have not been asked for since the hand last came by
// make room for new ones (the CLOCK algorithm: Corbató, A Paging Experiment with the Multics System, 1968).
type cache struct {
	seed   maphash.Seed
	shards [16]shard
}

type shard struct {
	mu      sync.Mutex
	at      map[string]int
	entries []entry
	hand    int
	size    int
}

type entry struct {
	name   string
	answer Answer
	used   bool
}

func newCache(size int) *cache {
	c := &cache{seed: maphash.MakeSeed()}
	for i := range c.shards {
		c.shards[i].at, c.shards[i].size = map[string]int{}, (size+len(c.shards)-1)/len(c.shards)
	}
	return c
}

func (c *cache) shard(name string) *shard {
	return &c.shards[maphash.String(c.seed, name)%uint64(len(c.shards))]
}

func (c *cache) get(name string) (Answer, bool) {
	s := c.shard(name)
	s.mu.Lock()
	defer s.mu.Unlock()
	i, ok := s.at[name]
	if !ok {
		return Answer{}, false
	}
	s.entries[i].used = true
	return s.entries[i].answer, true
}

func (c *cache) put(name string, a Answer) {
	s := c.shard(name)
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.at[name]; ok {
		return
	}
	// The name may be part of a whole request, and the probabilities of a whole batch.
	name, a.Probabilities = strings.Clone(name), append([]float32(nil), a.Probabilities...)
	if len(s.entries) < s.size {
		s.at[name] = len(s.entries)
		s.entries = append(s.entries, entry{name: name, answer: a})
		return
	}
	for s.entries[s.hand].used {
		s.entries[s.hand].used = false
		s.hand = (s.hand + 1) % len(s.entries)
	}
	delete(s.at, s.entries[s.hand].name)
	s.entries[s.hand] = entry{name: name, answer: a}
	s.at[name] = s.hand
	s.hand = (s.hand + 1) % len(s.entries)
}
