package datasets

import (
	"errors"
	"fmt"
)

// Errors of splits of flows by time.
var (
	ErrNoTimes       = errors.New("no flow has a time")
	ErrFlowsOneSided = errors.New("all flows are on one side of the day")
)

// FlowsByTime divides flows as a detector meets them: trained on what was before a day, tested on what came after.
//
// Flows of the day (UTC, in days since 1970-01-01) or later are the test part, benign ones among them. The others, those
// without a time among them, are divided between train and validation as [Stratified] does, validation having
// f.Validation / (1 − f.Test) of each family.
//
// The error wraps [ErrNoTimes] when no flow has a time, and [ErrFlowsOneSided] when none is left to test or to train with.
func FlowsByTime(s *FlowSet, day int32, f Fractions, seed uint64) (Split, error) {
	if err := f.check(); err != nil {
		return Split{}, err
	}
	if !s.HasTimes() {
		return Split{}, ErrNoTimes
	}
	var split Split
	var early []int
	for i := range s.Len() {
		if t := s.Time(i); t != 0 && t >= int64(day)*secondsPerDay {
			split.Test = append(split.Test, i)
		} else {
			early = append(early, i)
		}
	}
	switch {
	case len(split.Test) == 0:
		return Split{}, fmt.Errorf("%w: none is of %s or later", ErrFlowsOneSided, FormatDay(day))
	case len(early) == 0:
		return Split{}, fmt.Errorf("%w: none is before %s", ErrFlowsOneSided, FormatDay(day))
	}
	rest, err := Stratified(pick(s.codes, early), Fractions{Validation: f.Validation / (1 - f.Test)}, seed)
	if err != nil {
		return Split{}, err
	}
	for _, k := range rest.Train {
		split.Train = append(split.Train, early[k])
	}
	for _, k := range rest.Validation {
		split.Validation = append(split.Validation, early[k])
	}
	return split, nil
}
