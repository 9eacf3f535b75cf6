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
	cert, key string
	clients   *x509.CertPool // nil where clients need none
	current   atomic.Pointer[tls.Certificate]
}

func openCertificates(cert, key, clientCA string) (*certificates, error) {
	c := &certificates{cert: cert, key: key}
	if err := c.load(); err != nil {
		return nil, err
	}
	if clientCA == "" {
		return c, nil
	}
	text, err := os.ReadFile(clientCA)
	if err != nil {
		return nil, err
	}
	c.clients = x509.NewCertPool()
	if !c.clients.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("%s: %w", clientCA, errNoCertificates)
	}
	return c, nil
}

var errNoCertificates = errors.New("no certificates in PEM form")

// load reads the certificate, which takes the place of the one before.
func (c *certificates) load() error {
	pair, err := tls.LoadX509KeyPair(c.cert, c.key)
	if err != nil {
		return fmt.Errorf("%s: %w", c.cert, err)
	}
	c.current.Store(&pair)
	return nil
}

func (c *certificates) config() *tls.Config {
	config := &tls.Config{
		MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"},
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return c.current.Load(), nil },
	}
	if c.clients != nil {
		config.ClientCAs, config.ClientAuth = c.clients, tls.RequireAndVerifyClientCert
	}
	return config
}
