package checkpoint

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// sample has every field of Meta and every type of tensor.
func sample() *File {
	return &File{
		Meta: Meta{
			Model:      "dga-lstm",
			Spec:       []byte(`[{"kind":"embedding","units":8}]`),
			Encoder:    []byte(`{"characters":".<>&é\u2028"}`),
			Labels:     []string{"benign", "conficker", "Post Tovar GOZ"},
			Thresholds: map[string]float64{"malicious": 0.73, "target_fpr": 0.01},
			Settings:   []byte(`{"epochs":5}`),
			Provenance: Provenance{Sources: []Source{
				{Name: "a.csv", Role: "data", SHA256: strings.Repeat("0f", 32), Rows: 7, Families: map[string]int{"benign": 4, "qakbot": 3}},
			}},
			Metrics: map[string]Scores{"test": {"auc": 0.99, "loss": Number(math.Inf(1))}, "validation": {"f1": 0}},
			History: []Epoch{{Epoch: 1, Train: Scores{"loss": 1.5}, Validation: Scores{"loss": 2}}, {Epoch: 2, Train: Scores{"loss": 1}}},
			Resume:  []byte(`{"epoch":1}`),
		},
		Tensors: []Tensor{
			{"step", []int{}, []uint64{math.MaxUint64}},
			{"f64", []int{2}, []float64{math.Inf(-1), math.Copysign(0, -1)}},
			{"i64", []int{1, 1}, []int64{math.MinInt64}},
			{"optimizer/dense/kernel \"m\"", []int{3, 1}, []float32{1, -2.5, math.SmallestNonzeroFloat32}},
			{"i32", []int{2, 2}, []int32{math.MinInt32, -1, 0, math.MaxInt32}},
			{"empty", []int{3, 0}, []float32{}},
		},
	}
}

func encoded(t testing.TB, f *File) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func read(data []byte) (*File, error) { return Read(bytes.NewReader(data), int64(len(data))) }

// ofReading sets what Read sets.
func ofReading(f, got *File) *File {
	f.Meta.Format, f.Meta.FormatVersion, f.Meta.Checksum = "threatnet", Version, got.Meta.Checksum
	return f
}

