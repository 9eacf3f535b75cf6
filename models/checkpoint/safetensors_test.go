package checkpoint

import (
	"bytes"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// file puts the length before a header and data behind it.
func file(header, data string) []byte {
	return append(append(little.AppendUint64(nil, uint64(len(header))), header...), data...)
}

func TestReadTensorsTakes(t *testing.T) {
	tests := map[string]struct {
		header, data string
		want         []Tensor
	}{
		"nothing":         {"{}", "", nil},
		"padding":         {"{}   \n", "", nil},
		"metadata behind": {`{"a":{"dtype":"I32","shape":[1],"data_offsets":[0,4]},"__metadata__":{"x":"y"}}`, "\x01\x00\x00\x00", []Tensor{{"a", []int{1}, []int32{1}}}},
		"file order": {
			`{"b":{"dtype":"I32","shape":[],"data_offsets":[4,8]},"a":{"dtype":"I32","shape":[1,1],"data_offsets":[0,4]}}`,
			"\x01\x00\x00\x00\x02\x00\x00\x00",
			[]Tensor{{"a", []int{1, 1}, []int32{1}}, {"b", []int{}, []int32{2}}},
		},
		"not aligned": {
			`{"a":{"dtype":"I32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"U64","shape":[1],"data_offsets":[4,12]}}`,
			"\x01\x00\x00\x00\x02\x00\x00\x00\x00\x00\x00\x00",
			[]Tensor{{"a", []int{1}, []int32{1}}, {"b", []int{1}, []uint64{2}}},
		},
		"empty tensors": {
			`{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},"b":{"dtype":"F32","shape":[0,5],"data_offsets":[0,0]}}`, "",
			[]Tensor{{"a", []int{0}, []float32{}}, {"b", []int{0, 5}, []float32{}}},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			data := file(test.header, test.data)
			got, _, err := ReadTensors(bytes.NewReader(data), int64(len(data)))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestReadTensorsRefuses(t *testing.T) {
	const four = "\x00\x00\x00\x00"
	tests := map[string]struct {
		header, data string
		want         error
	}{
		"no JSON":            {`{"a"`, "", ErrFormat},
		"text behind":        {`{} x`, "", ErrFormat},
		"second object":      {`{}{}`, "", ErrFormat},
		"array":              {`[]`, "", ErrFormat},
		"key without quotes": {`{1:2}`, "", ErrFormat},
		"bracket":            {`{]`, "", ErrFormat},
		"metadata of number": {`{"__metadata__":{"a":1}}`, "", ErrFormat},
		"metadata twice":     {`{"__metadata__":{},"__metadata__":{}}`, "", ErrFormat},
		"tensor twice": {
			`{"a":{"dtype":"I32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"I32","shape":[1],"data_offsets":[4,8]}}`, four + four, ErrFormat,
		},
		"null":               {`{"a":null}`, "", ErrFormat},
		"unknown dtype":      {`{"a":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]}}`, four, ErrFormat},
		"no shape":           {`{"a":{"dtype":"I32","data_offsets":[0,4]}}`, four, ErrFormat},
		"negative shape":     {`{"a":{"dtype":"I32","shape":[-1,-1],"data_offsets":[0,4]}}`, four, ErrFormat},
		"fraction":           {`{"a":{"dtype":"I32","shape":[1.5],"data_offsets":[0,4]}}`, four, ErrFormat},
		"shape overflows":    {`{"a":{"dtype":"I32","shape":[2147483647,2147483647,2147483647],"data_offsets":[0,4]}}`, four, ErrFormat},
		"shape too long":     {`{"a":{"dtype":"I32","shape":[0,2147483648],"data_offsets":[0,0]}}`, "", ErrFormat},
		"no offsets":         {`{"a":{"dtype":"I32","shape":[0]}}`, "", ErrFormat},
		"three offsets":      {`{"a":{"dtype":"I32","shape":[1],"data_offsets":[0,4,8]}}`, four, ErrFormat},
		"negative offset":    {`{"a":{"dtype":"I32","shape":[1],"data_offsets":[-4,0]}}`, four, ErrFormat},
		"offsets wrap":       {`{"a":{"dtype":"I32","shape":[1],"data_offsets":[9223372036854775807,-9223372036854775805]}}`, four, ErrFormat},
		"offsets backwards":  {`{"a":{"dtype":"I32","shape":[1],"data_offsets":[4,0]}}`, four, ErrFormat},
		"offsets and shape":  {`{"a":{"dtype":"I32","shape":[2],"data_offsets":[0,4]}}`, four, ErrFormat},
		"hole":               {`{"a":{"dtype":"I32","shape":[1],"data_offsets":[4,8]}}`, four + four, ErrFormat},
		"overlap":            {`{"a":{"dtype":"I32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"I32","shape":[1],"data_offsets":[0,4]}}`, four, ErrFormat},
		"bytes behind":       {`{"a":{"dtype":"I32","shape":[1],"data_offsets":[0,4]}}`, four + "\x00", ErrFormat},
		"out of the file":    {`{"a":{"dtype":"I32","shape":[1],"data_offsets":[0,4]}}`, "\x00\x00\x00", ErrTruncated},
		"huge":               {`{"a":{"dtype":"F64","shape":[2147483647,1073741823],"data_offsets":[0,18446744056529682440]}}`, four, ErrFormat},
		"large":              {`{"a":{"dtype":"F64","shape":[2147483647,2],"data_offsets":[0,34359738352]}}`, four, ErrTruncated},
		"deeply nested JSON": {`{"a":` + string(bytes.Repeat([]byte("["), 1<<17)), "", ErrFormat},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			data := file(test.header, test.data)
			if _, _, err := ReadTensors(bytes.NewReader(data), int64(len(data))); !errors.Is(err, test.want) {
				t.Errorf("error %v, want %v", err, test.want)
			}
		})
	}
	over := little.AppendUint64(nil, maxHeader+1)
	if _, _, err := ReadTensors(bytes.NewReader(append(over, '{')), 1<<40); !errors.Is(err, ErrFormat) {
		t.Errorf("header beyond the limit: %v", err)
	}
}

// A file that the Python package safetensors 0.8.0 wrote.
func TestForeignFile(t *testing.T) {
	data := file(`{"__metadata__":{"format":"np"},"step":{"dtype":"U64","shape":[],"data_offsets":[0,8]},`+
		`"mean":{"dtype":"F64","shape":[0],"data_offsets":[8,8]},"w":{"dtype":"F32","shape":[1,3],"data_offsets":[8,20]},`+
		`"ids":{"dtype":"I32","shape":[2],"data_offsets":[20,28]}}`,
		"\a\x00\x00\x00\x00\x00\x00\x00\x00\x00\x80?\x00\x00 \xc0\x00\x00@@\xff\xff\xff\xff\x02\x00\x00\x00")
	want := []Tensor{
		{"step", []int{}, []uint64{7}},
		{"mean", []int{0}, []float64{}},
		{"w", []int{1, 3}, []float32{1, -2.5, 3}},
		{"ids", []int{2}, []int32{-1, 2}},
	}
	got, metadata, err := ReadTensors(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if metadata["format"] != "np" {
		t.Errorf("metadata %v", metadata)
	}
	var again bytes.Buffer
	if err := WriteTensors(&again, got, metadata); err != nil || !bytes.Equal(again.Bytes(), data) {
		t.Errorf("written by us: %q, %v", again.Bytes(), err)
	}
}

// What can be read can be written, and says the same.
func FuzzRead(f *testing.F) {
	f.Add(encoded(f, sample()))
	f.Add(encoded(f, &File{Meta: Meta{Model: "m"}}))
	f.Add(file(`{"a":{"dtype":"I32","shape":[1],"data_offsets":[0,4]}}`, "\x00\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if _, err := read(data); err != nil && !isOurs(err) {
			t.Errorf("error of no kind: %v", err)
		}
		tensors, metadata, err := ReadTensors(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			if !isOurs(err) {
				t.Errorf("error of no kind: %v", err)
			}
			return
		}
		var first, second bytes.Buffer
		if err := WriteTensors(&first, tensors, metadata); err != nil {
			t.Fatal(err)
		}
		tensors, metadata, err = ReadTensors(bytes.NewReader(first.Bytes()), int64(first.Len()))
		if err != nil {
			t.Fatal(err)
		}
		if err := WriteTensors(&second, tensors, metadata); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(first.Bytes(), second.Bytes()) {
			t.Error("written twice, the bytes differ")
		}
	})
}

func isOurs(err error) bool {
	return errors.Is(err, ErrFormat) || errors.Is(err, ErrTruncated) || errors.Is(err, ErrChecksum) || errors.Is(err, ErrNewer)
}
