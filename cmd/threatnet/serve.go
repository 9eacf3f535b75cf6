package main

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"
	"unicode"

	"github.com/spf13/cobra"

	"threatnet/serve"
)

// The environment variables with tokens, divided by spaces or commas.
const (
	tokensVariable     = "THREATNET_TOKENS"
	dsdlTokensVariable = "THREATNET_DSDL_TOKEN"
)

// serveFlags are the flags of serve.
type serveFlags struct {
	options    serve.Options
	dsdl       serve.DSDL
	thresholds []string
	batchWait  time.Duration
	logFormat  string
	logLevel   string
}

func newServe(e *env) *cobra.Command {
	f := serveFlags{}
	c := &cobra.Command{
		Use:   "serve CHECKPOINT...",
		Short: "answer requests with trained checkpoints over HTTP",
		Long: `Serve checkpoints, or folders of them, over HTTP: the program's own protocol
(/v1/score, /v1/models, described at /openapi.json), Open Inference Protocol V2,
TensorFlow Serving's and MLflow's, and a page at /. A model is called like its
file without the extension; requests that name none go to the first.

Health is at /healthz and /readyz, Prometheus metrics at /metrics. With tokens,
every request but those for health must have one ("Authorization: Bearer ...").
Tokens come from --token-file and from the environment variable ` + tokensVariable + `;
those of --dsdl from --dsdl-token-file and ` + dsdlTokensVariable + `.

SIGHUP reads the checkpoints, the lists, the tokens, the certificates and the
authorities of clients again: a changed checkpoint is loaded and run before it
takes over, a broken one is refused and the version before it stays. SIGTERM and
Ctrl-C answer what is under way and end.`,
		Example: `  threatnet serve dga.safetensors
  threatnet serve models/ --listen :8080 --token-file tokens.txt --watch 10s
  threatnet serve dga.safetensors exfil.safetensors --threshold dga=0.9 --allow corp.txt
  threatnet serve dga.safetensors --listen :8443 --tls-cert cert.pem --tls-key key.pem
  curl -d '{"names":["example.com"]}' localhost:8080/v1/score`,
		Args: cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, args []string) error {
			f.options.Checkpoints = args
			return runServe(c.Context(), e, &f)
		},
	}
	o, fs := &f.options, c.Flags()
	fs.SortFlags = false
	fs.StringVar(&o.Listen, "listen", "127.0.0.1:8080", "the `ADDR`ess to listen at")
	fs.StringVar(&o.TLSCert, "tls-cert", "", "certificate chain, a PEM `FILE`; without it plain HTTP")
	fs.StringVar(&o.TLSKey, "tls-key", "", "key of the certificate, a PEM `FILE`")
	fs.StringVar(&o.ClientCA, "client-ca", "", "clients must have a certificate of these authorities, a PEM `FILE`")
	fs.StringVar(&o.TokenFile, "token-file", "", "tokens, one a line, in a `FILE`")
	fs.StringArrayVar(&o.Allow, "allow", nil, "names that are benign: NAME, .SUFFIX or *.SUFFIX a line of a `FILE`; may be repeated")
	fs.StringArrayVar(&o.Block, "block", nil, "names that are malicious, likewise, a `FILE`; may be repeated")
	fs.StringArrayVar(&f.thresholds, "threshold", nil, "malicious from this probability on, `[MODEL=]P` (default the checkpoint's own); may be repeated")
	fs.Int64Var(&o.MaxBody, "max-body", 8<<20, "largest body in bytes, but for streams")
	fs.IntVar(&o.MaxRows, "max-rows", 100_000, "most records of a request, but for streams")
	fs.IntVar(&o.MaxConcurrent, "max-concurrent", 1024, "most requests at a time")
	fs.DurationVar(&o.Timeout, "timeout", 30*time.Second, "of a request, but for streams")
	fs.DurationVar(&o.StreamIdle, "stream-idle", 5*time.Minute, "how long a stream may stand still")
	fs.DurationVar(&o.Grace, "grace", 30*time.Second, "for what is under way when the server is told to end")
	fs.DurationVar(&o.Watch, "watch", 0, "look for changed and new checkpoints this often; 0 for never")
	fs.IntVar(&o.Engine.Threads, "threads", 0, "cores to use (default all)")
	fs.DurationVar(&f.batchWait, "batch-wait", time.Millisecond, "how long small requests may wait for each other, while more are coming; 0 for not at all")
	fs.IntVar(&o.Engine.Cache, "verdict-cache", 10_000, "names whose verdicts are remembered, for each version of a model; 0 for none")
	fs.IntVar(&o.Engine.Top, "top", 3, "classes that an answer lists")
	fs.StringVar(&f.logFormat, "log-format", "text", "text or json")
	fs.StringVar(&f.logLevel, "log-level", "info", "debug (each request), info (requests that were refused), warn or error")
	fs.StringVar(&f.dsdl.Listen, "dsdl", "", "listen for Splunk's DSDL at this `ADDR`ess too; it needs a token")
	fs.BoolVar(&f.dsdl.HTTP, "dsdl-http", false, "plain HTTP for DSDL, instead of TLS")
	fs.StringVar(&f.dsdl.TLSCert, "dsdl-cert", "", "certificate for DSDL, a PEM `FILE` (default self-signed)")
	fs.StringVar(&f.dsdl.TLSKey, "dsdl-key", "", "key of that certificate, a PEM `FILE`")
	fs.StringVar(&f.dsdl.TokenFile, "dsdl-token-file", "", "tokens for DSDL, one a line, in a `FILE`")
	fs.StringVar(&f.dsdl.Dir, "dsdl-dir", ".", "folder of the models that DSDL's fit makes, a `DIR`")
	return c
}

