package tensorboard

import (
	"encoding/binary"
	"hash/crc32"
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// checksum is the masked CRC-32C of TFRecord: with c the plain one, rotated right by 15 bits and moved by a constant, so
// that a checksum of bytes that hold checksums stays a good one (tensorflow.org/tutorials/load_data/tfrecord).
func checksum(data []byte) uint32 {
	c := crc32.Checksum(data, castagnoli)
	return (c>>15 | c<<17) + 0xa282ead8
}

// appendRecord appends a TFRecord, all numbers little endian:
//
//	uint64 length
//	uint32 checksum of the length
//	byte   data[length]
//	uint32 checksum of the data
func appendRecord(b, data []byte) []byte {
	start := len(b)
	b = binary.LittleEndian.AppendUint64(b, uint64(len(data)))
	b = binary.LittleEndian.AppendUint32(b, checksum(b[start:]))
	b = append(b, data...)
	return binary.LittleEndian.AppendUint32(b, checksum(data))
}
