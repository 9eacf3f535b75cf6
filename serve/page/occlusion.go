package page

import (
	"context"
	"math"

	"threatnet/datasets"
	"threatnet/serve/engine"
)

// probe answers for names, as [engine.Model.Probe] does.
type probe func(ctx context.Context, names []string) ([]engine.Answer, error)

// logOdds is ln(P/(1−P)) of an answer's probability P of being malicious.
type logOdds func(a *engine.Answer) float64

// occlusion tells how much each character of a name weighs in a model's answer: for a name s in normal form with the log
// odds L(s) of being malicious,
//
//	weight(i) = L(s) − L(s without its character i)
//
// which is above 0 where the character speaks for malicious, and below where it speaks for benign (J. Li, W. Monroe,
// D. Jurafsky, Understanding Neural Networks through Representation Erasure, 2016, arXiv:1612.08220). Of the probability
// itself, nothing would be seen where the model is certain. The weight is NaN where what is left is no name in normal form.
//
// Given names and the answers to them, it gives len(name) weights for each name. All is judged in one call. Equal characters
// in a row weigh the same.
func occlusion(ctx context.Context, judge probe, odds logOdds, names []string, answers []engine.Answer) ([][]float64, error) {
	var less []string      // names with a character left out
	at := map[string]int{} // where in less
	for _, s := range names {
		for i := range len(s) {
			v := without(s, i)
			if _, ok := at[v]; !ok && isNormal(v) {
				at[v] = len(less)
				less = append(less, v)
			}
		}
	}
	left, err := judge(ctx, less)
	if err != nil {
		return nil, err
	}
	weights := make([][]float64, len(names))
	for n, s := range names {
		weights[n] = make([]float64, len(s))
		all := odds(&answers[n])
		for i := range weights[n] {
			weights[n][i] = math.NaN()
			if k, ok := at[without(s, i)]; ok && left[k].Err == nil {
				weights[n][i] = all - odds(&left[k])
			}
		}
	}
	return weights, nil
}

// isNormal tells a name in normal form; ".example.com" has one and is none.
func isNormal(s string) bool {
	normal, err := datasets.Normalize(s)
	return err == nil && normal == s
}

func without(s string, i int) string { return s[:i] + s[i+1:] }

// oddsOf gives the log odds of the answers of a network with so many outputs. A sigmoid's output next to 1 has steps of
// 2⁻²⁴, so that its log odds end at about 17; a softmax keeps its digits next to 0, and so P(benign) where other classes are
// certain.
func oddsOf(outputs, benign int) logOdds {
	floor := 1e-30
	if outputs == 1 {
		floor = 0x1p-25
	}
	return func(a *engine.Answer) float64 {
		p := 1 - a.Probability
		if benign >= 0 {
			p = float64(a.Probabilities[benign])
		}
		return math.Log(max(a.Probability, floor)) - math.Log(max(p, floor))
	}
}

// Shades of a character: from −maxShade, which speaks for benign, to maxShade, which speaks for malicious.
const maxShade = 4

// faint is a weight that is not worth a shade.
const faint = 0.05

// shades makes shades of the weights of a name, in proportion to the largest one; 0 of those that are faint or unknown.
func shades(weights []float64) []int {
	largest := 0.0
	for _, w := range weights {
		if math.Abs(w) > largest { // never of NaN
			largest = math.Abs(w)
		}
	}
	s := make([]int, len(weights))
	for i, w := range weights {
		if math.Abs(w) >= faint {
			s[i] = int(math.Round(maxShade * w / largest))
		}
	}
	return s
}
