package queryfeatures

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"threatnet/datasets"
	"threatnet/models"
)

var noon = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)

// drawQueries draws few clients and domains, so that windows fill.
func drawQueries(t *rapid.T) []datasets.Query {
	name := rapid.OneOf(
		rapid.Custom(func(t *rapid.T) string {
			return rapid.StringMatching(`([a-zA-Z0-9_-]{0,12}\.){0,3}`).Draw(t, "host") + rapid.SampledFrom([]string{"evil.com", "Evil.COM", "x.co.uk", "co.uk", "localhost"}).Draw(t, "domain")
		}),
		rapid.Custom(func(t *rapid.T) string {
			return string(rapid.SliceOfN(rapid.SampledFrom([]byte("aB9.. -\xc3\xa9\xff")), 0, 9).Draw(t, "bytes"))
		}),
	)
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) datasets.Query {
		return datasets.Query{Client: rapid.SampledFrom([]string{"", "10.0.0.1"}).Draw(t, "client"), Name: name.Draw(t, "name")}
	}), 0, 60).Draw(t, "queries")
}

// plainWindow is the definition of the window's features in plain words, for the hosts of a window.
func plainWindow(hosts []string) []float64 {
	n := float64(len(hosts))
	different, characters := map[string]bool{}, map[byte]bool{}
	var length, entropies, longest, label, digits, other, squares float64
	for _, h := range hosts {
		different[h] = true
		length += float64(len(h))
		longest = max(longest, float64(len(h)))
		counts := map[byte]float64{}
		var d, o float64
		for i := range len(h) {
			characters[h[i]] = true
			counts[h[i]]++
			if strings.IndexByte("0123456789", h[i]) >= 0 {
				d++
			} else if strings.IndexByte("abcdefghijklmnopqrstuvwxyz-._", h[i]) < 0 {
				o++
			}
		}
		if h != "" {
			digits, other = digits+d/float64(len(h)), other+o/float64(len(h))
		}
		for _, c := range counts {
			p := c / float64(len(h))
			entropies -= p * math.Log2(p)
		}
		var l int
		for part := range strings.SplitSeq(h, ".") {
			l = max(l, len(part))
		}
		label += float64(l)
	}
	for _, h := range hosts {
		squares += (float64(len(h)) - length/n) * (float64(len(h)) - length/n)
	}
	return []float64{
		length / n, entropies / n, float64(len(different)) / n, float64(len(different)), n, longest, math.Sqrt(squares / n),
		label / n, digits / n, other / n, float64(len(characters)),
	}
}

// TestTableIsTheStream also compares both with the plain definition.
func TestTableIsTheStream(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		qs := drawQueries(t)
		if rapid.Bool().Draw(t, "timed") {
			at := noon
			for i := range qs {
				at = at.Add(time.Duration(rapid.SampledFrom([]int{0, 1, 40, 61}).Draw(t, "minutes")) * time.Minute)
				qs[i].Time = at
			}
		}
		cols := Window107.Size()
		table := make([]float32, len(qs)*cols)
		unknown := Table(Window107, qs, table)
		s := NewStream(models.StreamOptions{})
		row := make([]float32, cols)
		type memory struct {
			hosts []string
			last  time.Time
		}
		windows := map[key]memory{}
		for i := range qs {
			q := &qs[i]
			s.Features(q, row)
			if !slices.Equal(row, table[i*cols:][:cols]) {
				t.Fatalf("row %d: stream %v, table %v", i, row, table[i*cols:][:cols])
			}
			host, domain := Split(Window107, q.Name)
			k := key{q.Client, domain}
			m := windows[k]
			if q.Time.Sub(m.last) > time.Hour {
				m.hosts = nil
			}
			m.hosts, m.last = append(m.hosts, host), q.Time
			windows[k] = m
			want := append([]float64{float64(len(host)), plainWindow([]string{host})[1]}, plainWindow(m.hosts[max(0, len(m.hosts)-10):])...)
			for j, want := range want {
				if got := float64(row[94+j]); math.Abs(got-want) > 1e-6*max(1, want) {
					t.Fatalf("row %d, %s: %v, want %v", i, Names(Window107)[94+j], got, want)
				}
			}
		}
		if unknown != s.Unknown() {
			t.Fatalf("%d unknown characters, the stream has %d", unknown, s.Unknown())
		}
	})
}

