package engine

import (
	"errors"
	"strings"
	"sync/atomic"
	"testing"
)

// A panic in the network is the error of the calls that were in it, and the batcher goes on.
func TestPanicIsAnError(t *testing.T) {
	net := &network{cols: 1, outputs: 1, vocabulary: 1} // without a predictor
	net.inputs.New = newInput
	var waiting atomic.Int64
	b := &batcher{net: net, rows: 4, threads: 2, total: &waiting, ran: func(batchTimes) {}}
	for _, rows := range []int{1, 2, 9} {
		err := b.run(t.Context(), rows, func(_ int, _ []int32, values []float32) { clear(values) }, make([]float32, rows))
		var panicked *PanicError
		if !errors.As(err, &panicked) || !strings.Contains(string(panicked.Stack), "predict") && !strings.Contains(string(panicked.Stack), "part") {
			t.Errorf("%d rows: %v", rows, err)
		}
	}
	if n := waiting.Load(); n != 0 {
		t.Errorf("%d rows are left waiting", n)
	}
}
