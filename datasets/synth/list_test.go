package synth

import (
	"regexp"
	"slices"
	"sort"
	"testing"
)

func TestPopular(t *testing.T) {
	names := Popular()
	if len(names) < 4000 {
		t.Errorf("%d names", len(names))
	}
	seen := map[string]bool{}
	for i, name := range names {
		if len(name) > 253 || !hostName.MatchString(name) {
			t.Errorf("line %d: %q is no host name", i+1, name)
		}
		if seen[name] {
			t.Errorf("line %d: %q occurs twice", i+1, name)
		}
		seen[name] = true
	}
	if names[0] != "google.com" || sort.StringsAreSorted(names[:100]) {
		t.Error("the list is not in the order of rank")
	}
}

func TestPopularIsACopy(t *testing.T) {
	Popular()[0] = "changed.example"
	if got := Popular()[0]; got != "google.com" {
		t.Errorf("the list was changed through a copy: %s", got)
	}
}

// TestWords checks the lists: sorted, so without duplicates, and plain letters.
func TestWords(t *testing.T) {
	plain := regexp.MustCompile(`^[a-z]{2,16}$`)
	for _, list := range [][]string{commonWords, nouns, verbs, adjectives, proseWords} {
		if !slices.IsSorted(list) || len(slices.Compact(slices.Clone(list))) != len(list) {
			t.Errorf("the list that starts with %q is not sorted or has duplicates", list[0])
		}
		for _, word := range list {
			if !plain.MatchString(word) {
				t.Errorf("%q is no word", word)
			}
		}
	}
}
