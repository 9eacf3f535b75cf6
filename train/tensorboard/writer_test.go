package tensorboard

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/png"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func clock() time.Time { return time.Unix(1500000000, 250_000_000) }

func must(t *testing.T, errs ...error) {
	t.Helper()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
}

func newWriter(t *testing.T, out io.Writer) *Writer {
	t.Helper()
	w, err := New(out, clock)
	must(t, err)
	return w
}

// The file that TensorBoard's own messages and record writer make of the same events, see testdata/golden.py.
func TestGolden(t *testing.T) {
	var b bytes.Buffer
	w := newWriter(t, &b)
	must(t, w.Start(7), w.Scalar("batch/loss", 7, 0.7), w.Scalar("zero", -1, 0), w.Text("settings", 0, "naïve *text*"),
		w.Histogram("weights", 300, []float32{-2, -0.5, 0, 0, 0.25, 1, 1}), w.Histogram("nothing", 301, nil), w.Close())
	want, err := os.ReadFile(filepath.Join("testdata", "small.tfevents"))
	must(t, err)
	if !bytes.Equal(b.Bytes(), want) {
		t.Errorf("%d bytes, want %d:\n%s", b.Len(), len(want), cmp.Diff(events(t, bytes.NewReader(want)), events(t, &b), cmp.AllowUnexported(histogram{})))
	}
}

// The bytes 0 to 31, whose CRC-32C is 46dd794e (RFC 3720, B.4), masked by TensorBoard.
func TestChecksum(t *testing.T) {
	var data [32]byte
	for i := range data {
		data[i] = byte(i)
	}
	if got := checksum(data[:]); got != 0x951f7892 {
		t.Errorf("%#x", got)
	}
}

// Every damaged byte and every cut within a record is seen by a reader.
func TestRecordsAreChecked(t *testing.T) {
	var b bytes.Buffer
	w := newWriter(t, &b)
	must(t, w.Scalar("a", 1, 2), w.Close())
	data := b.Bytes()
	fails := func(data []byte) bool {
		for _, err := range read(bytes.NewReader(data)) {
			if err != nil {
				return true
			}
		}
		return false
	}
	if fails(data) {
		t.Fatal("cannot be read")
	}
	for i := range data {
		bad := bytes.Clone(data)
		bad[i] ^= 0x10
		if !fails(bad) {
			t.Errorf("byte %d changed: read without an error", i)
		}
	}
	if !fails(data[:len(data)-1]) {
		t.Error("cut: read without an error")
	}
}

func TestImage(t *testing.T) {
	img := image.NewNRGBA(image.Rect(-1, -1, 2, 1))
	img.Set(1, 0, color.NRGBA{255, 128, 0, 255})
	opaque := image.NewPaletted(image.Rect(0, 0, 4, 5), color.Palette{color.Black, color.White})
	var b bytes.Buffer
	w := newWriter(t, &b)
	must(t, w.Image("clear", 1, img), w.Image("opaque", 2, opaque), w.Close())
	got := events(t, &b)[1:]
	for i, want := range []struct{ width, height, color int }{{3, 2, 4}, {4, 5, 3}} {
		e := got[i]
		if e.Width != want.width || e.Height != want.height || e.Color != want.color {
			t.Errorf("%s: %dx%d, colour space %d", e.Tag, e.Width, e.Height, e.Color)
		}
		back, err := png.Decode(bytes.NewReader(e.PNG))
		must(t, err)
		if size := back.Bounds().Size(); size != image.Pt(want.width, want.height) {
			t.Errorf("%s: PNG of %v", e.Tag, size)
		}
		if i == 0 && back.At(2, 1) != img.At(1, 0) {
			t.Errorf("a pixel is %v", back.At(2, 1))
		}
	}
	if err := w.Image("empty", 1, image.NewGray(image.Rectangle{})); err == nil || !strings.Contains(err.Error(), "empty") {
		t.Errorf("without pixels: %v", err)
	}
}

// A tag or text that is no UTF-8 would cost a reader the whole event.
func TestTextIsUTF8(t *testing.T) {
	var b bytes.Buffer
	w := newWriter(t, &b)
	must(t, w.Text("a\xff", 3, "b\xc3"), w.Close())
	e := events(t, &b)[1]
	if e.Tag != "a\uFFFD" || e.Text != "b\uFFFD" || e.Plugin != "text" || e.Step != 3 || e.Wall != 1500000000.25 {
		t.Errorf("%+v", e)
	}
}

func TestCreate(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "runs", "a")
	early := func() time.Time { return time.Unix(42, 0) }
	for range 3 { // in the same second
		w, err := Create(dir, early)
		must(t, err)
		if n := len(eventsIn(t, dir)); n == 0 {
			t.Error("nothing to be seen before the first flush")
		}
		must(t, w.Scalar("x", 1, 1), w.Close())
	}
	entries, err := os.ReadDir(dir)
	must(t, err)
	base := "events.out.tfevents.0000000042." + hostName()
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if diff := cmp.Diff([]string{base, base + ".1", base + ".2"}, names); diff != "" {
		t.Error(diff)
	}
	if n := len(eventsIn(t, dir)); n != 6 {
		t.Errorf("%d events", n)
	}
}

func TestCreateFails(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	must(t, os.WriteFile(path, nil, 0o600))
	var pathError *fs.PathError
	if _, err := Create(path, nil); !errors.As(err, &pathError) {
		t.Errorf("a file in the folder's place: %v", err)
	}
}

// failing is a full disk.
type failing struct{}

var errFull = errors.New("no space left")

func (failing) Write([]byte) (int, error) { return 0, errFull }

func TestErrorsAreKept(t *testing.T) {
	w := newWriter(t, failing{})
	if err := w.Flush(); !errors.Is(err, errFull) {
		t.Errorf("flush: %v", err)
	}
	if err := w.Scalar("x", 1, 1); !errors.Is(err, errFull) {
		t.Errorf("later: %v", err)
	}
	if err := w.Close(); !errors.Is(err, errFull) {
		t.Errorf("close: %v", err)
	}
}
