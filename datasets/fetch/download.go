package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"
)

// download is one list on its way.
type download struct {
	address *address
	list    List
	opt     Options
	ending  string // of the file's name
	part    string // the file with the data so far
	state   string // the file that says what the data is of
}

// errChanged is the error of a download that must begin anew.
var errChanged = errors.New("the server cannot go on where the download ended")

// run asks for the list, or for the rest of it, and completes the file.
func (d *download) run(ctx context.Context) (File, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	watch := newWatch(cancel, d.opt.Stall)
	defer watch.stop()

	have, version := d.resumable()
	response, err := d.ask(ctx, have, version)
	if err != nil {
		return File{}, reason(ctx, err)
	}
	defer response.Body.Close()
	from, total, err := d.accept(response, have, version)
	if err != nil {
		return File{}, err
	}
	final, modified := d.final(response)
	if from == 0 {
		if file, ok := d.kept(final, modified, total, response.Header); ok {
			return file, d.forget()
		}
		if err := d.begin(versionOf(response)); err != nil {
			return File{}, err
		}
	}
	if from != total {
		if total, err = d.fill(ctx, response.Body, watch, from, total); err != nil {
			return File{}, err
		}
	}
	file, err := d.check(total, response.Header)
	if err != nil {
		return File{}, err
	}
	file.Resumed, file.Path = from, final
	return file, d.finish(final, modified)
}

// ask sends the request; have bytes of the version are here.
func (d *download) ask(ctx context.Context, have int64, v version) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, d.address.url.String(), nil)
	if err != nil {
		return nil, inner(err)
	}
	r.Header.Set("User-Agent", "threatnet")
	r.Header.Set("Accept-Encoding", "identity") // the bytes of the file, which ranges count
	r.Header.Set("Want-Repr-Digest", "sha-256=10, sha-512=5")
	if d.address.user != "" {
		r.SetBasicAuth(d.address.user, d.address.password)
	}
	if have > 0 {
		r.Header.Set("Range", fmt.Sprintf("bytes=%d-", have))
		r.Header.Set("If-Range", v.validator())
	}
	response, err := client(d.opt).Do(r)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", d.address.host(), inner(err))
	}
	return response, nil
}

// fill writes what comes to its place in the file.
func (d *download) fill(ctx context.Context, body io.Reader, watch *watch, from, total int64) (size int64, err error) {
	f, err := os.OpenFile(d.part, os.O_WRONLY, 0)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	if _, err := f.Seek(from, io.SeekStart); err != nil {
		return 0, err
	}
	size = from
	buffer := make([]byte, 1<<16)
	for err == nil {
		var n int
		n, err = body.Read(buffer)
		watch.seen()
		if _, failed := f.Write(buffer[:n]); failed != nil {
			return size, failed
		}
		size += int64(n)
		if d.opt.Progress != nil && n > 0 {
			d.opt.Progress(size, total)
		}
	}
	if err == io.EOF && (total < 0 || size == total) {
		return size, f.Sync()
	}
	if err == io.EOF || errors.Is(err, io.ErrUnexpectedEOF) {
		err = errors.New("the connection was closed")
	}
	return size, fmt.Errorf("%w: %s; %s: %w", ErrIncomplete, amount(size, total), d.advice(), reason(ctx, err))
}

func amount(done, total int64) string {
	if total < 0 {
		return fmt.Sprintf("%d bytes have come", done)
	}
	return fmt.Sprintf("%d of %d bytes have come", done, total)
}

// advice says what the next call will do.
func (d *download) advice() string {
	if have, _ := d.resumable(); have > 0 {
		return "the same command goes on from there"
	}
	return "the same command begins anew"
}

// finish gives the file its name and the time of the list.
func (d *download) finish(path string, modified time.Time) error {
	if !modified.IsZero() {
		if err := os.Chtimes(d.part, time.Time{}, modified); err != nil {
			return err
		}
	}
	if err := os.Rename(d.part, path); err != nil {
		return err
	}
	return remove(d.state)
}