func ExampleStream() {
	s := NewStream(models.StreamOptions{})
	row := make([]float32, Window107.Size())
	for _, name := range []string{"AAAA.evil.com", "bb01.evil.com.", "bb01.evil.com"} {
		s.Features(&datasets.Query{Client: "10.0.0.1", Name: name}, row)
	}
	for i, name := range Names(Window107)[94:] {
		fmt.Printf("%s %.3g\n", name, row[94+i])
	}
	// Output:
	// len 4
	// entropy 1.5
	// size_avg 4
	// entropy_avg 1
	// window_distinct_share 0.667
	// window_distinct 2
	// window_queries 3
	// window_longest 4
	// window_len_std 0
	// window_label 4
	// window_digits 0.333
	// window_other 0
	// window_alphabet 4
}

// ask plays a query and returns the number of queries in its window.
func ask(s *Stream, client, name string, at time.Time) float32 {
	row := make([]float32, Window107.Size())
	s.Features(&datasets.Query{Client: client, Name: name, Time: at}, row)
	return row[100]
}

func TestWindows(t *testing.T) {
	s := NewStream(models.StreamOptions{Expiry: time.Minute})
	for i, c := range []struct {
		client, name string
		seconds      int
		want         float32
	}{
		{"a", "1.evil.com", 0, 1},
		{"a", "2.Evil.com", 60, 2},
		{"b", "3.evil.com", 60, 1},
		{"a", "4.evil.net", 60, 1},
		{"a", "5.evil.com", 120, 3}, // from the last query, not from the first
		{"a", "6.evil.com", 181, 1},
		{"a", "7.evil.com", 150, 2}, // a little out of order
		{"a", "8.evil.com", 50, 1},  // another time
		{"a", "9.evil.com", -1, 2},  // no time
		{"a", "a.evil.com", 500, 3},
	} {
		at := noon.Add(time.Duration(c.seconds) * time.Second)
		if c.seconds < 0 {
			at = time.Time{}
		}
		if got := ask(s, c.client, c.name, at); got != c.want {
			t.Errorf("query %d: a window of %v, want %v", i, got, c.want)
		}
	}
	for i := range 20 {
		if got := ask(s, "a", "x.example.org", noon.Add(500*time.Second)); got != float32(min(i+1, Depth)) {
			t.Errorf("query %d: a window of %v", i, got)
		}
	}
	if s.Evicted() != 0 {
		t.Errorf("%d windows were evicted", s.Evicted())
	}
}

func TestIdleWithoutTimes(t *testing.T) {
	s := NewStream(models.StreamOptions{})
	ask(s, "a", "evil.com", time.Time{})
	s.queries += idleQueries - 1
	if got := ask(s, "a", "evil.com", time.Time{}); got != 2 {
		t.Errorf("a window of %v, want 2", got)
	}
	s.queries += idleQueries
	if got := ask(s, "a", "evil.com", time.Time{}); got != 1 {
		t.Errorf("a window of %v, want 1", got)
	}
}

func TestEviction(t *testing.T) {
	s := NewStream(models.StreamOptions{Windows: 2})
	for i, c := range []struct {
		client  string
		want    float32
		evicted int
	}{{"a", 1, 0}, {"b", 1, 0}, {"a", 2, 0}, {"c", 1, 1}, {"a", 3, 1}, {"b", 1, 2}, {"c", 1, 3}, {"b", 2, 3}} {
		if got := ask(s, c.client, "evil.com", noon); got != c.want || s.Evicted() != c.evicted || s.Windows() > 2 {
			t.Errorf("query %d: a window of %v, %d evicted, %d kept", i, got, s.Evicted(), s.Windows())
		}
	}
}

