package datasets

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
)

// Shortcut is how well one simple feature of the names separates the benign class from all DGA families.
type Shortcut struct {
	Feature string  `json:"feature"`
	AUC     float64 `json:"auc"` // of a score made from this feature alone; .5 is chance, 1 is perfect
}

// Features of a [Shortcut].
const (
	SuffixFeature = "suffix" // the public suffix, private ones included
	LabelsFeature = "labels" // the number of labels
	LengthFeature = "length" // the number of characters
)

// ShortcutReport says by what, other than how they were made, the benign and the DGA names of a set differ.
type ShortcutReport struct {
	Shortcuts []Shortcut `json:"shortcuts,omitempty"` // by suffix, labels and length; none where one of the two is missing
	Hosts     Sides      `json:"hosts"`               // names with more labels than their registrable domain
	Single    Sides      `json:"single"`              // names of a single label
}

// Sides are shares of the names, 0..1.
type Sides struct {
	Benign float64 `json:"benign"`
	DGA    float64 `json:"dga"`
}

func (s Sides) differ() float64 { return math.Abs(s.Benign - s.DGA) }

// Shortcuts measures how well the suffix alone, the number of labels alone and the length alone separate benign names from
// DGA names. A net that is no better has learnt how the data were collected.
//
// The score of a value v is its empirical log odds with add-one smoothing,
//
//	log((dga(v)+1) / (DGA+V)) − log((benign(v)+1) / (Benign+V)),
//
// V being the number of values, so that a feature need not be monotonic. The names are divided in two by a hash, and each
// half is scored by the counts of the other: no name helps to score itself. The AUC is that of the ranks, ties counting one
// half (Hanley and McNeil, 1982). The order of the names does not matter.
func Shortcuts(s *Set) ShortcutReport {
	v := survey(s)
	if v.names[ofBenign] == 0 || v.names[ofDGA] == 0 {
		return ShortcutReport{}
	}
	share := func(n [sides]int) Sides {
		return Sides{
			Benign: float64(n[ofBenign]) / float64(v.names[ofBenign]),
			DGA:    float64(n[ofDGA]) / float64(v.names[ofDGA]),
		}
	}
	return ShortcutReport{
		Shortcuts: []Shortcut{
			{SuffixFeature, oddsAUC(v.suffixes)},
			{LabelsFeature, oddsAUC(v.labels)},
			{LengthFeature, oddsAUC(v.lengths)},
		},
		Hosts: share(v.hosts), Single: share(v.single),
	}
}

// AUC is the figure of a feature, 0 if it was not measured.
func (r ShortcutReport) AUC(feature string) float64 {
	for _, s := range r.Shortcuts {
		if s.Feature == feature {
			return s.AUC
		}
	}
	return 0
}

// Limits of Warning. Between lists and feeds of registrable domains the shares were within .1 of each other, and the labels
// had an AUC of up to .62; between Umbrella's hosts and such feeds it was .67 or more, and .85 or more.
const (
	sharesDiffer = .2
	labelsTell   = .65
)

// Warning tells whether the benign and the DGA names are of different kinds, so that a net can tell them by their kind, and
// gives the line that says so, with the figures. They are when the shares of hosts differ by more than .2, or those of
// single labels, or when the number of labels alone has an AUC of .65 or more. Suffix and length do not count: they differ
// in data of one kind too, and a DGA's choice of them is its own.
func (r ShortcutReport) Warning() (text string, warn bool) {
	what, part := "have more labels than their registrable domain", r.Hosts
	if r.Single.differ() > r.Hosts.differ() {
		what, part = "are a single label", r.Single
	}
	if part.differ() <= sharesDiffer && r.AUC(LabelsFeature) < labelsTell {
		return "", false
	}
	return fmt.Sprintf("benign and DGA names are of different kinds: %.1f %% of the benign and %.1f %% of the DGA names %s; "+
		"AUC of the number of labels alone %.3f, of the suffix alone %.3f, of the length alone %.3f",
		100*part.Benign, 100*part.DGA, what, r.AUC(LabelsFeature), r.AUC(SuffixFeature), r.AUC(LengthFeature)), true
}

// The sides: benign names, and those of any DGA.
const (
	ofBenign = iota
	ofDGA
	sides
)

// tally counts names by half and by side.
type tally [2][sides]int

// surveyed is what a walk over the names counts.
type surveyed struct {
	names, hosts, single [sides]int
	suffixes             map[string]*tally
	labels, lengths      map[int]*tally
}

func survey(s *Set) *surveyed {
	v := &surveyed{suffixes: map[string]*tally{}, labels: map[int]*tally{}, lengths: map[int]*tally{}}
	name := s.names.reader()
	for i, code := range s.codes {
		if side, ok := sideOf(s.families[code]); ok {
			v.add(name(i), side)
		}
	}
	return v
}

// sideOf gives the side of a family; none for names without a label.
func sideOf(family string) (side int, ok bool) {
	switch family {
	case Benign:
		return ofBenign, true
	case "":
		return 0, false
	}
	return ofDGA, true
}

func (v *surveyed) add(name string, side int) {
	at := suffixAt(name, false)
	labels := strings.Count(name, ".") + 1
	v.names[side]++
	if labels == 1 {
		v.single[side]++
	}
	if at > 0 && strings.IndexByte(stemAt(name, at), '.') >= 0 {
		v.hosts[side]++
	}
	half := hash64(name, 0, forHalves) >> 63
	count(v.suffixes, name[at:], half, side)
	count(v.labels, labels, half, side)
	count(v.lengths, len(name), half, side)
}

func count[K comparable](tallies map[K]*tally, value K, half uint64, side int) {
	t := tallies[value]
	if t == nil {
		t = new(tally)
		tallies[value] = t
	}
	t[half][side]++
}

// oddsAUC is the AUC of the log odds of values, each half's from the counts of the other.
func oddsAUC[K comparable](values map[K]*tally) float64 {
	var sums tally
	for _, t := range values {
		for half := range t {
			for side := range sides {
				sums[half][side] += t[half][side]
			}
		}
	}
	odds := func(t *tally, half, side int) float64 {
		return math.Log(float64(t[half][side]+1) / float64(sums[half][side]+len(values)))
	}
	groups := make([]scored, 0, 2*len(values))
	for _, t := range values {
		for half := range t {
			other := 1 - half
			groups = append(groups, scored{odds(t, other, ofDGA) - odds(t, other, ofBenign), t[half]})
		}
	}
	return rankAUC(groups)
}

// scored are names with the same score, by side.
type scored struct {
	score float64
	names [sides]int
}

// rankAUC is the share of the pairs of a DGA and a benign name in which the DGA name has the higher score, ties counting
// one half. There must be names of both.
func rankAUC(groups []scored) float64 {
	slices.SortFunc(groups, func(a, b scored) int { return cmp.Compare(a.score, b.score) })
	var below, won float64 // benign names so far; pairs
	var all [sides]float64
	for len(groups) > 0 {
		var tie [sides]float64
		score := groups[0].score
		for len(groups) > 0 && groups[0].score == score {
			for side, n := range groups[0].names {
				tie[side] += float64(n)
			}
			groups = groups[1:]
		}
		won += tie[ofDGA] * (below + tie[ofBenign]/2)
		below += tie[ofBenign]
		all[ofBenign] += tie[ofBenign]
		all[ofDGA] += tie[ofDGA]
	}
	return won / (all[ofBenign] * all[ofDGA])
}
