package flowfeatures

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"threatnet/datasets"
)

// MaxValues is how many values of an identity column are told apart.
const MaxValues = 256

// ErrIdentity is wrapped when a column cannot be one of the inputs.
var ErrIdentity = errors.New("no column that identifies a flow")

// identityColumns are the columns that may be inputs, in their order: texts, or numbers.
var identityColumns = []struct {
	name   string
	text   func(*datasets.Flow) string
	number func(*datasets.Flow) int
}{
	{name: "source_ip", text: func(f *datasets.Flow) string { return f.Source }},
	{name: "destination_ip", text: func(f *datasets.Flow) string { return f.Destination }},
	{name: "source_port", number: func(f *datasets.Flow) int { return f.SourcePort }},
	{name: "destination_port", number: func(f *datasets.Flow) int { return f.DestinationPort }},
	{name: "protocol", number: func(f *datasets.Flow) int { return f.Protocol }},
}

// IdentityColumns names the columns that may be inputs.
func IdentityColumns() []string {
	names := make([]string, len(identityColumns))
	for i := range identityColumns {
		names[i] = identityColumns[i].name
	}
	return names
}

// Identity are columns that identify a flow, each with the values that are told apart. What is none of them, as a missing
// value is, has the code after the last.
type Identity []identity

type identity struct {
	column  int // of identityColumns
	values  []string
	texts   map[string]int // codes of the values
	numbers map[int]int    // the same, of a column of numbers
}

// FitIdentity takes the named columns, in the order of [IdentityColumns], and the [MaxValues] most frequent values of each,
// those of equal frequency in byte order. An unknown name is an error that wraps [ErrIdentity].
func FitIdentity(set *datasets.FlowSet, names []string) (Identity, error) {
	known := IdentityColumns()
	for _, name := range names {
		if !slices.Contains(known, name) {
			return nil, fmt.Errorf("%w: %q; there is %s", ErrIdentity, name, strings.Join(known, ", "))
		}
	}
	var d Identity
	for column, name := range known {
		if !slices.Contains(names, name) {
			continue
		}
		one, err := newIdentity(column, frequent(set, column))
		if err != nil {
			panic("flowfeatures: the values of a column are its own")
		}
		d = append(d, one)
	}
	return d, nil
}

// frequent gives the most frequent values of a column.
func frequent(set *datasets.FlowSet, column int) []string {
	counts := map[string]int{}
	var f datasets.Flow
	for i := range set.Len() {
		set.Flow(i, &f)
		if text := valueOf(column, &f); text != "" {
			counts[text]++
		}
	}
	values := make([]string, 0, len(counts))
	for text := range counts {
		values = append(values, text)
	}
	slices.SortFunc(values, func(a, b string) int { return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b)) })
	return values[:min(MaxValues, len(values))]
}

// valueOf is what a flow has in a column, "" if nothing.
func valueOf(column int, f *datasets.Flow) string {
	c := &identityColumns[column]
	if c.text != nil {
		return c.text(f)
	}
	if n := c.number(f); n >= 0 {
		return strconv.Itoa(n)
	}
	return ""
}

// newIdentity refuses values that the column cannot have, and those that are there twice.
func newIdentity(column int, values []string) (identity, error) {
	d := identity{column: column, values: values, texts: map[string]int{}, numbers: map[int]int{}}
	c := &identityColumns[column]
	for code, text := range values {
		if _, again := d.texts[text]; again || text == "" {
			return d, fmt.Errorf("%s: the value %q is empty or there twice", c.name, text)
		}
		d.texts[text] = code
		if c.number != nil {
			n, err := strconv.Atoi(text)
			if err != nil || n < 0 || strconv.Itoa(n) != text {
				return d, fmt.Errorf("%s: the value %q is no number", c.name, text)
			}
			d.numbers[n] = code
		}
	}
	return d, nil
}

// Codes is how many codes column k of the identity has: one for each value, and one for all else.
func (d Identity) Codes(k int) int { return len(d[k].values) + 1 }

// Code is the code of a flow in column k of the identity, from 0.
func (d Identity) Code(k int, f *datasets.Flow) int {
	one := &d[k]
	c := &identityColumns[one.column]
	var code int
	var ok bool
	if c.text != nil {
		code, ok = one.texts[c.text(f)]
	} else {
		code, ok = one.numbers[c.number(f)]
	}
	if !ok {
		return len(one.values)
	}
	return code
}

type identityForm struct {
	Column string   `json:"column"`
	Values []string `json:"values"`
}

// MarshalJSON writes a list of {"column", "values"}, the values in the order of their codes.
func (d Identity) MarshalJSON() ([]byte, error) {
	forms := make([]identityForm, len(d))
	for k, one := range d {
		forms[k] = identityForm{identityColumns[one.column].name, one.values}
	}
	return json.Marshal(forms)
}

// UnmarshalJSON reads what MarshalJSON writes. It refuses columns that are unknown or out of order, and values that their
// column cannot have; d is unchanged then.
func (d *Identity) UnmarshalJSON(text []byte) error {
	var forms []identityForm
	if err := json.Unmarshal(text, &forms); err != nil {
		return err
	}
	var all Identity
	for k, form := range forms {
		column := slices.Index(IdentityColumns(), form.Column)
		if column < 0 || k > 0 && column <= all[k-1].column {
			return fmt.Errorf("%w or out of order: %q", ErrIdentity, form.Column)
		}
		one, err := newIdentity(column, form.Values)
		if err != nil {
			return err
		}
		all = append(all, one)
	}
	*d = all
	return nil
}
