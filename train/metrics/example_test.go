package metrics_test

import (
	"encoding/json"
	"fmt"

	"threatnet/train/metrics"
)

func ExampleNewClassReport() {
	names := []string{"benign", "banjori", "qadars"}
	report, err := metrics.NewClassReport(names, []int{0, 0, 0, 1, 1, 2}, []int{0, 0, 1, 1, 1, 0})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(report)
	fmt.Printf("macro F1 %.3f\n", report.Macro.F1)
	// Output:
	//               precision    recall  f1-score   support
	//
	//       benign       0.67      0.67      0.67         3
	//      banjori       0.67      1.00      0.80         2
	//       qadars       0.00      0.00      0.00         1
	//
	//     accuracy                           0.67         6
	//    macro avg       0.44      0.56      0.49         6
	// weighted avg       0.56      0.67      0.60         6
	// macro F1 0.489
}

func ExampleNewReport() {
	yTrue, yPred, classes := metrics.Encode([]string{"b", "a", "a"}, []string{"b", "a", "b"})
	report, err := metrics.NewReport(yTrue, yPred, metrics.ReportOptions{Names: classes})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(report.Text(3))
	// Output:
	//               precision    recall  f1-score   support
	//
	//            a      1.000     0.500     0.667         2
	//            b      0.500     1.000     0.667         1
	//
	//     accuracy                          0.667         3
	//    macro avg      0.750     0.750     0.667         3
	// weighted avg      0.833     0.667     0.667         3
}

func ExampleReport_MarshalJSON() {
	report, err := metrics.NewClassReport([]string{"benign", "dga"}, []int{0, 1, 1, 1}, []int{0, 1, 1, 0})
	if err != nil {
		fmt.Println(err)
		return
	}
	text, err := json.MarshalIndent(report, "", " ")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(string(text))
	// Output:
	// {
	//  "benign": {
	//   "precision": 0.5,
	//   "recall": 1,
	//   "f1-score": 0.6666666666666666,
	//   "support": 1
	//  },
	//  "dga": {
	//   "precision": 1,
	//   "recall": 0.6666666666666666,
	//   "f1-score": 0.8,
	//   "support": 3
	//  },
	//  "accuracy": 0.75,
	//  "macro avg": {
	//   "precision": 0.75,
	//   "recall": 0.8333333333333333,
	//   "f1-score": 0.7333333333333334,
	//   "support": 4
	//  },
	//  "weighted avg": {
	//   "precision": 0.875,
	//   "recall": 0.75,
	//   "f1-score": 0.7666666666666667,
	//   "support": 4
	//  }
	// }
}

