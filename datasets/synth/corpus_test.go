package synth

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

func TestCorpus(t *testing.T) {
	const perFamily = 150
	corpus := Corpus(1, perFamily)
	if !slices.Equal(corpus, Corpus(1, perFamily)) {
		t.Error("two calls differ")
	}
	seen, count := map[string]bool{}, map[string]int{}
	for _, name := range corpus {
		if seen[name.Name] {
			t.Errorf("%q occurs twice", name.Name)
		}
		seen[name.Name] = true
		count[name.Family]++
	}
	if count[Benign] != len(Popular()) {
		t.Errorf("%d benign names", count[Benign])
	}
	for _, f := range Families() {
		if count[f.Name] != perFamily {
			t.Errorf("%d names of %s", count[f.Name], f.Name)
		}
	}
	order := slices.CompactFunc(corpus, func(a, b Name) bool { return a.Family == b.Family })
	if len(order) != len(Families())+1 || order[0].Family != Benign || order[1].Family != "bamital" {
		t.Errorf("the families are not in order: %v", order)
	}
}

// TestTakePassesOver checks that a name which is already there gives way to the next one.
func TestTakePassesOver(t *testing.T) {
	names := generate(t, "simda", 1, 4)
	got := simda.take(1, 3, map[string]bool{names[1]: true})
	if want := []string{names[0], names[2], names[3]}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestCorpusPanics(t *testing.T) {
	for _, n := range []int{-1, MaxNames + 1} {
		func() {
			defer func() {
				if recover() != "synth: perFamily out of range" {
					t.Errorf("Corpus(1, %d) did not panic as documented", n)
				}
			}()
			Corpus(1, n)
		}()
	}
}

func TestWrite(t *testing.T) {
	for _, c := range []struct {
		kind  string
		n     int
		lines int
		first string
	}{
		{KindCorpus, 2, 1 + len(Popular()) + 2*len(Families()), "domain,family\ngoogle.com,benign\n"},
		{KindPopular, 3, 4, "rank,domain\n1,google.com\n2,"},
		{KindPopular, MaxNames, 1 + len(Popular()), "rank,domain\n1,google.com\n2,"},
		{"ramdo", 5, 5, pinned["ramdo"][0] + "\n" + pinned["ramdo"][1] + "\n"},
		{"ramdo", 0, 0, ""},
	} {
		var b strings.Builder
		if err := Write(&b, c.kind, 1, c.n); err != nil {
			t.Errorf("%s: %v", c.kind, err)
		}
		if got := strings.Count(b.String(), "\n"); got != c.lines || !strings.HasPrefix(b.String(), c.first) {
			t.Errorf("%s, %d: %d lines starting with %.60q, want %d", c.kind, c.n, got, b.String(), c.lines)
		}
	}
	for _, kind := range Kinds() {
		if err := Write(&strings.Builder{}, kind, 1, 1); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
	}
}

type full struct{ error }

func (f full) Write([]byte) (int, error) { return 0, f.error }

func TestWriteRefuses(t *testing.T) {
	noSpace := errors.New("no space left")
	for _, c := range []struct {
		kind string
		n    int
		want error
	}{
		{"weather", 1, ErrKind},
		{Benign, 1, ErrKind},
		{"ramdo", -1, ErrCount},
		{KindCorpus, MaxNames + 1, ErrCount},
		{KindPopular, -1, ErrCount},
		{KindFlows, -1, ErrCount},
		{KindQueries, -1, ErrCount},
		{KindPopular, 1, noSpace},
		{KindCorpus, 1, noSpace},
		{"ramdo", 1, noSpace},
		{KindFlows, 1, noSpace},
		{KindFlows, 1000, noSpace},
		{KindQueries, 1, noSpace},
		{KindTunnels, 1000, noSpace},
	} {
		if err := Write(full{noSpace}, c.kind, 1, c.n); !errors.Is(err, c.want) {
			t.Errorf("Write(%q, %d): error %v, want %v", c.kind, c.n, err, c.want)
		}
	}
}

func ExampleWrite() {
	if err := Write(os.Stdout, KindPopular, 0, 3); err != nil {
		fmt.Println(err)
	}
	// Output:
	// rank,domain
	// 1,google.com
	// 2,www.google.com
	// 3,youtube.com
}

func ExampleCorpus() {
	corpus := Corpus(1, 100)
	fmt.Println(corpus[0])
	fmt.Println(corpus[len(corpus)-1].Family)
	// Output:
	// {google.com benign}
	// tinba
}
