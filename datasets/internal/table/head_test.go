package table

import (
	"bufio"
	"errors"
	"io"
	"strings"
	"testing"
)

func TestSkipHead(t *testing.T) {
	long := "# " + strings.Repeat("x", 3*bufferSize)
	blank := strings.Repeat(" ", 2*bufferSize)
	for name, c := range map[string]struct {
		text  string
		lines int
		rest  string
	}{
		"nothing":            {"", 0, ""},
		"a row":              {"a,b\nc", 0, "a,b\nc"},
		"a row without end":  {"a,b", 0, "a,b"},
		"comments":           {"# x\n\n \t\r\n #y\na,b\n# z\n", 4, "a,b\n# z\n"},
		"nothing else":       {"# x\n\n# y", 3, ""},
		"byte order mark":    {"\ufeff# x\n# y\na", 2, "a"},
		"mark before a row":  {"\ufeffa\n", 0, "\ufeffa\n"},
		"mark, blank line":   {"\ufeff\na\n", 1, "a\n"},
		"mark alone":         {"\ufeff", 0, ""},
		"long comment":       {"#\n" + long + "\n" + long + "\na\n", 3, "a\n"},
		"long last comment":  {long, 0, ""},
		"many comments":      {strings.Repeat("# comment\n", 20000) + "a\n", 20000, "a\n"},
		"more blanks than a": {"# x\n" + blank + "a\n", 1, blank + "a\n"},
	} {
		r := NewBuffer(strings.NewReader(c.text))
		lines, err := SkipHead(r)
		rest, _ := io.ReadAll(r)
		if lines != c.lines || err != nil || string(rest) != c.rest {
			t.Errorf("%s: %d lines, %v, rest %.40q", name, lines, err, rest)
		}
	}
}

func TestSkipHeadErrors(t *testing.T) {
	broken := errors.New("broken")
	for _, text := range []string{"", "# x", "# x\n", "# " + strings.Repeat("x", 2*bufferSize)} {
		r := NewBuffer(io.MultiReader(strings.NewReader(text), errorReader{broken}))
		if _, err := SkipHead(r); !errors.Is(err, broken) {
			t.Errorf("%.10q: %v", text, err)
		}
	}
}

// No more than the first row is waited for.
func TestSkipHeadStreaming(t *testing.T) {
	in, out := io.Pipe()
	go func() { _, _ = io.WriteString(out, "# x\n# y\na.com\n") }()
	r := bufio.NewReader(in)
	if lines, err := SkipHead(r); lines != 2 || err != nil {
		t.Fatal(lines, err)
	}
	if line, err := r.ReadString('\n'); line != "a.com\n" || err != nil {
		t.Fatal(line, err)
	}
}
