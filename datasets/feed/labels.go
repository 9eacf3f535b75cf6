package feed

import (
	"strings"

	"threatnet/datasets"
)

// verdict is what one label says.
type verdict struct {
	family string // in words; "" if it says nothing
	benign bool   // by a word or by 0
	dga    bool   // by 1: some DGA
}

func judge(label string) verdict {
	if strings.HasPrefix(label, usedBy) {
		label = BambenekFamily(label)
	}
	family := datasets.FamilyOf(label)
	switch strings.ToLower(family) {
	case "0", "0.0", "false", datasets.Benign:
		return verdict{benign: true}
	case "1", "1.0", "true":
		return verdict{dga: true}
	}
	return verdict{family: family}
}

// maxRemembered bounds the memory on endless input, where a column of labels may hold anything.
const maxRemembered = 4096

// remember gives what of says of a text, and keeps it: feeds have few labels and many rows.
func remember[V any](known map[string]V, text string, of func(string) V) V {
	v, ok := known[text]
	if !ok {
		if len(known) >= maxRemembered {
			clear(known)
		}
		text = strings.Clone(text) // not the row it is part of
		v = of(text)
		known[text] = v
	}
	return v
}

// judged remembers what labels say.
type judged map[string]verdict

// family gives the family of a row by its labels, "" if they all are empty.
func (j judged) family(fields []string, labels []int) string {
	family, dga := "", false
	for _, column := range labels {
		v := remember(j, fields[column], judge)
		if v.benign {
			return datasets.Benign
		}
		dga = dga || v.dga
		if family == "" {
			family = v.family
		}
	}
	if family == "" && dga {
		return datasets.AnyDGA
	}
	return family
}
