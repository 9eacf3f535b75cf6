package flowfeatures

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"threatnet/datasets"
	"threatnet/models"
	"threatnet/models/checkpoint"
	"threatnet/models/layers"
	"threatnet/models/modeltest"
)

var (
	nan = float32(math.NaN())
	inf = float32(math.Inf(1))
)

// flow has values in its first features, 0 elsewhere.
func flow(label string, values ...float32) datasets.Flow {
	f := datasets.Flow{Values: make([]float32, datasets.NumFlowFeatures), SourcePort: -1, DestinationPort: -1, Protocol: -1, Label: label}
	copy(f.Values, values)
	return f
}

func TestVarying(t *testing.T) {
	c, err := Varying(modeltest.Flows(
		t,
		flow("", 1, nan, nan, 1, inf, 5, inf),
		flow("", 1, nan, 2, 1, inf, 5, -inf),
		flow("", 1, nan, 2, 2, inf, nan, -inf),
	))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(Columns{2, 3, 5, 6}, c); diff != "" {
		t.Error(diff)
	}
	for _, flows := range [][]datasets.Flow{nil, {flow("", 1)}, {flow("", 1, nan), flow("", 1, nan)}} {
		if _, err := Varying(modeltest.Flows(t, flows...)); !errors.Is(err, ErrConstant) {
			t.Errorf("%d flows that are equal: %v", len(flows), err)
		}
	}
}

func TestClasses(t *testing.T) {
	b, dos, bot := flow(datasets.Benign), flow("DoS"), flow("Bot")
	all := modeltest.Flows(t, b, dos, bot, dos)
	for what, c := range map[string]struct {
		set     *datasets.FlowSet
		binary  bool
		classes []string
		outputs int
		err     error
	}{
		"families":                {all, false, []string{"Bot", "DoS", "benign"}, 3, nil},
		"families of a part":      {all.Select([]int{0, 1}), false, []string{"DoS", "benign"}, 2, nil},
		"attacks alone":           {all.Select([]int{1, 2}), false, []string{"Bot", "DoS"}, 2, nil},
		"binary":                  {all, true, []string{"benign", "attack"}, 1, nil},
		"binary of two":           {all.Select([]int{0, 2}), true, []string{"benign", "attack"}, 1, nil},
		"binary of attacks alone": {all.Select([]int{1, 2}), true, nil, 0, models.ErrOneClass},
		"binary of benign alone":  {all.Select([]int{0}), true, nil, 0, models.ErrOneClass},
		"one family":              {all.Select([]int{1, 3}), false, nil, 0, models.ErrOneClass},
		"nothing":                 {modeltest.Flows(t), false, nil, 0, models.ErrOneClass},
		"unlabelled":              {modeltest.Flows(t, b, dos, flow("")), true, nil, 0, datasets.ErrUnlabelled},
	} {
		classes, outputs, err := Classes(c.set, c.binary)
		if !slices.Equal(classes, c.classes) || outputs != c.outputs || !errors.Is(err, c.err) {
			t.Errorf("%s: %q, %d outputs, %v", what, classes, outputs, err)
		}
	}
}

func TestCheckClasses(t *testing.T) {
	for _, c := range []struct {
		outputs int
		labels  []string
		good    bool
	}{
		{1, []string{"benign", "attack"}, true},
		{1, []string{"attack", "benign"}, false},
		{2, []string{"Bot", "DoS"}, true},
	} {
		b, err := models.NewBase("test", layers.Stack{Input: []int{1}, Layers: []layers.Spec{
			{Kind: "dense", Units: c.outputs, Init: "glorot_uniform"}, {Kind: "activation", Function: Function(c.outputs)},
		}}, c.labels, 1)
		if err != nil {
			t.Fatal(err)
		}
		if err := CheckClasses(&b); (err == nil) != c.good || !c.good && !errors.Is(err, checkpoint.ErrFormat) {
			t.Errorf("%d outputs, %q: %v", c.outputs, c.labels, err)
		}
	}
}

