package team

import (
	"runtime"
	"testing"
	"time"
)

func TestExchange(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2))
	if d := Exchange(); d <= 0 || d > time.Second {
		t.Errorf("a line takes %v", d)
	}
	runtime.GOMAXPROCS(1)
	if d := Exchange(); d != 0 {
		t.Errorf("on one core a line takes %v", d)
	}
}
