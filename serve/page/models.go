package page

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"threatnet/models/catalog"
	"threatnet/models/checkpoint"
	"threatnet/models/layers"
	"threatnet/serve/engine"
)

// modelView is a model with what its checkpoint says of it.
type modelView struct {
	*engine.Model
	About    string // one line
	Network  []string
	Settings string // JSON
	Splits   []string
	Figures  []figure
	Sources  []sourceView
	Losses   *losses
}

// figure is a measure with its value on each split.
type figure struct {
	Name   string
	Values []string
}

// sourceView is a source that the model was made from.
type sourceView struct {
	checkpoint.Source
	Classes []family // its records of each
}

func newModelView(m *engine.Model) modelView {
	v := modelView{Model: m, Network: network(m.Meta.Spec), Losses: newLosses(m.Meta.History)}
	if entry, err := catalog.Find(m.Kind()); err == nil {
		v.About = entry.Description
	}
	var settings bytes.Buffer
	if json.Indent(&settings, m.Meta.Settings, "", "  ") == nil {
		v.Settings = settings.String()
	}
	v.Splits, v.Figures = figures(m.Meta.Metrics)
	for _, s := range m.Meta.Provenance.Sources {
		v.Sources = append(v.Sources, sourceView{s, byCount(s.Families)})
	}
	return v
}

// network describes the layers of a stack in a few words each.
func network(spec json.RawMessage) []string {
	var stack layers.Stack
	if json.Unmarshal(spec, &stack) != nil {
		return nil
	}
	input := "input"
	for i, d := range stack.Input {
		input += cmp.Or(strings.Repeat("×", min(i, 1)), " ") + strconv.Itoa(d)
	}
	all := []string{input}
	for _, l := range stack.Layers {
		text := strings.ReplaceAll(l.Kind, "_", " ")
		switch {
		case l.Function != "":
			text = l.Function
		case l.Vocabulary > 0:
			text += fmt.Sprintf(" %d×%d", l.Vocabulary, l.Units)
		case l.Units > 0:
			text += fmt.Sprintf(" %d", l.Units)
		case l.Rate > 0:
			text += fmt.Sprintf(" %g", l.Rate)
		}
		all = append(all, text)
	}
	return all
}

// The ends of the names of measures that are the bounds of a confidence interval.
const (
	low  = "_low"
	high = "_high"
)

// figures makes a table of metrics: the test split first, the bounds of an interval beside its measure.
func figures(metrics map[string]checkpoint.Scores) (splits []string, table []figure) {
	names := map[string]bool{}
	for split, scores := range metrics {
		splits = append(splits, split)
		for name := range scores {
			names[name] = true
		}
	}
	rank := []string{"train", "validation", "test"}
	slices.SortFunc(splits, func(a, b string) int {
		return cmp.Or(slices.Index(rank, b)-slices.Index(rank, a), cmp.Compare(a, b))
	})
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if base, ok := bound(name); ok && names[base] {
			continue
		}
		f := figure{Name: strings.ReplaceAll(name, "_", " ")}
		for _, split := range splits {
			f.Values = append(f.Values, value(metrics[split], name))
		}
		table = append(table, f)
	}
	return splits, table
}

// bound tells a bound of an interval and gives the measure that it is of.
func bound(name string) (measure string, ok bool) {
	if base, ok := strings.CutSuffix(name, low); ok {
		return base, true
	}
	return strings.CutSuffix(name, high)
}

func value(scores checkpoint.Scores, name string) string {
	v, ok := scores[name]
	if !ok {
		return "–"
	}
	text := number(v, 4)
	if name == "rows" {
		text = count(int(v))
	}
	lower, has := scores[name+low]
	upper, also := scores[name+high]
	if has && also {
		text += fmt.Sprintf(" (%s to %s)", number(lower, 3), number(upper, 3))
	}
	return text
}

// number shows so many digits.
func number(n checkpoint.Number, digits int) string {
	return strconv.FormatFloat(float64(n), 'g', digits, 64)
}
