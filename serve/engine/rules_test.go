package engine

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestRules(t *testing.T) {
	r := NewRules()
	lists := []struct{ rule, text string }{
		{RuleBlock, "# names\n.evil.example  # and all below\n*.wild.example\nexact.example\n\nBoth.example\nBÜCHER.example\n"},
		{RuleAllow, ".good.evil.example\nboth.example\n"},
	}
	for _, l := range lists {
		if err := r.Read(l.rule, strings.NewReader(l.text)); err != nil {
			t.Fatal(err)
		}
	}
	for name, want := range map[string]string{
		"evil.example": RuleBlock, "a.b.evil.example": RuleBlock, "notevil.example": "",
		"wild.example": "", "a.wild.example": RuleBlock, "exact.example": RuleBlock, "a.exact.example": "",
		"good.evil.example": RuleAllow, "a.good.evil.example": RuleAllow, "both.example": RuleAllow,
		"xn--bcher-kva.example": RuleBlock, "example": "", "": "",
	} {
		if got := r.find(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	for name, want := range map[string]string{
		"bücher.example": RuleBlock, "BÜCHER.Example.": RuleBlock, "xn--bcher-kva.example": RuleBlock, "a.bücher.example": "",
		"Évil.example": "", "\xff\xfe.évil.evil.example": RuleBlock, "a b\xc3.wild.example": RuleBlock, "ü.good.evil.example": RuleAllow,
		"ｅxact.example": "", "exact\u00a0.example": "", "Exact.example": RuleBlock, ".": "", "": "", "ü": "",
	} {
		if got := r.findQuery(name); got != want {
			t.Errorf("a query of %q: %q, want %q", name, got, want)
		}
	}
	if (*Rules)(nil).find("a") != "" || (*Rules)(nil).findQuery("ü") != "" {
		t.Error("empty lists")
	}
	err := NewRules().Read(RuleAllow, strings.NewReader("a.example\nno name\n"))
	if err == nil || !strings.Contains(err.Error(), "line 2") {
		t.Errorf("a line that is no name: %v", err)
	}
}

// The cache holds no more than it may, and gives what was put.
func TestCache(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.IntRange(1, 40).Draw(t, "size")
		c := newCache(size)
		for _, n := range rapid.SliceOf(rapid.IntRange(0, 100)).Draw(t, "names") {
			name := fmt.Sprint(n)
			if a, ok := c.get(name); ok && a.Class != n {
				t.Fatalf("%s has class %d", name, a.Class)
			}
			c.put(name, Answer{Class: n})
			if a, ok := c.get(name); !ok || a.Class != n {
				t.Fatalf("%s is not there", name)
			}
		}
		held := 0
		for i := range c.shards {
			held += len(c.shards[i].at)
			if len(c.shards[i].at) != len(c.shards[i].entries) {
				t.Fatal("names and entries differ")
			}
		}
		if held > size+len(c.shards) {
			t.Fatalf("%d of %d", held, size)
		}
	})
}
