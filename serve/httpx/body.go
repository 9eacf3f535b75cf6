package httpx

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
)

// clientBody counts what is read of a body, and says whose fault it is that it cannot be read.
type clientBody struct {
	io.ReadCloser
	ctx context.Context // of the request
	n   int64
}

func (b *clientBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.n += int64(n)
	if err != nil && !errors.Is(err, io.EOF) {
		err = b.fault(err)
	}
	return n, err
}

// fault makes a problem of an error of the connection or of what has come over it: the server has no part in these.
func (b *clientBody) fault(err error) error {
	var (
		large *http.MaxBytesError
		lost  *net.OpError
	)
	switch {
	case errors.As(err, &large), errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, http.ErrBodyReadAfterClose):
		return err
	case errors.Is(err, io.ErrUnexpectedEOF): // who has sent all he will may wait for the answer
		return cutOff
	case errors.Is(b.ctx.Err(), context.Canceled), errors.As(err, &lost), err.Error() == disconnected:
		return gone
	}
	return Problemf(http.StatusBadRequest, CodeBadJSON, "", "the body is damaged: %v", err) // such as its chunks
}

// disconnected is the error of net/http, which exports none, for the bodies of an HTTP/2 connection that has ended.
const disconnected = "client disconnected"

// gone is what nobody reads any more.
var gone = &Problem{statusCanceled, CodeCanceled, "the client has gone", ""}

// cutOff is a body that ends before its length or its last chunk.
var cutOff = &Problem{http.StatusBadRequest, CodeBadJSON, "the body is cut off", ""}

// WriteFailed is the error of an answer that cannot be written: the client has gone, or has not read in time.
func WriteFailed(err error) error {
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return err
	}
	return gone
}
