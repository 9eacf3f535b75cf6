package synth

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// hostName is the syntax of RFC 1123, in lower case and with an alphabetic last label.
var hostName = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$`)

func TestFamiliesAreDescribed(t *testing.T) {
	families := Families()
	wordlists := 0
	for i, f := range families {
		if f.Name == "" || f.Description == "" || f.Source == "" {
			t.Errorf("%+v lacks a text", f)
		}
		if i > 0 && families[i-1].Name >= f.Name {
			t.Errorf("%s stands after %s", f.Name, families[i-1].Name)
		}
		if f.Wordlist {
			wordlists++
		}
	}
	if len(families) != 20 || wordlists != 5 {
		t.Errorf("got %d families, %d of them wordlists", len(families), wordlists)
	}
}

// TestShape holds each family's names against its description: the label's length and
// alphabet, and the exact set of zones, all of which occur in 2,000 names.
func TestShape(t *testing.T) {
	zones := func(list ...string) []string { return list }
	shapes := map[string]struct {
		label string
		zones []string
	}{
		"bamital":      {`[0-9a-f]{32}`, bamitalZones},
		"banjori":      {`[a-z]{6,}`, zones("com")},
		"bigviktor":    {`((mail|img|support|update|static|help|news|login)\.)?[a-z]{5,}(-[a-z]+)?`, bigviktorTLDs},
		"conficker":    {`[a-z]{5,11}`, confickerTLDs},
		"corebot":      {`[a-z0-9]{16,24}`, zones("ddns.net")},
		"cryptolocker": {`[a-y]{12,15}`, cryptolockerTLDs},
		"dyre":         {`[a-z][0-9a-f]{33}`, dyreTLDs},
		"gozi":         {`[a-z]{14,24}`, goziTLDs},
		"kraken":       {`[a-z]{6,11}`, krakenZones},
		"locky":        {`[a-y]{5,15}`, lockyTLDs},
		"matsnu":       {`[a-z-]{16,24}`, zones("com")},
		"murofet":      {`[a-z]{12,16}`, murofetTLDs},
		"necurs":       {`[a-y]{7,21}`, necursTLDs},
		"newgoz":       {`[a-z0-9]{21,28}`, newgozTLDs},
		"nymaim2":      {`[a-z]+(-[a-z]+)?`, nymaim2TLDs},
		"ramdo":        {`[acegikmoqsuwy]{16}`, zones("org")},
		"ramnit":       {`[a-y]{8,19}`, zones("com")},
		"simda":        {`([b-df-hj-np-tv-xz][aeiouy]){3}[b-df-hj-np-tv-xz]`, simdaTLDs},
		"suppobox":     {`[a-z]{4,}`, suppoboxTLDs},
		"tinba":        {`[a-y]{12}`, tinbaTLDs},
	}
	for _, f := range Families() {
		t.Run(f.Name, func(t *testing.T) {
			shape, ok := shapes[f.Name]
			if !ok {
				t.Fatal("no shape to compare with")
			}
			pattern := regexp.MustCompile(`^(?:` + shape.label + `)\.(` + strings.Join(shape.zones, "|") + `)$`)
			seen := map[string]bool{}
			for _, name := range generate(t, f.Name, 3, 2000) {
				match := pattern.FindStringSubmatch(name)
				if match == nil || !hostName.MatchString(name) {
					t.Fatalf("%q does not match %s", name, pattern)
				}
				seen[match[len(match)-1]] = true
			}
			if len(seen) != len(shape.zones) {
				t.Errorf("%d of %d zones occur", len(seen), len(shape.zones))
			}
		})
	}
}

// TestLengths checks that both ends of a length range occur.
func TestLengths(t *testing.T) {
	for _, c := range []struct {
		family   string
		min, max int
	}{
		{"conficker", 5, 11},
		{"corebot", 16, 24},
		{"cryptolocker", 12, 15},
		{"gozi", 14, 24},
		{"kraken", 6, 11},
		{"locky", 5, 15},
		{"matsnu", 16, 24},
		{"murofet", 12, 16},
		{"necurs", 7, 21},
		{"ramnit", 8, 19},
	} {
		low, high := 1000, 0
		for _, name := range generate(t, c.family, 5, 2000) {
			label, _, _ := strings.Cut(name, ".")
			low, high = min(low, len(label)), max(high, len(label))
		}
		if low != c.min || high != c.max {
			t.Errorf("%s: labels of %d to %d, want %d to %d", c.family, low, high, c.min, c.max)
		}
	}
}

func TestGenerateProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		family := rapid.SampledFrom(Families()).Draw(t, "family").Name
		seed := rapid.Uint64().Draw(t, "seed")
		n := rapid.IntRange(0, 300).Draw(t, "n")
		m := rapid.IntRange(0, n).Draw(t, "m")
		names, err := Generate(family, seed, n)
		if err != nil || len(names) != n {
			t.Fatalf("%d names of %d, error %v", len(names), n, err)
		}
		again, _ := Generate(family, seed, m)
		if !slices.Equal(again, names[:m]) {
			t.Fatalf("%d names are no prefix of %d", m, n)
		}
		slices.Sort(names)
		if len(slices.Compact(names)) != n {
			t.Fatal("a name occurs twice")
		}
	})
}

func TestSeedsDiffer(t *testing.T) {
	for _, f := range Families() {
		if slices.Equal(generate(t, f.Name, 1, 20), generate(t, f.Name, 2, 20)) {
			t.Errorf("%s: seeds 1 and 2 give the same names", f.Name)
		}
	}
}

func TestEveryFamilyHasMaxNames(t *testing.T) {
	if testing.Short() {
		t.Skip("makes two million names")
	}
	for _, f := range Families() {
		if names := generate(t, f.Name, 1, MaxNames); len(names) != MaxNames {
			t.Errorf("%s: %d names", f.Name, len(names))
		}
	}
}

func TestGenerateRefuses(t *testing.T) {
	for _, c := range []struct {
		family string
		n      int
		want   error
	}{
		{"zeus", 1, ErrFamily},
		{"", 1, ErrFamily},
		{Benign, 1, ErrFamily},
		{"tinba", -1, ErrCount},
		{"tinba", MaxNames + 1, ErrCount},
	} {
		if _, err := Generate(c.family, 1, c.n); !errors.Is(err, c.want) {
			t.Errorf("Generate(%q, 1, %d): error %v, want %v", c.family, c.n, err, c.want)
		}
	}
}

// TestPinned holds the first names of a seed: a change here changes every corpus.
func TestPinned(t *testing.T) {
	got := map[string][]string{}
	for _, f := range Families() {
		got[f.Name] = generate(t, f.Name, 1, 2)
	}
	if diff := cmp.Diff(pinned, got); diff != "" {
		t.Error(diff)
	}
}

func generate(t *testing.T, family string, seed uint64, n int) []string {
	t.Helper()
	names, err := Generate(family, seed, n)
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func ExampleGenerate() {
	names, err := Generate("suppobox", 7, 3)
	fmt.Println(names, err)
	// Output: [aftergate.ru stationsheep.net morningmachine.net] <nil>
}

func ExampleFamilies() {
	for _, f := range Families() {
		if f.Wordlist {
			fmt.Printf("%s: %s\n", f.Name, f.Description)
		}
	}
	// Output:
	// bigviktor: verb, adjective and noun, with an optional hyphen and host label, under 20 TLDs
	// gozi: words of legal and technical prose joined to 14 to 24 letters
	// matsnu: nouns and verbs in turn, 16 to 24 characters, under com
	// nymaim2: an adjective and a noun, with or without a hyphen, under 30 TLDs
	// suppobox: two common words joined, under net or ru
}
