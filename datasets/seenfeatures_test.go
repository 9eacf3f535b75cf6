package datasets

import (
	"errors"
	"math"
	"strings"
	"testing"
)

func TestSeenFeatures(t *testing.T) {
	nan := float32(math.NaN())
	names := FlowFeatures()
	flows := func(yield func(Flow, error) bool) {
		a, b := Flow{Values: make([]float32, NumFlowFeatures)}, Flow{Values: make([]float32, NumFlowFeatures)}
		for i := range a.Values {
			a.Values[i], b.Values[i] = nan, nan
		}
		a.Values[0], b.Values[3] = 1, float32(math.Inf(1))
		_ = yield(a, nil) && yield(Flow{}, errors.New("bad row")) && yield(b, nil)
	}
	var s SeenFeatures
	if w := s.Warning(names); w != "" {
		t.Errorf("of no flows: %q", w)
	}
	n := 0
	for _, err := range s.Of(flows) {
		n++
		if (err != nil) != (n == 2) {
			t.Errorf("row %d: %v", n, err)
		}
	}
	if n != 3 {
		t.Errorf("%d rows passed by", n)
	}
	for _, c := range []struct {
		features []string
		want     string
	}{
		{[]string{names[0], names[3]}, ""},
		{[]string{names[3], names[4], names[1]}, "no flow has a value of 2 of the 3 features: " + names[1] + ", " + names[4]},
		{names, "no flow has a value of 74 of the 76 features: " + names[1] + ", " + names[2] + ", " + strings.Join(names[4:14], ", ") + ", ..."},
	} {
		if w := s.Warning(c.features); w != c.want {
			t.Errorf("%q, want %q", w, c.want)
		}
	}
	for _, err := range s.Of(flows) { // a loop may end early
		if err != nil {
			t.Error(err)
		}
		break
	}
}
