// Package fetch downloads published lists of names: popularity lists, and DGA feeds for those who have an account there.
//
// It takes one of its [Lists], and gives a file called NAME-DATE with the endings of the published one, such as
// umbrella-2026-07-07.csv.zip. The date is that of the list (Last-Modified), or else of the download. Until all of it has
// come and was found good, the data is in NAME.part, with what is needed to go on in NAME.part.json: an interrupted
// download goes on where it ended (RFC 9110 sections 13.1.5 and 14: If-Range and Range), unless the list has changed since
// or the server cannot tell.
//
// What came is checked against its length, against the digest that the server gives (RFC 9530 and RFC 3230) and against
// the SHA-256 that the user gives; web pages, and archives that are none or not whole, are refused. User names and passwords
// come from the environment, go to the list's own host and over TLS only, and appear in no message and no file.
//
// It connects to public hosts, and does so only when it is called.
package fetch

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"time"
)

// Options say what to download and where to.
type Options struct {
	URL      string                   // another address of the list, such as a mirror's
	Dir      string                   // the folder for the file, made if need be; "" is the current one
	SHA256   string                   // the sum that the file must have, in hexadecimal; "" is any
	Getenv   func(name string) string // where user names and passwords are; nil is os.Getenv
	Client   *http.Client             // nil is http.DefaultClient; its CheckRedirect is not used
	Stall    time.Duration            // how long to wait for the next bytes; 0 is a minute
	Progress func(done, total int64)  // called as data comes, with bytes; total is -1 if it is not known
}

// File is a list that is there.
type File struct {
	Path     string `json:"path"`
	Bytes    int64  `json:"bytes"`
	SHA256   string `json:"sha256"`
	Resumed  int64  `json:"resumed"`  // bytes that an earlier download had left
	Verified bool   `json:"verified"` // by a sum that the server or the user gave
	Kept     bool   `json:"kept"`     // it was there already, of the same length and time as the server's
}

// Errors of downloads.
var (
	ErrUnknown     = errors.New("no such list")
	ErrAddress     = errors.New("not an address to download from")
	ErrCredentials = errors.New("no user name and password")
	ErrInsecure    = errors.New("not over an encrypted connection")
	ErrStatus      = errors.New("the server answered")
	ErrIncomplete  = errors.New("the download is incomplete")
	ErrNotTheList  = errors.New("this is not the list")
	ErrChecksum    = errors.New("wrong checksum")
	ErrSHA256      = errors.New("not a SHA-256 in hexadecimal")
	ErrStalled     = errors.New("no more data came")
)

// Get downloads a list. Errors are one line that begins with the list's name. After an interruption, by ctx or by the
// network, the same call goes on where it ended.
func Get(ctx context.Context, list List, opt Options) (File, error) {
	file, err := get(ctx, list, opt)
	if err != nil {
		return File{}, fmt.Errorf("%s: %w", list.Name, err)
	}
	return file, nil
}

func get(ctx context.Context, list List, opt Options) (File, error) {
	if err := CheckSHA256(opt.SHA256); err != nil {
		return File{}, err
	}
	address, err := parse(list, opt.URL)
	if err != nil {
		return File{}, err
	}
	if err := authorise(address, list, opt); err != nil {
		return File{}, err
	}
	if opt.Dir != "" {
		if err := os.MkdirAll(opt.Dir, 0o755); err != nil {
			return File{}, err
		}
	}
	d := newDownload(address, list, opt)
	file, err := d.run(ctx)
	if errors.Is(err, errChanged) {
		if err := d.forget(); err != nil {
			return File{}, err
		}
		file, err = d.run(ctx)
	}
	return file, err
}

// CheckSHA256 gives the error of a text that is neither a SHA-256 nor empty.
func CheckSHA256(sum string) error {
	if data, err := hex.DecodeString(sum); err != nil || len(data) != 0 && len(data) != 32 {
		return fmt.Errorf("%q is %w", sum, ErrSHA256)
	}
	return nil
}

// newDownload names the files of a download.
func newDownload(address *address, list List, opt Options) *download {
	ending := address.endings()
	if ending == "" {
		if published, err := parse(list, ""); err == nil {
			ending = published.endings()
		}
	}
	part := filepath.Join(opt.Dir, list.Name+ending+".part")
	return &download{address: address, list: list, opt: opt, ending: ending, part: part, state: part + ".json"}
}
