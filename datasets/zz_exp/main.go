package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"time"

	"threatnet/datasets"
	"threatnet/datasets/source"
)

const root = "/work/shared/data/"

func load(form datasets.Form, benign []string, data ...string) *datasets.Set {
	var in []datasets.Input
	for _, d := range data {
		ss, _, err := source.Expand(d, source.Options{})
		if err != nil {
			panic(err)
		}
		for _, s := range ss {
			in = append(in, s.Input())
		}
	}
	for _, d := range benign {
		ss, _, err := source.Expand(d, source.Options{Benign: true})
		if err != nil {
			panic(err)
		}
		for _, s := range ss {
			in = append(in, s.Input())
		}
	}
	t := time.Now()
	set, rep, err := datasets.Collect(context.Background(), datasets.CollectOptions{Form: form}, in...)
	if err != nil {
		panic(err)
	}
	fmt.Printf("  names %d benign %d dup %d confl %d suffixonly %v  %v\n", rep.Names, rep.Benign, rep.Duplicates, rep.Conflicts.Count, rep.OnlySuffix, time.Since(t).Round(time.Millisecond))
	return set
}

func dgaOnly(s *datasets.Set) *datasets.Set {
	var idx []int
	for i := range s.Len() {
		if s.Family(i) != datasets.Benign {
			idx = append(idx, i)
		}
	}
	return s.Select(idx)
}

func main() {
	umb, alexa := root+"benign/umbrella_2026_07_07/top-100k.txt.gz", root+"benign/alexa_2015/top-100k.csv.gz"
	openset, umudga, legit, word := root+"dga/openset_chrmor/val.csv.gz", root+"dga/umudga/dataset.csv.gz", root+"dga/legit_dga/legit-dga_domains.csv.gz", root+"dga/wordlist/train.csv.gz"
	fam := root + "dga/families"
	cases := []struct {
		name   string
		benign []string
		data   []string
	}{
		{"openset own", nil, []string{openset}},
		{"umudga own", nil, []string{umudga}},
		{"legit own", nil, []string{legit}},
		{"wordlist own", nil, []string{word}},
		{"umbrella+openset", []string{umb}, []string{openset}},
		{"umbrella+families", []string{umb}, []string{fam}},
		{"alexa+families", []string{alexa}, []string{fam}},
		{"alexa+openset", []string{alexa}, []string{openset}},
		{"all", []string{umb, alexa}, []string{openset, umudga, legit, word, fam}},
	}
	for _, form := range []datasets.Form{datasets.Whole, datasets.Registrable, datasets.Label, datasets.WithoutSuffix, datasets.RegistrableICANN} {
		for _, c := range cases {
			if len(os.Args) > 1 && !strings.Contains(c.name, os.Args[1]) {
				continue
			}
			fmt.Println("==", form, c.name)
			set := load(form, c.benign, c.data...)
			t := time.Now()
			r := datasets.Shortcuts(set)
			fmt.Printf("  hosts %.3v single %.3v\n", r.Hosts, r.Single)
			for _, s := range r.Shortcuts {
				fmt.Printf("  %s %.4f", s.Feature, s.AUC)
			}
			fmt.Println("  ", time.Since(t).Round(time.Millisecond))
			fmt.Println(r.Warning())
			if form == datasets.Whole {
				t = time.Now()
				n := datasets.NearDuplicates(set)
				b, _ := json.Marshal(n)
				fmt.Println("  near", string(b), time.Since(t).Round(time.Millisecond))
				sp, _ := datasets.Stratified(set.Codes(), datasets.DefaultFractions, 1)
				t = time.Now()
				b, _ = json.Marshal(datasets.NearOverlap(set.Select(sp.Train), set.Select(sp.Test)))
				fmt.Println("  nearoverlap", string(b), "of", len(sp.Test), time.Since(t).Round(time.Millisecond))
			}
		}
	}
}
