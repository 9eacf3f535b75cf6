package models

import (
	"fmt"
	"slices"
	"sync"

	"threatnet/datasets"
)

// FlowExamples are the flows of a set as a model sees them.
type FlowExamples struct {
	model   Flows
	set     *datasets.FlowSet
	classes []int32
	flows   sync.Pool // of *datasets.Flow
}

// NewFlowExamples encodes a set for a model, by the rules of NewNameExamples for families that are no class of it.
func NewFlowExamples(m Flows, set *datasets.FlowSet) (*FlowExamples, error) {
	classes, err := classCodes(m, set.Families(), set.Codes(), set.Counts())
	return &FlowExamples{model: m, set: set, classes: classes}, err
}

// FlowFamilyExamples encodes a set for a model with the families' codes for classes.
func FlowFamilyExamples(m Flows, set *datasets.FlowSet) *FlowExamples {
	return &FlowExamples{model: m, set: set, classes: set.Codes()}
}

// Len implements Examples.
func (e *FlowExamples) Len() int { return e.set.Len() }

// Class implements Examples.
func (e *FlowExamples) Class(i int) int32 { return e.classes[i] }

// Encode implements Examples.
func (e *FlowExamples) Encode(i int, tokens []int32, values []float32) {
	f, ok := e.flows.Get().(*datasets.Flow)
	if !ok {
		f = new(datasets.Flow)
	}
	e.set.Flow(i, f)
	e.model.Encode(f, tokens, values)
	e.flows.Put(f)
}

// ClassOf is the class of the records of a family, and whether there is one: the class of that name, or of malicious families
// the one that stands for all of them, or for those that were merged.
func ClassOf(m Model, family string) (class int32, ok bool) {
	classes := m.Classes()
	if i := slices.Index(classes, family); i >= 0 {
		return int32(i), true
	}
	if datasets.IsBenign(family) {
		return int32(max(0, m.Benign())), m.Benign() >= 0
	}
	others := []string{datasets.MergedDGA, OtherAttack}
	if len(classes) == 2 {
		others = append(others, DGA, Exfiltration, Attack)
	}
	i := slices.IndexFunc(classes, func(c string) bool { return slices.Contains(others, c) })
	return int32(max(0, i)), i >= 0
}

// classCodes are the classes of records with family codes. A family without a class is an error.
func classCodes(m Model, families []string, codes []int32, counts []datasets.Count) ([]int32, error) {
	byCode := make([]int32, len(families))
	for code, family := range families {
		class, ok := ClassOf(m, family)
		if !ok && counts[code].Names > 0 {
			return nil, fmt.Errorf("family %q is no class of this model", family)
		}
		byCode[code] = class
	}
	classes := make([]int32, len(codes))
	for i, code := range codes {
		classes[i] = byCode[code]
	}
	return classes, nil
}
