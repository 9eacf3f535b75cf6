package serve

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"sync/atomic"

	"threatnet/serve/engine"
)

// readRules reads the lists of names; nil where there are none.
func readRules(allow, block []string) (*engine.Rules, error) {
	if len(allow)+len(block) == 0 {
		return nil, nil
	}
	rules := engine.NewRules()
	for _, list := range []struct {
		rule  string
		paths []string
	}{{engine.RuleAllow, allow}, {engine.RuleBlock, block}} {
		for _, path := range list.paths {
			if err := readList(rules, list.rule, path); err != nil {
				return nil, fmt.Errorf("%s: %w", path, err)
			}
		}
	}
	return rules, nil
}

func readList(rules *engine.Rules, rule, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	return rules.Read(rule, f)
}

// certificates are those of the server, and the authorities of its clients'.
type certificates struct {
	cert, key, clientCA string // clientCA is "" where clients need no certificate
	pair                atomic.Pointer[tls.Certificate]
	authorities         atomic.Pointer[x509.CertPool]
}

func openCertificates(cert, key, clientCA string) (*certificates, error) {
	c := &certificates{cert: cert, key: key, clientCA: clientCA}
	return c, c.load()
}

var errNoCertificates = errors.New("no certificates in PEM form")

// load reads the certificate and the authorities, which take the place of those before. What cannot be read stays as it was.
func (c *certificates) load() error {
	pair, err := tls.LoadX509KeyPair(c.cert, c.key)
	if err != nil {
		err = fmt.Errorf("%s: %w", c.cert, err)
	} else {
		c.pair.Store(&pair)
	}
	return errors.Join(err, c.loadAuthorities())
}

func (c *certificates) loadAuthorities() error {
	if c.clientCA == "" {
		return nil
	}
	text, err := os.ReadFile(c.clientCA)
	if err != nil {
		return err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		return fmt.Errorf("%s: %w", c.clientCA, errNoCertificates)
	}
	c.authorities.Store(pool)
	return nil
}

func (c *certificates) config() *tls.Config {
	config := &tls.Config{
		MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"},
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return c.pair.Load(), nil },
	}
	if c.clientCA == "" {
		return config
	}
	config.ClientAuth = tls.RequireAndVerifyClientCert
	config.SessionTicketsDisabled = true // one would be good after its client's authority has been taken off the list
	known := config.Clone()
	config.GetConfigForClient = func(*tls.ClientHelloInfo) (*tls.Config, error) {
		now := known.Clone()
		now.ClientCAs = c.authorities.Load()
		return now, nil
	}
	return config
}
