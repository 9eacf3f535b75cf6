package datasets_test

import (
	"context"
	"fmt"
	"strings"

	"threatnet/datasets"
)

// collect makes a set of some sources.
func collect(opt datasets.CollectOptions, sources ...datasets.Domains) *datasets.Set {
	inputs := make([]datasets.Input, len(sources))
	for i, s := range sources {
		inputs[i] = datasets.Input{Name: fmt.Sprint(i), Domains: s}
	}
	set, _, err := datasets.Collect(context.Background(), opt, inputs...)
	if err != nil {
		fmt.Println(err)
	}
	return set
}

// on gives all names of an iteration a day.
func on(day string, names datasets.Domains) datasets.Domains {
	return func(yield func(datasets.Domain, error) bool) {
		first, err := datasets.ParseDay(day)
		if err != nil {
			yield(datasets.Domain{}, err)
			return
		}
		for d, err := range names {
			if d.Day = first; !yield(d, err) {
				return
			}
		}
	}
}

func ExampleFamilyRules_Apply() {
	set := collect(datasets.CollectOptions{},
		list("goz", "aaa.com", "bbb.com", "ccc.com", "ddd.com"), list("gameover", "eee.com"),
		list("tinba", "fff.com", "ggg.com"), list("necurs", "hhh.com", "iii.com"), list("new", "jjj.com"),
		list(datasets.Benign, "example.org"),
	)
	names, err := datasets.ReadFamilyMap(strings.NewReader("# two names of one family\ngameover = goz\n"))
	if err != nil {
		fmt.Println(err)
		return
	}
	rules := datasets.FamilyRules{Rename: names, DropBelow: 2, MaxFamilies: 2, MaxPerFamily: 3, Seed: 1}
	out, report := rules.Apply(set)
	fmt.Print(report)
	fmt.Println(out.Counts())
	// Output:
	// renamed gameover to goz (1)
	// dropped as too small: 1 families, 1 names: new (1)
	// merged beyond the largest: 1 families, 2 names: tinba (2)
	// sampled goz (3 of 5)
	// classes: 6 of 11 names before, 4 of 8 names after
	// [{benign 1} {goz 3} {mergedDGA 2} {necurs 2}]
}

func ExampleForm_Of() {
	for _, name := range []string{"www.mail.example.co.uk", "qxvbn.ddns.net", "localhost", "com"} {
		fmt.Printf("%q %q %q\n", datasets.Registrable.Of(name), datasets.Label.Of(name), datasets.WithoutSuffix.Of(name))
	}
	// Output:
	// "example.co.uk" "example" "www.mail.example"
	// "qxvbn.ddns.net" "qxvbn" "qxvbn"
	// "localhost" "localhost" "localhost"
	// "" "" ""
}

func ExampleShortcutReport_Warning() {
	sources := []datasets.Domains{
		list("goz", "qwzvb.com", "kjhxw.com", "zzxqp.com", "wvbnq.com", "xkqjz.com", "bvcxw.com"),
		list(datasets.Benign, "www.stone.com", "mail.stone.com", "www.river.com", "cdn.river.com", "img.field.com", "field.com"),
	}
	fmt.Println(datasets.Shortcuts(collect(datasets.CollectOptions{}, sources...)).Warning())
	_, warn := datasets.Shortcuts(collect(datasets.CollectOptions{Form: datasets.Registrable}, sources...)).Warning()
	fmt.Println(warn)
	// Output:
	// benign and DGA names are of different kinds: 83.3 % of the benign and 0.0 % of the DGA names have more labels than their registrable domain; AUC of the number of labels alone 0.972, of the suffix alone 0.500, of the length alone 0.972 true
	// false
}

func ExampleNearDuplicates() {
	set := collect(datasets.CollectOptions{}, list("goz", "qwzvb.com", "qwzvb.net", "kjhxw.com"), list(datasets.Benign, "stone.com"))
	near := datasets.NearDuplicates(set)
	fmt.Println(near.Names, near.Families, near.First)
	// Output: 2 [{goz 2}] [[qwzvb.com qwzvb.net]]
}

func ExampleByTime() {
	set := collect(datasets.CollectOptions{},
		on("2020-01-05", list("goz", "aaa.com", "bbb.com")), on("2020-03-01", list("tinba", "ccc.com")), list("necurs", "ddd.com"),
		list(datasets.Benign, "stone.org", "river.org", "field.org", "forest.org", "lake.org"),
	)
	from, _ := datasets.ParseDay("2020-02-01")
	split, report, err := datasets.ByTime(set, from, datasets.Fractions{Test: .4}, 1)
	fmt.Println(report, err)
	for name, family := range set.Select(split.Test).All() {
		fmt.Println(name, family)
	}
	// Output:
	// DGA names first seen from 2020-02-01 on are for the test: 1; before: 2; without a date, not for the test: 1; dates from 2020-01-05 to 2020-03-01; families in the test alone: tinba <nil>
	// ccc.com tinba
	// stone.org benign
	// lake.org benign
}

func ExampleHoldOut() {
	set := collect(datasets.CollectOptions{}, list("goz", "aaa.com", "bbb.com"), list("tinba", "ccc.com"), list(datasets.Benign, "stone.org"))
	kept, held, err := datasets.HoldOut(set, "tinba")
	fmt.Println(kept.Families(), held.Families(), err)
	_, _, err = datasets.HoldOut(set, "zeus")
	fmt.Println(err)
	// Output:
	// [benign goz] [tinba] <nil>
	// no such family: "zeus"; there are goz, tinba
}

func ExampleCache() {
	cache := datasets.NewCache("")
	set := collect(datasets.CollectOptions{Cache: cache}, list("goz", "aaa.com", "bbb.com", "aaa.com"))
	fmt.Println(set.Len(), set.Name(1))
	fmt.Println(cache.Close())
	// Output:
	// 2 bbb.com
	// <nil>
}
