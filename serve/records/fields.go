package records

import (
	"slices"
	"strconv"
	"strings"
)

// FieldError tells which field of a record is wrong, and why.
type FieldError struct {
	Field  string
	Reason string
}

func (e *FieldError) Error() string { return e.Field + ": " + e.Reason }

// The fields of records other than flows. Where an object has several of one meaning, the first of these counts.
var (
	nameFields      = []string{"host", "domain", "name", "query", "qname", "fqdn"}
	queryNameFields = []string{"query", "name", "qname"}
	clientFields    = []string{"src", "client", "src_ip", "client_ip", "source_ip", "id.orig_h"}
	timeFields      = []string{"_time", "time", "ts", "timestamp"}
	typeFields      = []string{"type", "record_type", "qtype_name", "qtype", "query_type"}
)

// QueryFields gives the names of a query's fields, those of one meaning together, in the order in which they count.
func QueryFields() (name, client, time, kind []string) {
	return slices.Clone(queryNameFields), slices.Clone(clientFields), slices.Clone(timeFields), slices.Clone(typeFields)
}

// first gives the first of the fields that is there, "" if none is.
func first(fields map[string]any, names []string) (field string, value any) {
	for _, name := range names {
		if v := fields[name]; v != nil {
			return name, v
		}
	}
	return "", nil
}

// text gives a field that must be a string, "" if it is not there.
func text(fields map[string]any, names []string) (field, value string, err error) {
	field, v := first(fields, names)
	switch v := v.(type) {
	case nil:
		return "", "", nil
	case string:
		return field, v, nil
	default:
		return field, "", wrong(field, "a string", v)
	}
}

func wrong(field, want string, v any) error {
	return &FieldError{field, "want " + want + ", not " + kindOf(v)}
}

// kindOf is what JSON calls a value.
func kindOf(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case string:
		return strconv.Quote(v[:min(len(v), 40)])
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	case bool:
		return strconv.FormatBool(v)
	case []any:
		return "an array"
	}
	return "an object"
}

// trimmed takes off the fraction of zero that tables with gaps give their whole numbers.
func trimmed(number string) string { return strings.TrimSuffix(strings.TrimSpace(number), ".0") }
