package pipeline

import (
	"strings"

	"threatnet/datasets"
)

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

// mostNamed is how many features a warning names.
const mostNamed = 12

// warn names the features that no flow of the source has a value of, if there are any flows.
func (m *features) warn(path string, log func(string, ...any)) {
	var missing []string
	for i, name := range datasets.FlowFeatures() {
		if m.flows && !m.has[i] {
			missing = append(missing, name)
		}
	}
	n := len(missing)
	if n == 0 {
		return
	}
	if n > mostNamed {
		missing = append(missing[:mostNamed:mostNamed], "...")
	}
	log("warning: %s: no flow has a value of %d of the %d features: %s", path, n, datasets.NumFlowFeatures, strings.Join(missing, ", "))
}
