package models

import (
	"errors"
	"runtime"
	"strings"
	"testing"

	"threatnet/models/checkpoint"
)

// A file is read before its words are believed: what it claims is refused before anything of that size is made.
func TestRestoreRefuses(t *testing.T) {
	const head = `{"kind":"dense","init":"glorot_uniform","units":`
	for spec, want := range map[string]string{
		`{"input":[2],"layers":[` + head + `2147483647}]}`:                                                 "too many weights",
		`{"input":[2],"layers":[` + head + `3},` + head + `3}]}`:                                           "too many weights",
		`{"input":[70000],"layers":[` + head + `1}]}`:                                                      "an input of [70000]",
		`{"input":[65536,65536],"layers":[` + head + `1}]}`:                                                "an input of [65536 65536]",
		`{"input":[4294967296,4294967296],"layers":[{"kind":"activation","function":"sigmoid"}]}`:          "an input of",
		`{"input":[0],"layers":[` + head + `1}]}`:                                                          "an input of [0]",
		`{"input":[2],"layers":[{"kind":"embedding","vocabulary":9223372036854775807,"units":9}]}`:         "too many weights",
		`{"input":[2],"layers":[{"kind":"embedding","vocabulary":2,"units":2},{"kind":"lstm","units":9}]}`: "units, recurrent",
		`{"input":[2],"layers":[` + head + `1},{"kind":"embedding","vocabulary":2,"units":1}]}`:            "after another layer",
		`{"input":[2],"layers":[]}`:                                                                        "no layers",
		`{"input":[2],"layers":3}`:                                                                         "spec",
	} {
		f := &checkpoint.File{Meta: checkpoint.Meta{Spec: []byte(spec)}, Tensors: []checkpoint.Tensor{
			{Name: "empty", Shape: []int{1<<31 - 1, 0}, Data: []float32{}},
			{Name: "dense/kernel", Shape: []int{2, 6}, Data: make([]float32, 12)},
		}}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := Restore(f)
		runtime.ReadMemStats(&after)
		if !errors.Is(err, checkpoint.ErrFormat) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", spec, err)
		}
		if made := after.TotalAlloc - before.TotalAlloc; made > 1<<20 {
			t.Errorf("%s: made %d bytes", spec, made)
		}
	}
}
