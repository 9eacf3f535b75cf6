package datasets

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// Through a cache, in any number of passes, the set and the report are those of memory.
func TestCacheProperty(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.StringMatching(`([a-c]\.){0,2}[a-e]{1,2}(\.com|\.ddns\.net|)`)
		family := rapid.SampledFrom([]string{Benign, "a", "b", "c"})
		var list []string
		for range rapid.IntRange(0, 300).Draw(t, "rows") {
			list = append(list, fmt.Sprintf("%s %s %d", name.Draw(t, "name"), family.Draw(t, "family"), rapid.IntRange(-1, 3).Draw(t, "day")))
		}
		cut := rapid.IntRange(0, len(list)).Draw(t, "cut")
		in := []Input{{"1", dated(list[:cut]...)}, {"2", dated(list[cut:]...)}}
		opt := CollectOptions{
			Conflicts:  rapid.SampledFrom([]Conflicts{DropBoth, KeepBenign, KeepDGA}).Draw(t, "policy"),
			Form:       rapid.SampledFrom(Forms()).Draw(t, "form"),
			Duplicates: rapid.IntRange(0, 4).Draw(t, "mode") == 0,
		}
		want, wantReport, err := Collect(context.Background(), opt, in...)
		if err != nil {
			t.Fatal(err)
		}
		cache := NewCache(dir)
		opt.Cache = cache
		got, gotReport, err := collect(context.Background(), opt, rapid.IntRange(1, 300).Draw(t, "passes"), in)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(wantReport, gotReport); diff != "" {
			t.Fatal(diff)
		}
		compare(t, want, got)
		order := rapid.SliceOf(rapid.IntRange(0, max(want.Len()-1, 0))).Draw(t, "order")
		if want.Len() == 0 {
			order = nil
		}
		compare(t, want.Select(order), got.Select(order))
		a, _ := want.MergeRare(20)
		b, _ := got.MergeRare(20)
		compare(t, a, b)
		a, _ = want.CapNames(5, 5, 1)
		b, _ = got.CapNames(5, 5, 1)
		compare(t, a, b)
		if want.Len() > 0 && Overlap(want, got) != Overlap(want, want) {
			t.Fatal(Overlap(want, got))
		}
		stored, err := cache.Store(a)
		if err != nil {
			t.Fatal(err)
		}
		compare(t, a, stored)
		if diff := cmp.Diff(NearDuplicates(want), NearDuplicates(got)); diff != "" {
			t.Fatal(diff)
		}
		if err := cache.Close(); err != nil {
			t.Fatal(err)
		}
	})
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Error(left, err)
	}
}

func compare(t *rapid.T, want, got *Set) {
	if diff := cmp.Diff(days(want), days(got)); diff != "" {
		t.Fatal(diff)
	}
	if diff := cmp.Diff(content(want), content(got)); diff != "" {
		t.Fatal(diff)
	}
	if !slices.Equal(want.Families(), got.Families()) || !slices.Equal(want.Codes(), got.Codes()) || want.HasDays() != got.HasDays() {
		t.Fatal(got.Families(), got.Codes())
	}
}

// Rows beyond a chunk and beyond what is read at once, from several goroutines.
func TestCacheMany(t *testing.T) {
	const n = 3 * cacheRows * scanChunks
	cache := NewCache(t.TempDir())
	var list []string
	for i := range n {
		list = append(list, fmt.Sprintf("name-%d.example x %d", i, i%5))
	}
	set, report, err := Collect(context.Background(), CollectOptions{Cache: cache}, Input{"in", dated(append(list, list...)...)})
	if err != nil || report.Duplicates != n || set.Len() != n {
		t.Fatal(err, report)
	}
	if size := cache.Size(); size < 2*15*n || size > 2*25*n {
		t.Error(size)
	}
	var wait sync.WaitGroup
	for from := range 4 {
		wait.Go(func() {
			for i := from; i < n; i += 4 {
				if got, want := set.Name(i), fmt.Sprintf("name-%d.example", i); got != want {
					t.Errorf("%q, not %q", got, want)
					return
				}
			}
		})
	}
	wait.Wait()
	i := 0
	for name := range set.All() {
		if want := fmt.Sprintf("name-%d.example", i); name != want {
			t.Fatal(name, want)
		}
		i++
	}
	if err := cache.Close(); err != nil {
		t.Error(err)
	}
	if cache.Size() != 0 {
		t.Error(cache.Size())
	}
}

