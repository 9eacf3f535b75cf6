package page

import (
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"threatnet/serve/httpx"
)

// TestBrowser uses the page as a person does, in the Chromium that THREATNET_BROWSER names.
func TestBrowser(t *testing.T) {
	b := newBrowser(t)
	server := httptest.NewServer(newPage(t, Options{Version: "test"}, httpx.Options{}))
	defer server.Close()
	b.open(server.URL + "/")
	b.screenshot("empty")
	expect := func(want, expression string) {
		t.Helper()
		if got := b.eval(expression); got != want {
			t.Errorf("%s is %q, want %q", expression, got, want)
		}
	}

	// The keyboard leads to the form, in order.
	var order []string
	for range 9 {
		b.press("Tab", 9, 0)
		order = append(order, b.eval(`document.activeElement.id || document.activeElement.textContent`))
	}
	if got := strings.Join(order, " "); got != "Skip to the form threatnet Models API Metrics names file model order" {
		t.Errorf("Tab goes to %s", got)
	}

	// Names are typed, and sent from the keyboard.
	b.eval(`document.getElementById('model').value = 'families'; document.getElementById('names').focus()`)
	b.call("Input.insertText", map[string]any{"text": "czqc.com\nab.org\nx--y\n<img src=x onerror=alert(1)>"}, nil)
	b.press("Enter", 13, 2)
	b.wait("Page.loadEventFired")
	expect("4", `document.querySelectorAll('#rows tbody tr').length`)
	expect("malicious", `document.querySelector('#rows .badge').textContent`)
	expect("<img src=x onerror=alert(1)>", `document.querySelector('#rows tbody tr:last-child th').textContent`)
	expect("#verdicts", `location.hash`)
	expect("verdicts", `document.activeElement.id`)
	expect("families", `document.getElementById('model').value`)
	// The style sheet holds: what weighs has a shade, and bars have widths.
	expect("true", `getComputedStyle(document.querySelector('#rows .up4')).backgroundColor !== getComputedStyle(document.body).backgroundColor`)
	expect("true", `[...document.querySelectorAll('#rows rect')].some((r) => r.getBoundingClientRect().width > 20)`)
	expect("true", `document.documentElement.scrollWidth <= innerWidth`)
	b.screenshot("names")

	// A file is chosen, and the button pressed.
	log, err := filepath.Abs(filepath.Join("..", "..", "datasets", "dnslog", "testdata", "splunk.csv"))
	if err != nil {
		t.Fatal(err)
	}
	b.eval(`document.getElementById('names').value = ''; document.getElementById('model').value = 'queries'; document.getElementById('submit').focus()`)
	b.choose(log)
	expect("splunk.csv will be sent.", `document.getElementById('file-state').textContent`)
	b.press("Enter", 13, 0)
	b.wait("Page.loadEventFired")
	expect("6", `document.querySelectorAll('#rows tbody tr').length`)
	b.screenshot("queries")

	// A file is dropped.
	b.eval(`const drop = new DataTransfer(); drop.items.add(new File(['zq\nab\n'], 'dropped.txt'));
		document.getElementById('model').value = 'letters';
		document.body.dispatchEvent(new DragEvent('drop', {dataTransfer: drop, bubbles: true, cancelable: true}))`)
	expect("dropped.txt will be sent.", `document.getElementById('file-state').textContent`)
	b.press("Enter", 13, 0) // the button has the focus
	b.wait("Page.loadEventFired")
	expect("2", `document.querySelectorAll('#rows tbody tr').length`)

	// Dark, narrow and without a script.
	b.call("Emulation.setEmulatedMedia", map[string]any{"features": []map[string]string{{"name": "prefers-color-scheme", "value": "dark"}}}, nil)
	b.screenshot("dark")
	b.call("Emulation.setDeviceMetricsOverride", map[string]any{"width": 390, "height": 800, "deviceScaleFactor": 1, "mobile": true}, nil)
	expect("true", `document.documentElement.scrollWidth <= innerWidth`)
	b.screenshot("narrow")
	b.call("Emulation.setScriptExecutionDisabled", map[string]any{"value": true}, nil)
	b.open(server.URL + "/")
	b.call("Input.dispatchKeyEvent", map[string]any{"type": "keyDown", "key": "Escape"}, nil)
	b.eval(`document.getElementById('names').value = 'zq'; document.getElementById('submit').focus()`)
	b.press("Enter", 13, 0)
	b.wait("Page.loadEventFired")
	expect("1", `document.querySelectorAll('#rows tbody tr').length`)
	b.check(server.URL)
}
