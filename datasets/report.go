package datasets

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// examples is how many locations and names a report gives of each kind.
const examples = 3

// Report says what [Collect] read and what it left out.
type Report struct {
	Sources     []SourceReport `json:"sources"` // in the order given
	Rows        int            `json:"rows"`
	Bad         int            `json:"bad"`
	Form        Form           `json:"form,omitempty"` // what of each name was taken; "" is the whole
	OnlySuffix  Names          `json:"only_suffix"`    // good rows left out: in this form nothing is left of their names
	Duplicates  int            `json:"duplicates"`     // good rows whose name, in this form, had been seen
	TwoFamilies Names          `json:"two_families"`   // names of two DGA families or more; the first seen is theirs
	Conflicts   Names          `json:"conflicts"`      // names both benign and DGA
	Policy      Conflicts      `json:"policy"`         // how these were settled
	Names       int            `json:"names"`          // in the set
	Benign      int            `json:"benign"`         // of these
	Unlabelled  int            `json:"unlabelled"`
}

// SourceReport is the part of one source.
type SourceReport struct {
	Name       string    `json:"name"`
	Rows       int       `json:"rows"`
	Benign     int       `json:"benign"`      // good rows labelled benign
	Unlabelled int       `json:"unlabelled"`  // good rows without a label
	OnlySuffix int       `json:"only_suffix"` // good rows left out: in the form asked for nothing is left of their names
	Duplicates int       `json:"duplicates"`  // good rows whose name had been seen, here or in an earlier source
	Bad        []BadRows `json:"bad,omitempty"`
}

// BadRows counts the bad rows of one reason.
type BadRows struct {
	Reason Reason `json:"reason"`
	Rows   int    `json:"rows"`
	First  []Pos  `json:"first"` // of the first few
}

// Names counts names and gives the first few of them.
type Names struct {
	Count int      `json:"count"`
	First []string `json:"first,omitempty"`
}

func (n *Names) add(name string) {
	if n.Count++; len(n.First) < examples {
		n.First = append(n.First, name)
	}
}

func (s *SourceReport) bad(row *RowError) {
	i := slices.IndexFunc(s.Bad, func(b BadRows) bool { return b.Reason == row.Reason })
	if i < 0 {
		i = len(s.Bad)
		s.Bad = append(s.Bad, BadRows{Reason: row.Reason})
	}
	b := &s.Bad[i]
	if b.Rows++; len(b.First) < examples {
		b.First = append(b.First, row.Pos)
	}
}

// count sums the sources up and puts the commonest reasons first.
func (r *Report) count(set *Set) {
	for i := range r.Sources {
		s := &r.Sources[i]
		slices.SortStableFunc(s.Bad, func(a, b BadRows) int { return cmp.Compare(b.Rows, a.Rows) })
		for _, b := range s.Bad {
			r.Bad += b.Rows
		}
		r.Rows += s.Rows
		r.Duplicates += s.Duplicates
	}
	r.Names = set.Len()
	for _, c := range set.Counts() {
		switch c.Family {
		case Benign:
			r.Benign = c.Names
		case "":
			r.Unlabelled = c.Names
		}
	}
}

// String gives the report for people: a line for each source, indented lines for what was left out, and the sum.
func (r *Report) String() string {
	var b strings.Builder
	for i := range r.Sources {
		r.Sources[i].write(&b)
	}
	if r.Form != "" {
		fmt.Fprintf(&b, "names are taken in the form %s\n", r.Form)
	}
	if n := r.TwoFamilies; n.Count > 0 {
		fmt.Fprintf(&b, "names of several families, kept in the first seen: %d (%s)\n", n.Count, list(n.First, n.Count))
	}
	if n := r.Conflicts; n.Count > 0 {
		done := map[Conflicts]string{DropBoth: "dropped from both", KeepBenign: "kept as benign", KeepDGA: "kept as DGA"}
		fmt.Fprintf(&b, "names both benign and DGA, %s: %d (%s)\n", done[r.Policy], n.Count, list(n.First, n.Count))
	}
	fmt.Fprintf(&b, "names: %d, of these %d benign, %d DGA", r.Names, r.Benign, r.Names-r.Benign-r.Unlabelled)
	if r.Unlabelled > 0 {
		fmt.Fprintf(&b, ", %d unlabelled", r.Unlabelled)
	}
	b.WriteByte('\n')
	return b.String()
}

// write writes a line for the source, and indented ones for what was left out.
func (s *SourceReport) write(b *strings.Builder) {
	fmt.Fprintf(b, "%s: %d rows", s.Name, s.Rows)
	if s.Duplicates > 0 {
		fmt.Fprintf(b, ", %d with a name seen before", s.Duplicates)
	}
	if s.OnlySuffix > 0 {
		fmt.Fprintf(b, ", %d left out as public suffixes", s.OnlySuffix)
	}
	b.WriteByte('\n')
	s.writeBad(b)
}

// writeBad writes an indented line for each reason of bad rows.
func (s *SourceReport) writeBad(b *strings.Builder) {
	for _, bad := range s.Bad {
		places := make([]string, len(bad.First))
		for i, p := range bad.First {
			places[i] = p.String()
		}
		fmt.Fprintf(b, "  skipped %d: %s (%s)\n", bad.Rows, bad.Reason, list(places, bad.Rows))
	}
}

// list joins the first few of n things.
func list(first []string, n int) string {
	s := strings.Join(first, ", ")
	if n > len(first) {
		s += ", ..."
	}
	return s
}
