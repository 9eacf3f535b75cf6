package netflow

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"threatnet/datasets"
	"threatnet/internal/golden"
)

// Each fixture is written to the specification of its dialect and holds the same four flows: in the first, feature i is i+1;
// the others have fractions, Infinity and NaN, and negative values.
var fixtures = map[string]struct {
	format  string
	columns int
	rows    []string
}{
	"machinelearning.csv": {"cicflow", 79, []string{
		"2  :-1 → :80 -1 DDoS 0001-01-01T00:00:00Z",
		"3  :-1 → :389 -1 benign 0001-01-01T00:00:00Z",
		"! machinelearning.csv:4:1: blank row",
		"5  :-1 → :0 -1 benign 0001-01-01T00:00:00Z",
		"! machinelearning.csv:6:1: wrong number of fields: 78 fields instead of 79",
		`! machinelearning.csv:7:8: bad number: "n/a" in "Total Backward Packets"`,
		"8  :-1 → :80 -1 Web Attack - Brute Force 0001-01-01T00:00:00Z",
	}},
	"trafficlabelling.csv": {"cicflow", 85, []string{
		"2 192.168.10.50-172.16.0.1-80-58132-6 172.16.0.1:58132 → 192.168.10.50:80 6 DDoS 2017-07-07T15:56:00Z",
		"3 192.168.10.3-192.168.10.50-389-42576-17 192.168.10.50:42576 → 192.168.10.3:389 17 benign 2017-07-03T08:55:00Z",
		"4 192.168.10.9-8.8.8.8-0-0-0 192.168.10.9:0 → 8.8.8.8:0 0 benign 2017-07-03T12:01:58Z",
		"5 192.168.10.50-172.16.0.1-80-36180-6 172.16.0.1:36180 → 192.168.10.50:80 6 Web Attack - Brute Force 2017-07-06T09:15:00Z",
		"! trafficlabelling.csv:6:1: blank row",
		"! trafficlabelling.csv:7:1: blank row",
		"! trafficlabelling.csv:8:1: blank row",
	}},
	"cse2018.csv": {"cicflow", 80, []string{
		"2  :-1 → :80 6 SSH-Bruteforce 2018-02-14T08:31:01Z",
		"3  :-1 → :389 17 benign 2018-02-14T13:15:34Z",
		"! cse2018.csv:4:1: header repeated",
		"5  :-1 → :0 0 benign 2018-02-14T10:32:22Z",
		"6  :-1 → :80 6 Brute Force -Web 2018-02-22T12:00:00Z",
	}},
	"cicflowmeter.csv": {"cicflow", 84, []string{
		"2 192.168.10.50-172.16.0.1-80-58132-6 172.16.0.1:58132 → 192.168.10.50:80 6 NeedManualLabel 2017-07-07T15:56:01Z",
		"3 192.168.10.3-192.168.10.50-389-42576-17 192.168.10.50:42576 → 192.168.10.3:389 17 NeedManualLabel 2017-07-03T08:55:58Z",
		"4 192.168.10.9-8.8.8.8-0-0-0 192.168.10.9:0 → 8.8.8.8:0 0 NeedManualLabel 2017-07-03T00:01:58Z",
		"5 192.168.10.50-172.16.0.1-80-36180-6 172.16.0.1:36180 → 192.168.10.50:80 6 NeedManualLabel 2017-07-06T12:15:00Z",
	}},
	"notebook.csv": {"cicflow", 85, []string{
		"2  172.16.0.1:58132 → 192.168.10.50:80 6 DDoS 0001-01-01T00:00:00Z",
		"3  192.168.10.50:42576 → 192.168.10.3:389 17 benign 0001-01-01T00:00:00Z",
		"4  192.168.10.9:0 → 8.8.8.8:0 0 benign 0001-01-01T00:00:00Z",
		"5  172.16.0.1:36180 → 192.168.10.50:80 6 Web Attack - Brute Force 0001-01-01T00:00:00Z",
	}},
	"splunk.jsonl": {"flow-json", 89, []string{
		"! splunk.jsonl:1:1: preliminary result",
		"2 192.168.10.50-172.16.0.1-80-58132-6 172.16.0.1:58132 → 192.168.10.50:80 6 DDoS 2017-07-07T15:56:00Z",
		"3 192.168.10.3-192.168.10.50-389-42576-17 192.168.10.50:42576 → 192.168.10.3:389 17 benign 2017-07-03T08:55:00Z",
		"! splunk.jsonl:4:65: bad JSON: '\\n' where the end of a string should be",
		"5 192.168.10.9-8.8.8.8-0-0-0 192.168.10.9:0 → 8.8.8.8:0 0 benign 2017-07-03T12:01:58Z",
		"6 192.168.10.50-172.16.0.1-80-36180-6 172.16.0.1:36180 → 192.168.10.50:80 6 Web Attack - Brute Force 2017-07-06T09:15:00Z",
	}},
	"splunk_results.json": {"flow-json", 89, []string{
		"1 192.168.10.50-172.16.0.1-80-58132-6 172.16.0.1:58132 → 192.168.10.50:80 6 DDoS 2017-07-07T15:56:00Z",
		"1 192.168.10.3-192.168.10.50-389-42576-17 192.168.10.50:42576 → 192.168.10.3:389 17 benign 2017-07-03T08:55:00Z",
		"1 192.168.10.9-8.8.8.8-0-0-0 192.168.10.9:0 → 8.8.8.8:0 0 benign 2017-07-03T12:01:58Z",
		"1 192.168.10.50-172.16.0.1-80-36180-6 172.16.0.1:36180 → 192.168.10.50:80 6 Web Attack - Brute Force 2017-07-06T09:15:00Z",
	}},
	"flows.jsonl": {"flow-json", 84, []string{
		"1 192.168.10.50-172.16.0.1-80-58132-6 172.16.0.1:58132 → 192.168.10.50:80 6 DDoS 2017-07-01T15:56:01.5Z",
		"2 192.168.10.3-192.168.10.50-389-42576-17 192.168.10.50:42576 → 192.168.10.3:389 17 benign 2017-07-02T15:56:01.5Z",
		"3 192.168.10.9-8.8.8.8-0-0-0 192.168.10.9:0 → 8.8.8.8:0 0 benign 2017-07-03T15:56:01.5Z",
		"4 192.168.10.50-172.16.0.1-80-36180-6 172.16.0.1:36180 → 192.168.10.50:80 6 Web Attack - Brute Force 2017-07-04T15:56:01.5Z",
	}},
	"array.json": {"flow-json", 84, []string{
		"2 192.168.10.50-172.16.0.1-80-58132-6 172.16.0.1:58132 → 192.168.10.50:80 6 DDoS 2017-07-01T15:56:01.5Z",
		"88 192.168.10.3-192.168.10.50-389-42576-17 192.168.10.50:42576 → 192.168.10.3:389 17 benign 2017-07-02T15:56:01.5Z",
		"174 192.168.10.9-8.8.8.8-0-0-0 192.168.10.9:0 → 8.8.8.8:0 0 benign 2017-07-03T15:56:01.5Z",
		"260 192.168.10.50-172.16.0.1-80-36180-6 172.16.0.1:36180 → 192.168.10.50:80 6 Web Attack - Brute Force 2017-07-04T15:56:01.5Z",
	}},
	"pandas.json": {"flow-columns", 84, []string{
		"1  172.16.0.1:58132 → 192.168.10.50:80 6 DDoS 0001-01-01T00:00:00Z",
		"1  192.168.10.50:42576 → 192.168.10.3:389 17 benign 0001-01-01T00:00:00Z",
		"1  192.168.10.9:0 → 8.8.8.8:0 0 benign 0001-01-01T00:00:00Z",
		"1  172.16.0.1:36180 → 192.168.10.50:80 6 Web Attack - Brute Force 0001-01-01T00:00:00Z",
	}},
}

