// Package checkpoint reads and writes the one file that a trained model is kept in. It knows no model: what the network,
// the encoder and the settings look like is their owners' affair, here they are JSON text.
//
// The layout is safetensors' (huggingface.co/docs/safetensors): the length of the header as 8 bytes, little endian; the
// header, a JSON object padded with spaces to a multiple of 8; then the tensors' bytes, little endian, one tensor after the
// other without a gap. The header gives each tensor's dtype, shape and place, and under "__metadata__" strings. Here each of
// those strings is JSON text again: format ("threatnet"), format_version, checksum (SHA-256 of the tensors' bytes, hex),
// header_checksum (the same of the header without this key, compact, metadata first and sorted, tensors in file order), and
// the fields of Meta that are set. Tensors of 8-byte numbers come first, so that all are aligned.
//
// The same content gives the same bytes. The file tells no time, unless the environment variable SOURCE_DATE_EPOCH does
// (reproducible-builds.org/specs/source-date-epoch).
//
// Reading refuses a file that is truncated, damaged, newer than this program or of another kind, with an error that wraps
// ErrTruncated, ErrChecksum, ErrNewer or ErrFormat. Nothing is allocated for a tensor before its size is known to fit the
// file. ReadTensors and WriteTensors handle any safetensors file of the dtypes F32, F64, I32, I64 and U64.
package checkpoint

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"threatnet/internal/atomicfile"
)

// Version is the format's version that this program writes, and the newest that it reads.
const Version = 1

var (
	// ErrFormat is wrapped when a file is no checkpoint, or none that its layout allows.
	ErrFormat = errors.New("not a valid checkpoint")
	// ErrTruncated is wrapped when a file ends too early.
	ErrTruncated = errors.New("truncated checkpoint")
	// ErrChecksum is wrapped when a file's bytes are not those that were written.
	ErrChecksum = errors.New("damaged checkpoint: checksums differ")
	// ErrNewer is wrapped when a file's format version is above Version.
	ErrNewer = errors.New("checkpoint of a newer format")
)

// File is the content of a checkpoint. Tensors may hold more than the model's parameters: the state of an unfinished
// training keeps its optimizer there.
type File struct {
	Meta    Meta
	Tensors []Tensor
}

// Save writes f to path in one step: on an error the file that was there is untouched.
func Save(path string, f *File) error {
	return atomicfile.Write(path, 0o644, f.Write)
}

// Open reads the checkpoint at path.
func Open(path string) (*File, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s: %w: not a regular file", path, ErrFormat)
	}
	f, err := Read(file, info.Size())
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return f, nil
}

// Write writes f. It fails, having written nothing, when a tensor is malformed or a field of Meta has no JSON form.
func (f *File) Write(w io.Writer) error {
	l, err := layoutOf(f.Tensors)
	if err != nil {
		return err
	}
	sum := sha256.New()
	if err := l.writeData(sum); err != nil {
		return err
	}
	meta := f.Meta
	meta.Checksum = hex.EncodeToString(sum.Sum(nil))
	metadata, err := meta.encode()
	if err != nil {
		return err
	}
	metadata[headerChecksum] = quoted(headerSum(metadata, l.entries))
	return l.write(w, metadata)
}

// Read reads a checkpoint of size bytes.
func Read(r io.ReaderAt, size int64) (*File, error) {
	h, err := readHeader(r, size)
	if err != nil {
		return nil, err
	}
	var f File
	if err := f.Meta.decode(h.metadata); err != nil {
		return nil, err
	}
	if err := h.check(size); err != nil {
		return nil, err
	}
	want := h.metadata[headerChecksum]
	delete(h.metadata, headerChecksum)
	if want != quoted(headerSum(h.metadata, h.entries)) {
		return nil, fmt.Errorf("%w in the header", ErrChecksum)
	}
	sum := sha256.New()
	if f.Tensors, err = h.readTensors(io.TeeReader(io.NewSectionReader(r, h.start, size-h.start), sum)); err != nil {
		return nil, err
	}
	if hex.EncodeToString(sum.Sum(nil)) != f.Meta.Checksum {
		return nil, fmt.Errorf("%w in the tensors", ErrChecksum)
	}
	return &f, nil
}

const headerChecksum = "header_checksum"

func headerSum(metadata map[string]string, entries []entry) string {
	sum := sha256.Sum256(encodeHeader(metadata, entries))
	return hex.EncodeToString(sum[:])
}

// quoted is a hexadecimal number as JSON text.
func quoted(hexadecimal string) string { return `"` + hexadecimal + `"` }

// jsonText is v as compact JSON that leaves <, > and & alone.
func jsonText(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}
