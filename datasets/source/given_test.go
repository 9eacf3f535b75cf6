package source

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"threatnet/datasets/feed"
	"threatnet/datasets/synth"
)

// A family given for queries and flows labels those that have no label, and is an error where they have one.
func TestFamilyGiven(t *testing.T) {
	const labelled, bare = "src,query,label\n10.0.0.1,a.example,1\n", "src,query\n10.0.0.1,a.example\n"
	for _, c := range []struct{ arg, text, want string }{
		{"dnscat2=-", bare, "dnscat2"}, {"legit=-", bare, "benign"}, {"dnscat2=-", labelled, "error"}, {"legit=-", "0,a.example\n", "error"}, {"-", labelled, "exfiltration"},
	} {
		for _, kind := range []string{Queries, Names} {
			for _, benign := range []bool{false, true} {
				s := one(t, c.arg, Options{Kind: Queries, Benign: benign, Stdin: strings.NewReader(c.text)})
				var got string
				var err error
				if kind == Queries {
					for q, e := range s.Queries() {
						got, err = q.Label, e
					}
				} else {
					for d, e := range s.Domains() {
						got, err = d.Family, e
					}
				}
				if errors.Is(err, feed.ErrHasLabels) && strings.HasPrefix(err.Error(), "stdin: ") {
					got, err = "error", nil
				}
				if want := map[bool]string{false: c.want, true: "benign"}[benign]; got != want || err != nil {
					t.Errorf("%s as %s, benign %v: %q, %v", c.arg, kind, benign, got, err)
				}
			}
		}
	}
	var b strings.Builder
	if err := synth.Write(&b, synth.KindFlows, 1, 20); err != nil {
		t.Fatal(err)
	}
	text := strings.NewReplacer(",label\n", ",of\n").Replace(b.String())
	for arg, c := range map[string]struct{ text, want string }{"Bot=-": {text, "Bot"}, "0=-": {text, "benign"}, "DoS=-": {b.String(), "error"}} {
		got := ""
		for f, err := range one(t, arg, Options{Kind: Flows, Stdin: strings.NewReader(c.text)}).Flows() {
			if got = f.Label; errors.Is(err, feed.ErrHasLabels) {
				got = "error"
			} else if err != nil {
				got = fmt.Sprint(err)
			}
		}
		if got != c.want {
			t.Errorf("%s: %q", arg, got)
		}
	}
}
