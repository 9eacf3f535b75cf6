package metrics_test

import (
	"errors"
	"math"
	"slices"
	"testing"

	"threatnet/internal/golden"
	"threatnet/train/metrics"
)

type goldenROC struct {
	FPR, TPR, Thresholds []golden.Float
	AUC                  golden.Float
}

func TestCurvesGolden(t *testing.T) {
	var file struct {
		Cases []struct {
			Name         string
			YTrue        []int `json:"y_true"`
			Score        []float64
			PosLabel     *int       `json:"pos_label"`
			SampleWeight []float64  `json:"sample_weight"`
			DropTrue     *goldenROC `json:"roc_drop_true"`
			DropFalse    *goldenROC `json:"roc_drop_false"`
			PR           *struct{ Precision, Recall, Thresholds []golden.Float }
			AP           *float64 `json:"average_precision"`
			AUC          *float64 `json:"roc_auc_score"`
			AUCError     string   `json:"roc_auc_error"`
			ROCError     string   `json:"roc_error"`
		}
		AUC []struct {
			X, Y []float64
			AUC  float64
		}
		MultiClass struct {
			YTrue       []int `json:"y_true"`
			Score       [][]float64
			OVRMacro    float64 `json:"ovr_macro"`
			OVRWeighted float64 `json:"ovr_weighted"`
			OVOMacro    float64 `json:"ovo_macro"`
			OVOWeighted float64 `json:"ovo_weighted"`
		} `json:"multiclass_roc_auc"`
	}
	golden.JSON(t, "metrics/curves.json", &file)
	if len(file.Cases) == 0 || len(file.AUC) == 0 {
		t.Fatal("no cases")
	}
	for _, c := range file.Cases {
		t.Run(c.Name, func(t *testing.T) {
			positive, err := metrics.Binary(c.YTrue)
			if c.PosLabel != nil {
				positive, err = metrics.OneVsRest(c.YTrue, *c.PosLabel), nil
			}
			if c.ROCError != "" {
				if !errors.Is(err, metrics.ErrLabel) {
					t.Errorf("error %v, want ErrLabel", err)
				}
				// The area is still defined there: of two labels the greater is positive.
				positive, err = metrics.OneVsRest(c.YTrue, slices.Max(c.YTrue)), nil
			}
			if err != nil {
				t.Fatal(err)
			}
			ranking, err := metrics.NewRanking(positive, c.Score, c.SampleWeight)
			if err != nil {
				t.Fatal(err)
			}
			for drop, want := range map[bool]*goldenROC{true: c.DropTrue, false: c.DropFalse} {
				if want == nil {
					continue
				}
				got := ranking.ROC(drop)
				compareFloats(t, "FPR", got.FPR, floats(want.FPR))
				compareFloats(t, "TPR", got.TPR, floats(want.TPR))
				compareFloats(t, "ROC thresholds", got.Thresholds, floats(want.Thresholds))
				area, err := metrics.AUC(got.FPR, got.TPR)
				if err != nil || !near(area, float64(want.AUC)) {
					t.Errorf("area %v, %v, want %v", area, err, want.AUC)
				}
			}
			if c.PR != nil {
				got := ranking.PrecisionRecall()
				compareFloats(t, "precision", got.Precision, floats(c.PR.Precision))
				compareFloats(t, "recall", got.Recall, floats(c.PR.Recall))
				compareFloats(t, "PR thresholds", got.Thresholds, floats(c.PR.Thresholds))
			}
			if c.AP != nil && !near(ranking.AveragePrecision(), *c.AP) {
				t.Errorf("average precision %v, want %v", ranking.AveragePrecision(), *c.AP)
			}
			area, err := ranking.AUC()
			if c.AUCError != "" && (!errors.Is(err, metrics.ErrOneClass) || !math.IsNaN(area)) {
				t.Errorf("area %v, error %v, want NaN and ErrOneClass", area, err)
			}
			if c.AUC != nil && (err != nil || !near(area, *c.AUC)) {
				t.Errorf("area %v, %v, want %v", area, err, *c.AUC)
			}
		})
	}
	for _, c := range file.AUC {
		if got, err := metrics.AUC(c.X, c.Y); err != nil || !near(got, c.AUC) {
			t.Errorf("area of %v, %v is %v, %v, want %v", c.X, c.Y, got, err, c.AUC)
		}
	}
	m := file.MultiClass
	for _, c := range []struct {
		scheme    metrics.Scheme
		averaging metrics.Averaging
		want      float64
	}{
		{metrics.OVR, metrics.Macro, m.OVRMacro},
		{metrics.OVR, metrics.Weighted, m.OVRWeighted},
		{metrics.OVO, metrics.Macro, m.OVOMacro},
		{metrics.OVO, metrics.Weighted, m.OVOWeighted},
	} {
		got, err := metrics.MultiClassROCAUC(m.YTrue, slices.Concat(m.Score...), 3, c.scheme, c.averaging)
		if err != nil || !near(got, c.want) {
			t.Errorf("scheme %d, averaging %d: %v, %v, want %v", c.scheme, c.averaging, got, err, c.want)
		}
	}
}

func floats(x []golden.Float) []float64 {
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = float64(v)
	}
	return out
}
