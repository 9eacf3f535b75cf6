package metrics_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"threatnet/train/metrics"
)

func TestMostConfused(t *testing.T) {
	yTrue := []int{0, 0, 0, 1, 1, 1, 2, 2, 2, 2}
	yPred := []int{1, 1, 2, 0, 2, 1, 0, 0, 1, 2}
	confusion, err := metrics.NewConfusion(yTrue, yPred, []int{2, 1, 0}, nil)
	if err != nil {
		t.Fatal(err)
	}
	all := []metrics.Confused{
		{True: 2, Predicted: 0, Count: 2},
		{True: 0, Predicted: 1, Count: 2},
		{True: 2, Predicted: 1, Count: 1},
		{True: 1, Predicted: 2, Count: 1},
		{True: 1, Predicted: 0, Count: 1},
		{True: 0, Predicted: 2, Count: 1},
	}
	for limit, want := range map[int][]metrics.Confused{-1: all, 0: {}, 2: all[:2], 99: all} {
		if diff := cmp.Diff(want, confusion.MostConfused(limit)); diff != "" {
			t.Errorf("limit %d (-want +got):\n%s", limit, diff)
		}
	}
}

func TestConfusionErrors(t *testing.T) {
	for _, c := range []struct {
		name                 string
		yTrue, yPred, labels []int
		want                 error
	}{
		{"lengths", []int{1}, nil, nil, metrics.ErrLength},
		{"empty", nil, nil, nil, metrics.ErrEmpty},
		{"no label", []int{1}, []int{1}, []int{}, metrics.ErrLabel},
		{"repeated label", []int{1}, []int{1}, []int{1, 1}, metrics.ErrLabel},
		{"labels unseen", []int{1}, []int{2}, []int{2, 3}, metrics.ErrLabel},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := metrics.NewConfusion(c.yTrue, c.yPred, c.labels, nil); !errors.Is(err, c.want) {
				t.Errorf("error %v, want %v", err, c.want)
			}
		})
	}
	if _, err := metrics.Accuracy(nil, nil, nil); !errors.Is(err, metrics.ErrEmpty) {
		t.Errorf("accuracy of nothing: error %v, want ErrEmpty", err)
	}
	confusion, err := metrics.NewConfusion([]int{0}, []int{0}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	mustPanic(t, "metrics: unknown normalization", func() { confusion.Normalize(9) })
}

func TestBinary(t *testing.T) {
	for _, c := range []struct {
		y    []int
		want []bool
		err  error
	}{
		{[]int{0, 1}, []bool{false, true}, nil},
		{[]int{-1, 1}, []bool{false, true}, nil},
		{[]int{1}, []bool{true}, nil},
		{[]int{-1}, []bool{false}, nil},
		{nil, []bool{}, nil},
		{[]int{0, -1}, nil, metrics.ErrLabel},
		{[]int{0, 1, -1}, nil, metrics.ErrLabel},
		{[]int{2}, nil, metrics.ErrLabel},
	} {
		got, err := metrics.Binary(c.y)
		if diff := cmp.Diff(c.want, got); diff != "" || !errors.Is(err, c.err) {
			t.Errorf("%v: error %v (-want +got):\n%s", c.y, err, diff)
		}
	}
}
