package pipeline

import "threatnet/datasets"

// features tells which features any flow of a source has a value of.
type features struct {
	has   [datasets.NumFlowFeatures]bool
	flows bool // there are any
}

// of notes the features of the flows that pass by.
func (m *features) of(flows datasets.Flows) datasets.Flows {
	return func(yield func(datasets.Flow, error) bool) {
		for f, err := range flows {
			for i, v := range f.Values {
				if v == v {
					m.has[i] = true
				}
			}
			m.flows = m.flows || err == nil
			if !yield(f, err) {
				return
			}
		}
	}
}

// missing names the features that no flow has a value of, in their order; none if there are no flows.
func (m *features) missing() (names []string) {
	for i, name := range datasets.FlowFeatures() {
		if m.flows && !m.has[i] {
			names = append(names, name)
		}
	}
	return names
}
