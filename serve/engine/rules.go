package engine

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"threatnet/datasets"
)

// What a list of names has decided.
const (
	RuleAllow = "allow"
	RuleBlock = "block"
)

// Rules are lists of names that are decided before any network is asked: those that are allowed are benign, those that are
// blocked malicious, with a probability of 0 or 1.
//
// A line of a list is a name, ".example.com" for a name and all below it, or "*.example.com" for all below it alone. What
// follows on a # is a comment. Where several lines match, the longest name decides, and allowing goes before blocking.
type Rules struct {
	exact, below map[string]string // rule by name
}

// NewRules makes empty lists.
func NewRules() *Rules { return &Rules{exact: map[string]string{}, below: map[string]string{}} }

// Read adds the lines of a list to a rule, [RuleAllow] or [RuleBlock]. A line that is no name is an error with its number.
func (r *Rules) Read(rule string, list io.Reader) error {
	lines := bufio.NewScanner(list)
	for n := 1; lines.Scan(); n++ {
		line, _, _ := strings.Cut(lines.Text(), "#")
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		if err := r.add(rule, line); err != nil {
			return fmt.Errorf("line %d: %.100q: %w", n, line, err)
		}
	}
	return lines.Err()
}

func (r *Rules) add(rule, line string) error {
	wild, suffix := strings.HasPrefix(line, "*."), strings.HasPrefix(line, ".")
	name, err := datasets.Normalize(line) // takes the marks off, which are known by then
	if err != nil {
		return err
	}
	if wild || suffix {
		set(r.below, name, rule)
	}
	if !wild {
		set(r.exact, name, rule)
	}
	return nil
}

// set sets a rule; what is allowed stays so.
func set(rules map[string]string, name, rule string) {
	if rules[name] != RuleAllow {
		rules[name] = rule
	}
}

func (r *Rules) empty() bool { return r == nil || len(r.exact)+len(r.below) == 0 }

// findQuery gives the rule of a query's name, which need be in no form: lists know "bücher.example" as
// xn--bcher-kva.example. Labels are taken one by one, since those on the left may be any bytes.
func (r *Rules) findQuery(name string) string {
	if r.empty() {
		return ""
	}
	name = strings.TrimRight(strings.ToLower(name), ".")
	if !strings.ContainsFunc(name, func(c rune) bool { return c >= utf8.RuneSelf }) {
		return r.find(name)
	}
	labels := strings.Split(name, ".")
	for i, label := range labels {
		if form, err := datasets.Normalize(label); err == nil && strings.HasPrefix(form, "xn--") {
			labels[i] = form
		}
	}
	return r.find(strings.Join(labels, "."))
}

// find gives the rule of a name in normal form, or "". Nil rules have none.
func (r *Rules) find(name string) string {
	if r.empty() {
		return ""
	}
	if rule, ok := r.exact[name]; ok {
		return rule
	}
	for {
		dot := strings.IndexByte(name, '.')
		if dot < 0 {
			return ""
		}
		name = name[dot+1:]
		if rule, ok := r.below[name]; ok {
			return rule
		}
	}
}
