package flowlstm

import (
	"bufio"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"threatnet/datasets"
	"threatnet/datasets/netflow"
	"threatnet/internal/golden"
	"threatnet/models"
	"threatnet/models/checkpoint"
	"threatnet/models/flowfeatures"
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

func collect(t *testing.T, flows datasets.Flows, opt datasets.FlowOptions) (*datasets.FlowSet, *datasets.FlowReport) {
	t.Helper()
	s, report, err := datasets.CollectFlows(context.Background(), opt, datasets.FlowInput{Name: "test", Flows: flows})
	if err != nil {
		t.Fatal(err)
	}
	return s, report
}

func TestQuantiles(t *testing.T) {
	zeros := slices.Repeat([]float32{0}, 97)
	ones := slices.Repeat([]float32{1}, 97)
	for what, c := range map[string]struct {
		values []float32
		n      int
		want   []float32
	}{
		"nothing":               {nil, 4, []float32{}},
		"one value":             {[]float32{3, 3, 3}, 4, []float32{}},
		"two values":            {[]float32{4, 3}, 4, []float32{3}},
		"a value each":          {[]float32{4, 2, 1, 3}, 4, []float32{1, 2, 3}},
		"quarters":              {[]float32{8, 7, 6, 5, 4, 3, 2, 1}, 4, []float32{2, 4, 6}},
		"quarters of five":      {[]float32{1, 2, 3, 4, 5}, 4, []float32{2, 3, 4}},
		"fewer values":          {[]float32{1, 2}, 16, []float32{1}},
		"mostly the least":      {append([]float32{1, 2, 3}, zeros...), 4, []float32{0}},
		"mostly the greatest":   {append([]float32{0, 0.5, 0.7}, ones...), 4, []float32{0.7}},
		"mostly one in between": {append([]float32{0, 0.5, 3, 4}, ones...), 4, []float32{0.5, 1}},
		"half one":              {[]float32{5, 5, 5, 5, 1, 2, 8, 9}, 4, []float32{2, 5}},
		"negative zero":         {[]float32{float32(math.Copysign(0, -1)), 1}, 2, []float32{0}},
	} {
		got := quantiles(slices.Clone(c.values), c.n)
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: %s", what, diff)
		}
		if len(got) > 0 && math.Signbit(float64(got[0])) {
			t.Errorf("%s: the edge −0", what)
		}
	}
}

// TestQuantilesOfAny: no more bins than asked for, edges that rise, and a training value in each bin.
func TestQuantilesOfAny(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		n, values := 2+r.IntN(20), make([]float32, 1+r.IntN(200))
		kinds := 1 + r.IntN(60)
		for i := range values {
			values[i] = float32(r.IntN(kinds)) * float32(r.IntN(2)*r.IntN(3))
		}
		edges := quantiles(values, n)
		if len(edges) >= n || !slices.IsSorted(edges) || len(slices.Compact(slices.Clone(edges))) != len(edges) {
			t.Fatalf("%d bins of %v: %v", n, values, edges)
		}
		filled := make([]int, len(edges)+1)
		for _, v := range values {
			filled[bin(edges, v)]++
		}
		if slices.Contains(filled, 0) {
			t.Fatalf("%v: bins of %v flows", edges, filled)
		}
		if values[0] != values[len(values)-1] && len(edges) == 0 {
			t.Fatalf("one bin of %v", values)
		}
	}
}

func TestBin(t *testing.T) {
	for _, edges := range [][]float32{nil, {1}, {1, 2}, {-3, 0, 5}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}} {
		for v := float32(-4); v < 17; v += 0.5 {
			want := 0
			for _, e := range edges {
				if e < v {
					want++
				}
			}
			if got := bin(edges, v); got != want {
				t.Errorf("%v among %v is in bin %d", v, edges, got)
			}
		}
		if bin(edges, -inf) != 0 || bin(edges, inf) != len(edges) || bin(edges, nan) != len(edges)+1 {
			t.Errorf("%v: the infinities are in bins %d and %d, NaN has %d", edges, bin(edges, -inf), bin(edges, inf), bin(edges, nan))
		}
	}
}

