package flowfeatures

import (
	"encoding/json"
	"errors"
	"fmt"

	"threatnet/datasets"
	"threatnet/models/scale"
)

// clip is where standardised features are cut off; an infinity is there too.
const clip = 8

// Values are the standardised features of a flow, and after them a one-hot group of numbers for each identity column: 1 at
// the value's code, 0 elsewhere.
//
// The JSON form is {"features": names, "scale": the scaling, "identity": columns and their values, if there are any}.
type Values struct {
	columns  Columns
	scaler   *scale.Scaler
	identity Identity
}

// Features are the names of the features.
func (v *Values) Features() []string { return v.columns.Names() }

// FitValues takes the features that are not constant on a set, scaled to it, and the named identity columns.
func FitValues(set *datasets.FlowSet, identity []string) (*Values, error) {
	columns, err := Varying(set)
	if err != nil {
		return nil, err
	}
	v := &Values{columns: columns}
	if v.identity, err = FitIdentity(set, identity); err != nil {
		return nil, err
	}
	row := make([]float32, len(columns))
	v.scaler = scale.Fit(len(columns), set.Len(), func(i int) []float32 {
		columns.pick(row, set.Row(i))
		return row
	}, clip)
	return v, nil
}

// pick writes the features of a row.
func (c Columns) pick(out, row []float32) {
	for k, j := range c {
		out[k] = row[j]
	}
}

// Size is how many numbers a flow becomes.
func (v *Values) Size() int {
	n := len(v.columns)
	for k := range v.identity {
		n += v.identity.Codes(k)
	}
	return n
}

// Encode writes the numbers of a flow: finite ones, whatever its features are.
func (v *Values) Encode(f *datasets.Flow, out []float32) {
	n := len(v.columns)
	v.columns.pick(out[:n], f.Values)
	v.scaler.Apply(out[:n])
	out = out[n:]
	clear(out)
	for k := range v.identity {
		out[v.identity.Code(k, f)] = 1
		out = out[v.identity.Codes(k):]
	}
}

type valuesForm struct {
	Features Columns       `json:"features"`
	Scale    *scale.Scaler `json:"scale"`
	Identity Identity      `json:"identity,omitempty"`
}

// MarshalJSON writes the JSON form.
func (v *Values) MarshalJSON() ([]byte, error) {
	return json.Marshal(valuesForm{v.columns, v.scaler, v.identity})
}

// UnmarshalJSON reads the JSON form. It refuses what FitValues does not make; v is unchanged then.
func (v *Values) UnmarshalJSON(text []byte) error {
	var f valuesForm
	if err := json.Unmarshal(text, &f); err != nil {
		return err
	}
	switch {
	case len(f.Features) == 0:
		return errors.New("no features")
	case f.Scale == nil:
		return errors.New("no scaling")
	case f.Scale.Cols() != len(f.Features):
		return fmt.Errorf("the scaling has %d columns, the features are %d", f.Scale.Cols(), len(f.Features))
	}
	*v = Values{f.Features, f.Scale, f.Identity}
	return nil
}
