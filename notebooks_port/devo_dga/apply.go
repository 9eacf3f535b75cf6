package devo_dga

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"

	"threatnet/datasets"
	"threatnet/datasets/source"
	"threatnet/models/catalog"
	"threatnet/models/checkpoint"
	"threatnet/models/dgamlp"
)

// applyRows is how many rows are judged at a time.
const applyRows = 4096

// Apply is the tutorial's query over a source of names: each row as it came, and after it the columns of [Row]. It returns
// the errors of the rows that hold no name, which are left out.
func Apply(ctx context.Context, w io.Writer, weights *checkpoint.File, s *source.Source, _ int) (bad []error, err error) {
	loaded, err := catalog.Load(weights)
	if err != nil {
		return nil, err
	}
	m, ok := loaded.(*dgamlp.Model)
	if !ok {
		return nil, fmt.Errorf("the checkpoint is a %s, not a %s", loaded.Kind(), dgamlp.Kind)
	}
	out := csv.NewWriter(w)
	columns := slices.Clone(s.Header())
	plain := columns == nil
	if plain {
		columns = []string{"domain"}
	}
	if err := out.Write(append(columns, "length", "entropy", "vowel_proportion", "res", "isMalicious", "legit", "malicious")); err != nil {
		return nil, err
	}
	var names []string
	var fields [][]string
	flush := func() error {
		for i, r := range Query(m, names) {
			if err := out.Write(append(fields[i], r.cells()...)); err != nil {
				return err
			}
		}
		names, fields = names[:0], fields[:0]
		return ctx.Err()
	}
	for d, err := range s.Domains() {
		if err != nil {
			if _, ok := datasets.BadRow(err); !ok {
				return bad, err
			}
			bad = append(bad, err)
			continue
		}
		row := []string{d.Raw}
		if !plain {
			row = slices.Clone(d.Fields)
		}
		names, fields = append(names, d.Raw), append(fields, row)
		if len(names) == applyRows {
			if err := flush(); err != nil {
				return bad, err
			}
		}
	}
	if err := flush(); err != nil {
		return bad, err
	}
	out.Flush()
	return bad, out.Error()
}

func (r *Row) cells() []string {
	number := func(x float64, bits int) string { return strconv.FormatFloat(x, 'g', -1, bits) }
	return []string{number(r.Length, 64), number(r.Entropy, 64), number(r.VowelProportion, 64), number(r.Res, 32), r.IsMalicious, number(r.Legit, 32), number(r.Malicious, 32)}
}
