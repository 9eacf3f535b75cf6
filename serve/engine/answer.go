package engine

import (
	"errors"

	"threatnet/datasets"
	"threatnet/models"
)

// Errors of calls. They are wrapped.
var (
	// ErrUnknownModel tells of a model, or a version, that is not there.
	ErrUnknownModel = errors.New("unknown model")
	// ErrRecords tells of records that are not of the kind that a model takes.
	ErrRecords = errors.New("records of another kind")
)

// Answer is what a model says of one record. Where Err is set, the rest is not.
type Answer struct {
	models.Verdict
	Class         int       // index of Label among the model's classes; −1 if it is not among them
	Probabilities []float32 // of all classes, in their order, two for a network with one output; shared: not to be changed
	Rule          string    // RuleAllow or RuleBlock where a list has decided, else ""
	Err           error     // the record is none: why
}

// answer makes an answer of a row of outputs.
func (m *Model) answer(outputs []float32) Answer {
	a := Answer{
		Verdict: models.Judge(outputs, m.classes, m.benign, m.Threshold, m.top), Class: models.Class(outputs), Probabilities: outputs,
	}
	if len(outputs) == 1 {
		a.Probabilities = []float32{1 - outputs[0], outputs[0]}
	}
	return a
}

// allowed is the answer to a record that a list lets pass: benign beyond doubt.
func (m *Model) allowed() Answer {
	a := m.certain(m.benign)
	a.Verdict.Verdict, a.Probability, a.Rule = models.Benign, 0, RuleAllow
	return a
}

// blocked is the answer to a record that a list holds for malicious: of the malicious class that the network holds for the
// most probable one.
func (m *Model) blocked(by Answer) Answer {
	best := -1
	for i, p := range by.Probabilities {
		if i != m.benign && (best < 0 || p > by.Probabilities[best]) {
			best = i
		}
	}
	a := m.certain(best)
	a.Verdict.Verdict, a.Probability, a.Rule = models.Malicious, 1, RuleBlock
	return a
}

// certain gives one class, −1 for a benign one that the model does not have, a probability of 1.
func (m *Model) certain(class int) Answer {
	a := Answer{Class: class, Probabilities: make([]float32, len(m.classes))}
	a.Label = datasets.Benign
	if class >= 0 {
		a.Label = m.classes[class]
		a.Probabilities[class] = 1
	}
	a.Classes = []models.ClassProbability{{Label: a.Label, Probability: 1}}[:min(1, m.top)]
	return a
}
