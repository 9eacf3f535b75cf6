package synth

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/netip"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"threatnet/datasets"
)

func hasTLD(name, tld string) bool { return strings.HasSuffix(name, "."+tld) }

func TestQueries(t *testing.T) {
	clientNet := netip.MustParsePrefix("10.0.0.0/16")
	for _, kind := range streamKinds {
		const events = 8000
		queries := Queries(kind, 1, events)
		if len(queries) != events {
			t.Errorf("%s: %d queries", kind, len(queries))
		}
		last, malicious := streamStart, 0
		for _, q := range queries {
			if !q.Time.After(last) || q.Time.Nanosecond()%1000 != 0 {
				t.Fatalf("%s: %v after %v", kind, q.Time, last)
			}
			last = q.Time
			if address, err := netip.ParseAddr(q.Client); err != nil || !clientNet.Contains(address) {
				t.Fatalf("%s: client %s", kind, q.Client)
			}
			checkName(t, q.Name)
			if q.Label != datasets.Benign {
				malicious++
				if !slices.Contains(TunnelTools(), q.Label) {
					t.Fatalf("%s: label %q", kind, q.Label)
				}
			}
		}
		if want := map[string]int{KindBenignQueries: 0, KindTunnels: events, KindQueries: events / 4}[kind]; malicious != want {
			t.Errorf("%s: %d malicious queries, want %d", kind, malicious, want)
		}
	}
}

func checkName(t *testing.T, name string) {
	t.Helper()
	if len(name) > 253 {
		t.Errorf("%q has %d characters", name, len(name))
	}
	for label := range strings.SplitSeq(name, ".") {
		if len(label) < 1 || len(label) > 63 {
			t.Errorf("label %q of %q", label, name)
		}
	}
}

// TestTunnels checks what tunnels must have: names of all lengths, no domain shared by two tools, slow and fast ones.
func TestTunnels(t *testing.T) {
	const events = 20_000
	queries := Queries(KindTunnels, 1, events)
	type session struct{ client, domain string }
	count, owner, longest := map[string]int{}, map[string]string{}, 0
	first, times := map[session]time.Time{}, map[string][]time.Duration{}
	for _, q := range queries {
		count[q.Label]++
		longest = max(longest, len(q.Name))
		domain := datasets.Registrable.Of(strings.ToLower(q.Name))
		if !slices.ContainsFunc(reserved, func(tld string) bool { return hasTLD(domain, tld) }) {
			t.Fatalf("%s is under no reserved name", q.Name)
		}
		if tool, ok := owner[domain]; ok && tool != q.Label {
			t.Errorf("%s is of %s and %s", domain, tool, q.Label)
		}
		owner[domain] = q.Label
		s := session{q.Client, domain}
		if last, ok := first[s]; ok {
			times[q.Label] = append(times[q.Label], q.Time.Sub(last))
		}
		first[s] = q.Time
	}
	if len(owner) < 100 || longest < 240 || longest > maxTunnelName {
		t.Errorf("%d domains, names of up to %d characters", len(owner), longest)
	}
	for _, tool := range tools {
		if n := count[tool.name]; n < events/len(tools) || n > events/len(tools)+1 {
			t.Errorf("%s: %d queries", tool.name, n)
		}
		slices.Sort(times[tool.name])
		median := times[tool.name][len(times[tool.name])/2]
		if median > 3*tool.pace || median < tool.pace/30 {
			t.Errorf("%s: half the gaps are below %v, the pace is %v", tool.name, median, tool.pace)
		}
	}
}

// TestSidesStayApart checks that no stream's tunnels have a domain that any stream's benign queries have.
func TestSidesStayApart(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := splitMix(rapid.Uint64().Draw(t, "seed"))
		for range 50 {
			if a, b := invent(&r, benignSide), invent(&r, tunnelSide); constant(a, 0)%2 == constant(b, 0)%2 {
				t.Fatalf("%s and %s are on one side", a, b)
			}
		}
	})
}

func TestAnyNumberOfQueries(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		kind := rapid.SampledFrom([]string{KindTunnels, KindTunnels, KindTunnels, KindQueries}).Draw(t, "kind")
		n := rapid.IntRange(0, 600).Draw(t, "n")
		if got := len(Queries(kind, rapid.Uint64().Draw(t, "seed"), n)); got != n {
			t.Fatalf("%d queries of %d", got, n)
		}
	})
}

// TestPinnedStreams holds what a seed writes: a change here changes every stream and every figure measured on one.
func TestPinnedStreams(t *testing.T) {
	for _, c := range []struct {
		kind string
		want string
	}{
		{KindBenignQueries, "ef5e03f51728f91f"},
		{KindTunnels, "983f81ef774cf943"},
		{KindQueries, "c5fc1e83668e26c1"},
		{KindFlows, "760bb9e50aed6d0e"},
	} {
		for range 2 {
			hash := sha256.New()
			if err := Write(hash, c.kind, 1, 5000); err != nil {
				t.Fatal(err)
			}
			if got := hex.EncodeToString(hash.Sum(nil)[:8]); got != c.want {
				t.Errorf("%s: %s, want %s", c.kind, got, c.want)
			}
		}
	}
}

func TestStreamSeedsDiffer(t *testing.T) {
	for _, kind := range streamKinds {
		if slices.EqualFunc(Queries(kind, 1, 50), Queries(kind, 2, 50), equalQueries) {
			t.Errorf("%s: seeds 1 and 2 give the same queries", kind)
		}
	}
}

func TestStreamPanics(t *testing.T) {
	for want, call := range map[string]func(){
		"synth: unknown kind of queries":   func() { Queries(KindFlows, 1, 1) },
		"synth: negative number of events": func() { Queries(KindQueries, 1, -1) },
		"synth: negative number of flows":  func() { Flows(1, -1) },
	} {
		func() {
			defer func() {
				if got := recover(); got != want {
					t.Errorf("got %v, want %s", got, want)
				}
			}()
			call()
		}()
	}
}

func ExampleQueries() {
	for _, q := range Queries(KindTunnels, 3, 4) {
		fmt.Println(q.Client, q.Type, q.Name, q.Label)
	}
	// Output:
	// 10.0.3.42 TXT OGQwAAABlI.ns.jar.invalid mole
	// 10.0.3.30 A start.dc1d4172.data.climate.example courier
	// 10.0.3.33 TXT ve4fu4dta.a.strongfirst.invalid burrow
	// 10.0.2.54 MX c3b90182c200006a20.ns.3h6.invalid ferret
}

func ExampleWriteQueries() {
	stream, err := BenignQueries(Popular()[:100], 1, 3)
	if err == nil {
		err = WriteQueries(os.Stdout, KindBenignQueries, stream)
	}
	if err != nil {
		fmt.Println(err)
	}
	// Output:
	// _time,src,query
	// 1704067200.400151,10.0.0.43,youtube.com
	// 1704067200.463170,10.0.1.52,wordpress.org
	// 1704067200.467939,10.0.0.43,www.youtube.com
}
