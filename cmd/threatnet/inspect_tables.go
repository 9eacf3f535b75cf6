package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"threatnet/models/checkpoint"
	"threatnet/models/layers"
)

// layerRows lists the layers with the shape of one record's output and the number of weights.
func layerRows(q *layers.Sequential[float32]) ([][]string, error) {
	rows := [][]string{{"layer", "kind", "output", "weights", "hyperparameters"}, {"(input)", "", shape(q.Input), "", ""}}
	total, at := 0, q.Input
	for _, l := range q.Layers {
		var err error
		if at, err = l.Output(at); err != nil {
			return nil, err
		}
		weights := 0
		for _, p := range l.Params() {
			weights += len(p.Data)
		}
		total += weights
		s := l.Spec()
		text, err := json.Marshal(s)
		if err != nil {
			return nil, err
		}
		fields, err := jsonRows("", text)
		if err != nil {
			return nil, err
		}
		var hyperparameters []string
		for _, f := range fields {
			if f[0] != "kind" && f[0] != "name" {
				hyperparameters = append(hyperparameters, strings.Join(f, "="))
			}
		}
		rows = append(rows, []string{printable(s.Name), s.Kind, shape(at), fmt.Sprint(weights), strings.Join(hyperparameters, " ")})
	}
	return append(rows, []string{"(all)", "", "", fmt.Sprint(total), ""}), nil
}

// shape is 75×128, or 1 for a number.
func shape(dims []int) string {
	if len(dims) == 0 {
		return "1"
	}
	var b strings.Builder
	for i, d := range dims {
		if i > 0 {
			b.WriteString("×")
		}
		b.WriteString(strconv.Itoa(d))
	}
	return b.String()
}

func tensorRows(tensors []checkpoint.Tensor) (rows [][]string) {
	for _, t := range tensors {
		rows = append(rows, []string{printable(t.Name), dtype(t.Data), shape(t.Shape)})
	}
	return rows
}

// dtype is safetensors' name of the type of a tensor's data.
func dtype(data any) string {
	switch data.(type) {
	case []float32:
		return "F32"
	case []float64:
		return "F64"
	case []int32:
		return "I32"
	case []int64:
		return "I64"
	case []uint64:
		return "U64"
	}
	panic("threatnet: tensor data of an unknown type")
}

func provenanceRows(sources []checkpoint.Source) (rows [][]string) {
	if len(sources) > 0 {
		rows = append(rows, []string{"source", "role", "rows", "families", "sha256"})
	}
	for _, s := range sources {
		rows = append(rows, []string{printable(s.Name), printable(s.Role), fmt.Sprint(s.Rows), fmt.Sprint(len(s.Families)), s.SHA256})
	}
	return rows
}

// metricRows has a column for each split.
func metricRows(metrics map[string]checkpoint.Scores) [][]string {
	if len(metrics) == 0 {
		return nil
	}
	splits, keys := slices.Sorted(maps.Keys(metrics)), map[string]bool{}
	for _, scores := range metrics {
		for key := range scores {
			keys[key] = true
		}
	}
	head := []string{""}
	for _, split := range splits {
		head = append(head, printable(split))
	}
	rows := [][]string{head}
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		row := []string{printable(key)}
		for _, split := range splits {
			row = append(row, score(metrics[split], key))
		}
		rows = append(rows, row)
	}
	return rows
}

func score(scores checkpoint.Scores, key string) string {
	v, ok := scores[key]
	if !ok {
		return "-"
	}
	return strconv.FormatFloat(float64(v), 'g', 6, 64)
}

// historyRows has a row for each epoch.
func historyRows(history []checkpoint.Epoch) [][]string {
	if len(history) == 0 {
		return nil
	}
	keys := slices.Sorted(maps.Keys(history[0].Train))
	head := []string{"epoch"}
	for _, key := range keys {
		head = append(head, printable(key), "validation "+printable(key))
	}
	rows := [][]string{head}
	for _, e := range history {
		row := []string{fmt.Sprint(e.Epoch)}
		for _, key := range keys {
			row = append(row, score(e.Train, key), score(e.Validation, key))
		}
		rows = append(rows, row)
	}
	return rows
}

// jsonRows lists the fields of a JSON object in their order, those of objects within it under the names of both. Any
// other text is one row.
func jsonRows(prefix string, text []byte) (rows [][]string, err error) {
	text = bytes.TrimSpace(text)
	if len(text) == 0 {
		return nil, nil
	}
	if text[0] != '{' {
		return [][]string{{prefix, jsonValue(text)}}, nil
	}
	d := json.NewDecoder(bytes.NewReader(text))
	if _, err := d.Token(); err != nil { // the brace
		return nil, err
	}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return nil, err
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return nil, err
		}
		name := printable(fmt.Sprint(key))
		if prefix != "" {
			name = prefix + "." + name
		}
		inner, err := jsonRows(name, value)
		if err != nil {
			return nil, err
		}
		rows = append(rows, inner...)
	}
	return rows, nil
}

// longest is how many characters of a value are shown.
const longest = 100

// jsonValue is a value for people: a string without its quotes, cut where it is long.
func jsonValue(text []byte) string {
	var s string
	if json.Unmarshal(text, &s) == nil {
		s = printable(s)
	} else {
		s = string(text)
	}
	if runes := []rune(s); len(runes) > longest {
		return fmt.Sprintf("%s… (%d characters)", string(runes[:longest]), len(runes))
	}
	return s
}