// talk is a flow between addresses.
func talk(source string, port, protocol int) datasets.Flow {
	f := flow("", float32(port))
	f.Source, f.DestinationPort, f.Protocol = source, port, protocol
	return f
}

func TestIdentity(t *testing.T) {
	s := modeltest.Flows(t, talk("10.0.0.9", 80, 6), talk("10.0.0.1", 443, 6), talk("10.0.0.9", 443, 6), talk("", 53, -1), talk("10.0.0.1", 443, 17))
	d, err := FitIdentity(s, []string{"protocol", "source_ip", "destination_port", "source_ip"})
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	const want = `[{"column":"source_ip","values":["10.0.0.1","10.0.0.9"]},{"column":"destination_port","values":["443","53","80"]},{"column":"protocol","values":["6","17"]}]`
	if string(text) != want {
		t.Errorf("%s", text)
	}
	var again Identity
	if err := json.Unmarshal(text, &again); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		flow  datasets.Flow
		codes [3]int
	}{
		{talk("10.0.0.9", 80, 17), [3]int{1, 2, 1}},
		{talk("10.0.0.1", 443, 6), [3]int{0, 0, 0}},
		{talk("", -1, -1), [3]int{2, 3, 2}},
		{talk("10.0.0.2", 8080, 0), [3]int{2, 3, 2}},
	} {
		for _, identity := range []Identity{d, again} {
			for k, code := range c.codes {
				if got := identity.Code(k, &c.flow); got != code || code >= identity.Codes(k) {
					t.Errorf("%s:%d %d: code %d is %d of %d", c.flow.Source, c.flow.DestinationPort, c.flow.Protocol, k, got, identity.Codes(k))
				}
			}
		}
	}
	if _, err := FitIdentity(s, []string{"timestamp"}); !errors.Is(err, ErrIdentity) {
		t.Errorf("the time: %v", err)
	}
}

// TestIdentityIsBounded: of many values the most frequent are told apart.
func TestIdentityIsBounded(t *testing.T) {
	var flows []datasets.Flow
	for port := range MaxValues + 50 {
		for range 1 + port/(MaxValues+49) { // the last one twice
			flows = append(flows, talk("", port, 6))
		}
	}
	d, err := FitIdentity(modeltest.Flows(t, flows...), []string{"destination_port"})
	if err != nil {
		t.Fatal(err)
	}
	f := talk("", MaxValues+49, 6)
	if d.Codes(0) != MaxValues+1 || d.Code(0, &f) != 0 {
		t.Errorf("%d codes, that of the commonest port is %d", d.Codes(0), d.Code(0, &f))
	}
}

