package checkpoint_test

import (
	"fmt"
	"os"
	"path/filepath"

	"threatnet/models/checkpoint"
)

func Example() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "model.safetensors")

	err = checkpoint.Save(path, &checkpoint.File{
		Meta: checkpoint.Meta{
			Model:      "linear",
			Spec:       []byte(`[{"kind":"dense","name":"dense","units":1}]`),
			Labels:     []string{"benign", "attack"},
			Thresholds: map[string]float64{"malicious": 0.5},
		},
		Tensors: []checkpoint.Tensor{
			{Name: "dense/kernel", Shape: []int{2, 1}, Data: []float32{0.25, -1.5}},
			{Name: "dense/bias", Shape: []int{1}, Data: []float32{0.125}},
		},
	})
	if err != nil {
		panic(err)
	}

	f, err := checkpoint.Open(path)
	if err != nil {
		panic(err)
	}
	kernel, err := checkpoint.Values[float32](f, "dense/kernel", 2, 1)
	fmt.Println(f.Meta.Model, f.Meta.Labels, f.Meta.Thresholds["malicious"], kernel, err)

	err = os.Truncate(path, 400)
	fmt.Println(err)
	_, err = checkpoint.Open(path)
	fmt.Println(filepath.Base(err.Error()))
	// Output:
	// linear [benign attack] 0.5 [0.25 -1.5] <nil>
	// <nil>
	// model.safetensors: truncated checkpoint: a header of 520 bytes in a file of 400
}
