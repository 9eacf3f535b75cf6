package records_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"threatnet/datasets"
	"threatnet/models"
	"threatnet/serve/engine"
	"threatnet/serve/records"
	"threatnet/serve/servetest"
)

// fields are a JSON object's.
func fields(t testing.TB, text string) map[string]any {
	t.Helper()
	var m map[string]any
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		t.Fatal(err)
	}
	return m
}

func fieldOf(err error) string {
	var wrong *records.FieldError
	if errors.As(err, &wrong) {
		return wrong.Field
	}
	return ""
}

func TestName(t *testing.T) {
	for text, want := range map[string][2]string{
		`{"name":"a.example"}`:                {"a.example", ""},
		`{"name":"a.example","host":"b"}`:     {"b", ""},
		`{"query":"q","other":1,"host":null}`: {"q", ""},
		`{"name":3}`:                          {"", "name"},
		`{"nme":"a"}`:                         {"", "name"},
		`{}`:                                  {"", "name"},
	} {
		got, err := records.Name(fields(t, text))
		if got != want[0] && err == nil || fieldOf(err) != want[1] {
			t.Errorf("%s: %q, %v", text, got, err)
		}
	}
}

func TestQuery(t *testing.T) {
	at := time.Date(2023, 1, 2, 3, 4, 5, 678e6, time.UTC)
	for text, want := range map[string]datasets.Query{
		`{"query":"A.example","src":"10.0.0.1","_time":"2023-01-02T03:04:05.678+0000","type":"txt","rank":1}`: {Name: "A.example", Client: "10.0.0.1", Time: at, Type: "TXT", Rank: 1},
		`{"name":"a","client":"c","time":1672628645.678,"type":16,"rank":"2.0","label":"x"}`:                  {Name: "a", Client: "c", Time: at, Type: "TYPE16", Rank: 2},
		`{"query":".","time":null}`: {},
	} {
		got, err := records.Query(fields(t, text))
		if err != nil {
			t.Errorf("%s: %v", text, err)
		}
		got.Time = got.Time.Round(time.Millisecond)
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s: %s", text, d)
		}
	}
	for text, field := range map[string]string{
		`{"src":"a"}`: "query", `{"query":1}`: "query", `{"query":"a","src":1}`: "src", `{"query":"a","_time":"soon"}`: "_time",
		`{"query":"a","time":true}`: "time", `{"query":"a","rank":1.5}`: "rank", `{"query":"a","rank":[]}`: "rank", `{"query":"a","type":-1}`: "type",
		`{"query":"` + strings.Repeat("a", 100_000) + `"}`: "query",
	} {
		if _, err := records.Query(fields(t, text)); fieldOf(err) != field {
			t.Errorf("%.60s: %v, want an error of %s", text, err, field)
		}
	}
}

