// Package metrics measures classifiers: the classification report, the confusion matrix, and the measures of scores and
// probabilities. It takes labels, scores and weights as plain slices, gives the figures scikit-learn gives, and knows
// nothing of models or data sets.
//
// # Arguments
//
// Labels are class indices, any int; Encode turns strings into indices. yTrue holds the label each row has, yPred the
// one it was given. A binary problem is a []bool, true for the positive class; OneVsRest and Binary make one. Scores are
// finite numbers, higher meaning more positive; probabilities lie in [0, 1]. A table of scores is row-major,
// len(yTrue) × classes. weights holds one finite, non-negative number per row, not all of them 0; nil weighs every row
// 1. No function changes its arguments.
//
// # Conventions
//
//   - A row is positive at a threshold when score >= threshold. Rows of equal score cross a threshold together: they are
//     one point of a curve, whatever their order.
//   - No rows is ErrEmpty, slices that do not fit together ErrLength, labels that cannot be used ErrLabel, and a NaN or
//     a number out of range ErrValue; nothing is left out in silence.
//   - A measure that needs two classes and finds one is NaN together with ErrOneClass. The curves themselves are still
//     given, with NaN for the undefined rate.
//   - Precision with nothing predicted, recall with no support and F1 with neither are ReportOptions.ZeroDivision.
//   - Sums over classes and rows are numpy's pairwise sums, so that figures print alike to the last digit.
//   - Ties in a ranking of classes: see TopKAccuracy and Confusion.MostConfused.
//
// Time is O(n log n) in the rows where scores are sorted, O(n) elsewhere.
//
// The definitions are those of scikit-learn, https://scikit-learn.org/stable/modules/model_evaluation.html; where its
// versions differ, the difference stands at the function.
package metrics