func TestCacheErrors(t *testing.T) {
	dir := t.TempDir()
	none := NewCache(filepath.Join(dir, "none"))
	in := Input{"in", rows("x.com a", "y.com a")}
	if _, _, err := Collect(context.Background(), CollectOptions{Cache: none}, in); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
	if _, err := none.Store(collected(t)); !errors.Is(err, os.ErrNotExist) || !strings.HasPrefix(err.Error(), "cannot make a cache of names: ") {
		t.Error(err)
	}
	// What fails leaves no file.
	cache := NewCache(dir)
	bad := errors.New("broken")
	if _, _, err := Collect(context.Background(), CollectOptions{Cache: cache}, in, Input{"bad", func(yield func(Domain, error) bool) {
		yield(Domain{}, bad)
	}}); !errors.Is(err, bad) {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, _, err := Collect(ctx, CollectOptions{Cache: cache}, in); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if len(cache.files) != 0 {
		t.Error("files are left")
	}
	// A name that cannot be read is empty, and the error is kept.
	set, err := cache.Store(collected(t, "x.com a", "y.com a"))
	if err != nil || set.Name(1) != "y.com" {
		t.Fatal(err)
	}
	if err := cache.files[0].file.Truncate(3); err != nil {
		t.Fatal(err)
	}
	if set.Name(0) != "" || cache.Err() == nil || !strings.HasPrefix(cache.Err().Error(), "cannot read the cache of names: ") {
		t.Error(cache.Err())
	}
	if diff := cmp.Diff([]string{"a", "a"}, content(set)); diff != "" {
		t.Error(diff)
	}
	if err := cache.files[0].scan(context.Background(), nil, nil); err == nil {
		t.Error("a short file")
	}
	if err := cache.Close(); err == nil || len(cache.files) != 0 {
		t.Error("the error is lost")
	}
}

// A disk that takes nothing.
func TestCacheWriteErrors(t *testing.T) {
	cache := NewCache(t.TempDir())
	f, err := cache.create()
	if err != nil {
		t.Fatal(err)
	}
	f.file.Close()
	for range 2 * 1 << 18 / 250 {
		if err = f.add(strings.Repeat("a", 250), 0, 0); err != nil {
			break
		}
	}
	flushed := f.flush()
	for _, err := range []error{err, flushed} {
		if !errors.Is(err, os.ErrClosed) || !strings.HasPrefix(err.Error(), "cannot write the cache of names: ") {
			t.Error(err)
		}
	}
	if err := cache.Close(); err != nil {
		t.Error(err)
	}
	f.rows = maxRows
	if err := f.add("x.com", 0, 0); err == nil {
		t.Error("a row too many")
	}
}

// Codes and days of any size.
func TestCacheNumbers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cache := NewCache("")
		f, err := cache.create()
		if err != nil {
			t.Fatal(err)
		}
		type row struct {
			name      string
			code, day int32
		}
		var want, got []row
		for range rapid.IntRange(0, 100).Draw(t, "rows") {
			r := row{rapid.String().Draw(t, "name"), rapid.Int32Range(0, math.MaxInt32).Draw(t, "code"), rapid.Int32().Draw(t, "day")}
			want = append(want, r)
			if err := f.add(r.name, r.code, r.day); err != nil {
				t.Fatal(err)
			}
		}
		if err := f.flush(); err != nil {
			t.Fatal(err)
		}
		err = f.scan(context.Background(), nil, func(_ int, name string, code, day int32) {
			got = append(got, row{strings.Clone(name), code, day})
		})
		if err != nil || !cmp.Equal(want, got, cmp.AllowUnexported(row{})) {
			t.Fatal(err, cmp.Diff(want, got, cmp.AllowUnexported(row{})))
		}
		if err := cache.Close(); err != nil {
			t.Fatal(err)
		}
	})
}
