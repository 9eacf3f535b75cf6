package evaluate

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
)

// result makes the outcome of binary verdicts: class 0 is benign.
func result(truth []int, probability []float64) *Result {
	r := &Result{Classes: []string{"benign", "dga"}, Benign: 0, True: truth, Probability: probability}
	for _, p := range probability {
		c := 0
		if p >= 0.5 {
			c = 1
		}
		r.Predicted = append(r.Predicted, c)
	}
	return r
}

func figure(t *testing.T, fs Figures, key string) float64 {
	t.Helper()
	for _, f := range fs {
		if f.Key == key {
			return f.Value
		}
	}
	t.Fatalf("no figure %s in\n%s", key, fs)
	return 0
}

func TestThreshold(t *testing.T) {
	benign, dga := 0, 1
	for _, c := range []struct {
		truth       []int
		probability []float64
		target      float64
		want        float64
	}{
		{[]int{benign, benign, dga, dga}, []float64{0.1, 0.6, 0.7, 0.9}, 0.01, 0.7}, // above the highest benign one
		{[]int{benign, benign, dga, dga}, []float64{0.1, 0.6, 0.7, 0.9}, 0.5, 0.6},  // half of the benign ones may be flagged
		{[]int{benign, benign, dga, dga}, []float64{0.1, 0.2, 0.3, 0.9}, 0.01, 0.5}, // .3 would do: .5 is larger
		{[]int{dga, dga}, []float64{0.3, 0.9}, 0.01, 0.5},                           // nothing benign to go by
		{[]int{benign, dga, dga}, []float64{0.8, 0.8, 0.9}, 0.01, 0.9},              // ties are flagged together
	} {
		got, err := result(c.truth, c.probability).Threshold(c.target)
		if err != nil || got != c.want {
			t.Errorf("%v %v at %v: %v, %v, want %v", c.truth, c.probability, c.target, got, err, c.want)
		}
	}
}

func TestFigures(t *testing.T) {
	fs, err := result([]int{0, 0, 1, 1, 1}, []float64{0.1, 0.6, 0.7, 0.9, 0.2}).Figures(0.65)
	if err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]float64{"rows": 5, "accuracy": 0.6, "auc": 5.0 / 6, "threshold": 0.65, "tpr_at_threshold": 2.0 / 3, "fpr_at_threshold": 0} {
		if got := figure(t, fs, key); math.Abs(got-want) > 1e-12 {
			t.Errorf("%s is %v, want %v", key, got, want)
		}
	}
	if strings.Contains(fs.String(), "tpr_at_fpr") {
		t.Error("an operating point of 1 % is shown for two benign rows")
	}
	text, err := json.Marshal(fs)
	if err != nil || !json.Valid(text) || !strings.HasPrefix(string(text), `{"rows":5,"accuracy":0.6`) {
		t.Errorf("JSON is %s, %v", text, err)
	}
}

// Figures of families have the families' names, which are the data's.
func TestFiguresOfAnyName(t *testing.T) {
	for _, key := range []string{"family_a\x7fb", "tab\there", "\a", "\U000e0001", "bad \xff bytes", `"`} {
		text, err := json.Marshal(Figures{{key, 1}})
		var back map[string]float64
		if err != nil || json.Unmarshal(text, &back) != nil || back[strings.ToValidUTF8(key, "\ufffd")] != 1 {
			t.Errorf("%q is %s, %v", key, text, err)
		}
	}
}

func TestFiguresOfOneClass(t *testing.T) {
	fs, err := result([]int{0, 0, 0, 0}, []float64{0.1, 0.2, 0.9, 0.3}).Figures(0.5)
	if err != nil {
		t.Fatal(err)
	}
	if got := figure(t, fs, "fpr_at_threshold"); got != 0.25 {
		t.Errorf("false-positive rate is %v, want .25", got)
	}
}

// TestInterval compares with values of Wilson's interval worked out by its formula in closed form: p ± 0 at n → ∞, and the
// ends of 0 of 10.
func TestInterval(t *testing.T) {
	fs := interval("p", 0, 10)
	if low, high := fs[1].Value, fs[2].Value; low != 0 || math.Abs(high-0.27753) > 1e-4 {
		t.Errorf("0 of 10 gives %v to %v, want 0 to .2775", low, high)
	}
	fs = interval("p", 0.3, 1e12)
	if fs[2].Value-fs[1].Value > 1e-5 {
		t.Errorf("many rows give %v to %v", fs[1].Value, fs[2].Value)
	}
}
