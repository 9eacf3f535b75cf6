package exfiltration

import (
	"encoding/csv"
	"io"
	"time"

	"threatnet/datasets"
	"threatnet/models"
	"threatnet/models/checkpoint"
	"threatnet/models/exfilmlp"
)

// Detect is the detection's search over raw events (see [exfilmlp.Model.Detect]). It writes what it reports as CSV, newest
// first: src, _time (RFC 3339, UTC), query (as it is displayed), is_exfiltration_score and is_exfiltration.
func Detect(w io.Writer, weights *checkpoint.File, events []datasets.Query, o exfilmlp.DetectOptions) error {
	m, err := Init(weights, models.Options{})
	if err != nil {
		return err
	}
	out := csv.NewWriter(w)
	if err := out.Write(exfilmlp.DetectionColumns()); err != nil {
		return err
	}
	for _, d := range m.Model.Detect(events, o) {
		when := ""
		if !d.Time.IsZero() {
			when = d.Time.UTC().Format(time.RFC3339Nano)
		}
		if err := out.Write([]string{d.Client, when, datasets.EscapeName(d.Name), score(d.Score), flag(d.Exfiltration)}); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}