func TestRoundTrip(t *testing.T) {
	data := encoded(t, sample())
	got, err := read(data)
	if err != nil {
		t.Fatal(err)
	}
	want := ofReading(sample(), got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if again := encoded(t, got); !bytes.Equal(again, data) {
		t.Error("written again, the bytes differ")
	}
	if length := little.Uint64(data); length%8 != 0 || data[8] != '{' {
		t.Errorf("header of %d bytes begins with %q", length, data[8])
	}
}

// The file itself, so that no change of it goes unseen. Its checksums were computed with Python's hashlib.
func TestBytes(t *testing.T) {
	f := &File{Meta: Meta{Model: "linear", Labels: []string{"a<b"}}, Tensors: []Tensor{{"w", []int{1}, []float32{1}}, {"n", nil, []int64{2}}}}
	const want = "\x80\x01\x00\x00\x00\x00\x00\x00" +
		`{"__metadata__":{"checksum":"\"ea47c514d5e7375102805b3b9b6d4c612ca69e48c7c0db59a017103435d1d9ee\"","format":"\"threatnet\"",` +
		`"format_version":"1","header_checksum":"\"c8ee194a7a5edbb2248d90c2484864fa1830a2e95a0b2cb01b9959edea9beecc\"","labels":"[\"a<b\"]","model":"\"linear\""},` +
		`"n":{"dtype":"I64","shape":[],"data_offsets":[0,8]},"w":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}} ` +
		"\x02\x00\x00\x00\x00\x00\x00\x00\x00\x00\x80\x3f"
	if got := string(encoded(t, f)); got != want {
		t.Errorf("got\n%q\nwant\n%q", got, want)
	}
}

func TestEveryTruncationIsRefused(t *testing.T) {
	data := encoded(t, sample())
	for n := range data {
		if _, err := read(data[:n]); !errors.Is(err, ErrTruncated) {
			t.Fatalf("%d of %d bytes: %v", n, len(data), err)
		}
	}
	// the same where the size is that of the whole file
	for n := range data {
		if _, err := Read(bytes.NewReader(data[:n]), int64(len(data))); !errors.Is(err, ErrTruncated) {
			t.Fatalf("%d of %d bytes: %v", n, len(data), err)
		}
	}
}

func TestEveryChangedByteIsRefused(t *testing.T) {
	data := encoded(t, sample())
	for i := range data {
		data[i] ^= 1
		f, err := read(data)
		data[i] ^= 1
		if err == nil && !cmp.Equal(f, ofReading(sample(), f)) {
			t.Errorf("byte %d (%q) changed: read without an error", i, data[i])
		}
		if err != nil && strings.Contains(err.Error(), "\n") {
			t.Errorf("error of several lines: %q", err)
		}
	}
}

func TestNewerVersion(t *testing.T) {
	data := bytes.Replace(encoded(t, sample()), []byte(`"format_version":"1"`), []byte(`"format_version":"7"`), 1)
	_, err := read(data)
	if !errors.Is(err, ErrNewer) || !strings.Contains(err.Error(), "7") || !strings.Contains(err.Error(), "1") {
		t.Errorf("error %v", err)
	}
}

func TestOtherFiles(t *testing.T) {
	var plain bytes.Buffer
	if err := WriteTensors(&plain, sample().Tensors, map[string]string{"format": "pt"}); err != nil {
		t.Fatal(err)
	}
	tests := map[string]string{
		"text":              "name,family\nexample.com,benign\n",
		"zeros":             strings.Repeat("\x00", 100),
		"plain safetensors": plain.String(),
		"no metadata":       "\x02\x00\x00\x00\x00\x00\x00\x00{}",
	}
	for name, data := range tests {
		if _, err := read([]byte(data)); !errors.Is(err, ErrFormat) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestRefusedMetadata(t *testing.T) {
	valid := map[string]string{
		"format": `"threatnet"`, "format_version": "1", "model": `"linear"`, "checksum": `"00"`, "header_checksum": `"00"`,
	}
	tests := []struct {
		key, value string
		want       error
	}{
		{"model", "1", ErrFormat},
		{"model", "linear", ErrFormat},
		{"model", `""`, ErrFormat},
		{"labels", "{}", ErrFormat},
		{"history", "[", ErrFormat},
		{"format", `"pt"`, ErrFormat},
		{"format_version", "0", ErrFormat},
		{"format_version", `"1"`, ErrFormat},
		{"format_version", "", ErrFormat},
		{"checksum", `""`, ErrFormat},
		{"header_checksum", "", ErrFormat},
		{"header_checksum", `"00"`, ErrChecksum},
	}
	for _, test := range tests {
		metadata := map[string]string{}
		for k, v := range valid {
			metadata[k] = v
		}
		metadata[test.key] = test.value
		var b bytes.Buffer
		if err := WriteTensors(&b, nil, metadata); err != nil {
			t.Fatal(err)
		}
		if _, err := read(b.Bytes()); !errors.Is(err, test.want) {
			t.Errorf("%s=%s: %v", test.key, test.value, err)
		}
	}
}

func TestWriteRefuses(t *testing.T) {
	one := func(name string, shape []int, data any) []Tensor { return []Tensor{{name, shape, data}} }
	tests := map[string]File{
		"no model":         {},
		"label":            {Meta: Meta{Model: "m", Labels: []string{"\xff"}}},
		"threshold":        {Meta: Meta{Model: "m", Thresholds: map[string]float64{"malicious": math.NaN()}}},
		"spec":             {Meta: Meta{Model: "m", Spec: []byte("{")}},
		"type":             {Meta: Meta{Model: "m"}, Tensors: one("a", []int{1}, []int{1})},
		"shape":            {Meta: Meta{Model: "m"}, Tensors: one("a", []int{2}, []int32{1})},
		"negative shape":   {Meta: Meta{Model: "m"}, Tensors: one("a", []int{-1, -1}, []int32{1})},
		"name not UTF-8":   {Meta: Meta{Model: "m"}, Tensors: one("\xff", []int{1}, []int32{1})},
		"name of metadata": {Meta: Meta{Model: "m"}, Tensors: one("__metadata__", []int{1}, []int32{1})},
		"name twice":       {Meta: Meta{Model: "m"}, Tensors: append(one("a", nil, []int32{1}), one("a", nil, []int64{1})...)},
	}
	for name, f := range tests {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			if err := f.Write(&b); err == nil || b.Len() > 0 {
				t.Errorf("error %v after %d bytes", err, b.Len())
			}
		})
	}
	if err := WriteTensors(io.Discard, nil, map[string]string{"a": "\xff"}); err == nil {
		t.Error("metadata that is not UTF-8 was written")
	}
}

func TestCreated(t *testing.T) {
	tests := []struct {
		epoch, created string
		fails          bool
	}{
		{"", "", false},
		{"0", "1970-01-01T00:00:00Z", false},
		{"1700000000", "2023-11-14T22:13:20Z", false},
		{"yesterday", "", true},
		{"-1", "", true},
		{"253402300800", "", true},
	}
	for _, test := range tests {
		t.Setenv("SOURCE_DATE_EPOCH", test.epoch)
		f := sample()
		f.Meta.Created = "of the file that was read"
		var b bytes.Buffer
		if err := f.Write(&b); err != nil != test.fails {
			t.Errorf("%q: error %v", test.epoch, err)
		}
		if test.fails {
			continue
		}
		got, err := read(b.Bytes())
		if err != nil || got.Meta.Created != test.created {
			t.Errorf("%q: created %q, error %v", test.epoch, got.Meta.Created, err)
		}
	}
}

func TestOpenAndSave(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "m.safetensors")
	if _, err := Open(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("absent: %v", err)
	}
	if _, err := Open(dir); !errors.Is(err, ErrFormat) {
		t.Errorf("folder: %v", err)
	}
	if err := Save(path, sample()); err != nil {
		t.Fatal(err)
	}
	if err := Save(path, &File{}); err == nil {
		t.Error("a file without a model was saved")
	}
	if _, err := Open(path); err != nil {
		t.Errorf("a failed Save harmed the file: %v", err)
	}
	if err := os.WriteFile(path, []byte("no"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(path); !errors.Is(err, ErrTruncated) || !strings.HasPrefix(err.Error(), path+": ") {
		t.Errorf("short: %v", err)
	}
}

func TestValues(t *testing.T) {
	f := sample()
	if v, err := Values[int32](f, "i32", 2, 2); err != nil || len(v) != 4 {
		t.Errorf("%v, %v", v, err)
	}
	if v, err := Values[uint64](f, "step"); err != nil || len(v) != 1 {
		t.Errorf("%v, %v", v, err)
	}
	for i, err := range []error{
		func() error { _, err := Values[int32](f, "none"); return err }(),
		func() error { _, err := Values[int32](f, "i32", 4); return err }(),
		func() error { _, err := Values[float32](f, "i32", 2, 2); return err }(),
	} {
		if !errors.Is(err, ErrFormat) {
			t.Errorf("%d: %v", i, err)
		}
	}
}

func TestNumbers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := Number(rapid.OneOf(rapid.Float64(), rapid.Just(math.NaN())).Draw(t, "number"))
		text, err := want.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		var got Number
		if err := got.UnmarshalJSON(text); err != nil {
			t.Fatal(err)
		}
		a, b := math.Float64bits(float64(got)), math.Float64bits(float64(want))
		if a != b && !math.IsNaN(float64(want)) || math.IsNaN(float64(got)) != math.IsNaN(float64(want)) {
			t.Fatalf("%v became %s, then %v", want, text, got)
		}
	})
}

