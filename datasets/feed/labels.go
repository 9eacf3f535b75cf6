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
	family := datasets.FamilyOf(label)
	switch strings.ToLower(family) {
	case "0", "0.0", "false", datasets.Benign:
		return verdict{benign: true}
	case "1", "1.0", "true":
		return verdict{dga: true}
	}
	return verdict{family: strings.Clone(family)}
}

// judged remembers what labels say: feeds have few of them and many rows.
type judged map[string]verdict

// maxJudged bounds the memory on endless input, where a column of labels may hold anything.
const maxJudged = 4096

func (j judged) verdict(label string) verdict {
	v, ok := j[label]
	if !ok {
		if len(j) >= maxJudged {
			clear(j)
		}
		v = judge(label)
		j[strings.Clone(label)] = v
	}
	return v
}

// family gives the family of a row by its labels, "" if they all are empty.
func (j judged) family(fields []string, labels []int) string {
	family, dga := "", false
	for _, column := range labels {
		v := j.verdict(fields[column])
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
