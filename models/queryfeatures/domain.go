package queryfeatures

import (
	"net/netip"
	"strings"

	"threatnet/datasets"
)

// Split gives the host and the domain of a query's name, in the set's form.
//
// In the default set an address such as 192.0.2.1, a public suffix such as co.uk and a single label are domains without a
// host; of an empty name both are empty.
func Split(s Set, name string) (host, domain string) {
	if s.Causal() {
		return split(fold(name))
	}
	return notebookSplit(name)
}

// fold gives a name in lower case without the dots at its end.
func fold(name string) string {
	name = strings.TrimRight(name, ".")
	for i := range len(name) {
		if isCapital(name[i]) {
			b := []byte(name)
			for j := i; j < len(b); j++ {
				if isCapital(b[j]) {
					b[j] += 'a' - 'A'
				}
			}
			return string(b)
		}
	}
	return name
}

func isCapital(c byte) bool { return 'A' <= c && c <= 'Z' }

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// split cuts a folded name in two.
func split(name string) (host, domain string) {
	if name == "" || isAddress(name) {
		return "", name
	}
	domain = datasets.Registrable.Of(name)
	if domain == "" {
		return "", name
	}
	return strings.TrimSuffix(name[:len(name)-len(domain)], "."), domain
}

// isAddress looks at the last byte first: top levels do not end in a digit, but for some in punycode.
func isAddress(name string) bool {
	if !isDigit(name[len(name)-1]) || !isDigit(name[0]) {
		return false
	}
	a, err := netip.ParseAddr(name)
	return err == nil && a.Is4()
}

// notebookSplit is the notebook's replace_tld and get_tld, in Python
//
//	host = name.rsplit('.', 2)[0]
//	domain = name.replace(host, '').lstrip('.')
//
// so example.com is the host example of the domain com, and a.example.com belongs to exmple.com.
func notebookSplit(name string) (host, domain string) {
	end := strings.LastIndexByte(name, '.')
	if end >= 0 {
		if i := strings.LastIndexByte(name[:end], '.'); i >= 0 {
			end = i
		}
		host = name[:end]
	} else {
		host = name
	}
	if host == "" {
		return "", strings.TrimLeft(name, ".")
	}
	return host, strings.TrimLeft(strings.ReplaceAll(name, host, ""), ".")
}