// Any tensors survive bit for bit, NaNs with their payload among them, and come back with 8-byte types first.
func TestTensorsRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		names := rapid.SliceOfNDistinct(rapid.StringMatching(`[a-z/é"\\<\x00-\x1f]{0,6}`), 0, 8, rapid.ID).Draw(t, "names")
		var tensors []Tensor
		for _, name := range names {
			shape := rapid.SliceOfN(rapid.IntRange(0, 4), 0, 4).Draw(t, "shape")
			n := 1
			for _, d := range shape {
				n *= d
			}
			raw := rapid.SliceOfN(rapid.Uint64(), n, n).Draw(t, "bits")
			tensors = append(tensors, Tensor{name, shape, fromBits(rapid.IntRange(0, 4).Draw(t, "type"), raw)})
		}
		metadata := rapid.MapOf(rapid.String(), rapid.String()).Draw(t, "metadata")
		for k, v := range metadata {
			if strings.ToValidUTF8(k+v, "") != k+v {
				t.Skip("not UTF-8")
			}
		}
		var b bytes.Buffer
		if err := WriteTensors(&b, tensors, metadata); err != nil {
			t.Fatal(err)
		}
		got, strs, err := ReadTensors(bytes.NewReader(b.Bytes()), int64(b.Len()))
		if err != nil {
			t.Fatal(err)
		}
		if len(got) != len(tensors) || len(strs) != len(metadata) || len(metadata) > 0 && !cmp.Equal(strs, metadata) {
			t.Fatalf("%d tensors, metadata %v", len(got), strs)
		}
		width := 8
		for _, g := range got {
			_, w, _ := dtypeOf(g.Data)
			if w > width {
				t.Fatalf("%q has %d bytes after one of %d", g.Name, w, width)
			}
			width = w
			if want := find(tensors, g.Name); fmt.Sprintf("%T %v %v", want.Data, want.Shape, bits(want)) != fmt.Sprintf("%T %v %v", g.Data, g.Shape, bits(g)) {
				t.Fatalf("%v became %v", want, g)
			}
		}
	})
}

func find(tensors []Tensor, name string) Tensor {
	for _, t := range tensors {
		if t.Name == name {
			return t
		}
	}
	return Tensor{}
}

func bits(t Tensor) string {
	var b bytes.Buffer
	if err := writeData(&b, t.Data); err != nil {
		return err.Error()
	}
	return fmt.Sprintf("%x", b.Bytes())
}

// fromBits is a slice of one of the five types with the given bits.
func fromBits(kind int, raw []uint64) any {
	f32 := make([]float32, len(raw))
	f64 := make([]float64, len(raw))
	i32 := make([]int32, len(raw))
	i64 := make([]int64, len(raw))
	for i, b := range raw {
		f32[i], f64[i], i32[i], i64[i] = math.Float32frombits(uint32(b)), math.Float64frombits(b), int32(b), int64(b)
	}
	return []any{f32, f64, i32, i64, raw}[kind]
}

// More elements than are converted at a time.
func TestLongTensor(t *testing.T) {
	long := make([]int64, 3*block+1)
	for i := range long {
		long[i] = int64(i) * 0x0102030405
	}
	got, err := read(encoded(t, &File{Meta: Meta{Model: "m"}, Tensors: []Tensor{{"long", []int{len(long)}, long}}}))
	if err != nil {
		t.Fatal(err)
	}
	if v, err := Values[int64](got, "long", len(long)); err != nil || !cmp.Equal(v, long) {
		t.Errorf("differs, %v", err)
	}
}
