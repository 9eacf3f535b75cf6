package synth

import (
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// sample gives mean and variance of n draws.
func sample(n int, draw func() float64) (mean, variance float64) {
	sum, squares := 0.0, 0.0
	for range n {
		x := draw()
		sum, squares = sum+x, squares+x*x
	}
	mean = sum / float64(n)
	return mean, squares/float64(n) - mean*mean
}

func TestDraws(t *testing.T) {
	r := splitMix(1)
	for _, c := range []struct {
		name           string
		draw           func() float64
		mean, variance float64
	}{
		{"unit", r.unit, .5, 1. / 12},
		{"exponential", r.exponential, 1, 1},
		{"geometric", func() float64 { return float64(r.geometric(.4)) }, 2.5, .6 / .16},
		{"weighting", func() float64 { return float64(newWeighting(1, 2, 1).draw(&r)) }, 1, .5},
		{"about", func() float64 { return float64(r.about(1000)) / 1000 }, 1, 1},
	} {
		mean, variance := sample(200_000, c.draw)
		if math.Abs(mean-c.mean) > .02 || math.Abs(variance/c.variance-1) > .03 {
			t.Errorf("%s: mean %g, variance %g, want %g and %g", c.name, mean, variance, c.mean, c.variance)
		}
	}
}

// TestExponentialTail compares the distribution with e⁻ˣ beyond whole numbers, where the method begins again.
func TestExponentialTail(t *testing.T) {
	r := splitMix(2)
	const n = 200_000
	var beyond [4]int
	for range n {
		x := r.exponential()
		for i := range beyond {
			if x >= float64(i+1) {
				beyond[i]++
			}
		}
	}
	for i, count := range beyond {
		if want := math.Exp(-float64(i + 1)); math.Abs(float64(count)/n-want) > .005 {
			t.Errorf("P(x ≥ %d) = %g, want %g", i+1, float64(count)/n, want)
		}
	}
}

func TestLabels(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[a-z0-9]{1,250}`).Draw(t, "text")
		n := rapid.IntRange(1, 63).Draw(t, "n")
		got := labels(text, n)
		if strings.ReplaceAll(got, ".", "") != text {
			t.Fatalf("%q became %q", text, got)
		}
		parts := strings.Split(got, ".")
		for i, part := range parts {
			if len(part) > n || part == "" || i < len(parts)-1 && len(part) != n {
				t.Fatalf("part %q of %d characters at the most", part, n)
			}
		}
	})
}

func TestEncodings(t *testing.T) {
	for _, c := range []struct {
		name     string
		encoding encoding
		alphabet string
	}{
		{"base32", base32Lower, "abcdefghijklmnopqrstuvwxyz234567"},
		{"upper base32", base32Upper, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"},
		{"base32hex", base32Hex, "0123456789abcdefghijklmnopqrstuv"},
		{"base64url", base64URL, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"},
		{"hexadecimal", base16, "0123456789abcdef"},
	} {
		r := splitMix(3)
		text := c.encoding.text(&r, 5000)
		seen := map[rune]bool{}
		for _, char := range text {
			seen[char] = true
			if !strings.ContainsRune(c.alphabet, char) {
				t.Fatalf("%s: %q", c.name, char)
			}
		}
		if len(text) != 5000 || len(seen) != len(c.alphabet) {
			t.Errorf("%s: %d characters, %d different ones", c.name, len(text), len(seen))
		}
	}
}
