package datasets

import (
	"iter"
	"time"
)

// Flow is one network flow with the features that CICFlowMeter measures, as a reader delivers it.
type Flow struct {
	// Values are the features in the order of [FlowFeatures]. NaN where the source has no such column or no number; ±Inf
	// where it says so. They are valid until the next record.
	Values []float32

	// What identifies a flow. None of it is a feature unless asked for: it gives the attacker away.
	ID              string
	Source          string // address
	Destination     string
	SourcePort      int // −1 where the source has none, as all numbers here
	DestinationPort int
	Protocol        int
	Time            time.Time // zero where the source has none

	Label string // "" where the source has none, [Benign], or the type of attack as one string
	Sum   uint64 // a hash of all fields of the record as read: equal records have equal sums

	Fields []string // of the record, valid until the next one
	File   string   // where the record begins
	Line   int
}

// Flows iterates over the flows of a source, by the rules of [Domains].
type Flows = iter.Seq2[Flow, error]

// FlowFeatures names the features of CICFlowMeter in the order of the CICIDS2017 files, in lower case with underscores and
// "/" as "_per_". "fwd_header_length" stands there once, though the files have it twice.
func FlowFeatures() []string { return flowFeatures[:] }

// NumFlowFeatures is the number of features.
const NumFlowFeatures = len(flowFeatures)

var flowFeatures = [...]string{
	"flow_duration", "total_fwd_packets", "total_backward_packets", "total_length_of_fwd_packets", "total_length_of_bwd_packets",
	"fwd_packet_length_max", "fwd_packet_length_min", "fwd_packet_length_mean", "fwd_packet_length_std",
	"bwd_packet_length_max", "bwd_packet_length_min", "bwd_packet_length_mean", "bwd_packet_length_std",
	"flow_bytes_per_s", "flow_packets_per_s", "flow_iat_mean", "flow_iat_std", "flow_iat_max", "flow_iat_min",
	"fwd_iat_total", "fwd_iat_mean", "fwd_iat_std", "fwd_iat_max", "fwd_iat_min",
	"bwd_iat_total", "bwd_iat_mean", "bwd_iat_std", "bwd_iat_max", "bwd_iat_min",
	"fwd_psh_flags", "bwd_psh_flags", "fwd_urg_flags", "bwd_urg_flags", "fwd_header_length", "bwd_header_length",
	"fwd_packets_per_s", "bwd_packets_per_s", "min_packet_length", "max_packet_length", "packet_length_mean", "packet_length_std", "packet_length_variance",
	"fin_flag_count", "syn_flag_count", "rst_flag_count", "psh_flag_count", "ack_flag_count", "urg_flag_count", "cwe_flag_count", "ece_flag_count",
	"down_per_up_ratio", "average_packet_size", "avg_fwd_segment_size", "avg_bwd_segment_size",
	"fwd_avg_bytes_per_bulk", "fwd_avg_packets_per_bulk", "fwd_avg_bulk_rate", "bwd_avg_bytes_per_bulk", "bwd_avg_packets_per_bulk", "bwd_avg_bulk_rate",
	"subflow_fwd_packets", "subflow_fwd_bytes", "subflow_bwd_packets", "subflow_bwd_bytes", "init_win_bytes_forward", "init_win_bytes_backward",
	"act_data_pkt_fwd", "min_seg_size_forward", "active_mean", "active_std", "active_max", "active_min", "idle_mean", "idle_std", "idle_max", "idle_min",
}
