package metrics_test

import (
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"

	"threatnet/train/metrics"
)

func TestReportErrors(t *testing.T) {
	one, two := []int{1}, []int{1, 1}
	large := []float64{math.MaxFloat64, math.MaxFloat64}
	for _, c := range []struct {
		name         string
		yTrue, yPred []int
		opts         metrics.ReportOptions
		want         error
	}{
		{"lengths", one, []int{1, 2}, metrics.ReportOptions{}, metrics.ErrLength},
		{"empty", nil, nil, metrics.ReportOptions{}, metrics.ErrEmpty},
		{"number of weights", one, one, metrics.ReportOptions{Weights: []float64{1, 2}}, metrics.ErrLength},
		{"no weights", one, one, metrics.ReportOptions{Weights: []float64{}}, metrics.ErrLength},
		{"weights of zero", one, one, metrics.ReportOptions{Weights: []float64{0}}, metrics.ErrValue},
		{"negative weight", one, one, metrics.ReportOptions{Weights: []float64{-1}}, metrics.ErrValue},
		{"NaN weight", one, one, metrics.ReportOptions{Weights: []float64{math.NaN()}}, metrics.ErrValue},
		{"infinite weight", one, one, metrics.ReportOptions{Weights: []float64{math.Inf(1)}}, metrics.ErrValue},
		{"infinite sum of weights", two, two, metrics.ReportOptions{Weights: large}, metrics.ErrValue},
		{"zero division", one, one, metrics.ReportOptions{ZeroDivision: 0.5}, metrics.ErrValue},
		{"repeated label", one, one, metrics.ReportOptions{Labels: []int{1, 1}}, metrics.ErrLabel},
		{"no label", one, one, metrics.ReportOptions{Labels: []int{}}, metrics.ErrLabel},
		{"names of labels", one, one, metrics.ReportOptions{Labels: []int{1}, Names: []string{"a", "b"}}, metrics.ErrLabel},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := metrics.NewReport(c.yTrue, c.yPred, c.opts); !errors.Is(err, c.want) {
				t.Errorf("error %v, want %v", err, c.want)
			}
		})
	}
}

func TestClassReportKeepsAbsentClasses(t *testing.T) {
	report, err := metrics.NewClassReport([]string{"benign", "banjori", "qadars"}, []int{0, 0, 1}, []int{0, 1, 1})
	if err != nil {
		t.Fatal(err)
	}
	text := report.String()
	if !strings.Contains(text, "accuracy") || strings.Contains(text, "micro avg") {
		t.Errorf("no line accuracy:\n%s", text)
	}
	if len(report.Rows) != 3 || report.Rows[2].Support != 0 || !near(report.Macro.F1, 4./9) {
		t.Errorf("rows %+v, macro F1 %v", report.Rows, report.Macro.F1)
	}
	for _, label := range []int{-1, 3} {
		if _, err := metrics.NewClassReport([]string{"a", "b", "c"}, []int{0}, []int{label}); !errors.Is(err, metrics.ErrLabel) {
			t.Errorf("label %d: error %v, want ErrLabel", label, err)
		}
	}
}

// The classes of a subset say nothing of the rest: the micro average is not the accuracy.
func TestReportOfSomeClasses(t *testing.T) {
	report, err := metrics.NewReport([]int{0, 0, 1, 2}, []int{0, 0, 2, 1}, metrics.ReportOptions{Labels: []int{1, 2}})
	if err != nil {
		t.Fatal(err)
	}
	if report.MicroIsAccuracy || report.Micro.F1 != 0 || report.Accuracy != 0.5 {
		t.Errorf("micro %+v, accuracy %v", report.Micro, report.Accuracy)
	}
	// Some row is right, though none of these classes: the supports are whole numbers.
	if !strings.Contains(report.String(), "         1\n") {
		t.Errorf("supports:\n%s", report)
	}
}

func TestReportF1Forms(t *testing.T) {
	yTrue, yPred := make([]int, 40), make([]int, 40)
	for i := range yTrue {
		yTrue[i] = i / 20
		yPred[i] = yTrue[i]
		if i < 5 || i >= 34 {
			yPred[i] = 1 - yTrue[i]
		}
	}
	for form, want := range map[bool]string{false: "0.73        40", true: "0.72        40"} {
		report, err := metrics.NewReport(yTrue, yPred, metrics.ReportOptions{F1FromCounts: form})
		if err != nil {
			t.Fatal(err)
		}
		line := strings.Split(report.String(), "\n")[5]
		if !strings.HasSuffix(line, want) || report.Accuracy != 0.725 {
			t.Errorf("from counts %v: %q, accuracy %v, want %q", form, line, report.Accuracy, want)
		}
	}
}

func TestReportUndefinedAsNaN(t *testing.T) {
	report, err := metrics.NewReport([]int{0, 0, 1, 2}, []int{1, 1, 0, 2},
		metrics.ReportOptions{Labels: []int{0, 5}, ZeroDivision: math.NaN()})
	if err != nil {
		t.Fatal(err)
	}
	want := `              precision    recall  f1-score   support

           0       0.00      0.00      0.00         2
           5        nan       nan       nan         0

   micro avg       0.00      0.00      0.00         2
   macro avg       0.00      0.00      0.00         2
weighted avg       0.00      0.00      0.00         2
`
	if got := report.String(); got != want {
		t.Errorf("text\n%s\nwant\n%s", got, want)
	}
	data, err := json.Marshal(report)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(data), `"5":{"precision":null,"recall":null,"f1-score":null,"support":0}`) {
		t.Errorf("JSON %s", data)
	}
}

func TestReportSupportAsFloat(t *testing.T) {
	for _, c := range []struct {
		weight float64
		want   string
	}{{4, "      4.0"}, {1e-5, "    1e-05"}, {1e16, "    1e+16"}, {0.0001, "   0.0001"}, {4.000014999999999, " 4.000014999999999"}} {
		report, err := metrics.NewReport([]int{0}, []int{0}, metrics.ReportOptions{Weights: []float64{c.weight}})
		if err != nil {
			t.Fatal(err)
		}
		if line := strings.Split(report.String(), "\n")[2]; !strings.HasSuffix(line, c.want) {
			t.Errorf("weight %v: %q, want %q at the end", c.weight, line, c.want)
		}
	}
}

// As in a dict, the last of equal names stands, in the place of the first.
func TestReportJSONOfEqualNames(t *testing.T) {
	report, err := metrics.NewReport([]int{0, 1, 2}, []int{0, 0, 2}, metrics.ReportOptions{Names: []string{"accuracy", "x", "x"}})
	if err != nil {
		t.Fatal(err)
	}
	data, err := report.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	want := `{"accuracy":0.6666666666666666,"x":{"precision":1,"recall":1,"f1-score":1,"support":1},"macro avg":`
	if !strings.HasPrefix(string(data), want) {
		t.Errorf("%s, want %s…", data, want)
	}
}

func TestReportNegativeDigits(t *testing.T) {
	report, err := metrics.NewReport([]int{0}, []int{0}, metrics.ReportOptions{})
	if err != nil {
		t.Fatal(err)
	}
	mustPanic(t, "metrics: negative number of digits", func() { report.Text(-1) })
}

func mustPanic(t *testing.T, want string, f func()) {
	t.Helper()
	defer func() {
		t.Helper()
		if got := recover(); got != want {
			t.Errorf("panic %v, want %q", got, want)
		}
	}()
	f()
}
