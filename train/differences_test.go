package train

import (
	"strings"
	"testing"
)

func TestDifferences(t *testing.T) {
	for _, c := range []struct{ stored, now, want string }{
		{`{"seed":1,"epochs":3}`, `{"epochs":3,"seed":1}`, ""},
		{`{"seed":1,"epochs":3}`, `{"seed":2,"epochs":3,"units":64}`, "seed 1, not 2; units none, not 64"},
		{`{"mode":"parity","seed":1}`, `{"mode":"corrected"}`, `mode "parity", not "corrected"; seed 1, not none`},
		{`{"rename":{"a":"` + strings.Repeat("ü", 80) + `"}}`, `{}`, `rename {"a":"` + strings.Repeat("ü", 54) + `…, not none`},
		{`broken`, `{}`, "broken"},
	} {
		if got := differences([]byte(c.stored), []byte(c.now)); got != c.want {
			t.Errorf("of %s and %s: %q", c.stored, c.now, got)
		}
	}
}
