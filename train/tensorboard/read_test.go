package tensorboard

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"iter"
	"math"
	"os"
	"path/filepath"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"
)

// read is a reader of event files: it goes through the records and checks their checksums.
func read(r io.Reader) iter.Seq2[*readEvent, error] {
	return func(yield func(*readEvent, error) bool) {
		for {
			data, err := readRecord(r)
			if err == io.EOF {
				return
			}
			var e *readEvent
			if err == nil {
				e, err = decodeEvent(data)
			}
			if !yield(e, err) || err != nil {
				return
			}
		}
	}
}

func readRecord(r io.Reader) ([]byte, error) {
	var head [12]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return nil, err
	}
	if checksum(head[:8]) != binary.LittleEndian.Uint32(head[8:]) {
		return nil, errors.New("length damaged")
	}
	data := make([]byte, binary.LittleEndian.Uint64(head[:])+4)
	if _, err := io.ReadFull(r, data); err != nil {
		return nil, fmt.Errorf("record: %w", err)
	}
	n := len(data) - 4
	if checksum(data[:n]) != binary.LittleEndian.Uint32(data[n:]) {
		return nil, errors.New("data damaged")
	}
	return data[:n], nil
}

// readEvent is an event with at most one value; fields that are not set are zero.
type readEvent struct {
	Wall    float64
	Step    int64
	Version string
	Status  uint64 // of a session
	Tag     string
	Scalar  float32
	Text    string
	Plugin  string
	PNG     []byte
	Width   int
	Height  int
	Color   int
	Histo   *histogram
}

// message is a decoded message: the contents of each field, in order.
type message map[protowire.Number][][]byte

func decode(b []byte) (message, error) {
	m := message{}
	for len(b) > 0 {
		num, kind, n := protowire.ConsumeTag(b)
		if n < 0 {
			return nil, protowire.ParseError(n)
		}
		b = b[n:]
		if n = protowire.ConsumeFieldValue(num, kind, b); n < 0 {
			return nil, protowire.ParseError(n)
		}
		v := b[:n]
		if kind == protowire.BytesType {
			v, _ = protowire.ConsumeBytes(v)
		}
		m[num], b = append(m[num], v), b[n:]
	}
	return m, nil
}

func (m message) bytes(n protowire.Number) []byte {
	if len(m[n]) == 0 {
		return nil
	}
	return m[n][0]
}

func (m message) message(n protowire.Number) message {
	sub, err := decode(m.bytes(n))
	if err != nil {
		panic(err)
	}
	return sub
}

func (m message) int(n protowire.Number) int64 {
	v, _ := protowire.ConsumeVarint(m.bytes(n))
	return int64(v)
}

func (m message) doubles(n protowire.Number) (vs []float64) {
	for b := m.bytes(n); len(b) > 0; b = b[8:] {
		vs = append(vs, math.Float64frombits(binary.LittleEndian.Uint64(b)))
	}
	return vs
}

func (m message) double(n protowire.Number) float64 {
	if vs := m.doubles(n); len(vs) > 0 {
		return vs[0]
	}
	return 0
}

func decodeEvent(data []byte) (*readEvent, error) {
	m, err := decode(data)
	if err != nil {
		return nil, err
	}
	e := &readEvent{
		Wall: m.double(eventWallTime), Step: m.int(eventStep), Version: string(m.bytes(eventFileVersion)),
		Status: uint64(m.message(eventSessionLog).int(sessionStatus)),
	}
	v := m.message(eventSummary).message(summaryValue)
	e.Tag = string(v.bytes(valueTag))
	if s := v.bytes(valueSimple); s != nil {
		e.Scalar = math.Float32frombits(binary.LittleEndian.Uint32(s))
	}
	e.Text = string(v.message(valueTensor).bytes(tensorString))
	e.Plugin = string(v.message(valueMetadata).message(metadataPlugin).bytes(pluginName))
	if i := v.message(valueImage); len(i) > 0 {
		e.Width, e.Height, e.Color = int(i.int(imageWidth)), int(i.int(imageHeight)), int(i.int(imageColorspace))
		e.PNG = i.bytes(imageEncoded)
	}
	if h := v.message(valueHistogram); len(h) > 0 {
		e.Histo = &histogram{
			min: h.double(histogramMin), max: h.double(histogramMax), num: h.double(histogramNum), sum: h.double(histogramSum),
			sumSquares: h.double(histogramSumSquares), limits: h.doubles(histogramLimit), counts: h.doubles(histogramCount),
		}
	}
	return e, nil
}

// events reads all of r.
func events(t *testing.T, r io.Reader) (all []*readEvent) {
	t.Helper()
	for e, err := range read(r) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, e)
	}
	return all
}

// eventsIn reads the files of a folder.
func eventsIn(t *testing.T, dir string) (all []*readEvent) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "events.out.tfevents.*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, events(t, f)...)
		f.Close()
	}
	return all
}
