package fetch

import (
	"archive/zip"
	"compress/bzip2"
	"fmt"
	"io"
	"os"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"
)

// whole refuses an archive or compressed data that is damaged or not all there, as the ending says it is: a zip archive by its
// list of members, which stands at its end; the others by reading them through, in constant memory.
func whole(f *os.File, ending string) error {
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	var err error
	switch ending {
	case ".zip":
		err = members(f)
	case ".gz", ".xz", ".bz2", ".zst":
		if err = through(f, ending); err == nil && ending == ".xz" {
			err = footer(f)
		}
	}
	if err != nil {
		return fmt.Errorf("%w: the %s file is damaged: %w", ErrNotTheList, ending, err)
	}
	return nil
}

// members reads the list of members of a zip archive.
func members(f *os.File) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	_, err = zip.NewReader(f, info.Size())
	return err
}

// footer looks for the last bytes of xz data, without which the reader of the package takes it for whole between two blocks.
func footer(f *os.File) error {
	const last = "YZ"
	var end [len(last)]byte
	_, err := f.Seek(-int64(len(end)), io.SeekEnd)
	if err == nil {
		_, err = io.ReadFull(f, end[:])
	}
	if err == nil && string(end[:]) != last {
		err = io.ErrUnexpectedEOF
	}
	return err
}

// through reads compressed data to its end, where its checksum is.
func through(f io.Reader, ending string) error {
	var r io.Reader
	var err error
	switch ending {
	case ".gz":
		r, err = gzip.NewReader(f)
	case ".xz":
		r, err = xz.NewReader(f)
	case ".bz2":
		r = bzip2.NewReader(f)
	default:
		var d *zstd.Decoder
		if d, err = zstd.NewReader(f, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true)); err == nil {
			defer d.Close()
			r = d
		}
	}
	if err == nil {
		_, err = io.Copy(io.Discard, r)
	}
	return err
}
