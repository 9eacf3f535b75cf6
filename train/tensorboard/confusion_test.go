package tensorboard

import (
	"bytes"
	"fmt"
	"image/png"
	"testing"

	"threatnet/train/metrics"
)

// square is a matrix of n classes: class i is taken i times for the next one, and else right.
func square(n int) (*metrics.Confusion, []string) {
	c, names := &metrics.Confusion{}, make([]string, n)
	for i := range n {
		names[i] = fmt.Sprintf("family-%d", i)
		c.Labels, c.Counts = append(c.Labels, i), append(c.Counts, make([]float64, n))
		c.Counts[i][i] = 100
		c.Counts[i][(i+1)%n] += float64(i)
	}
	return c, names
}

func TestConfusionImage(t *testing.T) {
	for _, test := range []struct{ classes, cell int }{{1, 48}, {2, 48}, {30, 48}, {60, 24}, {100, 14}, {300, 4}, {1500, 1}} {
		c, names := square(test.classes)
		img := drawConfusion(c, names)
		if limit := max(matrixSide, test.classes) + 300; img.Rect.Dx() > limit || img.Rect.Dy() > limit {
			t.Errorf("%d classes: an image of %v", test.classes, img.Rect.Size())
		}
		longest := 0
		if test.cell >= minNamed {
			longest = textWidth(names[len(names)-1])
		}
		x, y := margin+longest+margin/2, 2*margin+lineHeight
		at := func(i, j int) uint8 { // just inside the cell, beside its count
			inset := min(1, test.cell-1)
			return img.ColorIndexAt(x+j*test.cell+inset, y+i*test.cell+inset)
		}
		last := test.classes - 1
		if got := at(0, 0); got != shades-1 {
			t.Errorf("%d classes: all right, shade %d", test.classes, got)
		}
		if last > 1 {
			if got, want := at(last, 0), shadeOf(float64(last)/float64(100+last)); got != want {
				t.Errorf("%d classes: shade %d, want %d", test.classes, got, want)
			}
			if got := at(last, 1); got != 0 {
				t.Errorf("%d classes: none, shade %d", test.classes, got)
			}
		}
	}
}

func TestConfusion(t *testing.T) {
	c, err := metrics.NewConfusion([]int{0, 0, 2, 7}, []int{0, 2, 2, 0}, nil, nil)
	must(t, err)
	var b bytes.Buffer
	w := newWriter(t, &b)
	must(t, Confusion(w, "confusion", 5, c, []string{"benign", "", "a name far longer than anyone would call a family"}), w.Close())
	e := events(t, &b)[1]
	img, err := png.Decode(bytes.NewReader(e.PNG))
	must(t, err)
	if size := img.Bounds().Size(); e.Step != 5 || e.Tag != "confusion" || size.X != e.Width || size.Y != e.Height || e.Color != 3 {
		t.Errorf("%s at %d: %dx%d, PNG %v", e.Tag, e.Step, e.Width, e.Height, size)
	}
}

func TestCountText(t *testing.T) {
	for _, test := range []struct {
		v     float64
		chars int
		want  string
	}{
		{0, 9, ""},
		{7, 1, "7"},
		{42, 1, ""},
		{999, 3, "999"},
		{1234, 4, "1234"},
		{1234, 3, "1k"},
		{56789, 3, "57k"},
		{123456, 3, ""},
		{1234567, 4, "1M"},
		{1234567, 5, "1235k"},
		{0.25, 4, "0.25"},
		{2.71828, 4, "2.72"},
		{2.5, 1, ""},
	} {
		if got := countText(test.v, test.chars*charWidth); got != test.want {
			t.Errorf("%v in %d characters: %q, want %q", test.v, test.chars, got, test.want)
		}
	}
}

func TestShade(t *testing.T) {
	for share, want := range map[float64]uint8{-1: 0, 0: 0, 1e-9: 1, 0.5: 125, 1: shades - 1, 2: shades - 1} {
		if got := shadeOf(share); got != want {
			t.Errorf("%v: %d, want %d", share, got, want)
		}
	}
}

func TestClassName(t *testing.T) {
	classes := []string{"benign", "ééééééééééééééééééééééééééééééééé"}
	for label, want := range map[int]string{0: "benign", 1: "éééééééééééééééééééééééééééééé..", 2: "2", -1: "-1"} {
		if got := className(label, classes); got != want {
			t.Errorf("%d: %q, want %q", label, got, want)
		}
	}
}
