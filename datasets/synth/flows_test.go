package synth

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"math"
	"slices"
	"strconv"
	"testing"

	"threatnet/datasets"
)

// TestFlowsAgree checks the features of each flow against each other.
func TestFlowsAgree(t *testing.T) {
	count := map[string]int{}
	const n = 4000
	for i, f := range Flows(1, n) {
		count[f.Label]++
		v := map[string]float64{}
		for j, name := range datasets.FlowFeatures() {
			v[name] = float64(f.Values[j])
			if math.IsNaN(v[name]) || math.IsInf(v[name], 0) {
				t.Fatalf("flow %d, %s: %s is %v", i, f.Label, name, v[name])
			}
		}
		equal := func(a, b float64, what string) {
			t.Helper()
			if math.Abs(a-b) > 1e-5*max(1, math.Abs(a), math.Abs(b)) {
				t.Errorf("flow %d, %s: %s: %g and %g", i, f.Label, what, a, b)
			}
		}
		for _, s := range [][3]string{
			{"fwd_packet_length_min", "fwd_packet_length_mean", "fwd_packet_length_max"},
			{"bwd_packet_length_min", "bwd_packet_length_mean", "bwd_packet_length_max"},
			{"min_packet_length", "packet_length_mean", "max_packet_length"},
			{"flow_iat_min", "flow_iat_mean", "flow_iat_max"},
			{"fwd_iat_min", "fwd_iat_mean", "fwd_iat_max"},
			{"bwd_iat_min", "bwd_iat_mean", "bwd_iat_max"},
			{"active_min", "active_mean", "active_max"},
			{"idle_min", "idle_mean", "idle_max"},
		} {
			if v[s[0]] < 0 || v[s[0]] > v[s[1]] || v[s[1]] > v[s[2]] {
				t.Errorf("flow %d, %s: %v are %g, %g, %g", i, f.Label, s, v[s[0]], v[s[1]], v[s[2]])
			}
		}
		fwd, bwd, duration := v["total_fwd_packets"], v["total_backward_packets"], v["flow_duration"]
		bytes := v["total_length_of_fwd_packets"] + v["total_length_of_bwd_packets"]
		equal(v["fwd_packet_length_mean"]*fwd, v["total_length_of_fwd_packets"], "bytes forward")
		equal(v["bwd_packet_length_mean"]*bwd, v["total_length_of_bwd_packets"], "bytes backward")
		equal(v["packet_length_mean"]*(fwd+bwd), bytes, "bytes")
		equal(v["packet_length_std"]*v["packet_length_std"], v["packet_length_variance"], "variance")
		equal(v["flow_bytes_per_s"]*duration, 1e6*bytes, "bytes a second")
		equal(v["flow_packets_per_s"]*duration, 1e6*(fwd+bwd), "packets a second")
		equal(v["fwd_packets_per_s"]+v["bwd_packets_per_s"], v["flow_packets_per_s"], "packets a second")
		equal(v["flow_iat_mean"]*(fwd+bwd-1), duration, "duration")
		equal(v["fwd_iat_mean"]*(fwd-1), v["fwd_iat_total"], "time forward")
		equal(v["subflow_bwd_bytes"], v["total_length_of_bwd_packets"], "subflow")
		if fwd < 1 || bwd < 1 || duration < 1 || v["fwd_iat_total"] > duration || v["act_data_pkt_fwd"] > fwd {
			t.Errorf("flow %d, %s: %g packets forward, %g backward, %g µs", i, f.Label, fwd, bwd, duration)
		}
	}
	if len(count) != len(FlowClasses()) || count[datasets.Benign] < n*7/10 {
		t.Errorf("classes %v, want those of %v", count, FlowClasses())
	}
	for label, c := range count {
		if c < n/50 {
			t.Errorf("%d flows of %s", c, label)
		}
	}
}

func TestMeasure(t *testing.T) {
	c := conversation{window: [2]int{100, 50}, packets: []packet{
		{at: 0, forward: true, length: 0, header: 28, flags: syn},
		{at: 10, length: 0, header: 28, flags: syn | ack},
		{at: 20, forward: true, length: 300, header: 20, flags: psh | ack},
		{at: 7_000_020, length: 100, header: 20, flags: psh | ack},
		{at: 7_000_050, length: 50, header: 20, flags: fin | ack},
	}}
	var values [datasets.NumFlowFeatures]float64
	measure(&values, &c)
	for name, want := range map[string]float64{
		"flow_duration": 7_000_050, "total_fwd_packets": 2, "total_backward_packets": 3,
		"fwd_packet_length_mean": 150, "fwd_packet_length_std": 300 / math.Sqrt2, "bwd_packet_length_std": 50,
		"flow_bytes_per_s": 450 / 7.00005, "flow_iat_min": 10, "flow_iat_max": 7e6, "fwd_iat_mean": 20, "fwd_iat_std": 0,
		"bwd_iat_total": 7_000_040, "bwd_iat_mean": 3_500_020, "fwd_psh_flags": 1, "bwd_psh_flags": 1,
		"fwd_header_length": 48, "bwd_header_length": 68, "packet_length_mean": 90, "packet_length_variance": 15_500,
		"fin_flag_count": 1, "syn_flag_count": 2, "rst_flag_count": 0, "psh_flag_count": 2, "ack_flag_count": 4,
		"down_per_up_ratio": 1, "init_win_bytes_forward": 100, "init_win_bytes_backward": 50,
		"act_data_pkt_fwd": 1, "min_seg_size_forward": 20,
		"active_mean": 25, "active_max": 30, "active_min": 20, "active_std": math.Sqrt(50), "idle_mean": 7e6, "idle_std": 0,
	} {
		if got := values[slices.Index(datasets.FlowFeatures(), name)]; math.Abs(got-want) > 1e-9*max(1, want) {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
}

// TestWriteFlows checks that the file holds what Flows gives.
func TestWriteFlows(t *testing.T) {
	var b bytes.Buffer
	if err := WriteFlows(&b, 3, 500); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&b).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if want := append(slices.Clone(datasets.FlowFeatures()), "label"); !slices.Equal(rows[0], want) {
		t.Errorf("columns %v", rows[0])
	}
	for i, f := range Flows(3, 500) {
		row := rows[1+i]
		for j, want := range f.Values {
			got, err := strconv.ParseFloat(row[j], 64)
			if err != nil || float32(got) != want {
				t.Fatalf("row %d: %s is %s, want %v", i, rows[0][j], row[j], want)
			}
		}
		label := row[len(row)-1]
		if label == "BENIGN" {
			label = datasets.Benign
		}
		if label != f.Label {
			t.Fatalf("row %d: label %s, want %s", i, label, f.Label)
		}
	}
}

func ExampleFlows() {
	for _, f := range Flows(1, 4) {
		fmt.Println(f.Label, f.Values[:5])
	}
	fmt.Println(FlowClasses())
	// Output:
	// benign [73985 8 8 447 7377]
	// benign [285190 82 157 206 223760]
	// DoS Hulk [12573 8 10 395 11595]
	// benign [1.9359432e+07 15 18 1988 19478]
	// [benign DoS Hulk PortScan SSH-Patator Bot]
}