func runServe(ctx context.Context, e *env, f *serveFlags) error {
	log, err := f.logger(e)
	if err != nil {
		return err
	}
	if err := f.check(); err != nil {
		return err
	}
	o := f.options
	o.Log, o.Version = log, version
	o.Tokens = tokensOf(tokensVariable)
	if f.dsdl.Listen != "" {
		f.dsdl.Tokens = tokensOf(dsdlTokensVariable)
		f.dsdl.Trainer = dsdlTrainer{threads: o.Engine.Threads, log: log}
		o.DSDL = &f.dsdl
	}
	terminated := make(chan os.Signal, 1)
	signal.Notify(terminated, syscall.SIGTERM)
	defer signal.Stop(terminated)
	s, err := serve.New(o)
	switch {
	case errors.Is(err, serve.ErrDSDLToken):
		return usagef("--dsdl: %w: put it in %s or in a file, --dsdl-token-file", err, dsdlTokensVariable)
	case errors.Is(err, serve.ErrNoCheckpoints), errors.Is(err, serve.ErrKeyPair):
		return usage(err)
	case err != nil:
		return err
	}
	stop := onHangup(func() {
		log.Info("reloading")
		if err := s.Reload(ctx); err != nil {
			log.Error("reloaded in part", "error", err)
		}
	})
	defer stop()
	ran := s.Run(ctx)
	signal.Stop(terminated) // after which a signal that was caught is in the channel
	select {
	case <-terminated:
		return ran
	default:
	}
	if ran != nil {
		return ran
	}
	return context.Cause(ctx)
}

func tokensOf(variable string) []string {
	return strings.FieldsFunc(os.Getenv(variable), func(r rune) bool { return r == ',' || unicode.IsSpace(r) })
}

// onHangup calls f for each SIGHUP, one at a time, until stop is called.
func onHangup(f func()) (stop func()) {
	hangup, done := make(chan os.Signal, 1), make(chan struct{})
	signal.Notify(hangup, syscall.SIGHUP)
	go func() {
		defer close(done)
		for range hangup {
			f()
		}
	}()
	return func() {
		signal.Stop(hangup)
		close(hangup)
		<-done
	}
}

// check reads the thresholds and refuses numbers that say nothing.
func (f *serveFlags) check() error {
	o := &f.options
	switch {
	case o.MaxRows < 0 || o.MaxConcurrent < 0 || o.Engine.Threads < 0 || o.Engine.Cache < 0:
		return usagef("numbers of rows, requests, threads and names must not be negative")
	case o.MaxBody < 0 || o.Timeout < 0 || o.StreamIdle < 0 || o.Grace < 0 || o.Watch < 0 || f.batchWait < 0:
		return usagef("limits and times must not be negative")
	case o.Engine.Top < 1:
		return usagef("--top %d: want 1 or more classes", o.Engine.Top)
	}
	if o.Engine.BatchWait = f.batchWait; f.batchWait == 0 {
		o.Engine.BatchWait = -1
	}
	o.Engine.Thresholds = map[string]float64{}
	for _, text := range f.thresholds {
		model, number, named := cutLast(text, "=")
		p, err := strconv.ParseFloat(number, 64)
		if err != nil || !(p >= 0 && p <= 1) {
			return usagef("--threshold %s: want [MODEL=]P, P a probability", text)
		}
		if named {
			o.Engine.Thresholds[model] = p
		} else {
			o.Engine.Threshold = &p
		}
	}
	return nil
}

// cutLast cuts at the last separator; without one, after is the whole.
func cutLast(s, separator string) (before, after string, found bool) {
	if i := strings.LastIndex(s, separator); i >= 0 {
		return s[:i], s[i+len(separator):], true
	}
	return "", s, false
}

func (f *serveFlags) logger(e *env) (*slog.Logger, error) {
	var level slog.Level
	if err := level.UnmarshalText([]byte(f.logLevel)); err != nil {
		return nil, usagef("--log-level %s: want debug, info, warn or error", f.logLevel)
	}
	o := &slog.HandlerOptions{Level: level}
	switch f.logFormat {
	case "text":
		return slog.New(slog.NewTextHandler(e.err, o)), nil
	case "json":
		return slog.New(slog.NewJSONHandler(e.err, o)), nil
	}
	return nil, usagef("--log-format %s: want text or json", f.logFormat)
}
