package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"threatnet/serve/servetest"
)

// daemon is the program as it serves.
type daemon struct {
	*exec.Cmd
	url   string
	lines *bufio.Scanner // of its log
}

// startServe starts the program and waits until it listens.
func startServe(t *testing.T, environment []string, args ...string) *daemon {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("no signals to end it with")
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	t.Cleanup(cancel)
	d := &daemon{Cmd: exec.CommandContext(ctx, program(t), append([]string{"serve", "--listen", "127.0.0.1:0", "--log-format", "json"}, args...)...)}
	d.Env = append(os.Environ(), environment...)
	log, err := d.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Start(); err != nil {
		t.Fatal(err)
	}
	d.lines = bufio.NewScanner(log)
	d.url, _ = d.wait(t, "listening")["address"].(string)
	return d
}

// wait waits for a line of the log with that message.
func (d *daemon) wait(t *testing.T, message string) map[string]any {
	t.Helper()
	for d.lines.Scan() {
		var line map[string]any
		if err := json.Unmarshal(d.lines.Bytes(), &line); err != nil {
			t.Fatalf("%v: %s", err, d.lines.Text())
		}
		if line["msg"] == message {
			return line
		}
	}
	t.Fatalf("no line %q: %v", message, d.Wait())
	return nil
}

// end sends a signal and gives the exit code.
func (d *daemon) end(t *testing.T, s os.Signal) int {
	t.Helper()
	if err := d.Process.Signal(s); err != nil {
		t.Fatal(err)
	}
	d.wait(t, "stopped")
	for d.lines.Scan() {
	}
	var exit *exec.ExitError
	if err := d.Wait(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return d.ProcessState.ExitCode()
}

func (d *daemon) post(t *testing.T, path, mediaType, body string, header ...string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, d.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", mediaType)
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(text)
}

// The program answers with the objects that score --json prints, takes a new version on SIGHUP, and ends well on SIGTERM.
func TestServe(t *testing.T) {
	dir := t.TempDir()
	name := func(kind string) string { return filepath.Join(dir, kind+".safetensors") }
	for _, kind := range []string{"dga-lstm", "exfil-mlp", "flow-lstm"} {
		servetest.Save(t, name(kind), servetest.Model(t, kind))
	}
	d := startServe(t, nil, name("dga-lstm"), dir)

	printed := command(t, "score", "--model", name("dga-lstm"), "--json", "example.com", "XJPakmdcfuqe.ru", "<b>.example")
	_, streamed := d.post(t, "/v1/score", "text/plain", "example.com\nXJPakmdcfuqe.ru\n<b>.example\n")
	if !strings.HasPrefix(streamed, printed) { // what is no name is skipped there
		t.Errorf("the server answers\n%s, the command line\n%s", streamed, printed)
	}
	queries := filepath.Join(dir, "queries.csv")
	table := "query,src,_time\na.t.example.org,10.0.0.1,2023-01-02T03:04:05Z\nbb.t.example.org,10.0.0.1,2023-01-02T03:04:06Z\nc.example.com,,2023-01-02T03:04:07Z\n"
	if err := os.WriteFile(queries, []byte(table), 0o600); err != nil {
		t.Fatal(err)
	}
	printed = command(t, "score", "--model", name("exfil-mlp"), "--json", "--data", queries)
	if _, streamed = d.post(t, "/v1/score/exfil-mlp", "text/csv", table); streamed != printed {
		t.Errorf("queries: %s", cmp.Diff(printed, streamed))
	}
	flow, err := json.Marshal(servetest.FlowFields(1))
	if err != nil {
		t.Fatal(err)
	}
	flows := filepath.Join(dir, "flows.json")
	if err := os.WriteFile(flows, append(append(bytes.Clone(flow), '\n'), flow...), 0o600); err != nil {
		t.Fatal(err)
	}
	printed = command(t, "score", "--model", name("flow-lstm"), "--json", "--data", flows)
	if _, streamed = d.post(t, "/v1/score/flow-lstm", "application/x-ndjson", string(flow)+"\n"+string(flow)); streamed != printed {
		t.Errorf("flows: %s", cmp.Diff(printed, streamed))
	}

	next := servetest.Model(t, "dga-lstm")
	next.Network().Init(77)
	servetest.Save(t, name("dga-lstm"), next)
	if err := d.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	if line := d.wait(t, "model loaded"); line["version"] != 2.0 {
		t.Errorf("after SIGHUP: %v", line)
	}
	if code := d.end(t, syscall.SIGTERM); code != exitDone {
		t.Errorf("exit code %d after SIGTERM", code)
	}
}

func TestServeInterrupted(t *testing.T) {
	path := filepath.Join(t.TempDir(), "m.safetensors")
	servetest.Save(t, path, servetest.Model(t, "dga-mlp"))
	d := startServe(t, []string{tokensVariable + "=one, two"}, path, "--threshold", "0.9", "--threshold", "m=0.25")
	if status, _ := d.post(t, "/v1/score", "text/plain", "a.example\n"); status != http.StatusUnauthorized {
		t.Errorf("without a token: %d", status)
	}
	if status, text := d.post(t, "/v1/score", "application/json", `{"names":["a.example"]}`, "Authorization", "Bearer two"); status != http.StatusOK || !strings.Contains(text, `"threshold":0.25`) {
		t.Errorf("%d %s", status, text)
	}
	if code := d.end(t, os.Interrupt); code != exitInterrupted {
		t.Errorf("exit code %d after Ctrl-C", code)
	}
}

func TestServeUsage(t *testing.T) {
	for _, args := range [][]string{
		{},
		{"--threshold", "2", "m"},
		{"--threshold", "m=x", "m"},
		{"--log-format", "xml", "m"},
		{"--log-level", "loud", "m"},
		{"--max-rows", "-1", "m"},
		{"--timeout", "-1s", "m"},
		{"--top", "0", "m"},
		{"--dsdl", "127.0.0.1:0"},
		{"--tls-cert", "c.pem", "m"},
		{"--token", "secret", "m"},
	} {
		var out, errOut bytes.Buffer
		if code := run(append([]string{"serve"}, args...), strings.NewReader(""), &out, &errOut); code != exitUsage || out.Len() > 0 {
			t.Errorf("serve %v: exit code %d, %s", args, code, &errOut)
		}
		if text := errOut.String(); len(args) > 0 && args[0] == "--dsdl" && (!strings.Contains(text, dsdlTokensVariable) || !strings.Contains(text, "--dsdl-token-file")) {
			t.Errorf("serve %v: %s", args, text)
		}
	}
	var out, errOut bytes.Buffer
	if code := run([]string{"serve", filepath.Join(t.TempDir(), "none.safetensors")}, strings.NewReader(""), &out, &errOut); code != exitFailed {
		t.Errorf("no file: exit code %d, %s", code, &errOut)
	}
}
