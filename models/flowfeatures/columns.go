// Package flowfeatures is what the models of network flows have in common: which features they take, which columns that
// identify a flow, the standardised form of both, and the classes.
//
// The features are those of datasets.FlowFeatures that are not constant on the flows that are trained on. A flow's time and
// its ID are never among the inputs. Addresses, ports and the protocol are on demand alone: they give the attacker of a
// recorded attack away.
package flowfeatures

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"threatnet/datasets"
)

// ErrConstant is wrapped when no feature tells one flow from another.
var ErrConstant = errors.New("all features are constant")

// Columns are features as indices of datasets.FlowFeatures, ascending. Their JSON form is the list of their names.
type Columns []int

// Varying gives the features that are not constant on a set. A missing value, NaN, is a value like any other.
func Varying(set *datasets.FlowSet) (Columns, error) {
	var varies [datasets.NumFlowFeatures]bool
	for i := 1; i < set.Len(); i++ {
		first := set.Row(0)
		for j, v := range set.Row(i) {
			if v != first[j] && (v == v || first[j] == first[j]) {
				varies[j] = true
			}
		}
	}
	var c Columns
	for j, v := range varies {
		if v {
			c = append(c, j)
		}
	}
	if c == nil {
		return nil, fmt.Errorf("%w on the %d flows to train on", ErrConstant, set.Len())
	}
	return c, nil
}

// Names gives the features' names.
func (c Columns) Names() []string {
	names := make([]string, len(c))
	for k, j := range c {
		names[k] = datasets.FlowFeatures()[j]
	}
	return names
}

// MarshalJSON writes the names.
func (c Columns) MarshalJSON() ([]byte, error) { return json.Marshal(c.Names()) }

// UnmarshalJSON reads names. It refuses unknown ones, none at all, and those that are not in the order of the features; c is
// unchanged then.
func (c *Columns) UnmarshalJSON(text []byte) error {
	var names []string
	if err := json.Unmarshal(text, &names); err != nil {
		return err
	}
	if len(names) == 0 {
		return errors.New("no features")
	}
	columns := make(Columns, len(names))
	for k, name := range names {
		j := slices.Index(datasets.FlowFeatures(), name)
		switch {
		case j < 0:
			return fmt.Errorf("unknown feature %q", name)
		case k > 0 && j <= columns[k-1]:
			return fmt.Errorf("feature %q is out of order", name)
		}
		columns[k] = j
	}
	*c = columns
	return nil
}
