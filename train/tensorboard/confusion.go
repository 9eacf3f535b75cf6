package tensorboard

import (
	"image"
	"image/color"
	"math"
	"strconv"

	"threatnet/train/metrics"
)

// Confusion writes the picture of a confusion matrix: a row for each true class, a column for each predicted one, cells
// shaded by their share of the row (the diagonal is recall) and numbered with their counts where these fit, in thousands
// (k) or millions (M) where only those do. The label l is called classes[l], or by its number when there is none.
func Confusion(w *Writer, tag string, step int64, c *metrics.Confusion, classes []string) error {
	return w.Image(tag, step, drawConfusion(c, classes))
}

// Sizes of the picture in pixels.
const (
	matrixSide = 1440 // of a large matrix: 60 classes have cells of 24 pixels
	maxCell    = 48
	minNamed   = lineHeight + 1 // cells as large have names and counts beside or in them
	minRuled   = 6              // and as large lines between them
	margin     = 8
	maxName    = 32 // characters; more are cut
)

// The palette: shades from white to dark blue, then the other colours.
const (
	shades = 250
	black  = shades + iota - 1
	white
	grey
)

// shadePalette gives the share x of a row the colour between white and (8, 48, 107).
func shadePalette() color.Palette {
	p := make(color.Palette, shades, shades+3)
	for i := range p {
		x := float64(i) / (shades - 1)
		mix := func(dark float64) uint8 { return uint8(math.Round(255 + (dark-255)*x)) }
		p[i] = color.RGBA{mix(8), mix(48), mix(107), 255}
	}
	return append(p, color.RGBA{0, 0, 0, 255}, color.RGBA{255, 255, 255, 255}, color.RGBA{208, 208, 208, 255})
}

// confusionImage is a drawing under way.
type confusionImage struct {
	*image.Paletted
	n, cell int
	origin  image.Point // the matrix's corner
}

func drawConfusion(c *metrics.Confusion, classes []string) *image.Paletted {
	const caption = "rows: true class, columns: predicted class, shade: share of the row"
	n := len(c.Labels)
	d := confusionImage{n: n, cell: min(max(matrixSide/max(n, 1), 1), maxCell)}
	names, longest := make([]string, n), 0
	if d.cell >= minNamed {
		for i, label := range c.Labels {
			names[i] = className(label, classes)
			longest = max(longest, textWidth(names[i]))
		}
	}
	d.origin = image.Pt(margin+longest+margin/2, 2*margin+lineHeight)
	side := n * d.cell
	width := max(d.origin.X+side, margin+textWidth(caption)) + margin
	d.Paletted = image.NewPaletted(image.Rect(0, 0, width, d.origin.Y+side+margin/2+longest+margin), shadePalette())
	drawText(d.Paletted, image.Pt(margin, margin), caption, black, false)
	d.drawCells(c)
	if d.cell >= minRuled {
		d.drawLines()
	}
	for i, name := range names {
		middle := i*d.cell + (d.cell-lineHeight)/2
		drawText(d.Paletted, image.Pt(d.origin.X-margin/2-textWidth(name), d.origin.Y+middle), name, black, false)
		drawText(d.Paletted, image.Pt(d.origin.X+middle, d.origin.Y+side+margin/2+textWidth(name)), name, black, true)
	}
	return d.Paletted
}

func (d *confusionImage) drawCells(c *metrics.Confusion) {
	for i, row := range c.Normalize(metrics.ByTrue) {
		for j, share := range row {
			shade := shadeOf(share)
			corner := d.origin.Add(image.Pt(j*d.cell, i*d.cell))
			d.fill(image.Rectangle{corner, corner.Add(image.Pt(d.cell, d.cell))}, shade)
			if d.cell < minNamed {
				continue
			}
			text, ink := countText(c.Counts[i][j], d.cell-2), uint8(black)
			if shade > shades/2 {
				ink = white
			}
			inset := image.Pt((d.cell-textWidth(text)+1)/2, (d.cell-lineHeight)/2)
			drawText(d.Paletted, corner.Add(inset), text, ink, false)
		}
	}
}

// drawLines draws the lines around and between the cells.
func (d *confusionImage) drawLines() {
	side := d.n * d.cell
	for i := range d.n + 1 {
		x, y := d.origin.X+i*d.cell, d.origin.Y+i*d.cell
		d.fill(image.Rect(d.origin.X, y, d.origin.X+side+1, y+1), grey)
		d.fill(image.Rect(x, d.origin.Y, x+1, d.origin.Y+side+1), grey)
	}
}

func (d *confusionImage) fill(r image.Rectangle, index uint8) {
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			d.SetColorIndex(x, y, index)
		}
	}
}

// shadeOf is the palette's index of a share: 0 for none, more for the smallest one.
func shadeOf(share float64) uint8 {
	if !(share > 0) {
		return 0
	}
	return uint8(math.Ceil(min(share, 1) * (shades - 1)))
}

// countText is a count in at most width pixels, or nothing: for 0, and where no form of it fits.
func countText(v float64, width int) string {
	if v == 0 {
		return ""
	}
	for _, unit := range []struct {
		size float64
		name string
	}{{1, ""}, {1e3, "k"}, {1e6, "M"}} {
		text := strconv.FormatFloat(math.Round(v/unit.size), 'f', -1, 64)
		if unit.size == 1 && v != math.Round(v) { // weights
			text = strconv.FormatFloat(v, 'g', 3, 64)
		}
		if text += unit.name; v >= unit.size || unit.size == 1 {
			if textWidth(text) <= width {
				return text
			}
		}
	}
	return ""
}

func className(label int, classes []string) string {
	if label < 0 || label >= len(classes) {
		return strconv.Itoa(label)
	}
	if name := []rune(classes[label]); len(name) > maxName {
		return string(name[:maxName-2]) + ".."
	}
	return classes[label]
}
