package metrics_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"threatnet/internal/golden"
	"threatnet/train/metrics"
)

// goldenLabels are labels of any JSON kind; encoded gives their indices and names.
type goldenLabels []json.RawMessage

func (l *goldenLabels) UnmarshalJSON(data []byte) error {
	if data[0] != '"' {
		return json.Unmarshal(data, (*[]json.RawMessage)(l))
	}
	// Long runs are described: "200000 zeros then 50 ones".
	words := strings.Fields(strings.Trim(string(data), `"`))
	for _, run := range [][2]string{{words[0], "0"}, {words[3], "1"}} {
		n, err := strconv.Atoi(run[0])
		if err != nil {
			return err
		}
		*l = append(*l, slices.Repeat([]json.RawMessage{json.RawMessage(run[1])}, n)...)
	}
	return nil
}

// encoded returns integers as they are, without names, and other labels as indices of their sorted names.
func encoded(t *testing.T, yTrue, yPred goldenLabels) (indexTrue, indexPred []int, names []string) {
	t.Helper()
	texts := func(side goldenLabels) (ints []int, texts []string) {
		for _, raw := range side {
			n, err := strconv.Atoi(string(raw))
			if err == nil {
				ints = append(ints, n)
			}
			text := string(raw)
			switch {
			case text == "true":
				text = "True"
			case text == "false":
				text = "False"
			case raw[0] == '"':
				if err := json.Unmarshal(raw, &text); err != nil {
					t.Fatal(err)
				}
			}
			texts = append(texts, text)
		}
		return ints, texts
	}
	intsTrue, textsTrue := texts(yTrue)
	intsPred, textsPred := texts(yPred)
	if len(intsTrue) == len(yTrue) && len(intsPred) == len(yPred) {
		return intsTrue, intsPred, nil
	}
	return metrics.Encode(textsTrue, textsPred)
}

type reportText struct {
	Text string
	Dict json.RawMessage
}

func TestReportGolden(t *testing.T) {
	var file struct {
		Cases []struct {
			Name  string
			YTrue goldenLabels `json:"y_true"`
			YPred goldenLabels `json:"y_pred"`
			Args  struct {
				Labels       []int
				TargetNames  []string `json:"target_names"`
				Digits       *int
				ZeroDivision float64   `json:"zero_division"`
				SampleWeight []float64 `json:"sample_weight"`
			}
			reportText
			Sklearn191 *reportText `json:"sklearn_1_9_1"`
			Error      string
			DictOrder  []string `json:"dict_order"`
		}
	}
	golden.JSON(t, "metrics/classification_report.json", &file)
	if len(file.Cases) == 0 {
		t.Fatal("no cases")
	}
	for _, c := range file.Cases {
		t.Run(c.Name, func(t *testing.T) {
			yTrue, yPred, names := encoded(t, c.YTrue, c.YPred)
			if c.Args.TargetNames != nil {
				names = c.Args.TargetNames
			}
			report, err := metrics.NewReport(yTrue, yPred, metrics.ReportOptions{
				Labels: c.Args.Labels, Names: names, Weights: c.Args.SampleWeight, ZeroDivision: c.Args.ZeroDivision,
			})
			if c.Error != "" {
				kind, message := metrics.ErrEmpty, ""
				if text, ok := strings.CutPrefix(c.Error, "ValueError: Number of classes"); ok {
					kind = metrics.ErrLabel
					text, _, _ = strings.Cut(text, ".")
					message = "number of classes" + text
				}
				if !errors.Is(err, kind) || !strings.Contains(err.Error(), message) {
					t.Errorf("error %v, want %v with %q", err, kind, message)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			want, order := c.reportText, c.DictOrder
			if c.Sklearn191 != nil {
				want, order = *c.Sklearn191, keysOf(t, c.Sklearn191.Dict)
			}
			digits := 2
			if c.Args.Digits != nil {
				digits = *c.Args.Digits
			}
			if got := report.Text(digits); got != want.Text {
				t.Errorf("text\n%s\nwant\n%s", got, want.Text)
			}
			data, err := json.Marshal(report)
			if err != nil {
				t.Fatal(err)
			}
			if got := keysOf(t, data); !slices.Equal(got, order) {
				t.Errorf("keys %q, want %q", got, order)
			}
			compareDicts(t, data, want.Dict)
		})
	}
}

// keysOf lists the top-level keys of a JSON object in order.
func keysOf(t *testing.T, data []byte) []string {
	t.Helper()
	decoder := json.NewDecoder(bytes.NewReader(data))
	if _, err := decoder.Token(); err != nil {
		t.Fatal(err)
	}
	var keys []string
	for decoder.More() {
		key, err := decoder.Token()
		if err != nil {
			t.Fatal(err)
		}
		keys = append(keys, key.(string))
		var value json.RawMessage
		if err := decoder.Decode(&value); err != nil {
			t.Fatal(err)
		}
	}
	return keys
}

func compareDicts(t *testing.T, got, want []byte) {
	t.Helper()
	g, w := flatten(t, got), flatten(t, want)
	if len(g) != len(w) {
		t.Errorf("%d figures, want %d", len(g), len(w))
	}
	for key, x := range w {
		if y, ok := g[key]; !ok || !near(x, y) {
			t.Errorf("%s is %v, want %v", key, y, x)
		}
	}
}

// flatten names each number of a report's dict "class/figure".
func flatten(t *testing.T, data []byte) map[string]float64 {
	t.Helper()
	var dict map[string]any
	if err := json.Unmarshal(data, &dict); err != nil {
		t.Fatal(err)
	}
	flat := make(map[string]float64)
	for name, entry := range dict {
		switch entry := entry.(type) {
		case float64:
			flat[name] = entry
		case map[string]any:
			for figure, value := range entry {
				flat[name+"/"+figure] = value.(float64)
			}
		}
	}
	return flat
}

// near is the tolerance of the golden files: 1e-12, relative above 1; NaN equals NaN.
func near(a, b float64) bool {
	if math.IsNaN(a) || math.IsNaN(b) {
		return math.IsNaN(a) && math.IsNaN(b)
	}
	return a == b || math.Abs(a-b) <= 1e-12*max(1, math.Abs(a))
}
