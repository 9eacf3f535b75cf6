package checkpoint

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"
)

// Meta is what a checkpoint says of its tensors. Fields that are not set are not stored. Nothing in it may depend on when,
// where or how fast the model was trained.
type Meta struct {
	Model      string             `json:"model"`             // name on the command line
	Spec       json.RawMessage    `json:"spec,omitempty"`    // the network
	Encoder    json.RawMessage    `json:"encoder,omitempty"` // from a record to a row of the network's input
	Labels     []string           `json:"labels,omitempty"`  // the classes, in the order of the outputs
	Thresholds map[string]float64 `json:"thresholds,omitempty"`
	Settings   json.RawMessage    `json:"settings,omitempty"` // of the training, all of them
	Provenance Provenance         `json:"provenance,omitzero"`
	Metrics    map[string]Scores  `json:"metrics,omitempty"` // by split: train, validation, test
	History    []Epoch            `json:"history,omitempty"`
	Resume     json.RawMessage    `json:"resume,omitempty"` // of an unfinished training: where it stands

	// Read sets these; Write makes them itself.
	Format        string `json:"format"`
	FormatVersion int    `json:"format_version"`
	Checksum      string `json:"checksum"`          // SHA-256 of the tensors' bytes
	Created       string `json:"created,omitempty"` // SOURCE_DATE_EPOCH in RFC 3339
}

// Provenance says what a model was made from.
type Provenance struct {
	Sources  []Source        `json:"sources,omitempty"`
	Families json.RawMessage `json:"families,omitempty"` // what the rules of families did
}

// Source is one source of records as it was read.
type Source struct {
	Name     string         `json:"name"`               // base name of the file
	Role     string         `json:"role,omitempty"`     // data, benign, validation or test
	SHA256   string         `json:"sha256"`             // of its bytes, hex
	Rows     int            `json:"rows"`               // records taken
	Families map[string]int `json:"families,omitempty"` // records of each family or class
}

// Scores are the values of metrics by name.
type Scores map[string]Number

// Epoch holds the scores of one epoch, which count from 1: loss, accuracy and what else was measured.
type Epoch struct {
	Epoch      int    `json:"epoch"`
	Train      Scores `json:"train"`
	Validation Scores `json:"validation,omitempty"`
}

// Number is a float64 that need not be finite: its JSON form is a number or one of the strings "nan", "inf" and "-inf".
type Number float64

// MarshalJSON writes the shortest text that gives the same number back.
func (n Number) MarshalJSON() ([]byte, error) {
	switch v := float64(n); {
	case math.IsNaN(v):
		return []byte(`"nan"`), nil
	case math.IsInf(v, 1):
		return []byte(`"inf"`), nil
	case math.IsInf(v, -1):
		return []byte(`"-inf"`), nil
	default:
		return json.Marshal(v)
	}
}

// UnmarshalJSON reads what MarshalJSON writes.
func (n *Number) UnmarshalJSON(text []byte) error {
	switch string(text) {
	case `"nan"`:
		*n = Number(math.NaN())
	case `"inf"`:
		*n = Number(math.Inf(1))
	case `"-inf"`:
		*n = Number(math.Inf(-1))
	default:
		return json.Unmarshal(text, (*float64)(n))
	}
	return nil
}

const format = "threatnet"

// encode returns the strings under "__metadata__", all but the header's checksum.
func (m Meta) encode() (map[string]string, error) {
	if m.Model == "" {
		return nil, errors.New("checkpoint: model without a name")
	}
	if i := slices.IndexFunc(m.Labels, func(l string) bool { return !utf8.ValidString(l) }); i >= 0 {
		return nil, fmt.Errorf("checkpoint: label %q is not UTF-8", m.Labels[i])
	}
	m.Format, m.FormatVersion = format, Version
	var err error
	if m.Created, err = created(); err != nil {
		return nil, err
	}
	text, err := jsonText(m)
	if err != nil {
		return nil, fmt.Errorf("checkpoint: metadata: %w", err)
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(text, &fields); err != nil {
		return nil, fmt.Errorf("checkpoint: metadata: %w", err)
	}
	metadata := make(map[string]string, len(fields))
	for k, v := range fields {
		metadata[k] = string(v)
	}
	return metadata, nil
}

// decode is the inverse of encode. The version is looked at first: a newer format may have changed all the rest.
func (m *Meta) decode(metadata map[string]string) error {
	if metadata["format"] != strconv.Quote(format) {
		return fmt.Errorf("%w: its metadata is not threatnet's", ErrFormat)
	}
	version, err := strconv.Atoi(metadata["format_version"])
	switch {
	case err != nil || version < 1:
		return fmt.Errorf("%w: format version %q", ErrFormat, metadata["format_version"])
	case version > Version:
		return fmt.Errorf("%w: it has version %d, this program reads up to version %d", ErrNewer, version, Version)
	}
	fields := make(map[string]json.RawMessage, len(metadata))
	for k, v := range metadata {
		if !json.Valid([]byte(v)) {
			return fmt.Errorf("%w: metadata %q is not JSON", ErrFormat, k)
		}
		fields[k] = json.RawMessage(v)
	}
	text, err := jsonText(fields)
	if err == nil {
		err = json.Unmarshal(text, m)
	}
	switch {
	case err != nil:
		return fmt.Errorf("%w: metadata: %w", ErrFormat, err)
	case m.Model == "" || m.Checksum == "" || metadata[headerChecksum] == "":
		return fmt.Errorf("%w: metadata without model, checksum or header_checksum", ErrFormat)
	}
	return nil
}

// created is the time that the environment wants files to have, or nothing.
func created() (string, error) {
	text := os.Getenv("SOURCE_DATE_EPOCH")
	if text == "" {
		return "", nil
	}
	seconds, err := strconv.ParseInt(text, 10, 64)
	if err != nil || seconds < 0 || seconds >= 253402300800 { // the year 10000
		return "", fmt.Errorf("checkpoint: SOURCE_DATE_EPOCH is %q, want seconds since 1970", text)
	}
	return time.Unix(seconds, 0).UTC().Format(time.RFC3339), nil
}