// describe is a flow without its values, for comparing.
func describe(f datasets.Flow) string {
	return fmt.Sprintf("%d %s %s:%d → %s:%d %d %s %s", f.Line, f.ID, f.Source, f.SourcePort, f.Destination, f.DestinationPort, f.Protocol,
		f.Label, f.Time.Format(time.RFC3339Nano))
}

// fixtureValue is the value of a feature in a flow of the fixtures.
func fixtureValue(file string, flow, feature int) float32 {
	v := [...]float64{float64(feature + 1), float64(feature*37%1000) + float64(feature*113%1000)/1000, 0, float64(feature) * 1000003}[flow]
	switch {
	case flow == 2 && feature == 1:
		v = 2
	case flow == 2 && feature == 13 && file != "pandas.json": // which has null for both
		v = math.Inf(1)
	case flow == 2 && (feature == 13 || feature == 14):
		v = math.NaN()
	case flow == 3 && feature%5 == 0:
		v = -float64(feature)
	}
	return float32(v)
}

func TestFixtures(t *testing.T) {
	for file, c := range fixtures {
		t.Run(file, func(t *testing.T) {
			text, err := os.ReadFile(filepath.Join("testdata", file))
			if err != nil {
				t.Fatal(err)
			}
			opt := Options{File: file}
			format, ok := Recognize(text, opt)
			if !ok || format.Name != c.format {
				t.Fatalf("format %q, not %q", format.Name, c.format)
			}
			columns := Describe(format.Header(text, opt), opt)
			if n := len(format.Header(text, opt)); n != c.columns || len(columns.Features) != datasets.NumFlowFeatures || len(columns.Missing) > 0 {
				t.Errorf("%d columns, not %d: %+v", n, c.columns, columns)
			}
			var rows []string
			flow := 0
			for f, err := range format.Read(bufio.NewReader(bytes.NewReader(text)), opt) {
				if err != nil {
					rows = append(rows, "! "+err.Error())
					continue
				}
				rows = append(rows, describe(f))
				for i, got := range f.Values {
					if want := fixtureValue(file, flow, i); got != want && !(got != got && want != want) {
						t.Errorf("flow %d, %s: %v, not %v", flow, datasets.FlowFeatures()[i], got, want)
					}
				}
				flow++
			}
			if diff := cmp.Diff(c.rows, rows); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// A format is recognised however early the head ends, once it shows what is needed.
func TestRecognizeHeads(t *testing.T) {
	for file, c := range fixtures {
		text, err := os.ReadFile(filepath.Join("testdata", file))
		if err != nil {
			t.Fatal(err)
		}
		for end := 0; end < len(text); end += 61 {
			format, ok := Recognize(text[:end], Options{})
			if ok && format.Name != c.format || !ok && end >= 3000 {
				t.Fatalf("%s: the first %d bytes are in the format %q", file, end, format.Name)
			}
		}
	}
}

// The columns of the notebook's table: addresses and what Splunk adds to a record are not features.
func TestDescribe(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("testdata", "splunk.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	got := Describe(flowJSON.Header(text, Options{}), Options{})
	want := Columns{
		Features: datasets.FlowFeatures(),
		Identity: []string{"flow_id", "source_ip", "destination_ip", "source_port", "destination_port", "protocol", "timestamp"},
		Label:    "label", Repeated: []string{"_time"}, Ignored: []string{"date_second", "_si", "punct", "source"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	got = Describe([]string{"x", "Label", "Fwd Header Length", "Fwd Header Length", "Fwd Header Length.1", "kind"}, Options{Label: "6"})
	if got.Label != "kind" || len(got.Features) != 1 || len(got.Missing) != 75 {
		t.Errorf("%+v", got)
	}
	if diff := cmp.Diff([]string{"Fwd Header Length", "Fwd Header Length.1"}, got.Repeated); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"x", "Label"}, got.Ignored); diff != "" {
		t.Error(diff)
	}
}

// The first rows of published files. In the second, addresses and times are numbers that say nothing: they are read as text.
func TestRealData(t *testing.T) {
	for file, want := range map[string]string{
		"flow/cicids_sample/cicids2017_sample.csv.gz": `cicflow, 76 features, repeated ["Fwd Header Length.1"], ignored [], label Label
2  :-1 → :80 -1 benign 0001-01-01T00:00:00Z
5000 flows, 4895 different, 2 missing and 2 infinite values, sum 5.25408e+11
map[Bot:3 DDoS:230 DoS GoldenEye:21 DoS Hulk:401 DoS Slowhttptest:7 DoS slowloris:7 FTP-Patator:20 PortScan:274 SSH-Patator:10 Web Attack - Brute Force:3 benign:4024]`,
		"flow/cicids_thursday_webattacks/web_attacks_balanced.csv.gz": `cicflow, 76 features, repeated [], ignored [], label Label
2 62015 1261:51885 → 1599:53 17 benign 0001-01-01T00:00:00Z
5000 flows, 5000 different, 0 missing and 0 infinite values, sum 2.77097e+11
map[Web Attack - Brute Force:1507 Web Attack - XSS:652 benign:2841]`,
	} {
		f, err := os.Open(golden.Data(t, file))
		if err != nil {
			t.Fatal(err)
		}
		text, err := gzip.NewReader(f)
		if err != nil {
			t.Fatal(err)
		}
		if got := summary(t, text, 5000); got != want {
			t.Errorf("%s:\n%s", file, cmp.Diff(want, got))
		}
		_ = f.Close()
	}
}

// summary says what is in the first rows of a text.
func summary(t *testing.T, text io.Reader, limit int) string {
	t.Helper()
	buffer := bufio.NewReader(text)
	head, err := buffer.Peek(4096)
	if err != nil {
		t.Fatal(err)
	}
	format, ok := Recognize(head, Options{})
	if !ok {
		t.Fatal("not recognised")
	}
	var b strings.Builder
	columns := Describe(format.Header(head, Options{}), Options{})
	fmt.Fprintf(&b, "%s, %d features, repeated %q, ignored %q, label %s\n", format.Name, len(columns.Features), columns.Repeated, columns.Ignored, columns.Label)
	counts := make(map[string]int)
	sums := make(map[uint64]int)
	flows, missing, infinite, total := 0, 0, 0, 0.0
	for f, err := range format.Read(buffer, Options{}) {
		if limit--; limit == -1 {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		flows++
		if flows == 1 {
			fmt.Fprintln(&b, describe(f))
		}
		for _, v := range f.Values {
			switch v := float64(v); {
			case math.IsNaN(v):
				missing++
			case math.IsInf(v, 0):
				infinite++
			default:
				total += v
			}
		}
		counts[f.Label]++
		sums[f.Sum]++
	}
	fmt.Fprintf(&b, "%d flows, %d different, %d missing and %d infinite values, sum %.6g\n%v", flows, len(sums), missing, infinite, total, counts)
	return b.String()
}
