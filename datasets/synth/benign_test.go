package synth

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"threatnet/datasets"
)

func benign(t *testing.T, hosts []string, seed uint64, events int) []datasets.Query {
	t.Helper()
	stream, err := BenignQueries(hosts, seed, events)
	if err != nil {
		t.Fatal(err)
	}
	queries := slices.Collect(stream)
	if !slices.EqualFunc(queries, slices.Collect(stream), equalQueries) {
		t.Error("a second range gives other queries")
	}
	return queries
}

// equalQueries compares what a stream sets.
func equalQueries(a, b datasets.Query) bool {
	return a.Time.Equal(b.Time) && a.Client == b.Client && a.Name == b.Name && a.Type == b.Type && a.Label == b.Label
}

// TestVisits checks the rule of the stream: shares of domains, of hosts, and the number of queries in a visit.
func TestVisits(t *testing.T) {
	var hosts []string
	for site := range 50 {
		for host := range 4 {
			hosts = append(hosts, fmt.Sprintf("h%d.site%d.com", host, site))
		}
	}
	const events = 60_000
	byDomain, byHost, last := map[string]int{}, map[string]int{}, map[string]string{}
	visits := 0
	for _, q := range benign(t, hosts, 1, events) {
		domain := datasets.Registrable.Of(q.Name)
		byDomain[domain]++
		byHost[q.Name[:2]]++
		if last[q.Client] != domain {
			visits++
		}
		last[q.Client] = domain
	}
	norm := 0.0
	for rank := range 50 {
		norm += 1 / float64(rank+5)
	}
	for _, rank := range []int{0, 1, 5, 20, 49} {
		want := events / float64(rank+5) / norm
		if got := byDomain[fmt.Sprintf("site%d.com", rank)]; float64(got) < .85*want || float64(got) > 1.15*want {
			t.Errorf("the domain of rank %d has %d queries, want about %.0f", rank, got, want)
		}
	}
	// The share of host i is .7·.3·.7ⁱ/(1−.7⁴) + .3/4.
	for i, want := range []float64{.351, .268, .210, .170} {
		if got := float64(byHost[fmt.Sprintf("h%d", i)]) / events; got < want-.02 || got > want+.02 {
			t.Errorf("host %d has %.3f of the queries, want %.3f", i, got, want)
		}
	}
	if len(last) != clients {
		t.Errorf("%d clients", len(last))
	}
	if mean := events / float64(visits); mean < 2.4 || mean > 2.8 { // a domain may be visited twice running
		t.Errorf("%.2f queries a visit", mean)
	}
}

func TestBenignQueriesOfAnyList(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		hosts := rapid.SliceOfN(rapid.StringMatching(`([a-z]{1,3}\.){0,3}(com|co\.uk|github\.io|example)`), 1, 30).Draw(t, "hosts")
		events := rapid.IntRange(0, 200).Draw(t, "events")
		stream, err := BenignQueries(hosts, rapid.Uint64().Draw(t, "seed"), events)
		if err != nil {
			t.Fatal(err)
		}
		queries := slices.Collect(stream)
		if len(queries) != events {
			t.Fatalf("%d queries of %d", len(queries), events)
		}
		for i, q := range queries {
			if !slices.Contains(hosts, q.Name) || q.Label != datasets.Benign {
				t.Fatalf("query %+v", q)
			}
			if i > 0 && !q.Time.After(queries[i-1].Time) {
				t.Fatalf("query %d is not after the one before", i)
			}
		}
	})
}

func TestNoHosts(t *testing.T) {
	if _, err := BenignQueries(nil, 1, 10); !errors.Is(err, ErrNoHosts) {
		t.Errorf("error %v", err)
	}
}

func TestPopularHosts(t *testing.T) {
	hosts := popularHosts(1)
	reservedOnes := 0
	for _, host := range hosts {
		name, err := datasets.Normalize(host)
		if err != nil || name != host {
			t.Errorf("%q is not in normal form: %v", host, err)
		}
		if slices.ContainsFunc(reserved, func(tld string) bool { return hasTLD(host, tld) }) {
			reservedOnes++
		}
	}
	if share := float64(reservedOnes) / float64(len(hosts)); share < .1 || share > .3 || len(hosts) < 20_000 {
		t.Errorf("%d hosts, %.2f of them under reserved names", len(hosts), share)
	}
}

func ExampleBenignQueries() {
	stream, err := BenignQueries([]string{"www.example.com", "img.example.com", "example.org"}, 1, 5)
	if err != nil {
		fmt.Println(err)
		return
	}
	for q := range stream {
		fmt.Println(q.Time.Format("15:04:05.000"), q.Client, q.Name)
	}
	// Output:
	// 00:00:00.400 10.0.0.43 www.example.com
	// 00:00:00.463 10.0.1.52 example.org
	// 00:00:00.467 10.0.0.43 img.example.com
	// 00:00:00.600 10.0.2.13 example.org
	// 00:00:01.013 10.0.2.13 example.org
}
