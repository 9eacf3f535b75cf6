package serve

import (
	"log/slog"
	"time"

	"threatnet/serve/dsdl"
	"threatnet/serve/engine"
)

// Options say what is served, and how. Zero values of numbers mean no limit or the defaults of the packages below, except
// where another default is named.
type Options struct {
	Checkpoints []string // files, or folders of them; the first is the one that is meant where none is named
	Engine      engine.Options

	Listen   string // address of the main listener
	TLSCert  string // file of its certificate chain; "" for plain HTTP
	TLSKey   string
	ClientCA string // file of the authorities whose certificates clients must have; "" for none

	TokenFile string   // of tokens, one a line
	Tokens    []string // more tokens; where there are none at all, none is needed
	Allow     []string // files of names (see engine.Rules)
	Block     []string

	MaxBody       int64
	MaxRows       int
	MaxConcurrent int
	Timeout       time.Duration // of a request that is no stream
	StreamIdle    time.Duration // how long a stream may stand still
	Grace         time.Duration // for what is under way when the server goes down, by default 30 s
	Watch         time.Duration // between looks at the checkpoints; 0 for none

	DSDL    *DSDL  // nil for none
	Version string // of the program, for protocols that tell it
	Log     *slog.Logger
}

// DSDL is the listener of Splunk's container protocol. It needs tokens; those of the main listener are not for it.
type DSDL struct {
	Listen    string
	HTTP      bool   // plain, instead of TLS
	TLSCert   string // files of its certificate and key; "" for a self-signed one
	TLSKey    string
	TokenFile string   // of tokens, one a line
	Tokens    []string // more tokens
	Dir       string   // of the models that fit makes
	Trainer   dsdl.Trainer
}
