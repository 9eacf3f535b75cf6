package pytorch

import (
	"errors"
	"math"
	"os"
	"path"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"threatnet/internal/golden"
	"threatnet/models/checkpoint"
	"threatnet/models/layers"
)

func readFile(path string) (*Dict, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	return Read(file, info.Size())
}

func stateDict(t *testing.T, path string) *Dict {
	t.Helper()
	d, err := readFile(path)
	if err == nil {
		d, err = d.StateDict()
	}
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func shapes(d *Dict) map[string][]int {
	m := map[string][]int{}
	for _, t := range d.Tensors {
		m[t.Name] = t.Shape
	}
	return m
}

func names(d *Dict) []string {
	var s []string
	for _, t := range d.Tensors {
		s = append(s, t.Name)
	}
	return s
}

// network builds the perceptron with ReLU between its layers and a sigmoid at the end.
func network(t *testing.T, d *Dict) *layers.Sequential[float64] {
	t.Helper()
	linears, err := MLP(d)
	if err != nil {
		t.Fatal(err)
	}
	stack := layers.Stack{Input: []int{linears[0].In}}
	for i, l := range linears {
		function := "relu"
		if i == len(linears)-1 {
			function = "sigmoid"
		}
		stack.Layers = append(stack.Layers, layers.Spec{Kind: "dense", Units: l.Out, Init: "glorot_uniform"}, layers.Spec{Kind: "activation", Function: function})
	}
	q, err := layers.New[float64](stack)
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range q.Params() {
		l := linears[i/2]
		copy(p.Data, [][]float64{l.Kernel, l.Bias}[i%2])
	}
	return q
}

func checkOutputs(t *testing.T, d *Dict, x [][]float64, want []float64, tolerance float64) {
	t.Helper()
	batch := &layers.Batch[float64]{Rows: len(x), Cols: len(x[0])}
	for _, row := range x {
		batch.X = append(batch.X, row...)
	}
	got := make([]float64, len(x))
	layers.NewPredictor(network(t, d)).Predict(batch, got)
	for i := range got {
		if diff := math.Abs(got[i] - want[i]); !(diff <= tolerance) {
			t.Errorf("output %d is %v, want %v", i, got[i], want[i])
		}
	}
}

type exfilCase struct {
	File        string
	Keys        []string
	Shapes      map[string][]int
	X           [][]float64
	Probability []float64 `json:"probability_float64"`
	Tensors     map[string]any
}

func exfilCases(t *testing.T) []exfilCase {
	t.Helper()
	var doc struct{ Cases []exfilCase }
	golden.JSON(t, "models/exfil_mlp_expected.json", &doc)
	if len(doc.Cases) != 5 {
		t.Fatalf("%d cases", len(doc.Cases))
	}
	return doc.Cases
}

// Files of torch 1.13 in both layouts.
func TestExfilNetworks(t *testing.T) {
	for _, test := range exfilCases(t) {
		if test.X == nil {
			continue
		}
		t.Run(test.File, func(t *testing.T) {
			d := stateDict(t, golden.Path("models/"+test.File))
			if diff := cmp.Diff(test.Keys, names(d)); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(test.Shapes, shapes(d)); diff != "" {
				t.Error(diff)
			}
			checkOutputs(t, d, test.X, test.Probability, 1e-12)
		})
	}
}

// nested turns a tensor into the form that its JSON has.
func nested(t checkpoint.Tensor) any {
	values, ok := floats(t.Data)
	if !ok {
		for _, v := range t.Data.([]int64) {
			values = append(values, float64(v))
		}
	}
	var build func(shape []int) any
	build = func(shape []int) any {
		if len(shape) == 0 {
			v := values[0]
			values = values[1:]
			return v
		}
		rows := []any{}
		for range shape[0] {
			rows = append(rows, build(shape[1:]))
		}
		return rows
	}
	return build(t.Shape)
}

// Views with strides and offsets, shared storages, other dtypes, no dimensions; a state_dict inside a checkpoint.
func TestExfilTensors(t *testing.T) {
	for _, test := range exfilCases(t) {
		if test.Tensors == nil {
			continue
		}
		t.Run(test.File, func(t *testing.T) {
			d := stateDict(t, golden.Path("models/"+test.File))
			got := map[string]any{}
			for _, tensor := range d.Tensors {
				got[tensor.Name] = nested(tensor)
			}
			want := map[string]any{}
			for name, v := range test.Tensors {
				if m, ok := v.(map[string]any); ok {
					v = m["values"]
				}
				want[name] = v
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Names as they stand in the file, before StateDict.
func TestReadFlattens(t *testing.T) {
	d, err := readFile(golden.Path("models/exfil_tiny_checkpoint.pt"))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := d.Tensors[0].Name, "model_state_dict.layer_1.weight"; got != want {
		t.Errorf("the first tensor is %q, want %q", got, want)
	}
}

// Files of torch 2.
func TestTorch2(t *testing.T) {
	var doc struct {
		Cases []struct {
			Name string
			Keys map[string][]int
			X, Y [][]float64
		}
	}
	golden.JSON(t, "models/torch2/expected.json", &doc)
	for _, test := range doc.Cases {
		for _, suffix := range []string{".pt", "_checkpoint.pth"} {
			t.Run(test.Name+suffix, func(t *testing.T) {
				d := stateDict(t, golden.Path("models/torch2/"+test.Name+suffix))
				if diff := cmp.Diff(test.Keys, shapes(d)); diff != "" {
					t.Error(diff)
				}
				checkSafetensors(t, d, golden.Path("models/torch2/"+test.Name+".safetensors"))
				if _, err := MLP(d); test.Name == "dga_lstm" {
					if !errors.Is(err, ErrLayers) {
						t.Errorf("an LSTM as a perceptron: %v", err)
					}
					return
				}
				var want []float64
				for _, y := range test.Y {
					want = append(want, y[0])
				}
				checkOutputs(t, d, test.X, want, 1e-6) // torch answered in single precision
			})
		}
		t.Run(test.Name+" whole module", func(t *testing.T) {
			_, err := readFile(golden.Path("models/torch2/" + test.Name + "_whole_module.pt"))
			class := map[string]string{"dga_lstm": `"__main__.Lstm"`, "exfil_mlp": `"__main__.Exfil"`}[test.Name]
			if !errors.Is(err, ErrRefused) || !strings.Contains(err.Error(), class) {
				t.Errorf("error %v, want one that refuses %s", err, class)
			}
		})
	}
}

// checkSafetensors compares d with the same tensors in the other format.
func checkSafetensors(t *testing.T, d *Dict, path string) {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		t.Fatal(err)
	}
	tensors, _, err := checkpoint.ReadTensors(file, info.Size())
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range tensors {
		got, ok := d.Tensor(want.Name)
		if !ok {
			t.Errorf("no tensor %q", want.Name)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	}
}

// Published files, with other names for the archive's folder.
func TestPublishedFiles(t *testing.T) {
	tests := map[string]map[string][]int{
		"models/splunk_escu/detect_dns_data_exfiltration_using_pretrained_model_in_dsdl.pt": {
			"layer_1.weight": {128, 98}, "layer_1.bias": {128}, "layer_2.weight": {128, 128}, "layer_2.bias": {128},
			"layer_out.weight": {1, 128}, "layer_out.bias": {1},
		},
		"models/yaokui/lstm.pth": {
			"embedding.weight": {40, 128}, "lstm.weight_ih_l0": {512, 128}, "lstm.weight_hh_l0": {512, 128},
			"lstm.bias_ih_l0": {512}, "lstm.bias_hh_l0": {512}, "fc.weight": {1, 128}, "fc.bias": {1},
		},
	}
	for name, want := range tests {
		t.Run(path.Base(name), func(t *testing.T) {
			d := stateDict(t, golden.Data(t, name))
			if diff := cmp.Diff(want, shapes(d)); diff != "" {
				t.Error(diff)
			}
			if _, err := MLP(d); want["layer_1.weight"] != nil && err != nil {
				t.Error(err)
			}
		})
	}
}