// TestMemory: what is remembered depends on the clients of the last hour, not on the length of the stream.
func TestMemory(t *testing.T) {
	s := NewStream(models.StreamOptions{})
	row := make([]float32, Window107.Size())
	const perHour = 600
	for i := range 50_000 {
		q := datasets.Query{Client: fmt.Sprint("client ", i), Name: "x.evil.com", Time: noon.Add(time.Duration(i) * time.Hour / perHour)}
		s.Features(&q, row)
		if s.Windows() > perHour+1 {
			t.Fatalf("%d windows after %d queries", s.Windows(), i+1)
		}
	}
	if len(s.windows) > perHour+2 || s.Evicted() != 0 {
		t.Errorf("room for %d windows, %d evicted", len(s.windows), s.Evicted())
	}
	// One wrong time does not forget the others.
	before := s.Windows()
	s.Features(&datasets.Query{Client: "wrong clock", Name: "x.evil.com", Time: noon.AddDate(10, 0, 0)}, row)
	if s.Windows() < before-1 {
		t.Errorf("%d windows after a wrong time, were %d", s.Windows(), before)
	}
}

// FuzzFeatures: names and clients of any bytes have finite features, and the table has the stream's.
func FuzzFeatures(f *testing.F) {
	f.Add("10.0.0.1", "www.example.com\n1.example.com\nWWW.Example.COM.")
	f.Add("", "\n.\n..\n192.0.2.1\nco.uk\n\xff\x80.a..com\n*.ck\né.x")
	f.Fuzz(func(t *testing.T, client, names string) {
		var qs []datasets.Query
		for name := range strings.SplitSeq(names, "\n") {
			q := datasets.Query{Client: client[:min(len(client), len(qs)%2)], Name: name}
			if len(qs)%3 > 0 {
				q.Time = noon.Add(time.Duration(len(name)) * time.Minute)
			}
			qs = append(qs, q)
		}
		for _, set := range Sets() {
			cols := set.Size()
			table := make([]float32, len(qs)*cols)
			Table(set, qs, table)
			for i, v := range table {
				if x := float64(v); math.IsNaN(x) || math.IsInf(x, 0) || x < 0 {
					t.Fatalf("%s, %q: %s is %v", set, qs[i/cols].Name, Names(set)[i%cols], v)
				}
			}
			if !set.Causal() {
				continue
			}
			s, row := NewStream(models.StreamOptions{}), make([]float32, cols)
			for i := range qs {
				s.Features(&qs[i], row)
				if !slices.Equal(row, table[i*cols:][:cols]) {
					t.Fatalf("row %d: stream %v, table %v", i, row, table[i*cols:][:cols])
				}
			}
		}
		for _, q := range qs {
			host, domain := Split(Window107, q.Name)
			if !strings.HasSuffix(fold(q.Name), domain) || !strings.HasPrefix(fold(q.Name), host) {
				t.Fatalf("%q is %q of %q", q.Name, host, domain)
			}
		}
	})
}

// BenchmarkStream: 1,000 clients that ask 20 domains each.
func BenchmarkStream(b *testing.B) {
	qs := make([]datasets.Query, 1<<16)
	for i := range qs {
		h := uint64(i) * 0x9e3779b97f4a7c15
		qs[i] = datasets.Query{Client: fmt.Sprintf("10.0.%d.%d", h>>8%4, h%250), Name: fmt.Sprintf("h%x.domain%d.com", h>>32, h>>40%20), Time: noon.Add(time.Duration(i) * time.Millisecond)}
	}
	s, row := NewStream(models.StreamOptions{}), make([]float32, Window107.Size())
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		s.Features(&qs[i%len(qs)], row)
		i++
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "queries/s")
}
