package synth

// Benign is the family of the names that no malware made.
const Benign = "benign"

// A Name is a host name with its label: the name of a [Family], or [Benign].
type Name struct{ Name, Family string }

// Corpus gives all of [Popular], labelled [Benign], followed by perFamily names of every
// family in the order of [Families]. No name occurs twice: one that is already in the
// corpus, as a benign name or under an earlier family, is passed over for the family's
// next. It panics when perFamily is not in 0 … [MaxNames].
func Corpus(seed uint64, perFamily int) []Name {
	if perFamily < 0 || perFamily > MaxNames {
		panic("synth: perFamily out of range")
	}
	benign := popularNames()
	out := make([]Name, 0, len(benign)+perFamily*len(generators))
	seen := make(map[string]bool, cap(out))
	for _, name := range benign {
		seen[name] = true
		out = append(out, Name{name, Benign})
	}
	for _, g := range generators {
		for _, name := range g.take(seed, perFamily, seen) {
			out = append(out, Name{name, g.Name})
		}
	}
	return out
}