func ExampleConfusion_MostConfused() {
	names := []string{"benign", "matsnu", "suppobox"}
	confusion, err := metrics.NewConfusion([]int{0, 1, 1, 1, 2, 2}, []int{1, 2, 2, 1, 2, 0}, nil, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, pair := range confusion.MostConfused(2) {
		fmt.Println(names[pair.True], "taken for", names[pair.Predicted], pair.Count)
	}
	// Output:
	// matsnu taken for suppobox 2
	// benign taken for matsnu 1
}

func ExampleAccuracy() {
	accuracy, err := metrics.Accuracy([]int{0, 1, 1, 2}, []int{0, 1, 2, 2}, nil)
	fmt.Println(accuracy, err)
	// Output: 0.75 <nil>
}

func ExampleRanking() {
	dga, err := metrics.Binary([]int{0, 0, 1, 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	ranking, err := metrics.NewRanking(dga, []float64{.1, .4, .35, .8}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	area, err := ranking.AUC()
	fmt.Println("ROC AUC", area, err)
	fmt.Printf("average precision %.3f\n", ranking.AveragePrecision())
	roc := ranking.ROC(true)
	fmt.Println("FPR", roc.FPR)
	fmt.Println("TPR", roc.TPR)
	curve := ranking.PrecisionRecall()
	fmt.Println("recall", curve.Recall, "at", curve.Thresholds)
	// Output:
	// ROC AUC 0.75 <nil>
	// average precision 0.833
	// FPR [0 0 0.5 0.5 1]
	// TPR [0 0.5 0.5 1 1]
	// recall [1 1 0.5 0.5 0] at [0.1 0.35 0.4 0.8]
}

func ExampleRanking_ThresholdAtFPR() {
	attack := []bool{false, false, false, false, true, true, true}
	scores := []float64{.1, .2, .6, .6, .5, .7, .9}
	ranking, err := metrics.NewRanking(attack, scores, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, target := range []float64{0, .25, .5} {
		threshold, err := ranking.ThresholdAtFPR(target)
		if err != nil {
			fmt.Println(err)
			return
		}
		point := ranking.At(threshold)
		fmt.Printf("at most %.2f: threshold %.1f, FPR %.2f, TPR %.2f\n", target, threshold, point.FPR(), point.TPR())
	}
	// Output:
	// at most 0.00: threshold 0.7, FPR 0.00, TPR 0.67
	// at most 0.25: threshold 0.7, FPR 0.00, TPR 0.67
	// at most 0.50: threshold 0.5, FPR 0.50, TPR 1.00
}

func ExampleRanking_TPRAtFPR() {
	ranking, err := metrics.NewRanking([]bool{false, false, true, true}, []float64{.1, .4, .35, .8}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(ranking.TPRAtFPR(.01))
	// Output: 0.5 <nil>
}

func ExampleOperatingPoint_PrecisionAt() {
	point := metrics.OperatingPoint{TruePositives: 900, FalseNegatives: 100, FalsePositives: 10, TrueNegatives: 9990}
	fmt.Printf("on these rows %.3f, at one in 10,000 %.3f\n", point.Precision(), point.PrecisionAt(1e-4))
	// Output: on these rows 0.989, at one in 10,000 0.083
}

func ExampleAUC() {
	fmt.Println(metrics.AUC([]float64{0, .5, 1}, []float64{0, 1, 1}))
	// Output: 0.75 <nil>
}

func ExampleMultiClassROCAUC() {
	scores := []float64{
		.8, .1, .1,
		.2, .7, .1,
		.1, .6, .3,
		.3, .3, .4,
	}
	fmt.Println(metrics.MultiClassROCAUC([]int{0, 1, 2, 2}, scores, 3, metrics.OVO, metrics.Macro))
	// Output: 1 <nil>
}

func ExampleLogLoss() {
	loss, err := metrics.LogLoss([]int{0, 1}, []float64{.9, .1, .5, .5}, 2, nil)
	fmt.Printf("%.4f %v\n", loss, err)
	// Output: 0.3993 <nil>
}

func ExampleBrier() {
	score, err := metrics.Brier([]bool{true, false}, []float64{.75, .5}, nil)
	fmt.Println(score, err)
	// Output: 0.15625 <nil>
}

func ExampleTopKAccuracy() {
	scores := []float64{
		.5, .3, .2,
		.1, .3, .6,
	}
	fmt.Println(metrics.TopKAccuracy([]int{1, 0}, scores, 3, 2, nil))
	// Output: 0.5 <nil>
}

func ExampleEncode() {
	yTrue, yPred, classes := metrics.Encode([]string{"qadars", "benign"}, []string{"qadars", "banjori"})
	fmt.Println(yTrue, yPred, classes)
	// Output: [2 1] [2 0] [banjori benign qadars]
}

func ExampleBinary() {
	fmt.Println(metrics.Binary([]int{-1, 1, 1}))
	_, err := metrics.Binary([]int{1, 2})
	fmt.Println(err)
	// Output:
	// [false true true] <nil>
	// metrics: unsuitable labels: 2 classes that are neither {0, 1} nor {-1, 1}, and none named positive
}

func ExampleOneVsRest() {
	fmt.Println(metrics.OneVsRest([]int{0, 2, 1, 2}, 2))
	// Output: [false true false true]
}

func ExampleConfusion_Normalize() {
	confusion, err := metrics.NewConfusion([]int{0, 0, 1, 1}, []int{0, 1, 1, 1}, nil, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(confusion.Counts, confusion.Normalize(metrics.ByTrue))
	// Output: [[1 1] [0 2]] [[0.5 0.5] [0 1]]
}

func ExampleRanking_AtFPR() {
	ranking, err := metrics.NewRanking([]bool{false, false, true, true}, []float64{.1, .4, .35, .8}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	point, err := ranking.AtFPR(.5)
	fmt.Println(point.Threshold, point.FPR(), point.TPR(), err)
	// Output: 0.35 0.5 1 <nil>
}

func ExampleROCAUC() {
	fmt.Println(metrics.ROCAUC([]bool{false, false, true, true}, []float64{.1, .4, .35, .8}, nil))
	// Output: 0.75 <nil>
}

func ExampleBinaryLogLoss() {
	loss, err := metrics.BinaryLogLoss([]bool{true, false}, []float64{.5, 0}, nil)
	fmt.Printf("%.4f %v\n", loss, err)
	// Output: 0.3466 <nil>
}
