package dgalstm

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
	"threatnet/internal/golden"
)

// pair is a JSON array of a string and a number.
type pair struct {
	text   string
	number int
}

func (p *pair) UnmarshalJSON(text []byte) error {
	return json.Unmarshal(text, &[]any{&p.text, &p.number})
}

func TestTokenizerGolden(t *testing.T) {
	var file struct {
		Cases []struct {
			Name          string
			NumWords      *int    `json:"num_words"`
			OOVToken      *string `json:"oov_token"`
			Lower         bool
			Fit, Texts    []string
			WordCounts    []pair `json:"word_counts"`
			WordIndex     []pair `json:"word_index"`
			Sequences     [][]int32
			DocumentCount int `json:"document_count"`
		}
	}
	golden.JSON(t, "data/tokenizer.json", &file)
	if len(file.Cases) == 0 {
		t.Fatal("no cases")
	}
	for _, c := range file.Cases {
		t.Run(c.Name, func(t *testing.T) {
			o := TokenizerOptions{Lower: c.Lower}
			if c.NumWords != nil {
				o.NumWords = *c.NumWords
			}
			if c.OOVToken != nil {
				o.OOVToken = *c.OOVToken
			}
			counts := counter{other: map[rune]int{}}
			for _, name := range c.Fit {
				counts.add(name, o.Lower)
			}
			if counts.names != c.DocumentCount || len(counts.order) != len(c.WordCounts) {
				t.Errorf("%d names, %d characters", counts.names, len(counts.order))
			}
			for i, w := range c.WordCounts {
				if r := counts.order[i]; string(r) != w.text || counts.count(r) != w.number {
					t.Errorf("%d: %q counts %d, want %v", i, r, counts.count(r), w)
				}
			}

			tok := FitTokenizer(slices.Values(c.Fit), o)
			index := []rune(tok.Characters())
			first := 1
			if o.OOVToken != "" {
				first = 2
			}
			if len(index)+first-1 != len(c.WordIndex) {
				t.Errorf("%d characters, want %d", len(index), len(c.WordIndex))
			}
			for _, w := range c.WordIndex {
				if w.text != o.OOVToken && string(index[w.number-first]) != w.text {
					t.Errorf("id %d is %q, want %q", w.number, index[w.number-first], w.text)
				}
			}
			for i, text := range c.Texts {
				got := tok.Sequence(nil, text)
				if !slices.Equal(got, c.Sequences[i]) {
					t.Errorf("%q gives %v, want %v", text, got, c.Sequences[i])
				}
				for length := range 30 {
					row := slices.Repeat([]int32{-1}, length)
					tok.Encode(row, text)
					if want := padded(c.Sequences[i], length); !slices.Equal(row, want) {
						t.Errorf("%q in %d gives %v, want %v", text, length, row, want)
					}
				}
			}
		})
	}
}

// padded is the definition of what Encode gives.
func padded(sequence []int32, length int) []int32 {
	row := append(make([]int32, length), sequence...)
	return row[len(row)-length:]
}

func TestPadSequencesGolden(t *testing.T) {
	var file struct {
		Cases []struct {
			Args struct {
				MaxLen              int
				Padding, Truncating string
				Value               int32
			}
			Sequences, Output [][]int32
		}
	}
	golden.JSON(t, "data/pad_sequences.json", &file)
	if len(file.Cases) == 0 {
		t.Fatal("no cases")
	}
	for _, c := range file.Cases {
		p := Padding{PadRight: c.Args.Padding == "post", CutRight: c.Args.Truncating == "post", Value: c.Args.Value}
		if diff := cmp.Diff(c.Output, PadSequences(c.Sequences, c.Args.MaxLen, p)); diff != "" {
			t.Errorf("%+v: %s", c.Args, diff)
		}
	}
}

