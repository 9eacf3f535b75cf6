// Package source opens what the command line calls a SOURCE, [FAMILY=][FORMAT:]PATH: a file, a folder, an archive or
// standard input ("-"), and gives its records.
//
// It takes text, and captures, as published: plain or compressed with gzip, zstd, xz or bzip2, told by its first bytes; zip
// archives are opened like folders. The format is recognised from the content (packages feed, dnslog and netflow) unless
// given. Reading is streaming, in
// constant memory; standard input and pipes give each record as soon as its line is there, and are read once.
//
// It refuses files that are missing, empty, binary, damaged or in no known format, with an error of one line that begins
// with the path. In a folder and in an archive the empty, binary and unknown files are skipped and reported; a damaged one
// is an error there too.
package source

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"threatnet/datasets"
	"threatnet/datasets/feed"
)

// Options say how to read a source.
type Options struct {
	Kind       string    // the records that are wanted; "" is whatever the source holds
	Label      string    // the column with the family, instead of the usual ones
	NameColumn string    // the column with the name, instead of the usual ones
	Family     string    // the family of names without a label, unless the source says FAMILY=
	Benign     bool      // all of it is benign
	Strict     bool      // a bad row is an error
	Stdin      io.Reader // what "-" reads, see [Stdin]; nil is os.Stdin

	Context context.Context // ends the wait for those who write to a pipe; nil is never
}

// Errors of sources.
var (
	ErrEmpty         = errors.New("empty")
	ErrBinary        = errors.New("binary data of no known format")
	ErrUnrecognised  = errors.New("format not recognised")
	ErrUnknownFormat = errors.New("unknown format")
	ErrReadOnce      = errors.New("can be read only once")
)

// Source is one file, archive member or stream, recognised and ready to be read.
type Source struct {
	Path   string // as the user named it, for messages; "stdin" for standard input
	Name   string // for provenance: the file's name, in a folder or archive the path from there; '/' on every system
	Format string // the name of its format
	Kind   string // of its records

	format  format
	options feed.Options
	header  []string
	strict  bool
	origin  origin
	stream  *text // opened already, for what can be read only once
	sum     string
}

// origin is where the bytes of a source are.
type origin struct {
	open  func() (io.ReadCloser, error) // the bytes, maybe compressed
	whole func() (io.ReadCloser, error) // the bytes of the file that the source is, or is part of; nil if it is the same
	once  bool                          // open works once
}

func (s *Source) open() (*text, error) {
	if s.origin.once {
		t := s.stream
		if s.stream = nil; t == nil {
			return nil, ErrReadOnce
		}
		return t, nil
	}
	r, err := s.origin.open()
	if err != nil {
		return nil, err
	}
	return newText(r)
}

// Header gives the names of the columns, nil if the source has none.
func (s *Source) Header() []string { return s.header }

// Sum gives the SHA-256 of the file as it is stored, in hexadecimal; of an archive for its members. It costs nothing after
// the records have been read to the end, and reads the file otherwise. What can be read only once has no sum before.
func (s *Source) Sum() (string, error) {
	if s.sum != "" {
		return s.sum, nil
	}
	open := s.origin.whole
	if open == nil {
		open = s.origin.open
	}
	if s.origin.once && s.origin.whole == nil {
		return "", fail(s.Path, fmt.Errorf("no sum before its end: %w", ErrReadOnce))
	}
	r, err := open()
	if err != nil {
		return "", fail(s.Path, err)
	}
	defer func() { _ = r.Close() }()
	hash := sha256.New()
	if _, err := io.Copy(hash, r); err != nil {
		return "", fail(s.Path, err)
	}
	s.sum = hex.EncodeToString(hash.Sum(nil))
	return s.sum, nil
}

// Input gives the source as [datasets.Collect] takes it.
func (s *Source) Input() datasets.Input { return datasets.Input{Name: s.Path, Domains: s.Domains()} }

// fail makes an error of one line that begins with the path, once.
func fail(path string, err error) error {
	var in *fs.PathError
	if errors.As(err, &in) {
		err = in.Err
	}
	if strings.HasPrefix(err.Error(), path+":") { // and the place in it
		return err
	}
	return fmt.Errorf("%s: %w", path, err)
}
