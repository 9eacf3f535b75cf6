package datasets

// purpose keeps choices that are made with one seed independent of each other.
type purpose uint64

const (
	forSample purpose = iota + 1
	forParts
	forHalves
	forPasses
	forStems
)

// hash64 is a hash of name that is the same on every system and for good: FNV-1a (Fowler, Noll, Vo), its bits mixed with the
// seed and the purpose as in SplitMix64 (Steele, Lea, Flood, 2014). What is chosen by it depends on the names alone, not on
// their order or company.
func hash64(name string, seed uint64, p purpose) uint64 {
	const offset, prime = 0xcbf29ce484222325, 0x100000001b3
	h := uint64(offset)
	for i := range len(name) {
		h = (h ^ uint64(name[i])) * prime
	}
	return mix(h ^ mix(seed^mix(uint64(p))))
}

func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