// What Python 3.11's str.lower gives.
func TestLower(t *testing.T) {
	tests := map[string]string{
		"":               "",
		"Netflix.COM":    "netflix.com",
		"Σ":              "σ",
		"ΑΣ":             "ας",
		"ΑΣ.":            "ας.",
		"ΑΣ.Α":           "ασ.α",
		"Α.Σ":            "α.ς",
		"ΑΣ-Α":           "ας-α",
		"1Σ":             "1σ",
		"ΑΣΣ":            "ασς",
		"Α\u0301Σ\u0301": "α\u0301ς\u0301",
		"ªΣ":             "ªς",
		"İΣ":             "i\u0307ς",
		"ʰΣ":             "ʰσ",
		"ΑʰΣ":            "αʰς",
		"日Σ":             "日σ",
		"ǅẞΩK":           "ǆßωk",
	}
	for text, want := range tests {
		tok, err := NewTokenizer("", TokenizerOptions{Lower: true})
		if err != nil {
			t.Fatal(err)
		}
		var got strings.Builder
		for i, r := range text {
			for _, r := range tok.fold(text, i, len(string(r)), r) {
				if r != none {
					got.WriteRune(r)
				}
			}
		}
		if got.String() != want {
			t.Errorf("%q gives %q, want %q", text, got.String(), want)
		}
	}
}

// Encode reads a name from its end and Sequence from its start: they agree on any bytes, and through JSON.
func TestEncodeIsPaddedSequence(t *testing.T) {
	text := rapid.OneOf(rapid.StringMatching(`[A-Za-z0-9.-]*`), rapid.String(), rapid.StringOf(rapid.RuneFrom([]rune("ΣΑσİ.é日\u0301K"))),
		rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) }))
	rapid.Check(t, func(t *rapid.T) {
		o := TokenizerOptions{
			NumWords: rapid.IntRange(0, 20).Draw(t, "num_words"),
			Lower:    rapid.Bool().Draw(t, "lower"),
			OOVToken: rapid.SampledFrom([]string{"", "<OOV>", "a"}).Draw(t, "oov_token"),
		}
		tok := FitTokenizer(slices.Values(rapid.SliceOf(text).Draw(t, "names")), o)
		name := text.Draw(t, "name")
		row := slices.Repeat([]int32{-1}, rapid.IntRange(0, 30).Draw(t, "length"))
		tok.Encode(row, name)
		sequence := tok.Sequence(nil, name)
		if want := padded(sequence, len(row)); !slices.Equal(row, want) {
			t.Fatalf("encoded %v, want %v", row, want)
		}
		for _, id := range sequence {
			if id < 1 || int(id) >= tok.Size() {
				t.Fatalf("id %d of %d", id, tok.Size())
			}
		}
		again := new(Tokenizer)
		if data, err := json.Marshal(tok); err != nil || json.Unmarshal(data, again) != nil {
			t.Fatalf("%s: %v", data, err)
		}
		if !slices.Equal(again.Sequence(nil, name), sequence) || again.Options() != o || again.Characters() != tok.Characters() {
			t.Fatal("the tokenizer read back differs")
		}
	})
}

func TestTokenizerRefuses(t *testing.T) {
	for name, text := range map[string]string{
		"no JSON":       `{`,
		"twice":         `{"characters":"aba"}`,
		"num_words":     `{"characters":"ab","num_words":-1}`,
		"type":          `{"characters":["a"]}`,
		"not an object": `[]`,
	} {
		tok := new(Tokenizer)
		if err := json.Unmarshal([]byte(text), tok); err == nil || tok.Size() != 1 {
			t.Errorf("%s: error %v", name, err)
		}
	}
	if _, err := NewTokenizer("a\xff", TokenizerOptions{}); err == nil {
		t.Error("characters that are not UTF-8 were taken")
	}
}

func TestEncodeAllocatesNothing(t *testing.T) {
	tok := FitTokenizer(slices.Values([]string{"example.com", "bücher.example", "ΑΣ"}), TokenizerOptions{Lower: true})
	row := make([]int32, 75)
	if n := testing.AllocsPerRun(100, func() { tok.Encode(row, "WWW.bücher.ΑΣ.İ.example.com") }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkEncode(b *testing.B) {
	tok := FitTokenizer(slices.Values([]string{"abcdefghijklmnopqrstuvwxyz0123456789-."}), TokenizerOptions{Lower: true})
	row := make([]int32, 75)
	for b.Loop() {
		tok.Encode(row, "a94421b9c998056fb42456ad25ea55bfb9.example")
	}
}