func TestFlow(t *testing.T) {
	in := map[string]any{
		"flow_duration": 5.0, "Flow Duration": 7.0, "Total Fwd Packets": "3", " Fwd Header Length": 1.0, "Fwd Header Length.1": 2.0,
		"flow_bytes_per_s": "Infinity", "Flow Packets/s": "", "idle_mean": nil, "idle_std": "NaN", "bwd_iat_std": 0.5,
		"Src IP": "10.0.0.1", "destination_ip": "10.0.0.2", "Source Port": 80.0, "dst_port": "443", "Protocol": "TCP", "Timestamp": "2017-07-03 08:55:00",
		"label": "BENIGN", "nothing": []any{},
	}
	for _, name := range datasets.FlowFeatures()[50:] {
		if _, ok := in[name]; !ok {
			in[name] = 1.0
		}
	}
	f, err := records.Flow(in)
	if err != nil {
		t.Fatal(err)
	}
	value := func(name string) float64 {
		for i, n := range datasets.FlowFeatures() {
			if n == name {
				return float64(f.Values[i])
			}
		}
		t.Fatal(name)
		return 0
	}
	for name, want := range map[string]float64{"flow_duration": 5, "total_fwd_packets": 3, "fwd_header_length": 1, "flow_bytes_per_s": math.Inf(1), "bwd_iat_std": 0.5} {
		if got := value(name); got != want {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
	for _, name := range []string{"flow_packets_per_s", "idle_mean", "idle_std", "fwd_iat_max"} {
		if got := value(name); !math.IsNaN(got) {
			t.Errorf("%s: %v, want NaN", name, got)
		}
	}
	if f.Source != "10.0.0.1" || f.Destination != "10.0.0.2" || f.SourcePort != 80 || f.DestinationPort != 443 || f.Protocol != 6 || f.Time.Hour() != 8 {
		t.Errorf("%+v", f)
	}
	for field, wrong := range map[string]any{
		"flow_duration": "fast", "bwd_iat_std": true, "flow_iat_mean": 1e300, "source_ip": 1.0, "source_port": 65536.0, "protocol": "carrier pigeon",
		"destination_port": 1.5, "flow_iat_std": "0x10",
	} {
		bad := servetest.FlowFields(1)
		bad[field] = wrong
		if _, err := records.Flow(bad); fieldOf(err) != field {
			t.Errorf("%s %v: %v", field, wrong, err)
		}
	}
	if _, err := records.Flow(map[string]any{"flow_duration": 1.0}); fieldOf(err) != "total_fwd_packets" {
		t.Errorf("too few features: %v", err)
	}
}

// The objects are those that encoding/json makes of the types.
func TestObjects(t *testing.T) {
	m, err := servetest.Engine(t, "exfil-mlp").Model("", "")
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		p := rapid.Float64Range(0, 1).Draw(t, "p")
		a := engine.Answer{Rule: rapid.SampledFrom([]string{"", engine.RuleAllow}).Draw(t, "rule")}
		a.Verdict = models.Verdict{Verdict: models.Benign, Probability: p * rapid.SampledFrom([]float64{1, 1e-5, 1e-8, 1e-20, 0}).Draw(t, "scale"), Label: rapid.String().Draw(t, "label"), Classes: []models.ClassProbability{}}
		for range rapid.IntRange(0, 3).Draw(t, "classes") {
			a.Classes = append(a.Classes, models.ClassProbability{Label: rapid.String().Draw(t, "class"), Probability: p})
		}
		name, row := rapid.String().Draw(t, "name"), rapid.IntRange(1, 1000).Draw(t, "row")
		q := datasets.Query{Name: name, Client: rapid.String().Draw(t, "client")}
		if rapid.Bool().Draw(t, "time") {
			q.Time = time.Unix(int64(row), 5000)
		}
		query := records.QueryResult{
			Name: datasets.EscapeName(name), Client: q.Client, Domain: datasets.EscapeName(m.Domain(name)), Verdict: a.Verdict, Rule: a.Rule,
		}
		if !q.Time.IsZero() {
			query.Time = q.Time.UTC().Format(time.RFC3339Nano)
		}
		same(t, records.AppendName(nil, name, &a), records.NameResult{Name: name, Verdict: a.Verdict, Rule: a.Rule})
		same(t, records.AppendQuery(nil, m, &q, &a), query)
		a.Rule = ""
		same(t, records.AppendFlow(nil, row, &a), records.FlowResult{Row: row, Verdict: a.Verdict})
		refused := records.Refused{Name: &name, Error: records.Fault{Code: "c", Message: "m", Field: name}}
		same(t, records.AppendRefused(nil, &refused), refused)
	})
}

func same(t *rapid.T, got []byte, v any) {
	var want bytes.Buffer
	e := json.NewEncoder(&want)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(strings.TrimSpace(want.String()), string(got)); d != "" {
		t.Error(d)
	}
}

// Whatever an object says, it is a record or an error that names a field.
func FuzzRecords(f *testing.F) {
	f.Add([]byte(`{"query":"a.example","src":"1.2.3.4","_time":1,"rank":1,"type":"A","name":"b"}`))
	f.Add([]byte(`{"flow_duration":1,"Flow Duration":"2","protocol":"tcp","source_port":-1,"Timestamp":"x"}`))
	whole, err := json.Marshal(servetest.FlowFields(3))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	f.Fuzz(func(t *testing.T, text []byte) {
		var fields map[string]any
		if json.Unmarshal(text, &fields) != nil {
			return
		}
		_, nameErr := records.Name(fields)
		q, queryErr := records.Query(fields)
		flow, flowErr := records.Flow(fields)
		for _, err := range []error{nameErr, queryErr, flowErr} {
			if err != nil && fieldOf(err) == "" {
				var wrong *records.FieldError
				if !errors.As(err, &wrong) { // the empty name is one that an object may have
					t.Errorf("%s: %v", text, err)
				}
			}
		}
		if queryErr == nil && len(q.Name) > records.MaxName {
			t.Errorf("a name of %d bytes", len(q.Name))
		}
		if flowErr == nil && (len(flow.Values) != datasets.NumFlowFeatures || flow.SourcePort < -1 || flow.SourcePort > math.MaxUint16) {
			t.Errorf("%+v", flow)
		}
		if again, err := records.Flow(fields); (err == nil) != (flowErr == nil) || err != nil && err.Error() != flowErr.Error() || err == nil && again.Source != flow.Source {
			t.Errorf("%s: %v, then %v", text, flowErr, err)
		}
	})
}
