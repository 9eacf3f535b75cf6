package synth

import "iter"

// kraken makes short random labels below the zones of dynamic-DNS providers.
//
// As published: the first version's zones, labels of 6 to 11 letters, the same names on
// every day, the linear congruential generator of the C standard. Ours: how the counter of
// names seeds it. Takes the constant alone.
var kraken = generator{
	Family{
		Name:        "kraken",
		Description: "6 to 11 letters under dynamic-DNS zones",
		Source:      "P. Royal, Analysis of the Kraken Botnet, Damballa, 2008; M. Ligh et al., Malware Analyst's Cookbook, recipe 12-11",
	},
	func(seed uint64) iter.Seq[string] {
		return func(yield func(string) bool) {
			key := constant("kraken", seed)
			for i := uint64(0); ; i++ {
				r := lcg{x: uint32(mix64(key + i)), a: 1103515245, c: 12345}
				label := make([]byte, 6+r.high(6))
				for j := range label {
					label[j] = byte('a' + r.high(26))
				}
				if !yield(string(label) + "." + krakenZones[i%uint64(len(krakenZones))]) {
					return
				}
			}
		}
	},
}

var krakenZones = []string{"dyndns.org", "yi.org", "dynserv.com", "mooo.com"}
