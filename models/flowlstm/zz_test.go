package flowlstm

import (
	"context"
	"fmt"
	"os"
	"sort"
	"testing"
	"time"

	"threatnet/datasets"
	"threatnet/models"
	"threatnet/train"
)

type ex struct {
	m   models.Flows
	s   *datasets.FlowSet
	cls []int32
}

func (e *ex) Len() int          { return e.s.Len() }
func (e *ex) Class(i int) int32 { return e.cls[i] }
func (e *ex) Encode(i int, t []int32, v []float32) {
	var f datasets.Flow
	e.s.Flow(i, &f)
	e.m.Encode(&f, t, v)
}
func examples(m models.Flows, s *datasets.FlowSet) *ex {
	e := &ex{m: m, s: s}
	for i := range s.Len() {
		c := int32(1)
		if s.Family(i) == datasets.Benign {
			c = 0
		}
		e.cls = append(e.cls, c)
	}
	return e
}

func TestZZ(t *testing.T) {
	s, report := collect(t, first(t, "flow/cicids_sample/cicids2017_sample.csv.gz", 50000), datasets.FlowOptions{})
	fmt.Println(report)
	for seed := uint64(1); seed <= 3; seed++ {
		for _, input := range []string{"bins", os.Getenv("ZZ")} {
			if input == "" {
				continue
			}
			sp, _ := datasets.Stratified(s.Codes(), datasets.DefaultFractions, seed)
			tr, te := s.Select(sp.Train), s.Select(sp.Test)
			m, err := Fit(tr, models.Options{Binary: true, Seed: seed, Input: input})
			if err != nil {
				t.Fatal(err)
			}
			set, err := train.DefaultSettings("flow-lstm", "corrected")
			if err != nil {
				t.Fatal(err)
			}
			set.Seed, set.Epochs = seed, 8
			start := time.Now()
			_, err = train.Fit(context.Background(), train.Run{Network: m.Network(), Train: examples(m, tr), Classes: 2, Settings: set})
			if err != nil {
				t.Fatal(err)
			}
			d := time.Since(start)
			e := examples(m, te)
			start = time.Now()
			out := models.NewScorer(m, .5).Outputs(e.Len(), e.Encode, 1)
			d2 := time.Since(start)
			var tp, fp, fn float64
			var all []struct {
				p float32
				c int32
			}
			for i, p := range out {
				c := e.Class(i)
				switch {
				case p >= .5 && c == 1:
					tp++
				case p >= .5:
					fp++
				case c == 1:
					fn++
				}
				all = append(all, struct {
					p float32
					c int32
				}{p, c})
			}
			sort.Slice(all, func(a, b int) bool { return all[a].p < all[b].p })
			var neg, auc, pos float64
			for _, a := range all {
				if a.c == 0 {
					neg++
				} else {
					auc += neg
					pos++
				}
			}
			if m.bins != nil {
				fmt.Println(m.bins.Size(), m.bins.Vocabulary())
			}
			fmt.Printf("%s seed %d: F1 %.4f AUC %.4f, 8 epochs of %d in %v, scoring %v/flow\n", input, seed, 2*tp/(2*tp+fp+fn), auc/neg/pos, tr.Len(), d, d2/time.Duration(len(out)))
		}
	}
}

func BenchmarkZZEncode(b *testing.B) {
	t := &testing.T{}
	s, _ := collect(t, first(t, "flow/cicids_sample/cicids2017_sample.csv.gz", 5000), datasets.FlowOptions{})
	m, err := Fit(s, models.Options{Binary: true, Seed: 1})
	if err != nil {
		b.Fatal(err)
	}
	row := make([]int32, m.bins.Size())
	flows := make([]datasets.Flow, s.Len())
	for i := range flows {
		s.Flow(i, &flows[i])
	}
	b.ResetTimer()
	for i := range b.N {
		m.Encode(&flows[i%len(flows)], row, nil)
	}
}
