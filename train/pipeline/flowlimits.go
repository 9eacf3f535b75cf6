package pipeline

import (
	"cmp"
	"fmt"
	"slices"

	"threatnet/datasets"
	"threatnet/train"
)

// checkFlowSettings refuses the rules of families that are for names alone.
func checkFlowSettings(s *train.Settings) error {
	if s.DropBelow > 0 || s.MaxFamilies > 0 {
		return fmt.Errorf("%w: drop-below and max-families are for names: small types of attack are merged (min-names) or left out (holdout-family)", train.ErrSettings)
	}
	return nil
}

// limitFlows takes at most so many benign flows and so many of each type of attack, in their order, and tells of which not
// all were taken, largest first. Of flows that are cut in the order of their classes it takes the first, as the notebook's
// search does; of others those whose records have the smallest hashes under the seed.
func limitFlows(set *datasets.FlowSet, s *train.Settings) (*datasets.FlowSet, []datasets.Sampled) {
	ranks := make([]uint64, set.Len())
	var f datasets.Flow
	for i := range ranks {
		ranks[i] = uint64(i)
		if s.Split != train.ByClass {
			set.Flow(i, &f)
			ranks[i] = rank(f.Sum, s.Seed)
		}
	}
	rows := make([][]int, len(set.Families()))
	for i, code := range set.Codes() {
		rows[code] = append(rows[code], i)
	}
	var sampled []datasets.Sampled
	var kept []int
	for code, family := range set.Families() {
		limit := s.MaxPerFamily
		if datasets.IsBenign(family) {
			limit = s.MaxBenign
		}
		taken := rows[code]
		if limit > 0 && len(taken) > limit {
			sampled = append(sampled, datasets.Sampled{Family: family, Names: len(taken), Taken: limit})
			slices.SortStableFunc(taken, func(a, b int) int { return cmp.Compare(ranks[a], ranks[b]) })
			taken = taken[:limit]
		}
		kept = append(kept, taken...)
	}
	if sampled == nil {
		return set, nil
	}
	slices.Sort(kept)
	slices.SortStableFunc(sampled, func(a, b datasets.Sampled) int { return b.Names - a.Names })
	return set.Select(kept), sampled
}

// rank spreads a record's hash under a seed as SplitMix64 does (Steele, Lea, Flood, 2014).
func rank(sum, seed uint64) uint64 {
	x := sum ^ (seed+1)*0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
