package pytorch

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"math"
	"runtime/metrics"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"threatnet/models/checkpoint"
)

// entry is a stored entry of a zip archive.
type entry struct{ name, data string }

func zipped(t testing.TB, entries ...entry) []byte {
	t.Helper()
	var buf bytes.Buffer
	z := zip.NewWriter(&buf)
	for _, e := range entries {
		w, err := z.CreateRaw(&zip.FileHeader{
			Name: e.name, Method: zip.Store, CRC32: crc32.ChecksumIEEE([]byte(e.data)),
			CompressedSize64: uint64(len(e.data)), UncompressedSize64: uint64(len(e.data)),
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(e.data)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func read(data []byte) (*Dict, error) { return Read(bytes.NewReader(data), int64(len(data))) }

// Pieces of pickles, as protocol 2 has them, with small numbers only.
func text(s string) string { return "X" + string([]byte{byte(len(s)), 0, 0, 0}) + s }

func numbers(ns ...byte) string {
	s := "("
	for _, n := range ns {
		s += "K" + string([]byte{n})
	}
	return s + "t"
}

func storageID(class, key string, n byte) string {
	return "(" + text("storage") + "ctorch\n" + class + "\n" + text(key) + text("cpu") + "K" + string([]byte{n}) + "tQ"
}

func tensor(storage string, offset byte, size, strides string) string {
	return "ctorch._utils\n_rebuild_tensor_v2\n(" + storage + "K" + string([]byte{offset}) + size + strides + "\x89ccollections\nOrderedDict\n)RtR"
}

// state is the dict {"a": value}.
func state(value string) string { return "\x80\x02}" + text("a") + value + "s." }

func bytesOf(values ...any) string {
	var b []byte
	for _, v := range values {
		b, _ = binary.Append(b, binary.LittleEndian, v)
	}
	return string(b)
}

func TestReadDtypes(t *testing.T) {
	inf := math.Inf(1)
	tests := []struct {
		class, data string
		want        any
	}{
		{"FloatStorage", bytesOf([]float32{1, -2.5, 0}), []float32{1, -2.5, 0}},
		{"DoubleStorage", bytesOf([]float64{0.1, inf, -1}), []float64{0.1, inf, -1}},
		{"HalfStorage", bytesOf([]uint16{0x3c00, 0xfc00, 0x0001}), []float32{1, float32(-inf), 1.0 / (1 << 24)}},
		{"HalfStorage", bytesOf([]uint16{0x83ff, 0x7bff, 0x3555}), []float32{-1023.0 / (1 << 24), 65504, 0.333251953125}},
		{"BFloat16Storage", bytesOf([]uint16{0x3f80, 0xc040, 0x7f80}), []float32{1, -3, float32(inf)}},
		{"LongStorage", bytesOf([]int64{1, -1, 1 << 40}), []int64{1, -1, 1 << 40}},
		{"IntStorage", bytesOf([]int32{1, -1, 1 << 20}), []int32{1, -1, 1 << 20}},
		{"ShortStorage", bytesOf([]int16{1, -1, 1 << 10}), []int32{1, -1, 1 << 10}},
		{"CharStorage", "\x01\xff\x80", []int32{1, -1, -128}},
		{"ByteStorage", "\x01\xff\x80", []int32{1, 255, 128}},
		{"BoolStorage", "\x01\x00\x01", []int32{1, 0, 1}},
	}
	for _, test := range tests {
		pickle := state(tensor(storageID(test.class, "0", 3), 0, numbers(3), numbers(1)))
		d, err := read(zipped(t, entry{"x/data.pkl", pickle}, entry{"x/data/0", test.data}))
		if err != nil {
			t.Errorf("%s: %v", test.class, err)
			continue
		}
		if diff := cmp.Diff([]checkpoint.Tensor{{Name: "a", Shape: []int{3}, Data: test.want}}, d.Tensors); diff != "" {
			t.Errorf("%s: %s", test.class, diff)
		}
	}
}

func TestHalfNaN(t *testing.T) {
	for _, bits := range []uint16{0x7e00, 0xfe00, 0x7c01} {
		if v := half(bits); v == v {
			t.Errorf("%04x is %v", bits, v)
		}
	}
	if v := half(0x8000); v != 0 || !math.Signbit(float64(v)) {
		t.Errorf("8000 is %v", v)
	}
}

func TestReadTakes(t *testing.T) {
	six := storageID("FloatStorage", "0", 6)
	data := bytesOf([]float32{0, 1, 2, 3, 4, 5})
	contiguous := tensor(six, 0, numbers(2, 3), numbers(3, 1))
	tests := map[string]struct {
		pickle string
		want   []checkpoint.Tensor
	}{
		"transposed": {state(tensor(six, 0, numbers(3, 2), numbers(1, 3))), []checkpoint.Tensor{{Name: "a", Shape: []int{3, 2}, Data: []float32{0, 3, 1, 4, 2, 5}}}},
		"offset":     {state(tensor(six, 4, numbers(2), numbers(1))), []checkpoint.Tensor{{Name: "a", Shape: []int{2}, Data: []float32{4, 5}}}},
		"expanded":   {state(tensor(six, 5, numbers(2, 2), numbers(0, 0))), []checkpoint.Tensor{{Name: "a", Shape: []int{2, 2}, Data: []float32{5, 5, 5, 5}}}},
		"one number": {state(tensor(six, 3, ")", ")")), []checkpoint.Tensor{{Name: "a", Shape: []int{}, Data: []float32{3}}}},
		"empty":      {state(tensor(six, 9, numbers(0, 7), numbers(7, 1))), []checkpoint.Tensor{{Name: "a", Shape: []int{0, 7}, Data: []float32{}}}},
		"size": {
			state(tensor(six, 0, "ctorch\nSize\n"+numbers(2)+"\x85R", numbers(2))),
			[]checkpoint.Tensor{{Name: "a", Shape: []int{2}, Data: []float32{0, 2}}},
		},
		"parameter": {
			state("ctorch._utils\n_rebuild_parameter\n" + contiguous + "\x88ccollections\nOrderedDict\n)R\x87R"),
			[]checkpoint.Tensor{{Name: "a", Shape: []int{2, 3}, Data: []float32{0, 1, 2, 3, 4, 5}}},
		},
		"lists and integer keys": {
			"\x80\x02}" + text("a") + "](" + tensor(six, 0, ")", ")") + "N}K\x07" + tensor(six, 1, ")", ")") + "ses.",
			[]checkpoint.Tensor{{Name: "a.0", Shape: []int{}, Data: []float32{0}}, {Name: "a.2.7", Shape: []int{}, Data: []float32{1}}},
		},
		"attributes": {
			"\x80\x02ccollections\nOrderedDict\n)R" + text("a") + tensor(six, 2, ")", ")") + "s}" + text("_metadata") + "}sb.",
			[]checkpoint.Tensor{{Name: "a", Shape: []int{}, Data: []float32{2}}},
		},
		"pairs of Python 2": {
			"\x80\x02ccollections\nOrderedDict\n(](](U\x01a" + tensor(six, 2, ")", ")") + "eetR.",
			[]checkpoint.Tensor{{Name: "a", Shape: []int{}, Data: []float32{2}}},
		},
		"memory and plain values": {
			"\x80\x02}q\x00(" + text("a") + "q\x01" + tensor(six, 2, ")", ")") + text("lr") + "G\x00\x00\x00\x00\x00\x00\x00\x00" +
				text("none") + "N" + text("yes") + "\x88" + text("big") + "\x8a\x09\x00\x00\x00\x00\x00\x00\x00\x00\x01" + text("key") + "h\x01" +
				text("device") + "ctorch\ndevice\n" + text("cpu") + "\x85R" + text("milestones") + "ccollections\nCounter\n}\x85R" +
				text("bytes") + "C\x03abc" + text("type") + "ctorch\nfloat32\nu.",
			[]checkpoint.Tensor{{Name: "a", Shape: []int{}, Data: []float32{2}}},
		},
		"protocol 4": {
			"\x80\x04\x95\x00\x00\x00\x00\x00\x00\x00\x00}\x94\x8c\x01a\x94\x8c\x0ctorch._utils\x94\x8c\x12_rebuild_tensor_v2\x94\x93\x94(" +
				"(\x8c\x07storage\x94\x8c\x05torch\x94\x8c\x0cFloatStorage\x94\x93\x94\x8c\x010\x94\x8c\x03cpu\x94K\x06t\x94Q" +
				"\x8a\x01\x01))\x89}t\x94R\x94s.",
			[]checkpoint.Tensor{{Name: "a", Shape: []int{}, Data: []float32{1}}},
		},
		"nothing": {"\x80\x02}.", nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			d, err := read(zipped(t, entry{"any name/data.pkl", test.pickle}, entry{"any name/data/0", data}))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, d.Tensors); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestReadBigEndian(t *testing.T) {
	pickle := state(tensor(storageID("FloatStorage", "0", 1), 0, ")", ")"))
	d, err := read(zipped(t, entry{"x/data.pkl", pickle}, entry{"x/byteorder", "big"}, entry{"x/data/0", "\x3f\x80\x00\x00"}))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]checkpoint.Tensor{{Name: "a", Shape: []int{}, Data: []float32{1}}}, d.Tensors); diff != "" {
		t.Error(diff)
	}
}

func TestReadRefusesPickles(t *testing.T) {
	one := storageID("FloatStorage", "0", 1)
	tests := map[string]struct {
		pickle string
		want   error
		text   string
	}{
		"a command":             {"\x80\x02cos\nsystem\n" + text("id") + "\x85R.", ErrRefused, `"os.system"`},
		"a command, protocol 4": {"\x80\x04\x8c\x05posix\x8c\x06system\x93\x8c\x02id\x85R.", ErrRefused, `"posix.system"`},
		"eval":                  {state("c__builtin__\neval\n" + text("1") + "\x85R"), ErrRefused, `"__builtin__.eval"`},
		"a module":              {state("ctorch.nn.modules.linear\nLinear\n)\x81}b"), ErrRefused, `"torch.nn.modules.linear.Linear"`},
		"another rebuild":       {state("ctorch._utils\n_rebuild_sparse_tensor\n)R"), ErrRefused, "_rebuild_sparse_tensor"},
		"complex numbers":       {state("ctorch\nComplexFloatStorage\n"), ErrRefused, "ComplexFloatStorage"},
		"a long name":           {"\x80\x02c" + strings.Repeat("\xff", 1<<16) + "\nx\n.", ErrRefused, ""},
		"NEWOBJ":                {state("ccollections\nOrderedDict\n)\x81"), ErrFormat, "0x81"},
		"INST":                  {"(ios\nsystem\n.", ErrFormat, "0x69"},
		"EXT1":                  {"\x82\x01.", ErrFormat, "0x82"},
		"instruction 255":       {"\xff.", ErrFormat, "0xff"},
		"protocol 6":            {"\x80\x06}.", ErrFormat, "protocol"},
		"no STOP":               {"\x80\x02}", ErrFormat, "early"},
		"no value":              {"\x80\x02.", ErrFormat, "no value"},
		"mark in the way":       {"}(.", ErrFormat, "no value"},
		"not a dict":            {"\x80\x02].", ErrFormat, "something else"},
		"a lone tensor":         {"\x80\x02" + tensor(one, 0, ")", ")") + ".", ErrFormat, "something else"},
		"string too long":       {"\x80\x02}X\xff\xff\xff\xffabc.", ErrFormat, "early"},
		"string of 2⁶³":         {"\x80\x04}\x8d\x00\x00\x00\x00\x00\x00\x00\x80abc.", ErrFormat, "early"},
		"string of 2⁶⁴-1":       {"\x80\x04}\x8d\xff\xff\xff\xff\xff\xff\xff\xffabc.", ErrFormat, "early"},
		"bytes of 2⁶³":          {"\x80\x05}\x96\x00\x00\x00\x00\x00\x00\x00\x80abc.", ErrFormat, "early"},
		"nothing remembered":    {"h\x00.", ErrFormat, "remembered"},
		"nothing to remember":   {"q\x00.", ErrFormat, "operands"},
		"call of a tuple":       {"))R.", ErrFormat, "operands"},
		"odd items":             {"}(" + text("a") + "u.", ErrFormat, "operands"},
		"items of a list":       {"]NNs.", ErrFormat, "operands"},
		"attributes of a list":  {"]}b.", ErrFormat, "attributes"},
		"persistent nothing":    {"Q.", ErrFormat, "operands"},
		"persistent module":     {"(" + text("module") + "NNNNtQ.", ErrFormat, "not of a storage"},
		"storage of nothing":    {"(" + text("storage") + "NNNNtQ.", ErrFormat, "unknown kind"},
		"storage too large":     {state(tensor(storageID("FloatStorage", "0", 2), 0, ")", ")")), ErrFormat, "4 bytes, not 8"},
		"storage of 2³¹":        {state("(" + text("storage") + "ctorch\nFloatStorage\n" + text("0") + text("cpu") + "J\xff\xff\xff\x7ftQ"), ErrFormat, "more than the file"},
		"negative storage":      {state("(" + text("storage") + "ctorch\nFloatStorage\n" + text("0") + text("cpu") + "J\xff\xff\xff\xfftQ"), ErrFormat, "more than the file"},
		"storage of two types":  {"}(" + one + storageID("LongStorage", "0", 1) + "u.", ErrFormat, "LongStorage"},
		"no such storage":       {state(tensor(storageID("FloatStorage", "1", 1), 0, ")", ")")), ErrFormat, `"data/1"`},
		"tensor too large":      {state(tensor(one, 0, numbers(2), numbers(1))), ErrFormat, "exceeds"},
		"offset too large":      {state(tensor(one, 1, ")", ")")), ErrFormat, "exceeds"},
		"negative offset":       {state("ctorch._utils\n_rebuild_tensor\n(" + one + "\x8a\x01\xff))tR"), ErrFormat, "wrong arguments"},
		"size of a number":      {state("ctorch\nSize\nK\x01\x85R"), ErrFormat, "no tuple"},
		"parameter of text":     {state("ctorch._utils\n_rebuild_parameter\n" + text("a") + "\x85R"), ErrFormat, "no tensor"},
		"dict of a number":      {state("ccollections\nOrderedDict\nK\x01\x85R"), ErrFormat, "no list"},
		"strides of another":    {state(tensor(one, 0, numbers(1), numbers(1, 1))), ErrFormat, "wrong arguments"},
		"negative stride":       {state(tensor(one, 0, numbers(1), "J\xff\xff\xff\xff\x85")), ErrFormat, "impossible"},
		"negative size":         {state(tensor(one, 0, "J\xff\xff\xff\xff\x85", numbers(1))), ErrFormat, "impossible"},
		"product of 2⁹³":        {state(tensor(one, 0, "(J\xff\xff\xff\x7fJ\xff\xff\xff\x7fJ\xff\xff\xff\x7ft", numbers(0, 0, 0))), ErrFormat, "impossible"},
		"expanded to 8 GB":      {state(tensor(one, 0, "J\xff\xff\xff\x7f\x85", numbers(0))), ErrFormat, "many times"},
		"65 dimensions":         {state(tensor(one, 0, numbers(make([]byte, 65)...), numbers(make([]byte, 65)...))), ErrFormat, "wrong arguments"},
		"same name twice":       {"}(" + text("a") + tensor(one, 0, ")", ")") + text("a") + tensor(one, 0, ")", ")") + "u.", ErrFormat, "twice"},
		"name of no text":       {"}(U\x01\xff" + tensor(one, 0, ")", ")") + "u.", ErrFormat, "UTF-8"},
		"a dict in itself":      {"}q\x00" + text("a") + "h\x00s.", ErrFormat, "nested"},
		"a list in itself":      {"}" + text("a") + "]q\x00h\x00h\x00eas.", ErrFormat, ""},
		"doubled 30 times":      {state("(]q\x00" + strings.Repeat("](h\x00h\x00eq\x00", 30) + "t"), ErrFormat, "many times"},
		"visited often":         {state("(](" + strings.Repeat("K\x00", 2000) + "eq\x00" + strings.Repeat("h\x00", 2000) + "t"), ErrFormat, "values"},
		"too many steps":        {"}" + strings.Repeat("q\x00", maxSteps+1), ErrFormat, "steps"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := read(zipped(t, entry{"x/data.pkl", test.pickle}, entry{"x/data/0", "\x00\x00\x80\x3f"}))
			if !errors.Is(err, test.want) || !strings.Contains(err.Error(), test.text) {
				t.Errorf("error %.300v, want %v with %s", err, test.want, test.text)
			}
		})
	}
}

func TestReadRefusesFiles(t *testing.T) {
	pickle := entry{"x/data.pkl", state(tensor(storageID("FloatStorage", "0", 1), 0, ")", ")"))}
	data := entry{"x/data/0", "\x00\x00\x80\x3f"}
	good := zipped(t, pickle, data)
	if _, err := read(good); err != nil {
		t.Fatal(err)
	}
	var deflated bytes.Buffer
	z := zip.NewWriter(&deflated)
	w, err := z.Create("x/data.pkl")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte(pickle.data)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		data []byte
		text string
	}{
		"nothing":           {nil, "0 bytes"},
		"text":              {[]byte("hello, world"), "neither"},
		"a pickle":          {[]byte("\x80\x02}."), "neither"},
		"a cut archive":     {good[:len(good)-10], "zip"},
		"no data.pkl":       {zipped(t, data), "without data.pkl"},
		"no folder":         {zipped(t, entry{"data.pkl", "}."}), "without data.pkl"},
		"folders":           {zipped(t, entry{"x/y/data.pkl", "}."}), "without data.pkl"},
		"no storage":        {zipped(t, pickle), "no entry"},
		"storage too short": {zipped(t, pickle, entry{"x/data/0", "abc"}), "3 bytes"},
		"storage too long":  {zipped(t, pickle, entry{"x/data/0", "abcde"}), "5 bytes"},
		"byte order":        {zipped(t, pickle, data, entry{"x/byteorder", "middle"}), `"middle"`},
		"two storages":      {zipped(t, pickle, data, data), "two entries"},
		"TorchScript":       {zipped(t, pickle, data, entry{"x/constants.pkl", "."}), "TorchScript"},
		"deflated":          {deflated.Bytes(), "compressed"},
		"damaged":           {bytes.Replace(good, []byte("\x00\x00\x80\x3f"), []byte("\x00\x00\x80\x40"), 1), "checksum"},
		"data.pkl too long": {zipped(t, entry{"x/data.pkl", "}" + strings.Repeat("N", maxPickle)}), "more than"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if _, err := read(test.data); !errors.Is(err, ErrFormat) || !strings.Contains(err.Error(), test.text) {
				t.Errorf("error %v, want one with %s", err, test.text)
			}
		})
	}
}

// legacy is the stream before PyTorch 1.6 of a pickle with the given list of keys and what follows it.
func legacy(pickle, keys, data string) []byte {
	return []byte("\x80\x02\x8a\x0a" + string(legacyMagic) + ".\x80\x02M\xe9\x03.\x80\x02}." + pickle + "\x80\x02" + keys + "." + data)
}

func TestReadLegacy(t *testing.T) {
	id := strings.TrimSuffix(storageID("FloatStorage", "7", 2), "tQ") + "NtQ"
	pickle := state(tensor(id, 1, ")", ")"))
	data := bytesOf(int64(2), []float32{1, 2})
	keys := "](" + text("7") + "e"
	tests := map[string]struct {
		file []byte
		text string
		want error
	}{
		"good":            {legacy(pickle, keys, data), "", nil},
		"no key":          {legacy(pickle, "]", data), "no data", ErrFormat},
		"key twice":       {legacy(pickle, "]("+text("7")+text("7")+"e", data+data), "twice", ErrFormat},
		"unknown key":     {legacy(pickle, "]("+text("8")+"e", data), `"8"`, ErrFormat},
		"no text for key": {legacy(pickle, "](Ne", data), `""`, ErrFormat},
		"no list":         {legacy(pickle, "}", data), "no list", ErrFormat},
		"cut":             {legacy(pickle, keys, data[:15]), "ends early", ErrFormat},
		"cut count":       {legacy(pickle, keys, data[:5]), `"7"`, ErrFormat},
		"other count":     {legacy(pickle, keys, bytesOf(int64(1)<<61, []float32{1, 2})), "elements", ErrFormat},
		"view":            {legacy(state(tensor(strings.Replace(id, "NtQ", ")tQ", 1), 1, ")", ")")), keys, data), "unknown kind", ErrFormat},
		"a command":       {legacy("\x80\x02cos\nsystem\n.", keys, data), "os.system", ErrRefused},
		"in the keys":     {legacy(pickle, "cos\nsystem\n", data), "os.system", ErrRefused},
		"storage in keys": {legacy(pickle, id, data), "operands", ErrFormat},
		"other version":   {[]byte("\x80\x02\x8a\x0a" + string(legacyMagic) + ".K\x01."), "version", ErrFormat},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			d, err := read(test.file)
			if test.want != nil {
				if !errors.Is(err, test.want) || !strings.Contains(err.Error(), test.text) {
					t.Errorf("error %v, want %v with %s", err, test.want, test.text)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]checkpoint.Tensor{{Name: "a", Shape: []int{}, Data: []float32{2}}}, d.Tensors); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// allocated is how many bytes Read allocates for a file, in all, and what it returns.
func allocated(data []byte) (uint64, *Dict, error) {
	sample := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(sample)
	before := sample[0].Value.Uint64()
	d, err := read(data)
	metrics.Read(sample)
	return sample[0].Value.Uint64() - before, d, err
}

// allowance is what Read may allocate for a file of n bytes, garbage of growing slices included.
func allowance(n int) uint64 { return uint64(2<<20 + 200*n) }

// Small files that claim or repeat much: their cost is bounded by their size.
func TestReadAllocates(t *testing.T) {
	const n = 20000
	one := storageID("FloatStorage", "0", 100)
	large := text("a") + tensor(one, 0, numbers(100), numbers(1)) + "q\x00"
	var shared strings.Builder
	for i := range n {
		shared.WriteString(text(string([]byte{'a' + byte(i%26), 'a' + byte(i/26%26), 'a' + byte(i/676)})) + "h\x00")
	}
	long := "T\x00\x00\x01\x00" + strings.Repeat("x", 1<<16) + "q\x01"
	tests := map[string]string{
		"shared tensors": "}(" + large + shared.String() + "u.",
		"long names":     "}" + long + "}(" + large + shared.String() + "us.",
		"marks":          "}" + strings.Repeat("(", n),
		"dicts":          "}" + strings.Repeat("}", n),
		"memory":         "\x80\x04}" + strings.Repeat("\x94", n),
		"ordered dicts": "](" + strings.Repeat("](NNe", 1000) + "eq\x00" +
			strings.Repeat("ccollections\nOrderedDict\nh\x00\x85R", n),
	}
	for name, pickle := range tests {
		t.Run(name, func(t *testing.T) {
			data := zipped(t, entry{"x/data.pkl", pickle}, entry{"x/data/0", strings.Repeat("x", 400)})
			got, _, err := allocated(data)
			t.Logf("%d bytes for a file of %d: %.200v", got, len(data), err)
			if got > allowance(len(data)) {
				t.Errorf("%d bytes allocated for a file of %d", got, len(data))
			}
		})
	}
}

// check reads any file: no panic, no large allocation, errors of a known kind; what was read can be written.
func check(t *testing.T, data []byte) {
	got, d, err := allocated(data)
	if got > allowance(len(data)) {
		t.Errorf("%d bytes allocated for a file of %d", got, len(data))
	}
	if err != nil {
		if !errors.Is(err, ErrFormat) && !errors.Is(err, ErrRefused) {
			t.Errorf("error of no kind: %v", err)
		}
		return
	}
	var buf bytes.Buffer
	if err := Write(&buf, d.Tensors); err != nil {
		t.Fatal(err)
	}
	again, err := read(buf.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if !same(d.Tensors, again.Tensors) {
		t.Errorf("written and read again: %v, not %v", again.Tensors, d.Tensors)
	}
	if d, err = d.StateDict(); err != nil {
		return
	}
	if layers, err := MLP(d); err == nil && len(Tensors(layers)) != len(d.Tensors) {
		t.Error("tensors were lost")
	}
}

var (
	sixID    = storageID("FloatStorage", "0", 6)
	sixData  = bytesOf([]float32{0, 1, 2, 3, 4, 5})
	sixState = state(tensor(sixID, 0, numbers(3, 2), numbers(1, 3)))
)

func FuzzRead(f *testing.F) {
	f.Add(zipped(f, entry{"x/data.pkl", sixState}, entry{"x/byteorder", "little"}, entry{"x/data/0", sixData}, entry{"x/version", "3\n"}))
	f.Add(legacy(sixState, "]("+text("0")+"e", bytesOf(int64(6))+sixData))
	f.Add(legacy("\x80\x02ccollections\nOrderedDict\n)R(X\x01\x00\x00\x00a](NK\x01eu}b", "]", ""))
	f.Fuzz(check)
}

// FuzzPickle changes the pickle and not the checksum around it.
func FuzzPickle(f *testing.F) {
	f.Add([]byte(sixState), []byte(sixData))
	f.Add([]byte(state("ctorch._utils\n_rebuild_parameter\n"+tensor(sixID, 1, numbers(2), "ctorch\nSize\n"+numbers(2)+"\x85R")+"\x85R")), []byte(sixData))
	f.Add([]byte("\x80\x04\x95\x00\x00\x00\x00\x00\x00\x00\x00}\x94(\x8c\x01a\x94\x8c\x05torch\x8c\x07float32\x93K\x01](NGabcdefghh\x00eu."), []byte{})
	f.Add([]byte("\x80\x02ccollections\nOrderedDict\n(](](U\x01a"+tensor(sixID, 2, ")", ")")+"eetR}"+text("b")+"]as."), []byte(sixData))
	f.Fuzz(func(t *testing.T, pickle, data []byte) {
		check(t, zipped(t, entry{"x/data.pkl", string(pickle)}, entry{"x/data/0", string(data)}))
	})
}
