package tensorboard

import (
	"math"
	"strings"
	"time"

	"google.golang.org/protobuf/encoding/protowire"
)

// Field numbers of the messages, from tensorboard/compat/proto/{event,summary,histogram,tensor}.proto. Fields are written
// in the order of their numbers; a number that is 0 is left out, unless it is one of a oneof.
const (
	eventWallTime    = 1 // double, seconds since 1970
	eventStep        = 2
	eventFileVersion = 3
	eventSummary     = 5
	eventSessionLog  = 7

	sessionStatus = 1

	summaryValue = 1

	valueTag       = 1
	valueSimple    = 2 // float
	valueImage     = 4
	valueHistogram = 5
	valueTensor    = 8
	valueMetadata  = 9

	imageHeight     = 1
	imageWidth      = 2
	imageColorspace = 3
	imageEncoded    = 4

	histogramMin        = 1
	histogramMax        = 2
	histogramNum        = 3
	histogramSum        = 4
	histogramSumSquares = 5
	histogramLimit      = 6 // packed
	histogramCount      = 7 // packed

	tensorDtype  = 1
	tensorShape  = 2
	tensorString = 8

	metadataPlugin    = 1
	metadataDataClass = 4
	pluginName        = 1
)

// Values of enums.
const (
	dtypeString     = 7 // DT_STRING
	dataClassTensor = 2 // DATA_CLASS_TENSOR
	sessionStart    = 1 // SessionLog.START
)

// appendEvent appends an Event whose oneof is the field what with the given content.
func appendEvent(b []byte, wall time.Time, step int64, what protowire.Number, content []byte) []byte {
	b = appendDouble(b, eventWallTime, float64(wall.UnixMicro())/1e6)
	b = appendInt(b, eventStep, step)
	return appendBytes(b, what, content)
}

// summaryOf is a Summary with one value: its tag, then the fields.
func summaryOf(tag string, fields []byte) []byte {
	return appendBytes(nil, summaryValue, append(appendBytes(nil, valueTag, []byte(utf8Text(tag))), fields...))
}

func scalarFields(v float64) []byte {
	b := protowire.AppendTag(nil, valueSimple, protowire.Fixed32Type)
	return protowire.AppendFixed32(b, math.Float32bits(float32(v)))
}

// textFields are a scalar tensor of one string, and whose it is: the text plugin's.
func textFields(text string) []byte {
	tensor := appendInt(nil, tensorDtype, dtypeString)
	tensor = appendBytes(tensor, tensorShape, nil)
	tensor = appendBytes(tensor, tensorString, []byte(utf8Text(text)))
	metadata := appendBytes(nil, metadataPlugin, appendBytes(nil, pluginName, []byte("text")))
	metadata = appendInt(metadata, metadataDataClass, dataClassTensor)
	return appendBytes(appendBytes(nil, valueTensor, tensor), valueMetadata, metadata)
}

func imageFields(width, height, colorspace int, encoded []byte) []byte {
	b := appendInt(nil, imageHeight, int64(height))
	b = appendInt(b, imageWidth, int64(width))
	b = appendInt(b, imageColorspace, int64(colorspace))
	return appendBytes(nil, valueImage, appendBytes(b, imageEncoded, encoded))
}

func (h *histogram) fields() []byte {
	b := appendDouble(nil, histogramMin, h.min)
	b = appendDouble(b, histogramMax, h.max)
	b = appendDouble(b, histogramNum, h.num)
	b = appendDouble(b, histogramSum, h.sum)
	b = appendDouble(b, histogramSumSquares, h.sumSquares)
	b = appendDoubles(b, histogramLimit, h.limits)
	return appendBytes(nil, valueHistogram, appendDoubles(b, histogramCount, h.counts))
}

func appendInt(b []byte, field protowire.Number, v int64) []byte {
	if v == 0 {
		return b
	}
	return protowire.AppendVarint(protowire.AppendTag(b, field, protowire.VarintType), uint64(v))
}

func appendDouble(b []byte, field protowire.Number, v float64) []byte {
	if math.Float64bits(v) == 0 { // -0 is written
		return b
	}
	return protowire.AppendFixed64(protowire.AppendTag(b, field, protowire.Fixed64Type), math.Float64bits(v))
}

func appendDoubles(b []byte, field protowire.Number, vs []float64) []byte {
	if len(vs) == 0 {
		return b
	}
	b = protowire.AppendVarint(protowire.AppendTag(b, field, protowire.BytesType), uint64(8*len(vs)))
	for _, v := range vs {
		b = protowire.AppendFixed64(b, math.Float64bits(v))
	}
	return b
}

func appendBytes(b []byte, field protowire.Number, v []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(b, field, protowire.BytesType), v)
}

// utf8Text is text that a reader of Protocol Buffers takes: it refuses a string that is no UTF-8, and the event with it.
func utf8Text(text string) string { return strings.ToValidUTF8(text, "\uFFFD") }
