package table

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// readAll gives what a Reader makes of a text: records as "line:column field|..." and errors.
func readAll(t *testing.T, text string) []string {
	t.Helper()
	r := NewReader(strings.NewReader(text), ',')
	var got []string
	for {
		fields, err := r.Read()
		var bad *Error
		switch {
		case err == io.EOF:
			return got
		case errors.As(err, &bad):
			got = append(got, err.Error())
		case err != nil:
			t.Fatal(err)
		default:
			line, column := r.Pos(len(fields) - 1)
			got = append(got, fmt.Sprintf("%d:%d %s", line, column, strings.Join(fields, "|")))
		}
	}
}

func TestRead(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"plain":              {"a,b\nc,d", []string{"1:3 a|b", "2:3 c|d"}},
		"CRLF and BOM":       {"\ufeffa,b\r\n\r\nc,d\r\n", []string{"1:3 a|b", "3:3 c|d"}},
		"comments, blanks":   {"# x,y\n\n  \na\n #b\n", []string{"4:1 a"}},
		"empty fields":       {",\n,,x\n", []string{"1:2 |", "2:3 ||x"}},
		"quotes":             {`"a,b","c""d",""` + "\n" + `x,"y"`, []string{"1:14 a,b|c\"d|", "2:3 x|y"}},
		"quote in a field":   {`a"b,c` + "\n", []string{`1:5 a"b|c`}},
		"newline in quotes":  {"\"ru\nx.ru\",\"q\r\nr\",z\n1,2", []string{"3:4 ru\nx.ru|q\nr|z", "4:3 1|2"}},
		"bad closing quote":  {"\"a\"b,c\nd,e", []string{"line 1, column 4: " + ErrQuote.Error(), "2:3 d|e"}},
		"unterminated":       {"a,\"b\nc,d\ne,f", []string{"line 1, column 3: " + ErrUnterminated.Error(), "2:3 c|d", "3:3 e|f"}},
		"unterminated, late": {"a,\"b\nc\",\"d\ne,f", []string{"line 1, column 1: " + ErrUnterminated.Error(), "line 2, column 4: " + ErrUnterminated.Error(), "3:3 e|f"}},
		"unterminated, more": {"\"a\n\"b\",c\nd,e", []string{"line 1, column 1: " + ErrQuote.Error(), "2:5 b|c", "3:3 d|e"}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, readAll(t, c.text)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestUnterminatedQuoteIsBounded(t *testing.T) {
	text := "\"a,b\n" + strings.Repeat("c,d\n", 3*MaxSpan)
	got := readAll(t, text)
	if len(got) != 1+3*MaxSpan || !strings.Contains(got[0], "no closing quote") || got[1] != "2:3 c|d" {
		t.Errorf("%d records, first %q", len(got), got[:2])
	}
}

func TestLongLines(t *testing.T) {
	fits, long := strings.Repeat("x", 3*bufferSize), strings.Repeat("x", MaxLine+1)
	for _, quote := range []string{"", `"`} {
		got := readAll(t, "a\n"+fits+"\n"+quote+"b\n"+long+"\nc\n"+long)
		want := []string{"1:1 a", "2:1 " + fits, "3:1 b", "line 4, column 1: line too long", "5:1 c", "line 6, column 1: line too long"}
		if quote != "" {
			want[2] = "line 3, column 1: no closing quote"
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff[:min(len(diff), 500)])
		}
	}
}

func TestReadErrorDropsPartialLine(t *testing.T) {
	broken := errors.New("broken")
	r := NewReader(io.MultiReader(strings.NewReader("a,b\n\"c,d"), errorReader{broken}), ',')
	if fields, err := r.Read(); err != nil || len(fields) != 2 {
		t.Fatal(fields, err)
	}
	var bad *Error
	if _, err := r.Read(); !errors.Is(err, broken) && !errors.As(err, &bad) {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := r.Read(); !errors.Is(err, broken) {
			t.Fatal(err)
		}
	}
}

type errorReader struct{ err error }

func (r errorReader) Read([]byte) (int, error) { return 0, r.err }

// A line is delivered, and a head recognised, before anything after it has been written.
func TestStreaming(t *testing.T) {
	in, out := io.Pipe()
	buffer := NewBuffer(in)
	go func() { _, _ = out.Write([]byte("# comment\n\na,b\n")) }()
	head, err := Peek(buffer)
	if string(head) != "# comment\n\na,b\n" || err != nil {
		t.Fatalf("%q, %v", head, err)
	}
	r := NewReader(buffer, ',')
	if fields, err := r.Read(); err != nil || fields[1] != "b" {
		t.Fatal(fields, err)
	}
	go func() { _, _ = out.Write([]byte("c,d\n")) }()
	if fields, err := r.Read(); err != nil || fields[1] != "d" {
		t.Fatal(fields, err)
	}
	_ = out.Close()
	if _, err := r.Read(); err != io.EOF {
		t.Fatal(err)
	}
}

func TestPeekAtTheEnd(t *testing.T) {
	for _, text := range []string{"", "#", "\n\n", "a"} {
		head, err := Peek(NewBuffer(strings.NewReader(text)))
		if string(head) != text || err != nil {
			t.Errorf("%q: %q, %v", text, head, err)
		}
	}
	broken := errors.New("broken")
	if _, err := Peek(bufio.NewReader(errorReader{broken})); !errors.Is(err, broken) {
		t.Error(err)
	}
}

// What encoding/csv reads without an error is read alike, but for comments and lines of spaces.
func FuzzRead(f *testing.F) {
	for _, s := range []string{"a,b\n", "\"a\nb\",c\r\n\"\"\"\"", "\"a\"b\n\"c", "#\n ,\n", "\xff,\"\r\n\"", "\ufeff\"a\""} {
		f.Add(s)
	}
	f.Add("\"" + strings.Repeat("\n", MaxSpan) + "\"") // one line too many
	f.Fuzz(func(t *testing.T, text string) {
		mine := NewReader(strings.NewReader(text), ',')
		var got [][]string
		last := 0
		for {
			fields, err := mine.Read()
			if err == io.EOF {
				break
			}
			var bad *Error
			if errors.As(err, &bad) {
				if bad.Line < last {
					t.Fatalf("error in line %d after line %d", bad.Line, last)
				}
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			if last, _ = mine.Pos(0); last == 0 {
				t.Fatal("record without a place")
			}
			got = append(got, append([]string(nil), fields...))
		}
		std := csv.NewReader(strings.NewReader(text))
		std.FieldsPerRecord = -1
		want, err := std.ReadAll()
		if err != nil || strings.HasPrefix(text, "\ufeff") {
			return
		}
		for _, l := range strings.Split(text, "\n") {
			if Skip([]byte(strings.TrimSuffix(l, "\r"))) && strings.TrimSuffix(l, "\r") != "" {
				return
			}
		}
		if strings.Count(text, "\n") >= MaxSpan {
			return
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	})
}
