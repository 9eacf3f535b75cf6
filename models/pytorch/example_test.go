package pytorch_test

import (
	"bytes"
	"fmt"

	"threatnet/models/checkpoint"
	"threatnet/models/pytorch"
)

func Example() {
	var file bytes.Buffer
	err := pytorch.Write(&file, []checkpoint.Tensor{
		{Name: "module.fc.weight", Shape: []int{1, 2}, Data: []float32{0.5, -2}},
		{Name: "module.fc.bias", Shape: []int{1}, Data: []float32{0.25}},
	})
	if err != nil {
		panic(err)
	}

	all, err := pytorch.Read(bytes.NewReader(file.Bytes()), int64(file.Len()))
	if err != nil {
		panic(err)
	}
	weights, err := all.StateDict()
	if err != nil {
		panic(err)
	}
	layers, err := pytorch.MLP(weights)
	fmt.Println(layers[0].Name, layers[0].In, layers[0].Out, layers[0].Kernel, layers[0].Bias, err)
	// Output: fc 2 1 [0.5 -2] [0.25] <nil>
}
