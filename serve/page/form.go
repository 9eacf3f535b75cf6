package page

import (
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"

	"threatnet/serve/httpx"
)

// form is what a browser sends.
type form struct {
	model string // by name; "" for the first
	text  string // names, one a line, or rows of a log of flows
	files []upload
	order string // of the rows: orderGiven or orderSuspicion
}

// upload is a file as it was sent.
type upload struct {
	name  string
	bytes []byte
}

// Orders of the rows.
const (
	orderGiven     = "given"
	orderSuspicion = "suspicion" // the most suspicious first
)

// maxParts is how many fields and files a form may have.
const maxParts = 100

// readForm reads a form of either type that browsers send. Fields that it does not know are left alone.
func readForm(r *http.Request) (f form, err error) {
	switch httpx.MediaType(r) {
	case "multipart/form-data":
		err = f.readParts(r)
	case "application/x-www-form-urlencoded":
		err = f.readValues(r)
	default:
		err = httpx.Problemf(http.StatusUnsupportedMediaType, httpx.CodeMediaType, "Content-Type", "want a form")
	}
	if f.order != orderSuspicion {
		f.order = orderGiven
	}
	return f, err
}

func (f *form) readParts(r *http.Request) error {
	parts, err := r.MultipartReader()
	if err != nil {
		return unreadable(err)
	}
	for range maxParts {
		part, err := parts.NextPart()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return unreadable(err)
		}
		if err := f.readPart(part); err != nil {
			return unreadable(err)
		}
	}
	return unreadable(errors.New("too many parts"))
}

func (f *form) readPart(part *multipart.Part) error {
	text, err := io.ReadAll(part) // the body is bounded
	if err != nil {
		return err
	}
	switch name := part.FormName(); {
	case name != "file":
		f.set(name, string(text))
	case part.FileName() != "" || len(text) > 0: // where none is chosen, browsers send a file without a name
		f.files = append(f.files, upload{part.FileName(), text})
	}
	return nil
}

func (f *form) readValues(r *http.Request) error {
	body, err := httpx.ReadBody(r)
	if err != nil {
		return err
	}
	values, err := url.ParseQuery(string(body))
	if err != nil {
		return unreadable(err)
	}
	for name := range values {
		f.set(name, values.Get(name))
	}
	return nil
}

func (f *form) set(name, value string) {
	switch name {
	case "model":
		f.model = value
	case "names":
		f.text = value
	case "order":
		f.order = value
	}
}

// unreadable is the error of a body that is no form. Limits of size and time stay what they are.
func unreadable(err error) error {
	var large *http.MaxBytesError
	if errors.As(err, &large) || errors.Is(err, os.ErrDeadlineExceeded) {
		return err
	}
	return httpx.Problemf(http.StatusBadRequest, httpx.CodeBadField, "", "the form cannot be read, or is cut off")
}
