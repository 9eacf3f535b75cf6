package models_test

import (
	"fmt"
	"math"
	"testing"

	"threatnet/models"
)

func ExampleJudge() {
	v := models.Judge([]float32{0.25, 0.0625, 0.6875}, []string{"benign", "kraken", "necurs"}, 0, 0.7, 2)
	fmt.Println(v.Verdict, v.Probability, v.Label, v.Classes)
	// Output: malicious 0.75 necurs [{necurs 0.6875} {benign 0.25}]
}

func TestJudgeOneOutput(t *testing.T) {
	for _, c := range []struct {
		p, threshold   float32
		verdict, label string
	}{
		{0.6, 0.5, models.Malicious, "dga"},
		{0.6, 0.9, models.Benign, "dga"}, // the class is the more probable one, whatever the threshold
		{0.5, 0.5, models.Malicious, "dga"},
		{0.4, 0.25, models.Malicious, "benign"},
	} {
		v := models.Judge([]float32{c.p}, []string{"benign", "dga"}, 0, float64(c.threshold), 3)
		if v.Verdict != c.verdict || v.Label != c.label || len(v.Classes) != 2 {
			t.Errorf("%v at %v: %+v", c.p, c.threshold, v)
		}
		if sum := v.Classes[0].Probability + v.Classes[1].Probability; math.Abs(sum-1) > 1e-12 || v.Classes[0].Probability < v.Classes[1].Probability {
			t.Errorf("%v: classes %v", c.p, v.Classes)
		}
	}
}

func TestMaliciousProbability(t *testing.T) {
	for _, c := range []struct {
		outputs []float32
		benign  int
		want    float64
	}{
		{[]float32{0.25, 0.75}, 0, 0.75},
		{[]float32{0.25, 0.75}, 1, 0.25},
		{[]float32{0.5, 0.5}, -1, 1},
		{[]float32{1, 1e-20}, 0, float64(float32(1e-20))}, // 1 − P(benign) would be 0
		{[]float32{0.3}, 0, float64(float32(0.3))},
	} {
		if got := models.MaliciousProbability(c.outputs, c.benign); got != c.want {
			t.Errorf("%v, benign %d: %v, want %v", c.outputs, c.benign, got, c.want)
		}
	}
}

// TestClassTakesTheFirstOfEquals is the rule of numpy's argmax.
func TestClassTakesTheFirstOfEquals(t *testing.T) {
	if got := models.Class([]float32{0.2, 0.4, 0.4}); got != 1 {
		t.Errorf("class %d, want 1", got)
	}
}
