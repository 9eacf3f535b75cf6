package datasets

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"threatnet/internal/golden"
)

func TestFamilyOf(t *testing.T) {
	for label, want := range map[string]string{
		"legit": Benign, "BENIGN": Benign, "nonDGA": Benign, "Normal": Benign, "alexa": Benign, "Tranco": Benign, " umbrella ": Benign,
		"tinba": "tinba", ` "Tinba" `: "Tinba", "Post Tovar GOZ": "Post Tovar GOZ", "": "", "NA": "NA", "legitimate": "legitimate",
		"new\nline": "new line", "\r\na\tb\x00\u0085c\r\nd\u2028e\n": "a b c d e", "be\nnign": "be nign", "legit\n": Benign, "\t\"\n": "",
	} {
		if got := FamilyOf(label); got != want {
			t.Errorf("%q: %q, not %q", label, got, want)
		}
	}
}

func TestRareGolden(t *testing.T) {
	var file struct {
		Merge struct {
			Counts       map[string]int
			Threshold    int
			Merged, Kept []string
		}
	}
	golden.JSON(t, "data/labels.json", &file)
	var counts []Count
	for family, n := range file.Merge.Counts {
		counts = append(counts, Count{family, n})
	}
	kept, merged := Rare(append(counts, Count{Benign, 1}), file.Merge.Threshold)
	if diff := cmp.Diff(append(file.Merge.Kept, Benign), families(kept)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(file.Merge.Merged, families(merged)); diff != "" {
		t.Error(diff)
	}
}

func families(counts []Count) (names []string) {
	for _, c := range counts {
		names = append(names, c.Family)
	}
	return names
}

// golden/data/factorize_labelencoder.json. A missing string has no counterpart here: in text, "nan" is a word.
func TestFactorizeGolden(t *testing.T) {
	var file struct {
		Factorize []struct {
			Name            string
			Values, Uniques json.RawMessage
			Codes           []int
		}
		LabelEncoder []struct {
			Name            string
			Values, Classes json.RawMessage
			Codes           []int
		} `json:"label_encoder"`
	}
	golden.JSON(t, "data/factorize_labelencoder.json", &file)
	check := func(t *testing.T, name string, values, uniques json.RawMessage, codes []int) {
		switch name {
		case "missing":
			t.Skip("strings cannot be missing")
		case "ints":
			factorize[int](t, values, uniques, codes)
		case "floats":
			factorize[golden.Float](t, values, uniques, codes)
		case "bool", "bools":
			factorize[boolean](t, values, uniques, codes)
		default:
			factorize[string](t, values, uniques, codes)
		}
	}
	for _, c := range file.Factorize {
		t.Run(c.Name, func(t *testing.T) { check(t, c.Name, c.Values, c.Uniques, c.Codes) })
	}
	for _, c := range file.LabelEncoder {
		t.Run("encoder "+c.Name, func(t *testing.T) { check(t, c.Name, c.Values, c.Classes, c.Codes) })
	}
}

func factorize[T interface{ ~string | ~int | ~float64 }](t *testing.T, values, uniques json.RawMessage, codes []int) {
	var v, u []T
	for data, into := range map[*json.RawMessage]*[]T{&values: &v, &uniques: &u} {
		if err := json.Unmarshal(*data, into); err != nil {
			t.Fatal(err)
		}
	}
	gotCodes, gotUniques := Factorize(v)
	if diff := cmp.Diff(codes, gotCodes); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(u, gotUniques, cmpopts.EquateNaNs()); diff != "" {
		t.Error(diff)
	}
}

// boolean orders false before true.
type boolean int

func (b *boolean) UnmarshalJSON(data []byte) error {
	*b = 0
	if string(data) == "true" {
		*b = 1
	}
	return nil
}

func TestFactorizeNaN(t *testing.T) {
	codes, uniques := Factorize([]float64{math.NaN(), 2, 1, math.NaN()})
	if !cmp.Equal(codes, []int{-1, 1, 0, -1}) || !cmp.Equal(uniques, []float64{1, 2}) {
		t.Error(codes, uniques)
	}
}
