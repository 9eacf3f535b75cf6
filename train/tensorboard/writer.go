// Package tensorboard writes event files, which TensorBoard shows: curves, histograms, images and texts of a training.
//
// A file is a sequence of TFRecords, each of which holds an Event message in Protocol Buffers' encoding; the first event
// tells the file's version, "brain.Event:2". The messages are those of tensorboard/compat/proto. Writer writes to any
// io.Writer, Create a file in a folder; Hook writes down a training as it goes, Confusion draws a confusion matrix.
//
// Event files are logs: they tell the time, and nothing that is kept depends on them.
package tensorboard

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"time"

	"google.golang.org/protobuf/encoding/protowire"
)

// Writer writes events. Its errors are those of the writer below it; after the first one nothing more is written. It is
// for one goroutine at a time.
//
// A tag names a series; TensorBoard groups tags by what stands before their first slash. Tags and texts that are no
// UTF-8 are made so.
type Writer struct {
	out    *bufio.Writer
	file   *os.File // nil for a Writer of New
	now    func() time.Time
	record []byte // scratch
}

// New returns a Writer that has written the file's version. Events carry the time that now tells; nil is time.Now.
func New(w io.Writer, now func() time.Time) (*Writer, error) {
	if now == nil {
		now = time.Now
	}
	t := &Writer{out: bufio.NewWriter(w), now: now}
	return t, t.write(0, eventFileVersion, []byte("brain.Event:2"))
}

// Create makes the folder dir and in it the file events.out.tfevents.SECONDS.HOST, with a number behind it when there
// is one of that name. TensorBoard shows a folder's files, in the order of their names, as one run.
func Create(dir string, now func() time.Time) (*Writer, error) {
	if now == nil {
		now = time.Now
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	file, err := createFile(filepath.Join(dir, fmt.Sprintf("events.out.tfevents.%010d.%s", now().Unix(), hostName())))
	if err != nil {
		return nil, err
	}
	w, err := New(file, now)
	w.file = file
	if err == nil {
		err = w.Flush() // TensorBoard sees the run before its first epoch ends
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return w, nil
}

// createFile makes a file that does not exist yet.
func createFile(path string) (*os.File, error) {
	name := path
	for i := 1; ; i++ {
		file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
		if !errors.Is(err, os.ErrExist) {
			return file, err
		}
		name = fmt.Sprintf("%s.%d", path, i)
	}
}

var notInHosts = regexp.MustCompile(`[^A-Za-z0-9._-]+`)

func hostName() string {
	name, err := os.Hostname()
	if err != nil || name == "" {
		return "threatnet"
	}
	return notInHosts.ReplaceAllString(name, "-")
}

func (w *Writer) write(step int64, what protowire.Number, content []byte) error {
	w.record = appendRecord(w.record[:0], appendEvent(nil, w.now(), step, what, content))
	_, err := w.out.Write(w.record)
	return err
}

// Scalar writes a point of a curve, in single precision.
func (w *Writer) Scalar(tag string, step int64, value float64) error {
	return w.write(step, eventSummary, summaryOf(tag, scalarFields(value)))
}

// Text writes a text in Markdown, of which TensorBoard shows tables and code as well.
func (w *Writer) Text(tag string, step int64, markdown string) error {
	return w.write(step, eventSummary, summaryOf(tag, textFields(markdown)))
}

// Histogram writes how values are distributed, in buckets of 10 % width. NaN and the infinities have no place in it:
// where there are such values, their number is written as the scalar "nonfinite/" and the tag.
func (w *Writer) Histogram(tag string, step int64, values []float32) error {
	h, left := newHistogram(values)
	if left > 0 {
		if err := w.Scalar("nonfinite/"+tag, step, float64(left)); err != nil {
			return err
		}
	}
	return w.write(step, eventSummary, summaryOf(tag, h.fields()))
}

// Image writes a picture, as PNG. One without pixels is an error.
func (w *Writer) Image(tag string, step int64, img image.Image) error {
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		return fmt.Errorf("tensorboard: image %s: %w", tag, err)
	}
	colorspace := 4 // RGBA
	if o, ok := img.(interface{ Opaque() bool }); ok && o.Opaque() {
		colorspace = 3 // RGB
	}
	size := img.Bounds().Size()
	return w.write(step, eventSummary, summaryOf(tag, imageFields(size.X, size.Y, colorspace, b.Bytes())))
}

// Start writes that a session starts whose first step is the given one. In a folder with files of earlier sessions
// TensorBoard then drops their points from that step on: they are being made anew.
func (w *Writer) Start(step int64) error {
	return w.write(step, eventSessionLog, appendInt(nil, sessionStatus, sessionStart))
}

// Flush hands what was written to the file, where TensorBoard finds it.
func (w *Writer) Flush() error { return w.out.Flush() }

// Close flushes, and syncs and closes the file of Create.
func (w *Writer) Close() error {
	err := w.Flush()
	if w.file != nil {
		err = errors.Join(err, w.file.Sync(), w.file.Close())
	}
	return err
}
