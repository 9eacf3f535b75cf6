package serve

import (
	"errors"
	"fmt"
	"os"

	"threatnet/serve/httpx"
)

// access is what a listener asks of its clients and shows them: it is read from files, and read again.
type access struct {
	given  []string      // tokens that are in no file
	file   string        // of more tokens; "" for none
	tokens *httpx.Tokens // nil where none is needed
	tls    *certificates // nil where there are no files of one
}

// openAccess reads the tokens and the certificate.
func openAccess(tokens []string, tokenFile, cert, key, clientCA string) (*access, error) {
	a := &access{given: tokens, file: tokenFile}
	all, err := a.readTokens()
	if err != nil {
		return nil, err
	}
	if len(all) > 0 {
		if a.tokens, err = httpx.NewTokens(all); err != nil {
			return nil, err
		}
	}
	switch {
	case (cert == "") != (key == "") || cert == "" && clientCA != "":
		return nil, ErrKeyPair
	case cert != "":
		a.tls, err = openCertificates(cert, key, clientCA)
	}
	return a, err
}

// reload reads them again. What cannot be read stays as it was.
func (a *access) reload() error {
	var errs []error
	if a.tokens != nil {
		tokens, err := a.readTokens()
		if err == nil {
			err = a.tokens.Set(tokens)
		}
		errs = append(errs, err)
	}
	if a.tls != nil {
		errs = append(errs, a.tls.load())
	}
	return errors.Join(errs...)
}

// readTokens gives the tokens, also those of the file. A file without tokens is an error.
func (a *access) readTokens() ([]string, error) {
	if a.file == "" {
		return a.given, nil
	}
	f, err := os.Open(a.file)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	more, err := httpx.ReadTokens(f)
	if err == nil && len(more) == 0 {
		err = httpx.ErrNoTokens
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", a.file, err)
	}
	return append(a.given[:len(a.given):len(a.given)], more...), nil
}
