package records

import (
	"strconv"
	"strings"

	"threatnet/datasets"
	"threatnet/datasets/dnslog"
)

// MaxName is how many bytes the name of a query may have: some more than a name of 255 bytes with all of them escaped.
const MaxName = 1 << 12

// Name gives the name of a record of names: the first present of host, domain, name, query, qname and fqdn, as it stands.
func Name(fields map[string]any) (string, error) {
	field, name, err := text(fields, nameFields)
	if err == nil && field == "" {
		err = &FieldError{"name", "missing"}
	}
	return name, err
}

// Query gives a query. Its fields are query, name or qname, which must be there; src, client, src_ip, client_ip, source_ip or
// id.orig_h; _time, time, ts or timestamp, as [dnslog.ParseTime] has it; type, record_type, qtype_name, qtype or query_type;
// and rank.
func Query(fields map[string]any) (q datasets.Query, err error) {
	field, name, err := text(fields, queryNameFields)
	switch {
	case err != nil:
		return q, err
	case field == "":
		return q, &FieldError{"query", "missing"}
	case len(name) > MaxName:
		return q, &FieldError{field, strconv.Itoa(len(name)) + " bytes, which is no name"}
	}
	q.Name = name
	if q.Name == "." { // the root
		q.Name = ""
	}
	if _, q.Client, err = text(fields, clientFields); err != nil {
		return q, err
	}
	if field, v := first(fields, typeFields); v != nil {
		if q.Type, err = recordType(field, v); err != nil {
			return q, err
		}
	}
	if field, v := first(fields, timeFields); v != nil {
		if err := parseTime(&q, field, v); err != nil {
			return q, err
		}
	}
	if v := fields["rank"]; v != nil {
		number, ok := v.(string)
		if f, isNumber := v.(float64); isNumber {
			number, ok = strconv.FormatFloat(f, 'f', -1, 64), true
		}
		if q.Rank, err = strconv.Atoi(trimmed(number)); err != nil || !ok {
			return q, wrong("rank", "a whole number", v)
		}
	}
	return q, nil
}

func parseTime(q *datasets.Query, field string, v any) (err error) {
	at, ok := v.(string)
	if f, isNumber := v.(float64); isNumber {
		at, ok = strconv.FormatFloat(f, 'f', -1, 64), true
	}
	if q.Time, err = dnslog.ParseTime(at); err != nil || !ok {
		return wrong(field, "seconds since 1970 or a date such as 2023-01-02T03:04:05.678+0000", v)
	}
	return nil
}

// recordType is a type by its name, in capitals, or by its number.
func recordType(field string, v any) (string, error) {
	switch v := v.(type) {
	case string:
		return strings.ToUpper(strings.TrimSpace(v)), nil
	case float64:
		if v >= 0 && v <= 0xffff && v == float64(uint16(v)) {
			return "TYPE" + strconv.Itoa(int(v)), nil
		}
	}
	return "", wrong(field, "the name or number of a record type", v)
}
