package datasets

import (
	"fmt"
	"slices"
	"strings"
)

// SeenFeatures tells which features any flow of a source has a value of. The zero value has seen no flow.
type SeenFeatures struct {
	has   [NumFlowFeatures]bool
	flows bool // there were any
}

// Of notes the features of the flows that pass by.
func (s *SeenFeatures) Of(flows Flows) Flows {
	return func(yield func(Flow, error) bool) {
		for f, err := range flows {
			for i, v := range f.Values {
				if v == v {
					s.has[i] = true
				}
			}
			s.flows = s.flows || err == nil
			if !yield(f, err) {
				return
			}
		}
	}
}

// mostNamed is how many features a warning names.
const mostNamed = 12

// Warning names those of the features that no flow had a value of. It is empty where there are none, or no flows.
func (s *SeenFeatures) Warning(features []string) string {
	var missing []string
	for i, name := range FlowFeatures() {
		if s.flows && !s.has[i] && slices.Contains(features, name) {
			missing = append(missing, name)
		}
	}
	n := len(missing)
	if n == 0 {
		return ""
	}
	if n > mostNamed {
		missing = append(missing[:mostNamed:mostNamed], "...")
	}
	return fmt.Sprintf("no flow has a value of %d of the %d features: %s", n, len(features), strings.Join(missing, ", "))
}
