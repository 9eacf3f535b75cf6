package source

import (
	"bufio"
	"bytes"
	"compress/bzip2"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"

	"threatnet/datasets/internal/table"
)

// text is an opened source: its bytes, decompressed and buffered.
type text struct {
	*bufio.Reader
	stored *bufio.Reader // the bytes as they are stored, through hash
	hash   hash.Hash
	closer io.Closer
	unpack io.Closer // the decompressor, where it must be closed
}

func newText(stored io.ReadCloser) (*text, error) {
	t := &text{hash: sha256.New(), closer: stored}
	t.stored = table.NewBuffer(io.TeeReader(stored, t.hash))
	unpacked, err := t.decompress()
	if err != nil {
		t.close()
		return nil, err
	}
	t.Reader = unpacked
	return t, nil
}

// The first bytes of compressed data, none of which has a line end.
var magics = []struct{ name, magic string }{
	{"gzip", "\x1f\x8b\x08"},
	{"zstd", "\x28\xb5\x2f\xfd"},
	{"xz", "\xfd7zXZ\x00"},
	{"bzip2", "BZh"},
	{"zip", "PK\x03\x04"},
	{"zip", "PK\x05\x06"}, // without members
}

const maxMagic = 6

// compression tells by its first bytes how data is compressed; "" is not at all. It waits for no more than a line.
func compression(r *bufio.Reader) (string, error) {
	for {
		head, _ := r.Peek(r.Buffered())
		if len(head) < maxMagic && bytes.IndexByte(head, '\n') < 0 {
			_, err := r.Peek(len(head) + 1)
			if err == nil {
				continue
			}
			if err != io.EOF {
				return "", err
			}
		}
		for _, m := range magics {
			if bytes.HasPrefix(head, []byte(m.magic)) {
				return m.name, nil
			}
		}
		return "", nil
	}
}

func (t *text) decompress() (*bufio.Reader, error) {
	name, err := compression(t.stored)
	if err != nil {
		return nil, err
	}
	var r io.Reader
	switch name {
	case "":
		return t.stored, nil
	case "gzip":
		r, err = gzip.NewReader(t.stored)
	case "zstd":
		var d *zstd.Decoder
		if d, err = zstd.NewReader(t.stored, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true)); err == nil {
			t.unpack = d.IOReadCloser()
			r = d
		}
	case "xz":
		r, err = xz.NewReader(t.stored)
	case "bzip2":
		r = bzip2.NewReader(t.stored)
	case "zip":
		return nil, errNested
	}
	if err != nil {
		return nil, damaged(name, err)
	}
	return table.NewBuffer(unpacker{r, name}), nil
}

var errNested = fmt.Errorf("%w: an archive within an archive", ErrUnrecognised)

// unpacker says of errors what they are errors of.
type unpacker struct {
	io.Reader
	name string
}

func (u unpacker) Read(p []byte) (int, error) {
	n, err := u.Reader.Read(p)
	if err != nil && err != io.EOF {
		err = damaged(u.name, err)
	}
	return n, err
}

func damaged(name string, err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) || err == io.EOF {
		return fmt.Errorf("damaged: the %s data ends early: %w", name, io.ErrUnexpectedEOF)
	}
	return fmt.Errorf("damaged %s data: %w", name, err)
}

// damage gives the error by which the text ends within its buffer, nil if it does not.
func (t *text) damage() error {
	if _, err := t.Peek(t.Size()); err != io.EOF {
		return err
	}
	return nil
}

// sum reads what is left of the stored bytes and gives the SHA-256 of them all.
func (t *text) sum() (string, error) {
	if _, err := io.Copy(io.Discard, t.stored); err != nil {
		return "", err
	}
	return hex.EncodeToString(t.hash.Sum(nil)), nil
}

func (t *text) close() {
	if t.unpack != nil {
		_ = t.unpack.Close()
	}
	_ = t.closer.Close()
}
