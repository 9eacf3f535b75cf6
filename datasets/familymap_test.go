package datasets

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestReadFamilyMap(t *testing.T) {
	got, err := ReadFamilyMap(strings.NewReader("\ufeff# names of the feed\r\nPost Tovar GOZ,newgoz\r\n\r\n  gameover = goz \n\"zeus\",\"Zeus\"\n  # more\nx,nonDGA\nzeus,Zeus\na=b,c"))
	want := map[string]string{"Post Tovar GOZ": "newgoz", "gameover": "goz", "zeus": "Zeus", "x": Benign, "a": "b,c"}
	if err != nil || !cmp.Equal(want, got) {
		t.Error(err, cmp.Diff(want, got))
	}
	if got, err := ReadFamilyMap(strings.NewReader("")); err != nil || len(got) != 0 {
		t.Error(got, err)
	}
	for text, want := range map[string]struct {
		err  error
		text string
	}{
		"a,b\n  goz newgoz\n":            {ErrNoSeparator, "2:3: want old,new or old = new"},
		"a,b\n = x\n":                    {ErrNoFamily, "2:1: no family name"},
		"goz = \n":                       {ErrNoFamily, "1:6: no family name"},
		"goz,\"\"":                       {ErrNoFamily, "1:5: no family name"},
		"# x\n\nnonDGA,clean":            {ErrRenameBenign, "3:1: the benign class cannot be renamed"},
		"a,b\na,c\n":                     {ErrRenamedTwice, `2:1: family is renamed twice: "a" to "b" and to "c"`},
		"a,b\nab\xff,c":                  {InvalidUTF8, "2:3: invalid UTF-8"},
		strings.Repeat("a", 1<<20) + "b": {LineTooLong, "1:1048577: line too long"},
	} {
		_, err := ReadFamilyMap(strings.NewReader(text))
		var line *LineError
		if !errors.Is(err, want.err) || !errors.As(err, &line) || err.Error() != want.text {
			t.Errorf("%.20q: %v, not %s", text, err, want.text)
		}
	}
	if _, err := ReadFamilyMap(broken{}); !errors.Is(err, errBroken) {
		t.Error(err)
	}
}

var errBroken = errors.New("broken")

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errBroken }

func FuzzReadFamilyMap(f *testing.F) {
	for _, text := range []string{"a,b\n", "a = b", "# x\n\"a\",\"b\"", "a\nb", "a,\xff"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		names, err := ReadFamilyMap(strings.NewReader(text))
		var line *LineError
		if err != nil && (!errors.As(err, &line) || line.Line < 1 || line.Column < 1) {
			t.Fatal(err)
		}
		if err := (FamilyRules{Rename: names}).Check(); err != nil {
			t.Fatal(err)
		}
		if names[Benign] != "" {
			t.Fatal("benign is renamed")
		}
	})
}