func TestValues(t *testing.T) {
	a, b, c := talk("10.0.0.1", 2, 6), talk("10.0.0.2", 4, 6), talk("10.0.0.1", 6, 6)
	b.Values[1], c.Values[2] = nan, 1
	v, err := FitValues(modeltest.Flows(t, a, b, c), []string{"source_ip", "protocol"})
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var again Values
	if err := json.Unmarshal(text, &again); err != nil {
		t.Fatal(err)
	}
	std, third := math.Sqrt(8.0/3), math.Sqrt(2.0/9)
	odd := flow("", -inf, inf, 1e30)
	for _, x := range []struct {
		flow datasets.Flow
		want []float64
	}{
		{a, []float64{-2 / std, 0, -1.0 / 3 / third, 1, 0, 0, 1, 0}},
		{b, []float64{0, 0, -1.0 / 3 / third, 0, 1, 0, 1, 0}},
		{c, []float64{2 / std, 0, 2.0 / 3 / third, 1, 0, 0, 1, 0}},
		{odd, []float64{-8, 8, 8, 0, 0, 1, 0, 1}},
	} {
		for _, values := range []*Values{v, &again} {
			got := slices.Repeat([]float32{9}, values.Size())
			values.Encode(&x.flow, got)
			if len(got) != len(x.want) {
				t.Fatalf("%d numbers", len(got))
			}
			for i, w := range x.want {
				if math.Abs(float64(got[i])-w) > 1e-6 {
					t.Errorf("%v: number %d is %v, want %v", x.flow.Values[:3], i, got[i], w)
				}
			}
		}
	}
	out := make([]float32, v.Size())
	if n := testing.AllocsPerRun(10, func() { v.Encode(&a, out) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
	if _, err := FitValues(modeltest.Flows(t, a, b), []string{"id"}); !errors.Is(err, ErrIdentity) {
		t.Errorf("an unknown column: %v", err)
	}
	if _, err := FitValues(modeltest.Flows(t, a), nil); !errors.Is(err, ErrConstant) {
		t.Errorf("one flow: %v", err)
	}
}

func TestJSONRefuses(t *testing.T) {
	const scale = `"scale":{"mean":[1],"std":[1]}`
	for what, text := range map[string]string{
		"no object":               `[]`,
		"nothing":                 `{}`,
		"no features":             `{"features":[],` + scale + `}`,
		"missing features":        `{` + scale + `}`,
		"an unknown feature":      `{"features":["color"],` + scale + `}`,
		"a feature of no text":    `{"features":[1],` + scale + `}`,
		"a feature twice":         `{"features":["flow_duration","flow_duration"],"scale":{"mean":[1,1],"std":[1,1]}}`,
		"no scaling":              `{"features":["flow_duration"]}`,
		"a wide scaling":          `{"features":["flow_duration"],"scale":{"mean":[1,1],"std":[1,1]}}`,
		"an unknown column":       `{"features":["flow_duration"],` + scale + `,"identity":[{"column":"time"}]}`,
		"columns out of order":    `{"features":["flow_duration"],` + scale + `,"identity":[{"column":"protocol"},{"column":"source_ip"}]}`,
		"a value twice":           `{"features":["flow_duration"],` + scale + `,"identity":[{"column":"source_ip","values":["a","a"]}]}`,
		"an empty value":          `{"features":["flow_duration"],` + scale + `,"identity":[{"column":"source_ip","values":[""]}]}`,
		"a port of words":         `{"features":["flow_duration"],` + scale + `,"identity":[{"column":"source_port","values":["http"]}]}`,
		"a port of another form":  `{"features":["flow_duration"],` + scale + `,"identity":[{"column":"source_port","values":["080"]}]}`,
		"a port below zero":       `{"features":["flow_duration"],` + scale + `,"identity":[{"column":"source_port","values":["-1"]}]}`,
		"an identity of no lists": `{"features":["flow_duration"],` + scale + `,"identity":{}}`,
	} {
		var v Values
		if err := json.Unmarshal([]byte(text), &v); err == nil || v.columns != nil {
			t.Errorf("%s is taken", what)
		}
	}
}

// FuzzValues: whatever a flow holds, its numbers are finite.
func FuzzValues(f *testing.F) {
	v := &Values{}
	if err := json.Unmarshal([]byte(`{"features":["flow_duration","total_fwd_packets"],"scale":{"mean":[1,1e30],"std":[1e-30,1e30],"clip":8}}`), v); err != nil {
		f.Fatal(err)
	}
	f.Add(uint32(0x7fc00000), uint32(0xff800000))
	f.Fuzz(func(t *testing.T, a, b uint32) {
		x := flow("", math.Float32frombits(a), math.Float32frombits(b))
		out := make([]float32, 2)
		v.Encode(&x, out)
		for _, z := range out {
			if !(z >= -clip && z <= clip) {
				t.Errorf("%v becomes %v", x.Values[:2], out)
			}
		}
	})
}

func ExampleIdentityColumns() {
	fmt.Println(IdentityColumns())
	// Output: [source_ip destination_ip source_port destination_port protocol]
}
