package synth

import "testing"

// TestBanjoriPublished compares with the names that the article lists after their seed name.
func TestBanjoriPublished(t *testing.T) {
	name := []byte("earnestnessbiophysicalohax")
	for _, want := range []string{"kwto", "rvcx", "hjbt", "txmo", "agek", "dbzw", "sgjx", "igjy", "zxah"} {
		banjoriNext(name)
		if got := string(name); got != want+"estnessbiophysicalohax" {
			t.Fatalf("got %s, want %sestness…", got, want)
		}
	}
}

// TestCryptolockerPublished compares with the two names that the encyclopaedia's example gives.
func TestCryptolockerPublished(t *testing.T) {
	for _, c := range []struct {
		day  uint64
		want string
	}{{7, "intgmxdeadnxuyla"}, {8, "axwscwsslmiagfah"}} {
		if got := cryptolockerLabel(2014, 1, c.day, 16); got != c.want {
			t.Errorf("%d January 2014: got %s, want %s", c.day, got, c.want)
		}
	}
}

// TestParkMillerPublished makes the check of the generator's authors: from 1, the 10,000th
// value is 1,043,618,065.
func TestParkMillerPublished(t *testing.T) {
	x := parkMiller(1)
	for range 10_000 {
		x.next()
	}
	if x != 1043618065 {
		t.Errorf("got %d", x)
	}
}

// TestSplitMixPublished compares with the generator's first output from the state 0.
func TestSplitMixPublished(t *testing.T) {
	if got := mix64(golden); got != 0xe220a8397b1dcdaf {
		t.Errorf("got %x", got)
	}
}

// TestDyrePublished holds the counting of the first letter and the top-level domain against
// six neighbouring names of one day that the article prints: t….ws, u….to, v….in, w….hk,
// x….cn, y….tk.
func TestDyrePublished(t *testing.T) {
	want := map[string]bool{"t.ws": true, "u.to": true, "v.in": true, "w.hk": true, "x.cn": true, "y.tk": true}
	names := generate(t, "dyre", 1, 1000)
	for i := 0; i+5 < len(names); i++ {
		run := 0
		for _, name := range names[i : i+6] {
			if want[name[:1]+name[34:]] {
				run++
			}
		}
		if run == 6 {
			return
		}
	}
	t.Error("the six names do not follow each other")
}

func TestListSizesPublished(t *testing.T) {
	for _, c := range []struct {
		what      string
		got, want int
	}{
		{"bigviktor's top-level domains", len(bigviktorTLDs), 20},
		{"conficker B's top-level domains", len(confickerTLDs), 8},
		{"cryptolocker's top-level domains", len(cryptolockerTLDs), 7},
		{"locky's top-level domains", len(lockyTLDs), 14},
		{"necurs's top-level domains", len(necursTLDs), 43},
		{"suppobox's words", len(commonWords), 384},
	} {
		if c.got != c.want {
			t.Errorf("%s: %d, want %d", c.what, c.got, c.want)
		}
	}
}
