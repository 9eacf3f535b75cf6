package tensorboard

import (
	"image"
	"unicode/utf8"

	"golang.org/x/image/font/basicfont"
	"golang.org/x/image/math/fixed"
)

// Metrics of the font, a bitmap of printable ASCII; other characters are drawn as a replacement character.
const (
	charWidth  = 7
	lineHeight = 13
)

func textWidth(text string) int { return charWidth * utf8.RuneCountInString(text) }

// drawText draws a line in one colour of the palette. at is its upper left corner; upwards, the text runs from at to the
// top of the image, its letters' tops to the left.
func drawText(img *image.Paletted, at image.Point, text string, index uint8, upwards bool) {
	face := basicfont.Face7x13
	for i, r := range []rune(text) {
		box, mask, from, _, _ := face.Glyph(fixed.P(i*charWidth, face.Ascent), r)
		for y := box.Min.Y; y < box.Max.Y; y++ {
			for x := box.Min.X; x < box.Max.X; x++ {
				if _, _, _, a := mask.At(from.X+x-box.Min.X, from.Y+y-box.Min.Y).RGBA(); a == 0 {
					continue
				}
				if upwards {
					img.SetColorIndex(at.X+y, at.Y-1-x, index)
				} else {
					img.SetColorIndex(at.X+x, at.Y+y, index)
				}
			}
		}
	}
}
