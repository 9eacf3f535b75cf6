package datasets_test

import (
	"context"
	"fmt"

	"threatnet/datasets"
)

// list makes an iteration of names of one family.
func list(family string, names ...string) datasets.Domains {
	return func(yield func(datasets.Domain, error) bool) {
		for i, raw := range names {
			name, err := datasets.Normalize(raw)
			if reason, ok := err.(datasets.Reason); ok {
				err = &datasets.RowError{Pos: datasets.Pos{File: family + ".txt", Line: i + 1, Column: 1}, Reason: reason}
			}
			if !yield(datasets.Domain{Name: name, Family: family}, err) {
				return
			}
		}
	}
}

func ExampleCollect() {
	set, report, err := datasets.Collect(context.Background(), datasets.CollectOptions{},
		datasets.Input{Name: "goz.txt", Domains: list("goz", "biaymnbqqshyll.ru", "ljbeutceyovxjn.ru", "river.net", "no name.ru")},
		datasets.Input{Name: "benign.txt", Domains: list(datasets.Benign, "River.net", "stone.org", "stone.org.")},
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	for name, family := range set.All() {
		fmt.Println(name, family)
	}
	fmt.Print(report)
	// Output:
	// biaymnbqqshyll.ru goz
	// ljbeutceyovxjn.ru goz
	// stone.org benign
	// goz.txt: 4 rows
	//   skipped 1: bad character (goz.txt:4:1)
	// benign.txt: 3 rows, 2 with a name seen before
	// names both benign and DGA, dropped from both: 1 (river.net)
	// names: 3, of these 1 benign, 2 DGA
}

func ExampleNormalize() {
	for _, raw := range []string{"Example.COM.", "https://München.de/x", "*.example.org", "example[.]net", "two words"} {
		fmt.Println(datasets.Normalize(raw))
	}
	// Output:
	// example.com <nil>
	// xn--mnchen-3ya.de <nil>
	// example.org <nil>
	// example.net <nil>
	//  bad character
}

func ExampleStratified() {
	families := make([]string, 0, 100)
	for range 50 {
		families = append(families, "goz", datasets.Benign)
	}
	split, err := datasets.Stratified(families, datasets.DefaultFractions, 1)
	fmt.Println(len(split.Train), len(split.Validation), len(split.Test), err)
	// Output: 64 16 20 <nil>
}

func ExampleTrainTestSplit() {
	train, test, err := datasets.TrainTestSplit(10, datasets.TrainTest{Size: .2, RandomState: 23})
	fmt.Println(train, test, err)
	// Output: [2 9 4 7 1 0 6 3] [5 8] <nil>
}
