package metrics

import (
	"bytes"
	"encoding/json"
	"math"
)

// MarshalJSON writes the report as scikit-learn's output_dict: an object with an entry for each class, then "accuracy" (a
// number: the micro precision) or "micro avg", "macro avg" and "weighted avg", in this order, each an object with the keys
// precision, recall, f1-score and support. NaN is null. Of entries of the same name the last stands, in the place of the
// first, as in a dict.
func (r *Report) MarshalJSON() ([]byte, error) {
	var keys []string
	entries := make(map[string]any)
	put := func(name string, value any) {
		if _, ok := entries[name]; !ok {
			keys = append(keys, name)
		}
		entries[name] = value
	}
	for _, row := range r.Rows {
		put(row.Name, row.entry())
	}
	if r.MicroIsAccuracy {
		put(r.Micro.Name, number(r.Micro.Precision))
	} else {
		put(r.Micro.Name, r.Micro.entry())
	}
	put(r.Macro.Name, r.Macro.entry())
	put(r.Weighted.Name, r.Weighted.entry())

	var b bytes.Buffer
	for i, key := range keys {
		if i == 0 {
			b.WriteByte('{')
		} else {
			b.WriteByte(',')
		}
		name, err := json.Marshal(key)
		if err != nil {
			return nil, err
		}
		value, err := json.Marshal(entries[key])
		if err != nil {
			return nil, err
		}
		b.Write(name)
		b.WriteByte(':')
		b.Write(value)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// entry is the object of one row, its keys in scikit-learn's order.
func (row Row) entry() any {
	return struct {
		Precision *float64 `json:"precision"`
		Recall    *float64 `json:"recall"`
		F1        *float64 `json:"f1-score"`
		Support   *float64 `json:"support"`
	}{number(row.Precision), number(row.Recall), number(row.F1), number(row.Support)}
}

// number is nil, JSON's null, for NaN.
func number(x float64) *float64 {
	if math.IsNaN(x) {
		return nil
	}
	return &x
}
