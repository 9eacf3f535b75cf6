package datasets

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"threatnet/internal/golden"
)

// golden/data/train_test_split.json, made with scikit-learn 1.2.1.
func TestTrainTestSplitGolden(t *testing.T) {
	type split struct {
		N           int
		Y           []int
		Size        float64 `json:"test_size"`
		Seed        uint32  `json:"random_state"`
		Train, Test []int
	}
	var file struct {
		Small, Stratified []split
		Large             []struct {
			split
			TrainCount int    `json:"n_train"`
			TestCount  int    `json:"n_test"`
			TrainFirst []int  `json:"train_first"`
			TrainLast  []int  `json:"train_last"`
			TestFirst  []int  `json:"test_first"`
			TestLast   []int  `json:"test_last"`
			TrainSum   string `json:"sha256_train_int64le"`
			TestSum    string `json:"sha256_test_int64le"`
		}
		NoShuffle    split `json:"no_shuffle"`
		Permutations []struct {
			Seed        uint32
			N           int
			Permutation []int
		} `json:"numpy_RandomState_permutation"`
	}
	golden.JSON(t, "data/train_test_split.json", &file)
	if len(file.Small) == 0 || len(file.Large) == 0 || len(file.Stratified) == 0 || len(file.Permutations) == 0 {
		t.Fatal("the golden file lacks cases")
	}
	for _, c := range append(file.Small, file.Stratified...) {
		n := max(c.N, len(c.Y))
		train, test, err := TrainTestSplit(n, TrainTest{Size: c.Size, RandomState: c.Seed, Stratify: c.Y})
		if err != nil || !cmp.Equal(train, c.Train) || !cmp.Equal(test, c.Test) {
			t.Errorf("n %d, size %v, seed %d: %v, %v, %v", n, c.Size, c.Seed, train, test, err)
		}
	}
	for _, c := range file.Large {
		train, test, err := TrainTestSplit(c.N, TrainTest{Size: c.Size, RandomState: c.Seed})
		if err != nil || len(train) != c.TrainCount || len(test) != c.TestCount {
			t.Fatalf("n %d: %d and %d rows, %v", c.N, len(train), len(test), err)
		}
		for want, got := range map[*[]int][]int{
			&c.TrainFirst: train[:20], &c.TrainLast: train[len(train)-20:], &c.TestFirst: test[:20], &c.TestLast: test[len(test)-20:],
		} {
			if !cmp.Equal(*want, got) {
				t.Errorf("n %d: %v, not %v", c.N, got, *want)
			}
		}
		if got := [2]string{sum(train), sum(test)}; got != [2]string{c.TrainSum, c.TestSum} {
			t.Errorf("n %d: sums %v", c.N, got)
		}
	}
	train, test, err := TrainTestSplit(file.NoShuffle.N, TrainTest{Size: .2, NoShuffle: true})
	if err != nil || !cmp.Equal(train, file.NoShuffle.Train) || !cmp.Equal(test, file.NoShuffle.Test) {
		t.Error("without shuffling:", train, test, err)
	}
	for _, c := range file.Permutations {
		if got := newRandomState(c.Seed).permutation(ascending(c.N)); !cmp.Equal(got, c.Permutation) {
			t.Errorf("seed %d, n %d: %v", c.Seed, c.N, got)
		}
	}
}

// Stratified splits with ties among the remainders, which numpy's generator breaks: made with scikit-learn 1.9.1 and numpy 2.4.
func TestStratifyTies(t *testing.T) {
	for _, c := range []struct {
		opt         TrainTest
		train, test []int
	}{
		{
			TrainTest{Size: .16, RandomState: 815982434, Stratify: []int{3, 2, 1, 2, 1, 2, 0, 2, 1, 3, 3, 2, 1, 0, 1, 0, 2, 3, 2, 0, 3, 0}},
			[]int{8, 18, 17, 13, 21, 20, 6, 4, 19, 11, 2, 7, 5, 0, 12, 10, 1, 3},
			[]int{14, 9, 15, 16},
		},
		{
			TrainTest{Size: .5, RandomState: 214566076, Stratify: []int{2, 2, 2, 2, 1, 1, 3, 2, 0, 2, 0, 0, 1, 0, 1, 1, 2, 2, 2, 3, 2, 0}},
			[]int{10, 12, 16, 20, 2, 14, 19, 9, 11, 7, 21},
			[]int{15, 8, 1, 17, 5, 3, 18, 0, 6, 13, 4},
		},
	} {
		train, test, err := TrainTestSplit(len(c.opt.Stratify), c.opt)
		if err != nil || !cmp.Equal(train, c.train) || !cmp.Equal(test, c.test) {
			t.Error(train, test, err)
		}
	}
}

func sum(rows []int) string {
	hash := sha256.New()
	for _, i := range rows {
		_ = binary.Write(hash, binary.LittleEndian, int64(i))
	}
	return hex.EncodeToString(hash.Sum(nil))
}

func TestTrainTestSplitRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		n   int
		opt TrainTest
	}{
		"nothing to train on":    {1, TrainTest{Size: .2}},
		"no rows":                {0, TrainTest{Size: .2}},
		"size 0":                 {10, TrainTest{}},
		"size below 0":           {10, TrainTest{Size: -.2}},
		"all rows":               {10, TrainTest{Size: 10}},
		"a row and a half":       {10, TrainTest{Size: 1.5}},
		"stratify, not shuffled": {4, TrainTest{Size: 2, NoShuffle: true, Stratify: []int{0, 0, 1, 1}}},
		"too few classes":        {4, TrainTest{Size: 2, Stratify: []int{0, 0, 1}}},
		"single row of a class":  {5, TrainTest{Size: 2, Stratify: []int{0, 0, 0, 0, 1}}},
		"more classes than rows": {6, TrainTest{Size: 2, Stratify: []int{0, 0, 1, 1, 2, 2}}},
	} {
		if _, _, err := TrainTestSplit(c.n, c.opt); !errors.Is(err, ErrTrainTest) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
