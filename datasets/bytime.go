package datasets

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
)

// Errors of splits by time.
var (
	ErrNoDays   = errors.New("no DGA name has a date")
	ErrOneSided = errors.New("all DGA names are on one side of the day")
)

// TimeReport says how a set was divided by time. The numbers are of DGA names.
type TimeReport struct {
	From        string   `json:"from"`    // the first day of the test part
	First       string   `json:"first"`   // the first day of any name
	Last        string   `json:"last"`    // the last one
	Before      int      `json:"before"`  // names first seen before From
	After       int      `json:"after"`   // names first seen on From or later
	Undated     int      `json:"undated"` // names whose day is unknown: in train and validation
	NewFamilies []string `json:"new_families,omitempty"`
}

// String is the report in one line.
func (r TimeReport) String() string {
	text := fmt.Sprintf("DGA names first seen from %s on are for the test: %d; before: %d; without a date, not for the test: %d; dates from %s to %s",
		r.From, r.After, r.Before, r.Undated, r.First, r.Last)
	if len(r.NewFamilies) > 0 {
		text += "; families in the test alone: " + strings.Join(r.NewFamilies, ", ")
	}
	return text
}

// ByTime divides a set as a detector meets its names: trained on what was seen before a day, tested on what came after.
//
// DGA names first seen on the day from or later are the test part. The others, those without a date among them, are
// divided between train and validation as [Stratified] does, validation having f.Validation / (1 − f.Test) of each family.
//
// Popularity lists have no dates, or one for all their names. So benign names are divided by a hash of the name and the
// seed: f.Test of them go to test and f.Validation to validation, rounded to whole names, at least one being left to
// train. Hence the classes are in another proportion in the test than elsewhere.
//
// The new families of the report are those that have names in the test part alone. The error wraps [ErrNoDays] when no
// DGA name has a date, and [ErrOneSided] when none is left to test or to train with.
func ByTime(s *Set, from int32, f Fractions, seed uint64) (Split, TimeReport, error) {
	if err := f.check(); err != nil {
		return Split{}, TimeReport{}, err
	}
	var split Split
	var benign, rest []int
	for i := range s.Len() {
		switch day := s.Day(i); {
		case s.Family(i) == Benign:
			benign = append(benign, i)
		case day != 0 && day >= from:
			split.Test = append(split.Test, i)
		default:
			rest = append(rest, i)
		}
	}
	report, err := s.timeReport(from, split.Test, rest)
	if err != nil {
		return Split{}, report, err
	}
	early, err := Stratified(pick(s.codes, rest), Fractions{Validation: f.Validation / (1 - f.Test)}, seed)
	if err != nil {
		return Split{}, report, err
	}
	for _, k := range early.Train {
		split.Train = append(split.Train, rest[k])
	}
	for _, k := range early.Validation {
		split.Validation = append(split.Validation, rest[k])
	}
	deal(&split, s.byHash(benign, seed), shares(len(benign), f))
	split.sort()
	return split, report, nil
}

// timeReport describes the DGA names of the test part and the rest, or says why there can be no split.
func (s *Set) timeReport(from int32, test, rest []int) (TimeReport, error) {
	r := TimeReport{From: FormatDay(from), After: len(test)}
	old := make([]bool, len(s.families)) // families with names in the rest
	var first, last int32
	for _, i := range slices.Concat(test, rest) {
		switch day := s.Day(i); {
		case day == 0:
			r.Undated++
		case first == 0:
			first, last = day, day
		default:
			first, last = min(first, day), max(last, day)
		}
	}
	r.First, r.Last, r.Before = FormatDay(first), FormatDay(last), len(rest)-r.Undated
	for _, i := range rest {
		old[s.codes[i]] = true
	}
	for _, i := range test {
		if c := s.codes[i]; !old[c] {
			old[c] = true
			r.NewFamilies = append(r.NewFamilies, s.families[c])
		}
	}
	slices.Sort(r.NewFamilies)
	switch {
	case first == 0:
		return r, ErrNoDays
	case len(test) == 0:
		return r, fmt.Errorf("%w: none is first seen on %s or later, their dates are from %s to %s", ErrOneSided, r.From, r.First, r.Last)
	case len(rest) == 0:
		return r, fmt.Errorf("%w: none is first seen before %s, their dates are from %s to %s", ErrOneSided, r.From, r.First, r.Last)
	}
	return r, nil
}

// byHash gives the rows in the order of the hashes of their names.
func (s *Set) byHash(rows []int, seed uint64) []int {
	type hashed struct {
		hash uint64
		row  int
	}
	all := make([]hashed, len(rows))
	name := s.names.reader()
	for k, i := range rows {
		all[k] = hashed{hash64(name(i), seed, forParts), i}
	}
	slices.SortFunc(all, func(a, b hashed) int { return cmp.Or(cmp.Compare(a.hash, b.hash), cmp.Compare(a.row, b.row)) })
	sorted := make([]int, len(rows))
	for k, h := range all {
		sorted[k] = h.row
	}
	return sorted
}

// shares gives the sizes of the parts of n rows, each rounded, but one left to train.
func shares(n int, f Fractions) (sizes [parts]int) {
	sizes[inTest] = min(int(math.Round(f.Test*float64(n))), max(n-1, 0))
	sizes[inValidation] = min(int(math.Round(f.Validation*float64(n))), max(n-1-sizes[inTest], 0))
	sizes[inTrain] = n - sizes[inTest] - sizes[inValidation]
	return sizes
}
