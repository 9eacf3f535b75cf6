package models

import (
	"fmt"
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

// classCodes are the classes of records with family codes. A family that is no class of the model is an error, unless the
// model knows benign and malicious records only, or has a class of merged families, which then stands for it.
func classCodes(m Model, families []string, codes []int32, counts []datasets.Count) ([]int32, error) {
	index := map[string]int32{}
	for i, c := range m.Classes() {
		index[c] = int32(i)
	}
	other, hasOther := index[datasets.MergedDGA]
	if !hasOther {
		other, hasOther = index[OtherAttack]
	}
	if len(index) == 2 && m.Benign() >= 0 {
		other, hasOther = int32(1-m.Benign()), true
	}
	byCode := make([]int32, len(families))
	for code, family := range families {
		class, ok := index[family]
		switch {
		case ok:
		case datasets.IsBenign(family) && m.Benign() >= 0:
			class = int32(m.Benign())
		case !datasets.IsBenign(family) && hasOther:
			class = other
		case counts[code].Names > 0:
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
