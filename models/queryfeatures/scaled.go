package queryfeatures

import (
	"encoding/json"
	"errors"
	"fmt"

	"threatnet/datasets"
	"threatnet/models"
	"threatnet/models/scale"
)

// clip is where standardised features are cut off.
const clip = 8

// ErrNoRows is wrapped when there is nothing to fit the scaling to.
var ErrNoRows = errors.New("no rows to fit the scaling to")

// Scaled is a set of features with the scaling that comes after them: all that a model of queries has besides its network.
// Models embed it. The notebook's features are not scaled.
//
// Its JSON form is {"features": the set, "scale": the scaling, if there is one}.
type Scaled struct {
	set    Set
	scaler *scale.Scaler // nil: features are taken as they are
}

// NewScaled is a set of features whose scaling is not yet fitted.
func NewScaled(s Set) Scaled { return Scaled{set: s} }

// Chosen is the set that options ask for: the named one, or the notebook's in parity mode, or the default.
func Chosen(o models.Options) (Set, error) {
	switch {
	case o.Features != "":
		return ParseSet(o.Features)
	case o.Parity:
		return Notebook98, nil
	}
	return Window107, nil
}

// Set tells which features these are.
func (s *Scaled) Set() Set { return s.set }

// Features implements models.Queries.
func (s *Scaled) Features(qs []datasets.Query, out []float32) (unknown int) {
	return Table(s.set, qs, out)
}

// NewStream implements models.Queries.
func (s *Scaled) NewStream(o models.StreamOptions) models.QueryStream {
	if !s.set.Causal() {
		return nil
	}
	return NewStream(o)
}

// Domain implements models.Queries.
func (s *Scaled) Domain(name string) string {
	_, domain := Split(s.set, name)
	return domain
}

// Fit implements models.Queries: it standardises and cuts off at ±8. For the notebook's features it does nothing.
func (s *Scaled) Fit(features *models.Table, rows []int) error {
	switch {
	case !s.set.Causal():
		return nil
	case features.Cols != s.set.Size():
		panic("queryfeatures: a table of other features")
	case len(rows) == 0:
		return ErrNoRows
	}
	s.scaler = scale.Fit(features.Cols, len(rows), func(i int) []float32 { return features.Row(rows[i]) }, clip)
	return nil
}

// Scale implements models.Queries.
func (s *Scaled) Scale(features []float32) {
	if s.scaler != nil {
		s.scaler.Apply(features)
	}
}

type scaledForm struct {
	Features Set           `json:"features"`
	Scale    *scale.Scaler `json:"scale,omitempty"`
}

// MarshalJSON writes the JSON form.
func (s *Scaled) MarshalJSON() ([]byte, error) { return json.Marshal(scaledForm{s.set, s.scaler}) }

// UnmarshalJSON reads the JSON form. It refuses an unknown set and a scaling of another one; s is unchanged then.
func (s *Scaled) UnmarshalJSON(text []byte) error {
	var f scaledForm
	if err := json.Unmarshal(text, &f); err != nil {
		return err
	}
	set, err := ParseSet(string(f.Features))
	if err != nil {
		return err
	}
	if f.Scale != nil && f.Scale.Cols() != set.Size() {
		return fmt.Errorf("the scaling has %d columns, the features %d", f.Scale.Cols(), set.Size())
	}
	*s = Scaled{set, f.Scale}
	return nil
}
