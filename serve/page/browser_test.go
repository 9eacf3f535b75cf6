package page

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// browser drives a headless Chromium through a pipe, by the Chrome DevTools Protocol: JSON messages that end in a zero
// byte, written to its descriptor 3 and read from 4 (https://chromedevtools.github.io/devtools-protocol/).
type browser struct {
	t        *testing.T
	to       *os.File
	from     *bufio.Reader
	session  string
	count    int
	events   []message
	requests []string // addresses of all that the page has asked for
	problems []string // errors of scripts, and what the policy has refused
}

type message struct {
	ID     int             `json:"id"`
	Method string          `json:"method"`
	Params json.RawMessage `json:"params"`
	Result json.RawMessage `json:"result"`
	Error  *struct {
		Message string `json:"message"`
	} `json:"error"`
}

// newBrowser starts the browser that THREATNET_BROWSER names, a Chromium, with an empty page.
func newBrowser(t *testing.T) *browser {
	t.Helper()
	program := os.Getenv("THREATNET_BROWSER")
	if program == "" {
		t.Skip("THREATNET_BROWSER names no Chromium")
	}
	read, to, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	from, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	args := []string{
		"--headless", "--remote-debugging-pipe", "--user-data-dir=" + t.TempDir(), "--no-first-run", "--disable-gpu",
		"--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions",
		"--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1", "--window-size=1280,900",
	}
	if os.Geteuid() == 0 {
		args = append(args, "--no-sandbox") // which Chromium asks of root
	}
	cmd := exec.Command(program, args...)
	cmd.ExtraFiles = []*os.File{read, write}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_, _ = read.Close(), write.Close()
	deadline := time.AfterFunc(2*time.Minute, func() { _ = cmd.Process.Kill() })
	t.Cleanup(func() {
		deadline.Stop()
		_ = to.Close()
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		_ = from.Close()
	})
	b := &browser{t: t, to: to, from: bufio.NewReader(from)}
	var target struct{ TargetID, SessionID string }
	b.call("Target.createTarget", map[string]any{"url": "about:blank"}, &target)
	b.call("Target.attachToTarget", map[string]any{"targetId": target.TargetID, "flatten": true}, &target)
	b.session = target.SessionID
	for _, domain := range []string{"Page", "Runtime", "Log", "Network", "DOM"} {
		b.call(domain+".enable", nil, nil)
	}
	return b
}

// call sends a command and waits for its result.
func (b *browser) call(method string, params, result any) {
	b.t.Helper()
	b.count++
	if params == nil {
		params = map[string]any{}
	}
	text, err := json.Marshal(struct {
		ID        int    `json:"id"`
		Method    string `json:"method"`
		Params    any    `json:"params"`
		SessionID string `json:"sessionId,omitempty"`
	}{b.count, method, params, b.session})
	if err != nil {
		b.t.Fatal(err)
	}
	if _, err := b.to.Write(append(text, 0)); err != nil {
		b.t.Fatal(err)
	}
	for {
		m := b.receive()
		if m.ID != b.count {
			b.events = append(b.events, m)
			continue
		}
		if m.Error != nil {
			b.t.Fatalf("%s: %s", method, m.Error.Message)
		}
		if result != nil {
			if err := json.Unmarshal(m.Result, result); err != nil {
				b.t.Fatal(err)
			}
		}
		return
	}
}

// receive reads a message, and notes what a page must not do.
func (b *browser) receive() (m message) {
	b.t.Helper()
	text, err := b.from.ReadBytes(0)
	if err != nil {
		b.t.Fatalf("the browser has gone: %v", err)
	}
	if err := json.Unmarshal(text[:len(text)-1], &m); err != nil {
		b.t.Fatal(err)
	}
	switch m.Method {
	case "Network.requestWillBeSent":
		var e struct{ Request struct{ URL string } }
		if err := json.Unmarshal(m.Params, &e); err != nil {
			b.t.Fatal(err)
		}
		b.requests = append(b.requests, e.Request.URL)
	case "Runtime.exceptionThrown":
		b.problems = append(b.problems, string(m.Params))
	case "Log.entryAdded":
		if bytes.Contains(m.Params, []byte(`"level":"error"`)) {
			b.problems = append(b.problems, string(m.Params))
		}
	}
	return m
}

// wait waits for an event that has not yet been waited for.
func (b *browser) wait(method string) {
	b.t.Helper()
	for i, m := range b.events {
		if m.Method == method {
			b.events = b.events[i+1:]
			return
		}
	}
	b.events = nil
	for b.receive().Method != method {
	}
}

// open goes to an address.
func (b *browser) open(address string) {
	b.t.Helper()
	b.call("Page.navigate", map[string]any{"url": address}, nil)
	b.wait("Page.loadEventFired")
}

// eval gives the value of an expression in the page, as text.
func (b *browser) eval(expression string) string {
	b.t.Helper()
	var r struct {
		Result           struct{ Value any }
		ExceptionDetails json.RawMessage
	}
	b.call("Runtime.evaluate", map[string]any{"expression": expression, "returnByValue": true}, &r)
	if r.ExceptionDetails != nil {
		b.t.Fatalf("%s: %s", expression, r.ExceptionDetails)
	}
	return fmt.Sprint(r.Result.Value)
}

// press presses a key, with the modifiers of the protocol (2 is Ctrl).
func (b *browser) press(key string, code, modifiers int) {
	b.t.Helper()
	e := map[string]any{"type": "keyDown", "key": key, "code": key, "windowsVirtualKeyCode": code, "modifiers": modifiers}
	if key == "Enter" {
		e["text"] = "\r"
	}
	b.call("Input.dispatchKeyEvent", e, nil)
	e["type"] = "keyUp"
	delete(e, "text")
	b.call("Input.dispatchKeyEvent", e, nil)
}

// choose chooses a file in the form.
func (b *browser) choose(path string) {
	b.t.Helper()
	var doc struct{ Root struct{ NodeID int } }
	b.call("DOM.getDocument", nil, &doc)
	var node struct{ NodeID int }
	b.call("DOM.querySelector", map[string]any{"nodeId": doc.Root.NodeID, "selector": "#file"}, &node)
	b.call("DOM.setFileInputFiles", map[string]any{"nodeId": node.NodeID, "files": []string{path}}, nil)
}

// screenshot makes a picture of the whole page, and keeps it where THREATNET_SCREENSHOTS names a folder.
func (b *browser) screenshot(name string) {
	b.t.Helper()
	var r struct{ Data string }
	b.call("Page.captureScreenshot", map[string]any{"captureBeyondViewport": true}, &r)
	picture, err := base64.StdEncoding.DecodeString(r.Data)
	if err != nil || !bytes.HasPrefix(picture, []byte("\x89PNG")) {
		b.t.Fatalf("%s is no picture: %v", name, err)
	}
	if dir := os.Getenv("THREATNET_SCREENSHOTS"); dir != "" {
		if err := os.WriteFile(filepath.Join(dir, name+".png"), picture, 0o600); err != nil {
			b.t.Fatal(err)
		}
	}
}

// check reports what the page must not have done: errors, and requests to any other server.
func (b *browser) check(server string) {
	b.t.Helper()
	for _, p := range b.problems {
		b.t.Error("the browser reports", p)
	}
	for _, r := range b.requests {
		if !strings.HasPrefix(r, server+"/") {
			b.t.Error("the page asks for", r)
		}
	}
	if len(b.requests) == 0 {
		b.t.Error("no request was seen")
	}
}
