package exfilmlp

import (
	"slices"
	"strings"
	"time"

	"threatnet/datasets"
)

// DetectOptions are what one may choose of the search.
type DetectOptions struct {
	Filter  *Filter // of results to be left out; nil: none
	Limit   int     // newest events that are looked at; 0: all. Splunk's sort keeps 10,000 where no other number is given
	Workers int     // goroutines; 0: one
}

// Detection is one row of the search's result.
type Detection struct {
	Client       string    // column src
	Time         time.Time // column _time
	Name         string    // column query
	Score        float64   // column is_exfiltration_score
	Exfiltration bool      // column is_exfiltration
}

// DetectionColumns are the columns of the search's result.
func DetectionColumns() []string {
	return []string{"src", "_time", "query", "is_exfiltration_score", "is_exfiltration"}
}

// mostOfOne is how many events of one client and name the search looks at: rank < 10.
const mostOfOne = 9

// Detect is the search of the detection (Splunk security content, 92f65c3a-168c-11ed-71eb-0242ac120012) over raw events:
//
//	sort - _time, src, query | streamstats count as rank by src, query | where rank < 10
//	| apply | where rank == 1 and score > 0.5
//
// The newest event comes first; of events of one time the one with the greater client, then the greater name. Events
// are ranked within one client and name, whose case counts; the newest nine of each go through Apply, and of these the
// newest is reported when its score is above .5, not at it. Equal events all count. The ranks that qs came with do not.
func (m *Model) Detect(qs []datasets.Query, o DetectOptions) []Detection {
	events := slices.Clone(qs)
	slices.SortStableFunc(events, func(a, b datasets.Query) int {
		if c := b.Time.Compare(a.Time); c != 0 {
			return c
		}
		if c := strings.Compare(b.Client, a.Client); c != 0 {
			return c
		}
		return strings.Compare(b.Name, a.Name)
	})
	if o.Limit > 0 {
		events = events[:min(o.Limit, len(events))]
	}
	type window struct{ client, name string }
	ranks := map[window]int{}
	kept := events[:0]
	for _, e := range events {
		w := window{e.Client, e.Name}
		ranks[w]++
		if e.Rank = ranks[w]; e.Rank <= mostOfOne {
			kept = append(kept, e)
		}
	}
	var found []Detection
	for i, p := range m.Apply(kept, max(1, o.Workers)) {
		e := &kept[i]
		if p.Scored && p.Probability > threshold && !o.Filter.Match(e.Client, e.Name) {
			found = append(found, Detection{e.Client, e.Time, e.Name, p.Probability, p.Exfiltration})
		}
	}
	return found
}
