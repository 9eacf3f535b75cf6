package fetch

import (
	"bytes"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path"
	"strings"
)

// check looks at the whole file: whether it can be the list, and has the sums that are asked for. A file that fails is removed.
func (d *download) check(size int64, header http.Header) (File, error) {
	s, err := sumsOf(d.part)
	if err == nil {
		err = d.recognise()
	}
	verified := false
	if err == nil {
		verified, err = s.match(header, d.opt.SHA256)
	}
	if err != nil {
		return File{}, errors.Join(err, d.forget())
	}
	return File{Bytes: size, SHA256: s.sha256, Verified: verified}, nil
}

// magics are the first bytes of files with an ending.
var magics = map[string]string{".zip": "PK", ".gz": "\x1f\x8b", ".xz": "\xfd7zXZ", ".bz2": "BZh", ".zst": "\x28\xb5\x2f\xfd"}

// recognise refuses what is no whole file of its ending, or is a page of a server that does not say so.
func (d *download) recognise() error {
	f, err := os.Open(d.part)
	if err != nil {
		return err
	}
	defer f.Close()
	head := make([]byte, 512)
	n, err := io.ReadFull(f, head)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return err
	}
	head = bytes.TrimLeft(head[:n], " \t\r\n\ufeff")
	ending := strings.ToLower(path.Ext(d.ending))
	switch {
	case len(head) == 0:
		return fmt.Errorf("%w: it is empty", ErrNotTheList)
	case !bytes.HasPrefix(head, []byte(magics[ending])):
		return fmt.Errorf("%w: it is no %s file (it begins with %.40q)", ErrNotTheList, ending, head)
	case head[0] == '<':
		return fmt.Errorf("%w: it is a page (it begins with %.40q)", ErrNotTheList, head)
	}
	return whole(f, ending)
}

// sums are those of a file.
type sums struct {
	sha256 string // in hexadecimal
	sha512 []byte
}

func sumsOf(path string) (sums, error) {
	f, err := os.Open(path)
	if err != nil {
		return sums{}, err
	}
	defer f.Close()
	short, long := sha256.New(), sha512.New()
	if _, err := io.Copy(io.MultiWriter(short, long), f); err != nil {
		return sums{}, err
	}
	return sums{hex.EncodeToString(short.Sum(nil)), long.Sum(nil)}, nil
}

func sumOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// match compares the sums with that of the user and with those that the server gives, and tells whether there were any.
func (s sums) match(header http.Header, want string) (verified bool, err error) {
	if want != "" {
		if !strings.EqualFold(want, s.sha256) {
			return false, fmt.Errorf("%w: the SHA-256 is %s, not %s", ErrChecksum, s.sha256, strings.ToLower(want))
		}
		verified = true
	}
	for algorithm, digest := range digests(header) {
		got := s.sha512
		if algorithm == "sha-256" {
			got, _ = hex.DecodeString(s.sha256) // our own
		}
		if !bytes.Equal(digest, got) {
			return false, fmt.Errorf("%w: the server says that the %s is %x, it is %x", ErrChecksum, strings.ToUpper(algorithm), digest, got)
		}
		verified = true
	}
	return verified, nil
}

// digests gives the sums of the whole file that a response has: Repr-Digest (RFC 9530: sha-256=:base64:) and the older
// Digest (RFC 3230: SHA-256=base64).
func digests(header http.Header) map[string][]byte {
	found := make(map[string][]byte)
	for _, name := range []string{"Digest", "Repr-Digest"} {
		for _, field := range strings.Split(strings.Join(header.Values(name), ","), ",") {
			algorithm, text, _ := strings.Cut(strings.TrimSpace(field), "=")
			algorithm = strings.ToLower(algorithm)
			digest, err := base64.StdEncoding.DecodeString(strings.Trim(text, ":"))
			if err == nil && (algorithm == "sha-256" && len(digest) == sha256.Size || algorithm == "sha-512" && len(digest) == sha512.Size) {
				found[algorithm] = digest
			}
		}
	}
	return found
}
