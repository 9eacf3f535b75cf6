package queryfeatures

import (
	"fmt"
	"slices"
	"testing"
)

func ExampleNames() {
	names := Names(Window107)
	fmt.Println(len(names), names[0], names[93], names[94:98], names[106])
	// Output: 107 count_0 count_~ [len entropy size_avg entropy_avg] window_alphabet
}

func TestNames(t *testing.T) {
	for _, s := range Sets() {
		names := Names(s)
		if len(names) != s.Size() {
			t.Errorf("%s: %d names for %d features", s, len(names), s.Size())
		}
		slices.Sort(names)
		if len(slices.Compact(names)) != s.Size() {
			t.Errorf("%s: a name stands there twice", s)
		}
		if again, err := ParseSet(string(s)); err != nil || again != s {
			t.Errorf("%s: %v, %v", s, again, err)
		}
	}
	if _, err := ParseSet("notebook97"); err == nil {
		t.Error("an unknown set is taken")
	}
}
