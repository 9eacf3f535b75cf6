package metrics_test

import (
	"encoding/json"
	"testing"

	"threatnet/internal/golden"
	"threatnet/train/metrics"
)

func TestConfusionGolden(t *testing.T) {
	var file struct {
		ConfusionMatrix []struct {
			Name  string
			YTrue goldenLabels `json:"y_true"`
			YPred goldenLabels `json:"y_pred"`
			Args  struct {
				Labels       []int
				Normalize    string
				SampleWeight []float64 `json:"sample_weight"`
			}
			Matrix [][]float64
		} `json:"confusion_matrix"`
		Accuracy []struct {
			YTrue    goldenLabels `json:"y_true"`
			YPred    goldenLabels `json:"y_pred"`
			Accuracy float64
			Count    float64
		}
		PRF []struct {
			Name         string
			YTrue        []int `json:"y_true"`
			YPred        []int `json:"y_pred"`
			Average      string
			ZeroDivision float64 `json:"zero_division"`
			Precision    json.RawMessage
			Recall       json.RawMessage
			F1           json.RawMessage
			Support      []float64
		} `json:"precision_recall_fscore_support"`
	}
	golden.JSON(t, "metrics/confusion_accuracy_prf.json", &file)
	if len(file.ConfusionMatrix) == 0 || len(file.Accuracy) == 0 || len(file.PRF) == 0 {
		t.Fatal("no cases")
	}
	modes := map[string]metrics.Normalization{"true": metrics.ByTrue, "pred": metrics.ByPredicted, "all": metrics.ByAll}
	for _, c := range file.ConfusionMatrix {
		t.Run("confusion/"+c.Name, func(t *testing.T) {
			yTrue, yPred, _ := encoded(t, c.YTrue, c.YPred)
			confusion, err := metrics.NewConfusion(yTrue, yPred, c.Args.Labels, c.Args.SampleWeight)
			if err != nil {
				t.Fatal(err)
			}
			got := confusion.Counts
			if c.Args.Normalize != "" {
				got = confusion.Normalize(modes[c.Args.Normalize])
			}
			if len(got) != len(c.Matrix) {
				t.Fatalf("%v, want %v", got, c.Matrix)
			}
			for i := range got {
				compareFloats(t, "row", got[i], c.Matrix[i])
			}
		})
	}
	for _, c := range file.Accuracy {
		yTrue, yPred, _ := encoded(t, c.YTrue, c.YPred)
		accuracy, err := metrics.Accuracy(yTrue, yPred, nil)
		if err != nil || !near(accuracy, c.Accuracy) {
			t.Errorf("accuracy %v, %v, want %v", accuracy, err, c.Accuracy)
		}
		confusion, err := metrics.NewConfusion(yTrue, yPred, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := confusion.Correct(); got != c.Count {
			t.Errorf("%v correct, want %v", got, c.Count)
		}
	}
	for _, c := range file.PRF {
		t.Run("prf/"+c.Name+"/"+c.Average, func(t *testing.T) {
			report, err := metrics.NewReport(c.YTrue, c.YPred, metrics.ReportOptions{ZeroDivision: c.ZeroDivision})
			if err != nil {
				t.Fatal(err)
			}
			rows := report.Rows
			if c.Average != "" {
				rows = map[string][]metrics.Row{"micro": {report.Micro}, "macro": {report.Macro}, "weighted": {report.Weighted}}[c.Average]
			}
			var precision, recall, f1, support []float64
			for _, row := range rows {
				precision, recall = append(precision, row.Precision), append(recall, row.Recall)
				f1, support = append(f1, row.F1), append(support, row.Support)
			}
			compareFloats(t, "precision", precision, oneOrMany(t, c.Precision))
			compareFloats(t, "recall", recall, oneOrMany(t, c.Recall))
			compareFloats(t, "F1", f1, oneOrMany(t, c.F1))
			if c.Support != nil {
				compareFloats(t, "support", support, c.Support)
			}
		})
	}
}

// oneOrMany decodes a number or an array of them.
func oneOrMany(t *testing.T, raw json.RawMessage) []float64 {
	t.Helper()
	var many []float64
	if json.Unmarshal(raw, &many) == nil {
		return many
	}
	many = make([]float64, 1)
	if err := json.Unmarshal(raw, &many[0]); err != nil {
		t.Fatal(err)
	}
	return many
}

func compareFloats(t *testing.T, what string, got, want []float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: %d numbers, want %d", what, len(got), len(want))
		return
	}
	for i := range got {
		if !near(got[i], want[i]) {
			t.Errorf("%s[%d] is %v, want %v", what, i, got[i], want[i])
		}
	}
}
