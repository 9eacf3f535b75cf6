package synth

import (
	"bufio"
	"fmt"
	"io"
	"iter"
	"slices"
	"strconv"
	"strings"

	"threatnet/datasets"
)

// KindFlows is a CSV of flows: the columns of [datasets.FlowFeatures], then label.
const KindFlows = "flows"

// Flows gives n invented flows of the classes of [FlowClasses], in random order, one in five an attack. Each flow's packets
// are drawn from a simple model of its class, and all its features computed from these packets as CICFlowMeter defines
// them, so that means, extremes, deviations and rates agree. Nothing was captured: the flows serve to test, to measure speed
// and for examples, and a detector trained on them knows no real network.
//
// The labels are [datasets.Benign] and those of CICIDS2017. A flow has no addresses, ports or time. It panics on a negative
// number.
func Flows(seed uint64, n int) []datasets.Flow {
	var out []datasets.Flow
	for f := range flows(seed, n) {
		values := make([]float32, len(f.values))
		for i, v := range f.values {
			values[i] = float32(v)
		}
		out = append(out, datasets.Flow{Values: values, SourcePort: -1, DestinationPort: -1, Protocol: -1, Label: f.label})
	}
	return out
}

// flow is a flow's features and label.
type flow struct {
	values [datasets.NumFlowFeatures]float64
	label  string
}

func flows(seed uint64, n int) iter.Seq[*flow] {
	if n < 0 {
		panic("synth: negative number of flows")
	}
	return func(yield func(*flow) bool) {
		for r := splitMix(constant("flows", seed)); n > 0; n-- {
			class := &flowClasses[flowShares.draw(&r)]
			c := conversation{rng: &r}
			class.talk(&c)
			f := &flow{label: class.label}
			measure(&f.values, &c)
			if !yield(f) {
				return
			}
		}
	}
}

// WriteFlows writes the flows of [Flows] as CSV, lines ended by a line feed, the label of benign ones BENIGN as in
// CICIDS2017. What is read back as float32 is what Flows gives.
func WriteFlows(w io.Writer, seed uint64, n int) error {
	b := bufio.NewWriter(w)
	_, err := fmt.Fprintln(b, strings.Join(slices.Concat(datasets.FlowFeatures(), []string{"label"}), ","))
	var line []byte
	for f := range flows(seed, n) {
		line = line[:0]
		for _, v := range f.values {
			line = append(strconv.AppendFloat(line, v, 'f', -1, 64), ',')
		}
		label := f.label
		if label == datasets.Benign {
			label = "BENIGN"
		}
		line = append(append(line, label...), '\n')
		if _, err = b.Write(line); err != nil {
			break
		}
	}
	if err == nil {
		err = b.Flush()
	}
	if err != nil {
		return fmt.Errorf("synth: write %s: %w", KindFlows, err)
	}
	return nil
}
