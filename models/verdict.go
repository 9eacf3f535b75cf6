package models

import (
	"slices"

	"threatnet/datasets"
)

// Verdicts.
const (
	Benign    = datasets.Benign
	Malicious = "malicious"
)

// ClassProbability is a class and how probable it is.
type ClassProbability struct {
	Label       string  `json:"label"`
	Probability float64 `json:"probability"`
}

// Verdict is what a model says of one record.
type Verdict struct {
	Verdict     string             `json:"verdict"`     // benign or malicious
	Probability float64            `json:"probability"` // of being malicious: 1 − P(benign)
	Label       string             `json:"label"`       // the most probable class
	Classes     []ClassProbability `json:"classes"`     // the most probable ones, falling
}

// MaliciousProbability is 1 − P(benign) of a row of outputs; of one output, the output itself.
func MaliciousProbability(outputs []float32, benign int) float64 {
	switch {
	case len(outputs) == 1:
		return float64(outputs[0])
	case benign < 0:
		return 1
	}
	// The sum of the others keeps its digits where P(benign) is nearly 1.
	var sum float64
	for i, p := range outputs {
		if i != benign {
			sum += float64(p)
		}
	}
	return min(sum, 1)
}

// Class is the arg max of a row of outputs, the first of equals; of one output, 1 from .5 on.
func Class(outputs []float32) int {
	if len(outputs) == 1 {
		if outputs[0] >= 0.5 {
			return 1
		}
		return 0
	}
	best := 0
	for i, p := range outputs {
		if p > outputs[best] {
			best = i
		}
	}
	return best
}

// Judge makes a verdict of a row of outputs: malicious when the probability reaches the threshold. It lists up to top
// classes.
func Judge(outputs []float32, classes []string, benign int, threshold float64, top int) Verdict {
	v := Verdict{Verdict: Benign, Probability: MaliciousProbability(outputs, benign), Label: classes[Class(outputs)]}
	if v.Probability >= threshold {
		v.Verdict = Malicious
	}
	all := make([]ClassProbability, 0, len(classes))
	if len(outputs) == 1 {
		p := float64(outputs[0])
		all = append(all, ClassProbability{classes[0], 1 - p}, ClassProbability{classes[1], p})
	} else {
		for i, p := range outputs {
			all = append(all, ClassProbability{classes[i], float64(p)})
		}
	}
	slices.SortStableFunc(all, func(a, b ClassProbability) int {
		switch {
		case a.Probability > b.Probability:
			return -1
		case a.Probability < b.Probability:
			return 1
		}
		return 0
	})
	v.Classes = all[:min(top, len(all))]
	return v
}
