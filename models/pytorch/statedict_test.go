package pytorch

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"threatnet/models/checkpoint"
)

// nest makes a pickle of nested dicts; "T" is a tensor, other texts are texts.
func nest(value any) string {
	switch v := value.(type) {
	case [][2]any:
		s := "}("
		for _, pair := range v {
			s += nest(pair[0]) + nest(pair[1])
		}
		return s + "u"
	case []any:
		s := "]("
		for _, item := range v {
			s += nest(item)
		}
		return s + "e"
	case int:
		return "K" + string([]byte{byte(v)})
	case string:
		if v == "T" {
			return tensor(storageID("FloatStorage", "0", 1), 0, ")", ")")
		}
		return text(v)
	}
	panic("pytorch: a test of an unknown value")
}

func TestStateDict(t *testing.T) {
	type m = [][2]any
	net := m{{"a.weight", "T"}, {"a.bias", "T"}}
	optimizer := m{{"state", m{{0, m{{"step", "T"}, {"exp_avg", "T"}}}}}, {"param_groups", []any{m{{"lr", 1}, {"params", []any{0, 1}}}}}}
	want := []string{"a.weight", "a.bias"}
	tests := map[string]struct {
		value m
		want  []string // nil: an error
	}{
		"itself":               {net, want},
		"with numbers":         {m{{"epoch", 3}, {"a.weight", "T"}, {"a.bias", "T"}}, want},
		"state_dict":           {m{{"epoch", 3}, {"state_dict", net}, {"optimizer", optimizer}}, want},
		"model_state_dict":     {m{{"optimizer_state_dict", optimizer}, {"model_state_dict", net}}, want},
		"model":                {m{{"model", net}, {"model_ema", net}}, want},
		"state_dict in model":  {m{{"model", m{{"state_dict", net}, {"name", "net"}}}}, want},
		"prefers state_dict":   {m{{"model", m{{"other", "T"}}}, {"state_dict", net}}, want},
		"another key":          {m{{"network", net}, {"optimizer", optimizer}, {"epoch", 1}}, want},
		"beside loose tensors": {m{{"random_state", "T"}, {"network", net}}, want},
		"below a list":         {m{{"networks", []any{1, net}}}, want},
		"several":              {m{{"actor", net}, {"critic", net}}, nil},
		"optimizer alone":      {m{{"optimizer", optimizer}}, nil},
		"no tensors":           {m{{"epoch", 1}}, nil},
		"an optimizer itself":  {optimizer, nil},
		"DataParallel":         {m{{"module.a.weight", "T"}, {"module.a.bias", "T"}}, want},
		"compiled, wrapped":    {m{{"state_dict", m{{"model._orig_mod.a.weight", "T"}, {"model._orig_mod.a.bias", "T"}}}}, want},
		"prefix of some":       {m{{"module.a", "T"}, {"b", "T"}}, []string{"module.a", "b"}},
		"prefix alone":         {m{{"module.", "T"}, {"module.b", "T"}}, []string{"module.", "module.b"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			d, err := read(zipped(t, entry{"x/data.pkl", nest(test.value) + "."}, entry{"x/data/0", "\x00\x00\x80\x3f"}))
			if err != nil {
				t.Fatal(err)
			}
			before := names(d)
			got, err := d.StateDict()
			if test.want == nil {
				if !errors.Is(err, ErrFormat) || !strings.Contains(err.Error(), "state_dict") {
					t.Errorf("error %v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, names(got)); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(before, names(d)); diff != "" {
				t.Errorf("the original changed: %s", diff)
			}
			if again, err := got.StateDict(); err != nil || !cmp.Equal(names(got), names(again)) {
				t.Errorf("the state_dict of a state_dict: %v", err)
			}
		})
	}
}

func TestMLPRefuses(t *testing.T) {
	of := func(name string, shape ...int) checkpoint.Tensor {
		return checkpoint.Tensor{Name: name, Shape: shape, Data: make([]float32, elements(shape))}
	}
	tests := map[string][]checkpoint.Tensor{
		"nothing":         nil,
		"no bias":         {of("a.weight", 2, 3)},
		"bias of another": {of("a.weight", 2, 3), of("b.bias", 2)},
		"bias first":      {of("a.bias", 2), of("a.weight", 2, 3)},
		"bias too long":   {of("a.weight", 2, 3), of("a.bias", 3)},
		"bias of two":     {of("a.weight", 2, 3), of("a.bias", 2, 1)},
		"convolution":     {of("a.weight", 2, 3, 1), of("a.bias", 2)},
		"normalisation":   {of("a.weight", 2), of("a.bias", 2)},
		"no inputs":       {of("a.weight", 2, 0), of("a.bias", 2)},
		"no chain":        {of("a.weight", 2, 3), of("a.bias", 2), of("b.weight", 1, 3), of("b.bias", 1)},
		"counter between": {of("a.weight", 2, 3), of("a.bias", 2), of("n.num_batches_tracked"), of("b.weight", 1, 2), of("b.bias", 1)},
		"integers":        {{Name: "a.weight", Shape: []int{1, 1}, Data: []int64{1}}, {Name: "a.bias", Shape: []int{1}, Data: []int64{1}}},
		"shape and data":  {{Name: "a.weight", Shape: []int{1, 2}, Data: []float32{1}}, {Name: "a.bias", Shape: []int{1}, Data: []float32{1}}},
	}
	for name, tensors := range tests {
		t.Run(name, func(t *testing.T) {
			if _, err := MLP(&Dict{Tensors: tensors}); !errors.Is(err, ErrLayers) {
				t.Errorf("error %v", err)
			}
		})
	}
}

func TestMLP(t *testing.T) {
	got, err := MLP(&Dict{Tensors: []checkpoint.Tensor{
		{Name: "in.weight", Shape: []int{2, 3}, Data: []float32{1, 2, 3, 4, 5, 6}},
		{Name: "in.bias", Shape: []int{2}, Data: []float32{7, 8}},
		{Name: "out.weight", Shape: []int{1, 2}, Data: []float64{9, 10}},
		{Name: "out.bias", Shape: []int{1}, Data: []float64{0.1}},
	}})
	want := []Linear{
		{Name: "in", In: 3, Out: 2, Kernel: []float64{1, 4, 2, 5, 3, 6}, Bias: []float64{7, 8}},
		{Name: "out", In: 2, Out: 1, Kernel: []float64{9, 10}, Bias: []float64{0.1}},
	}
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestDictTensor(t *testing.T) {
	d := &Dict{Tensors: []checkpoint.Tensor{{Name: "a"}, {Name: "b", Shape: []int{0}}}}
	if got, ok := d.Tensor("b"); !ok || fmt.Sprint(got.Shape) != "[0]" {
		t.Errorf("b is %v, %v", got, ok)
	}
	if _, ok := d.Tensor("c"); ok {
		t.Error("c is there")
	}
}
