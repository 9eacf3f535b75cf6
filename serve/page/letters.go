package page

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
)

// letter is a character of a name with what it weighs.
type letter struct {
	Text   string
	Weight float64 // see occlusion
	Shade  int     // see shades
}

// letters shades the characters of a name.
func letters(name string, weights []float64) []letter {
	all := make([]letter, len(name))
	for i, shade := range shades(weights) {
		all[i] = letter{name[i : i+1], weights[i], shade}
	}
	return all
}

// Class is the letter's class in the style sheet; "" for no shade.
func (l letter) Class() string {
	switch {
	case l.Shade > 0:
		return fmt.Sprintf("up%d", l.Shade)
	case l.Shade < 0:
		return fmt.Sprintf("down%d", -l.Shade)
	}
	return ""
}

// Change is the weight for people; "" where it is unknown.
func (l letter) Change() string {
	if math.IsNaN(l.Weight) {
		return ""
	}
	return fmt.Sprintf("%+.2f", l.Weight)
}

// heaviest says in words which characters weigh most, for those who do not see shades.
func heaviest(all []letter) string {
	var at []int
	for i, l := range all {
		if l.Shade != 0 {
			at = append(at, i)
		}
	}
	if len(at) == 0 {
		return "no single character weighs much"
	}
	slices.SortStableFunc(at, func(a, b int) int { return cmp.Compare(math.Abs(all[b].Weight), math.Abs(all[a].Weight)) })
	var words []string
	for _, i := range at[:min(len(at), 3)] {
		words = append(words, fmt.Sprintf("%s at %d %s", all[i].Text, i+1, all[i].Change()))
	}
	return "weigh most, in log odds: " + strings.Join(words, ", ")
}
