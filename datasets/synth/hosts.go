package synth

import (
	"encoding/hex"
	"fmt"

	"threatnet/datasets"
)

// popularHosts extends [Popular] to the hosts that clients of its sites ask for, the most popular first: prefixes of
// registrable names, drawn by the seed, and after every fourth name an invented site. The invented ones stand under the
// reserved top levels that tunnels have too, so that these do not tell tunnels from benign queries.
func popularHosts(seed uint64) []string {
	r := splitMix(constant("hosts", seed))
	invented := map[string]bool{}
	var hosts []string
	for i, name := range popularNames() {
		hosts = append(hosts, name)
		if datasets.Registrable.Of(name) == name {
			hosts = appendHosts(hosts, name, &r)
		}
		if i%4 == 3 {
			site := invent(&r, benignSide)
			if !invented[site] {
				invented[site] = true
				hosts = appendHosts(append(hosts, site), site, &r)
			}
		}
	}
	return hosts
}

// appendHosts adds the hosts of a site: www of most, a few services, and for one site in twelve dozens of machines.
func appendHosts(hosts []string, site string, r *splitMix) []string {
	if r.chance(.8) {
		hosts = append(hosts, "www."+site)
	}
	for range r.geometric(.3) - 1 {
		hosts = append(hosts, r.pick(services)+"."+site)
	}
	if !r.chance(1. / 12) {
		return hosts
	}
	service, form := r.pick(services), r.below(4)
	for i := range r.between(8, 40) {
		hosts = append(hosts, machine(form, service, i, r)+"."+site)
	}
	return hosts
}

// machine names one of many machines as operators do: by number, place, or an identifier of their own.
func machine(form int, service string, i int, r *splitMix) string {
	switch form {
	case 0:
		return fmt.Sprintf("%s%d", service, i+1)
	case 1:
		return fmt.Sprintf("%s-%s%d", service, r.pick(places), 1+r.below(4))
	case 2:
		return hex.EncodeToString(r.bytes(4)) + "." + service
	}
	return fmt.Sprintf("r%d---sn-%s", 1+r.below(20), base32Lower.text(r, 8))
}

var services = []string{
	"mail", "cdn", "api", "static", "img", "login", "m", "news", "shop", "blog", "support", "assets", "media", "video",
	"download", "docs", "auth", "account", "ads", "analytics", "apps", "autodiscover", "beta", "calendar", "chat", "cloud",
	"collector", "config", "connect", "dev", "edge", "events", "fonts", "forum", "ftp", "gateway", "help", "id", "images",
	"imap", "live", "logs", "maps", "metrics", "ns1", "ns2", "pay", "photos", "pixel", "portal", "push", "search", "secure",
	"smtp", "sso", "status", "store", "sync", "telemetry", "tiles", "time", "track", "update", "upload", "vpn", "web", "wiki",
}

var places = []string{"ams", "cdg", "fra", "gru", "hkg", "iad", "jfk", "lhr", "mad", "nrt", "ord", "sea", "sin", "syd", "eu-west-", "us-east-"}

// The two sides of invented names. A name is on one side for good, so no stream, of whatever seed, has it both as a benign
// site and as a tunnel's domain.
const (
	benignSide = 0
	tunnelSide = 1
)

// invent draws a registrable name of a side under a reserved top level (RFC 2606).
func invent(r *splitMix, side uint64) string {
	for {
		var label string
		switch r.below(4) {
		case 0:
			label = base32Lower.text(r, 2+r.below(2)) + fmt.Sprint(r.below(10))
		case 1:
			label = r.pick(nouns)
		case 2:
			label = r.pick(adjectives) + "-" + r.pick(nouns)
		default:
			label = r.pick(commonWords) + r.pick(commonWords)
		}
		name := label + "." + r.pick(reserved)
		if constant(name, 0)%2 == side {
			return name
		}
	}
}

var reserved = []string{"example", "test", "invalid"}