// TestBins: feature 0 has two bins of two flows, feature 1 is constant, 2 has one value and gaps, 3 an infinity.
func TestBins(t *testing.T) {
	talk := func(source string, port int, values ...float32) datasets.Flow {
		f := flow("", values...)
		f.Source, f.SourcePort = source, port
		return f
	}
	s := modeltest.Flows(t, talk("b", 1, 1, 7, 5, 1), talk("a", 2, 2, 7, nan, inf), talk("a", 2, 3, 7, 5, 2), talk("", -1, 4, 7, 5, 3))
	b, err := FitBins(s, 2, []string{"source_port", "source_ip"})
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(b)
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"features":["flow_duration","total_backward_packets","total_length_of_fwd_packets"],"edges":[[2],[],[2]],` +
		`"identity":[{"column":"source_ip","values":["a","b"]},{"column":"source_port","values":["2","1"]}]}`
	if string(text) != want {
		t.Errorf("%s", text)
	}
	var again Bins
	if err := json.Unmarshal(text, &again); err != nil {
		t.Fatal(err)
	}
	// Features: 1–2 and 3 for NaN, 4 and 5, 6–7 and 8; addresses: 9, 10 and 11; ports: 12, 13 and 14.
	for _, c := range []struct {
		flow   datasets.Flow
		tokens []int32
	}{
		{talk("b", 1, 1, 7, 5, 1), []int32{1, 4, 6, 10, 13}},
		{talk("a", 2, 2, 7, nan, inf), []int32{1, 5, 7, 9, 12}},
		{talk("a", 2, 3, 7, 5, 2), []int32{2, 4, 6, 9, 12}},
		{talk("", -1, 4, 7, 5, 3), []int32{2, 4, 7, 11, 14}},
		{talk("c", 9, nan, nan, -inf, nan), []int32{3, 4, 8, 11, 14}},
		{talk("c", 9, -inf, 0, inf, -inf), []int32{1, 4, 6, 11, 14}},
	} {
		for _, bins := range []*Bins{b, &again} {
			if bins.Size() != 5 || bins.Vocabulary() != 15 {
				t.Fatalf("%d tokens of %d", bins.Size(), bins.Vocabulary())
			}
			got := make([]int32, 5)
			bins.Encode(&c.flow, got)
			if diff := cmp.Diff(c.tokens, got); diff != "" {
				t.Errorf("%v: %s", c.flow.Values[:4], diff)
			}
		}
	}
	row, f := make([]int32, 5), talk("a", 2, 1, 2, 3)
	if n := testing.AllocsPerRun(10, func() { b.Encode(&f, row) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
	for _, n := range []int{-1, 0, maxBins + 1} {
		if _, err := FitBins(s, n, nil); err == nil {
			t.Errorf("%d bins are taken", n)
		}
	}
}

// FuzzBins: whatever a flow holds, each token is one of its feature's.
func FuzzBins(f *testing.F) {
	var b Bins
	if err := json.Unmarshal([]byte(`{"features":["flow_duration","total_fwd_packets","idle_min"],"edges":[[-1.5,0,1e30],[],[3]]}`), &b); err != nil {
		f.Fatal(err)
	}
	f.Add(uint32(0x7fc00000), uint32(0xff800000), uint32(0x7f800000))
	f.Fuzz(func(t *testing.T, x, y, z uint32) {
		v := flow("", math.Float32frombits(x), math.Float32frombits(y))
		v.Values[datasets.NumFlowFeatures-1] = math.Float32frombits(z)
		row := make([]int32, 3)
		b.Encode(&v, row)
		for k, last := range []int32{5, 7, 10} {
			first := []int32{1, 6, 8}[k]
			isNaN := math.IsNaN(float64(v.Values[b.columns[k]]))
			if row[k] < first || row[k] > last || isNaN != (row[k] == last) {
				t.Errorf("%v has the token %d", v.Values[b.columns[k]], row[k])
			}
		}
	})
}

// TestUnpadded: rows without padding have the same outputs and gradients in the layers that scoring and training run as in
// the plain ones.
func TestUnpadded(t *testing.T) {
	const steps, vocabulary, rows = 21, 90, 50
	q, err := layers.New[float64](Stack(steps, vocabulary, 3, 0))
	if err != nil {
		t.Fatal(err)
	}
	q.Init(5)
	r := rand.New(rand.NewPCG(1, 2))
	x := &layers.Batch[float64]{Rows: rows, Cols: steps, Tokens: make([]int32, rows*steps)}
	for i := range x.Tokens {
		x.Tokens[i] = 1 + int32(r.IntN(vocabulary-1))
	}
	plain, fused := run(q.Layers[:2], x), run(layers.Compile(q.Layers[:2]), x)
	for i, want := range plain {
		for j, w := range want {
			if math.Abs(fused[i][j]-w) > 1e-12 {
				t.Fatalf("result %d, number %d is %v, want %v", i, j, fused[i][j], w)
			}
		}
	}
	y, want := make([]float64, rows*3), q.Layers[0].Forward(&layers.Work[float64]{}, x)
	for _, l := range q.Layers[1:] {
		want = l.Forward(&layers.Work[float64]{Shards: 1}, want)
	}
	layers.NewPredictor(q).Predict(x, y)
	for i, w := range want.X {
		if math.Abs(y[i]-w) > 1e-12 {
			t.Fatalf("output %d is %v, want %v", i, y[i], w)
		}
	}
}

// run gives the outputs of a stack and then its gradients, for the gradient 1, −1, 1 … of the outputs.
func run(ls []layers.Layer[float64], x *layers.Batch[float64]) (results [][]float64) {
	inputs, works := []*layers.Batch[float64]{x}, make([]*layers.Work[float64], len(ls))
	for i, l := range ls {
		works[i] = &layers.Work[float64]{Train: true, Shards: 2}
		inputs = append(inputs, l.Forward(works[i], inputs[i]))
	}
	y := inputs[len(ls)]
	dy := &layers.Batch[float64]{Rows: y.Rows, Cols: y.Cols, X: make([]float64, y.Rows*y.Cols)}
	for i := range dy.X {
		dy.X[i] = 1 - 2*float64(i%2)
	}
	results = append(results, slices.Clone(y.X))
	var grads [][]float64
	for i := len(ls) - 1; i >= 0; i-- {
		var own [][]float64
		for _, p := range ls[i].Params() {
			own = append(own, make([]float64, len(p.Data)))
		}
		dy = ls[i].Backward(works[i], inputs[i], dy, own)
		grads = append(own, grads...)
	}
	return append(results, grads...)
}

// outputs scores flows.
func outputs(m models.Flows, flows []datasets.Flow) []float32 {
	return models.NewScorer(m, 0.5).Outputs(len(flows), func(i int, tokens []int32, values []float32) { m.Encode(&flows[i], tokens, values) }, 2)
}

func samples() []datasets.Flow {
	flows := []datasets.Flow{flow("DoS", 1, 2, nan, 4), flow(datasets.Benign, 2, 1, 5, inf), flow("Bot", 3, 9, 5, -3), flow("DoS", 1, 8, 5, 4), flow(datasets.Benign, 7, -inf, 0, 0)}
	for i := range flows {
		flows[i].Source, flows[i].Destination, flows[i].Protocol = fmt.Sprint("10.0.0.", i), "10.0.0.1", 6+11*(i%2)
	}
	return flows
}

func TestFitAndLoad(t *testing.T) {
	flows := samples()
	train := modeltest.Flows(t, flows...)
	for what, c := range map[string]struct {
		options models.Options
		classes []string
		input   []int
		kinds   string
	}{
		"default":  {models.Options{}, []string{"Bot", "DoS", "benign"}, []int{4}, "embedding lstm dense activation"},
		"binary":   {models.Options{Binary: true, Dropout: 0.2, Bins: 3}, []string{"benign", "attack"}, []int{4}, "embedding lstm dropout dense activation"},
		"identity": {models.Options{Binary: true, Identity: []string{"protocol", "source_ip"}}, []string{"benign", "attack"}, []int{6}, "embedding lstm dense activation"},
		"values":   {models.Options{Binary: true, Input: InputValues}, []string{"benign", "attack"}, []int{4, 1}, "lstm dense activation"},
		"values of protocols": {
			models.Options{Input: InputValues, Identity: []string{"protocol"}, Units: 8},
			[]string{"Bot", "DoS", "benign"},
			[]int{7, 1},
			"lstm dense activation",
		},
	} {
		c.options.Seed = 3
		m, err := Fit(train, c.options)
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		var kinds []string
		for _, l := range m.Network().Layers {
			kinds = append(kinds, l.Spec().Kind)
		}
		if !slices.Equal(m.Network().Input, c.input) || strings.Join(kinds, " ") != c.kinds || !slices.Equal(m.Classes(), c.classes) {
			t.Errorf("%s: %v, %q, %q", what, m.Network().Input, kinds, m.Classes())
		}
		again, err := Load(modeltest.File(t, m))
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		if again.Kind() != Kind || again.Benign() != slices.Index(c.classes, datasets.Benign) {
			t.Errorf("%s: loaded a %s with benign %d", what, again.Kind(), again.Benign())
		}
		if diff := cmp.Diff(outputs(m, flows), outputs(again, flows)); diff != "" {
			t.Errorf("%s: %s", what, diff)
		}
	}
}

func TestFitRefuses(t *testing.T) {
	all := modeltest.Flows(t, samples()...)
	for what, c := range map[string]struct {
		train   *datasets.FlowSet
		options models.Options
		want    error
	}{
		"one class":         {all.Select([]int{0, 3}), models.Options{}, models.ErrOneClass},
		"attacks alone":     {all.Select([]int{0, 2}), models.Options{Binary: true}, models.ErrOneClass},
		"equal flows":       {modeltest.Flows(t, flow(datasets.Benign, 1), flow("DoS", 1)), models.Options{}, flowfeatures.ErrConstant},
		"equal values":      {modeltest.Flows(t, flow(datasets.Benign, 1), flow("DoS", 1)), models.Options{Input: InputValues}, flowfeatures.ErrConstant},
		"an unknown input":  {all, models.Options{Input: "text"}, ErrInput},
		"an unknown column": {all, models.Options{Identity: []string{"timestamp"}}, flowfeatures.ErrIdentity},
	} {
		if _, err := Fit(c.train, c.options); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestLoadRefuses(t *testing.T) {
	fit := func(o models.Options) *Model {
		m, err := Fit(modeltest.Flows(t, samples()...), o)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	bins, values := fit(models.Options{Binary: true}), fit(models.Options{Binary: true, Input: InputValues})
	other, err := values.Encoder()
	if err != nil {
		t.Fatal(err)
	}
	replace := func(text *json.RawMessage, old, now string) {
		if !strings.Contains(string(*text), old) {
			t.Fatalf("no %s in %s", old, *text)
		}
		*text = json.RawMessage(strings.Replace(string(*text), old, now, 1))
	}
	encoder := func(old, now string) func(*checkpoint.File) {
		return func(f *checkpoint.File) { replace(&f.Meta.Encoder, old, now) }
	}
	spec := func(old, now string) func(*checkpoint.File) {
		return func(f *checkpoint.File) { replace(&f.Meta.Spec, old, now) }
	}
	for what, change := range map[string]func(*checkpoint.File){
		"no encoder":           func(f *checkpoint.File) { f.Meta.Encoder = nil },
		"an empty encoder":     func(f *checkpoint.File) { f.Meta.Encoder = []byte(`{}`) },
		"empty bins":           func(f *checkpoint.File) { f.Meta.Encoder = []byte(`{"bins":{}}`) },
		"another encoder":      func(f *checkpoint.File) { f.Meta.Encoder = other },
		"two encoders":         func(f *checkpoint.File) { replace(&f.Meta.Encoder, "{", string(other[:len(other)-1])+",") },
		"an unknown feature":   encoder(`"flow_duration"`, `"flow"`),
		"one feature less":     encoder(`"flow_duration",`, ``),
		"fewer edges":          encoder(`"edges":[[1,2,3],`, `"edges":[`),
		"a shorter list":       encoder(`[[1,2,3],`, `[[1,2],`),
		"edges out of order":   encoder(`[[1,2,3],`, `[[1,3,2],`),
		"an edge twice":        encoder(`[[1,2,3],`, `[[1,2,2],`),
		"an edge too large":    encoder(`[[1,2,3],`, `[[1,2,1e39],`),
		"an edge of NaN":       encoder(`[[1,2,3],`, `[[1,2,null],`),
		"edges without number": encoder(`[[1,2,3],`, `[["1","2","3"],`),
		"too many edges":       encoder(`[[1,2,3],`, `[[`+strings.Repeat("1,", maxBins)+`1],`),
		"an identity as well":  encoder(`]]`, `]],"identity":[{"column":"protocol","values":["6"]}]`),
		"labels in disorder":   func(f *checkpoint.File) { f.Meta.Labels = []string{"attack", "benign"} },
		"three labels":         func(f *checkpoint.File) { f.Meta.Labels = []string{"benign", "DoS", "Bot"} },
		"a missing tensor":     func(f *checkpoint.File) { f.Tensors = f.Tensors[1:] },
		"a longer row":         spec(`"input":[4]`, `"input":[5]`),
		"rows of vectors":      spec(`"input":[4]`, `"input":[4,1]`),
		"a larger vocabulary":  spec(`"vocabulary":`, `"vocabulary":1`),
		"another layer": func(f *checkpoint.File) {
			f.Meta.Spec = []byte(`{"input":[4],"layers":[{"kind":"dense","name":"d","units":1,"init":"glorot_uniform","vocabulary":21}]}`)
			f.Tensors = []checkpoint.Tensor{{Name: "d/kernel", Shape: []int{4, 1}, Data: make([]float32, 4)}, {Name: "d/bias", Shape: []int{1}, Data: []float32{0}}}
		},
	} {
		f := modeltest.File(t, bins)
		change(f)
		if _, err := Load(f); !errors.Is(err, checkpoint.ErrFormat) {
			t.Errorf("%s: %v", what, err)
		}
	}
	for what, change := range map[string]func(*checkpoint.File){
		"empty values": func(f *checkpoint.File) { f.Meta.Encoder = []byte(`{"values":{}}`) },
		"a flat row":   spec(`"input":[4,1]`, `"input":[4]`),
		"a longer row": spec(`"input":[4,1]`, `"input":[5,1]`),
		"a wider row":  spec(`"input":[4,1]`, `"input":[4,2]`),
	} {
		f := modeltest.File(t, values)
		change(f)
		if _, err := Load(f); !errors.Is(err, checkpoint.ErrFormat) {
			t.Errorf("values, %s: %v", what, err)
		}
	}
}

// first gives the first flows of a file of the development data.
func first(t *testing.T, name string, limit int) datasets.Flows {
	t.Helper()
	f, err := os.Open(golden.Data(t, name))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	text := bufio.NewReaderSize(z, 1<<16)
	head, err := text.Peek(1 << 15)
	if err != nil && err != io.EOF {
		t.Fatal(err)
	}
	format, ok := netflow.Recognize(head, netflow.Options{})
	if !ok {
		t.Fatal("not recognised")
	}
	return func(yield func(datasets.Flow, error) bool) {
		for flow, err := range format.Read(text, netflow.Options{File: name}) {
			if limit--; limit < 0 || !yield(flow, err) {
				return
			}
		}
	}
}

// TestRealFlows: of the first flows of CICIDS2017's sample.
func TestRealFlows(t *testing.T) {
	s, report := collect(t, first(t, "flow/cicids_sample/cicids2017_sample.csv.gz", 5000), datasets.FlowOptions{})
	if report.Duplicates != 105 || s.Len() != 4895 || s.HasTimes() {
		t.Errorf("%s", report)
	}
	m, err := Fit(s, models.Options{Binary: true, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	if n, v := m.bins.Size(), m.bins.Vocabulary(); n != 64 || v < 600 || v > 800 {
		t.Errorf("%d features, %d tokens", n, v)
	}
	flows := make([]datasets.Flow, s.Len())
	for i := range flows {
		s.Flow(i, &flows[i])
	}
	for _, p := range outputs(m, flows) {
		if !(p > 0 && p < 1) {
			t.Fatalf("a probability of %v", p)
		}
	}
}
