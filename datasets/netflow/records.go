package netflow

import (
	"fmt"
	"strings"

	"threatnet/datasets"
)

// records makes flows of rows, in whatever way these are written.
type records struct {
	opt    Options
	layout *layout
	values [datasets.NumFlowFeatures]float32
	labels labels
	clock  clock
}

func newRecords(opt Options, l *layout) *records {
	return &records{opt: opt, layout: l, labels: make(labels)}
}

// problem is what is wrong with a row.
type problem struct {
	column int
	reason datasets.Reason
	err    error
}

// flow makes a flow of a row's fields, one for each column of the layout. It trims them.
func (r *records) flow(fields []string) (datasets.Flow, *problem) {
	sum, ok := r.sum(fields)
	if !ok {
		return datasets.Flow{}, &problem{reason: BlankRow}
	}
	f := datasets.Flow{Values: r.values[:], SourcePort: -1, DestinationPort: -1, Protocol: -1, Sum: sum, Fields: fields, File: r.opt.File}
	at := &r.layout.at
	for i := range r.values {
		column := at[i]
		if column < 0 {
			r.values[i] = nan
			continue
		}
		v, ok := number(fields[column])
		if !ok {
			return datasets.Flow{}, r.badNumber(fields, column)
		}
		r.values[i] = v
	}
	for _, n := range [...]struct {
		of   role
		to   *int
		read func(string) (int, bool)
	}{{sourcePort, &f.SourcePort, whole}, {destinationPort, &f.DestinationPort, whole}, {protocol, &f.Protocol, protocolNumber}} {
		if column := at[n.of]; column >= 0 {
			if *n.to, ok = n.read(fields[column]); !ok {
				return datasets.Flow{}, r.badNumber(fields, column)
			}
		}
	}
	f.ID, f.Source, f.Destination = r.get(fields, flowID), r.get(fields, source), r.get(fields, destination)
	if text := r.get(fields, timestamp); text != "" {
		f.Time = r.clock.read(text)
	}
	if f.Label = r.labels.of(r.get(fields, label)); r.opt.Benign {
		f.Label = datasets.Benign
	}
	return f, nil
}

// sum trims the fields and gives the hash of all that are not empty, by the names of their columns and so in whatever order.
// It tells whether there are any.
func (r *records) sum(fields []string) (sum uint64, ok bool) {
	seeds := r.layout.seeds
	for i, field := range fields {
		field = strings.TrimSpace(field)
		if fields[i] = field; field != "" {
			sum += mix(seeds[i] ^ fnv(field))
			ok = true
		}
	}
	return sum, ok
}

// get gives the field of a role, "" if there is none.
func (r *records) get(fields []string, of role) string {
	if column := r.layout.at[of]; column >= 0 {
		return fields[column]
	}
	return ""
}

func (r *records) badNumber(fields []string, column int) *problem {
	if r.layout.isHeader(fields) {
		return &problem{reason: datasets.HeaderAgain}
	}
	return &problem{column, BadNumber, fmt.Errorf("%s in %s", quote(fields[column]), quote(r.layout.names[column]))}
}
