package datasets

import (
	"fmt"
	"slices"
	"strings"

	"golang.org/x/net/publicsuffix"
)

// Form is what of a name is learnt and scored. A model's names must all have one form, benign and DGA alike: popularity
// lists have hosts where feeds have registrable domains, and a net that sees both learns to tell lists from feeds (see
// [Shortcuts]).
//
// The public suffixes are those of publicsuffix.org as of the version of golang.org/x/net that the program is built with.
// Private ones count, so that a customer's name below github.io or ddns.net is registrable; the forms ending in -icann take
// the registries' suffixes alone. The last label of a name on no list is its suffix. A name that is itself a private suffix
// has been registered by its owner, and has the form that the registries' suffixes give.
type Form string

// The forms of names. "" is Whole.
const (
	Whole         Form = "whole"          // www.example.co.uk
	Registrable   Form = "registrable"    // example.co.uk, one label below the public suffix
	Label         Form = "label"          // example, the registrable domain's own label
	WithoutSuffix Form = "without-suffix" // www.example, every label above the public suffix

	RegistrableICANN   Form = "registrable-icann"
	LabelICANN         Form = "label-icann"
	WithoutSuffixICANN Form = "without-suffix-icann"
)

// Forms gives all forms.
func Forms() []Form {
	return []Form{Whole, Registrable, Label, WithoutSuffix, RegistrableICANN, LabelICANN, WithoutSuffixICANN}
}

// ParseForm gives the form of that name.
func ParseForm(text string) (Form, error) {
	f := Form(text)
	if f == "" {
		return Whole, nil
	}
	if !slices.Contains(Forms(), f) {
		return "", fmt.Errorf("form of names %q: want one of %v", text, Forms())
	}
	return f, nil
}

// Of gives the form of a name in normal form (see [Normalize]), without allocation of its own: the result is a part of
// name. It is "" for a name that is nothing but a public suffix, such as "com" or "co.uk", unless the form is Whole. A
// single label on no list ("localhost") has no suffix and is itself in every form.
func (f Form) Of(name string) string {
	kind, icann := strings.CutSuffix(string(f), "-icann")
	if kind == "" || Form(kind) == Whole {
		return name
	}
	at := suffixAt(name, icann)
	if at == 0 {
		return ""
	}
	stem := stemAt(name, at)
	own := strings.LastIndexByte(stem, '.') + 1
	switch Form(kind) {
	case Registrable:
		return name[own:]
	case Label:
		return stem[own:]
	case WithoutSuffix:
		return stem
	}
	panic("datasets: unknown form of names")
}

// SuffixList says which version of the list of public suffixes is built in.
func SuffixList() string { return publicsuffix.List.String() }

// OnlySuffix is why a name has no form.
const OnlySuffix Reason = "nothing but a public suffix"

// Normalize gives the form of a name in its normal form (see the function [Normalize]). The error is a [Reason].
func (f Form) Normalize(raw string) (string, error) {
	name, err := Normalize(raw)
	if err != nil {
		return "", err
	}
	if name = f.Of(name); name == "" {
		return "", OnlySuffix
	}
	return name, nil
}

// stemAt gives the labels of a name above its suffix, which begins at at.
func stemAt(name string, at int) string {
	if at == len(name) {
		return name
	}
	return name[:max(at-1, 0)]
}

// suffixAt gives where in a name its public suffix begins: 0 if the name is one, len(name) if it has none.
func suffixAt(name string, icannOnly bool) int {
	suffix, icann := publicsuffix.PublicSuffix(name)
	if len(suffix) == len(name) {
		switch {
		case icann:
			return 0
		case strings.IndexByte(name, '.') >= 0:
			icannOnly = true
		case onWildcard(name):
			return 0
		default:
			return len(name)
		}
	}
	if icannOnly {
		// The rules of a name's parents are those of the name, but for the private ones below them.
		for !icann {
			dot := strings.IndexByte(suffix, '.')
			if dot < 0 {
				break
			}
			suffix, icann = publicsuffix.PublicSuffix(suffix[dot+1:])
		}
	}
	return len(name) - len(suffix)
}

// onWildcard tells a top level that is on the list by a rule for what is below it alone, such as *.ck.
func onWildcard(label string) bool {
	_, icann := publicsuffix.PublicSuffix("x." + label)
	return icann
}
