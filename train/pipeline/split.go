package pipeline

import (
	"errors"
	"fmt"

	"threatnet/datasets"
	"threatnet/train"
)

// notebookState is the random_state of the notebooks' train_test_split.
const notebookState = 23

// smallestClass is how many names a class needs: one to train, to choose and to test with.
const smallestClass = 3

// ErrSmallClass is wrapped when a class has too few names to be split.
var ErrSmallClass = errors.New("class too small")

// parts are the names to fit, to choose and to test with; the last two may be empty.
type parts struct {
	train, validation, test *datasets.Set
}

// fractions are the shares of the parts for which no sources are named.
func fractions(validation, test bool) datasets.Fractions {
	f := datasets.DefaultFractions
	if test {
		f.Validation /= 1 - f.Test
		f.Test = 0
	}
	if validation {
		f.Validation = 0
	}
	return f
}

// divide cuts the names by the settings' rule, leaving out the parts for which sources are named.
func divide(set *datasets.Set, s *train.Settings, validation, test bool, log func(string, ...any)) (parts, error) {
	f := fractions(validation, test)
	var split datasets.Split
	var err error
	switch {
	case s.TestFrom != "" && !test:
		day, dayErr := datasets.ParseDay(s.TestFrom)
		if dayErr != nil {
			return parts{}, dayErr
		}
		var report datasets.TimeReport
		if split, report, err = datasets.ByTime(set, day, f, s.Seed); err == nil {
			log("%s", report)
		}
	case s.Split == train.Stratified:
		split, err = datasets.Stratified(set.Codes(), f, s.Seed)
	case s.Split == train.Random:
		split, err = datasets.Random(set.Len(), f, s.Seed)
	case s.Split == train.NoSplit, s.Split == train.Sklearn && test:
		split.Train = upTo(set.Len())
	case s.Split == train.Sklearn:
		split.Train, split.Test, err = datasets.TrainTestSplit(set.Len(), datasets.TrainTest{Size: f.Test, RandomState: notebookState})
	default:
		err = fmt.Errorf("%w: names are not split by %q", train.ErrSettings, s.Split)
	}
	if err != nil {
		return parts{}, err
	}
	return parts{set.Select(split.Train), set.Select(split.Validation), set.Select(split.Test)}, nil
}

// checkClasses refuses data of one class, and classes that are too small.
func checkClasses(counts []datasets.Count) error {
	var present []datasets.Count
	for _, c := range counts {
		if c.Names > 0 {
			present = append(present, c)
		}
	}
	if len(present) == 0 {
		return fmt.Errorf("%w: there are no names", ErrSmallClass)
	}
	if len(present) == 1 {
		return fmt.Errorf("all %d names are of one class, %q: add names of another one (--data, --benign)", present[0].Names, present[0].Family)
	}
	for _, c := range present {
		if c.Names < smallestClass {
			return fmt.Errorf("%w: %q has %d of the %d names that a class needs: add names, merge it with others (--min-names) or leave it out", ErrSmallClass, c.Family, c.Names, smallestClass)
		}
	}
	return nil
}

func upTo(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}
