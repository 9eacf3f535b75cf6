package netflow

import (
	"strings"

	"threatnet/datasets"
)

// role is what a column holds: a feature, by its index, or what follows on the features.
type role int

const (
	flowID role = role(datasets.NumFlowFeatures) + iota
	source
	destination
	sourcePort
	destinationPort
	protocol
	timestamp
	label
	numRoles
)

// synonyms are the names of the features other than those of CICIDS2017: those of CSE-CIC-IDS2018, those of CICFlowMeter today
// (FlowFeature.java), and those of the cleaned sets that are passed around. What is not here is called the same everywhere.
var synonyms = map[string][]string{
	"total_fwd_packets":           {"tot_fwd_pkts", "total_fwd_packet"},
	"total_backward_packets":      {"tot_bwd_pkts", "total_bwd_packets"},
	"total_length_of_fwd_packets": {"totlen_fwd_pkts", "total_length_of_fwd_packet", "fwd_packets_length_total"},
	"total_length_of_bwd_packets": {"totlen_bwd_pkts", "total_length_of_bwd_packet", "bwd_packets_length_total"},
	"fwd_packet_length_max":       {"fwd_pkt_len_max"},
	"fwd_packet_length_min":       {"fwd_pkt_len_min"},
	"fwd_packet_length_mean":      {"fwd_pkt_len_mean"},
	"fwd_packet_length_std":       {"fwd_pkt_len_std"},
	"bwd_packet_length_max":       {"bwd_pkt_len_max"},
	"bwd_packet_length_min":       {"bwd_pkt_len_min"},
	"bwd_packet_length_mean":      {"bwd_pkt_len_mean"},
	"bwd_packet_length_std":       {"bwd_pkt_len_std"},
	"flow_bytes_per_s":            {"flow_byts_per_s"},
	"flow_packets_per_s":          {"flow_pkts_per_s"},
	"fwd_iat_total":               {"fwd_iat_tot"},
	"bwd_iat_total":               {"bwd_iat_tot"},
	"fwd_header_length":           {"fwd_header_len"},
	"bwd_header_length":           {"bwd_header_len"},
	"fwd_packets_per_s":           {"fwd_pkts_per_s"},
	"bwd_packets_per_s":           {"bwd_pkts_per_s"},
	"min_packet_length":           {"pkt_len_min", "packet_length_min"},
	"max_packet_length":           {"pkt_len_max", "packet_length_max"},
	"packet_length_mean":          {"pkt_len_mean"},
	"packet_length_std":           {"pkt_len_std"},
	"packet_length_variance":      {"pkt_len_var"},
	"fin_flag_count":              {"fin_flag_cnt"},
	"syn_flag_count":              {"syn_flag_cnt"},
	"rst_flag_count":              {"rst_flag_cnt"},
	"psh_flag_count":              {"psh_flag_cnt"},
	"ack_flag_count":              {"ack_flag_cnt"},
	"urg_flag_count":              {"urg_flag_cnt"},
	"cwe_flag_count":              {"cwe_flag_cnt", "cwr_flag_count", "cwr_flag_cnt"},
	"ece_flag_count":              {"ece_flag_cnt"},
	"average_packet_size":         {"pkt_size_avg", "avg_packet_size"},
	"avg_fwd_segment_size":        {"fwd_seg_size_avg", "fwd_segment_size_avg"},
	"avg_bwd_segment_size":        {"bwd_seg_size_avg", "bwd_segment_size_avg"},
	"fwd_avg_bytes_per_bulk":      {"fwd_byts_per_b_avg", "fwd_bytes_per_bulk_avg"},
	"fwd_avg_packets_per_bulk":    {"fwd_pkts_per_b_avg", "fwd_packet_per_bulk_avg", "fwd_packets_per_bulk_avg"},
	"fwd_avg_bulk_rate":           {"fwd_blk_rate_avg", "fwd_bulk_rate_avg"},
	"bwd_avg_bytes_per_bulk":      {"bwd_byts_per_b_avg", "bwd_bytes_per_bulk_avg"},
	"bwd_avg_packets_per_bulk":    {"bwd_pkts_per_b_avg", "bwd_packet_per_bulk_avg", "bwd_packets_per_bulk_avg"},
	"bwd_avg_bulk_rate":           {"bwd_blk_rate_avg", "bwd_bulk_rate_avg"},
	"subflow_fwd_packets":         {"subflow_fwd_pkts"},
	"subflow_fwd_bytes":           {"subflow_fwd_byts"},
	"subflow_bwd_packets":         {"subflow_bwd_pkts"},
	"subflow_bwd_bytes":           {"subflow_bwd_byts"},
	"init_win_bytes_forward":      {"init_fwd_win_byts", "fwd_init_win_bytes", "init_fwd_win_bytes"},
	"init_win_bytes_backward":     {"init_bwd_win_byts", "bwd_init_win_bytes", "init_bwd_win_bytes"},
	"act_data_pkt_fwd":            {"fwd_act_data_pkts", "fwd_act_data_packets"},
	"min_seg_size_forward":        {"fwd_seg_size_min"},
}

// others are the names of the columns that are no features. Where a text has several, the first of these counts.
var others = map[role][]string{
	flowID:          {"flow_id"},
	source:          {"source_ip", "src_ip"},
	destination:     {"destination_ip", "dst_ip", "dest_ip"},
	sourcePort:      {"source_port", "src_port"},
	destinationPort: {"destination_port", "dst_port", "dest_port"},
	protocol:        {"protocol"},
	timestamp:       {"timestamp", "_time"},
	label:           {"label", "class", "attack"},
}

// meaning is the role of a name, and how many names of this role go before it.
type meaning struct {
	role role
	rank int
}

// meanings holds all names that are known, in their plain form.
var meanings = func() map[string]meaning {
	m := make(map[string]meaning)
	for i, feature := range datasets.FlowFeatures() {
		m[plain(feature)] = meaning{role: role(i)}
		for _, synonym := range synonyms[feature] {
			m[plain(synonym)] = meaning{role: role(i)}
		}
	}
	for r, names := range others {
		for rank, name := range names {
			m[plain(name)] = meaning{r, rank}
		}
	}
	return m
}()

// plain gives the form in which names are compared: lower case, anything but letters and digits as one underscore, without
// "per", and without the number that pandas puts after the name of a column that is there twice.
func plain(name string) string {
	name = strings.Trim(name, " \t\r\n\"'")
	if i := strings.LastIndexByte(name, '.'); i > 0 && strings.Trim(name[i+1:], "0123456789") == "" {
		name = name[:i]
	}
	b := make([]byte, 0, len(name))
	for _, c := range []byte(name) {
		switch {
		case 'A' <= c && c <= 'Z':
			b = append(b, c+'a'-'A')
		case 'a' <= c && c <= 'z', '0' <= c && c <= '9', c >= 0x80:
			b = append(b, c)
		case len(b) == 0 || b[len(b)-1] != '_':
			b = append(b, '_')
		}
	}
	return strings.ReplaceAll(string(b), "_per_", "_")
}
