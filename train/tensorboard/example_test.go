package tensorboard_test

import (
	"bytes"
	"fmt"
	"time"

	"threatnet/train/tensorboard"
)

func ExampleNew() {
	var file bytes.Buffer
	noon := func() time.Time { return time.Date(2018, 9, 23, 12, 0, 0, 0, time.UTC) }
	w, err := tensorboard.New(&file, noon)
	if err != nil {
		fmt.Println(err)
		return
	}
	for step, loss := range []float64{1.5, 0.75, 0.5} {
		if err := w.Scalar("batch/loss", int64(step), loss); err != nil {
			fmt.Println(err)
			return
		}
	}
	if err := w.Close(); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%d bytes, %q\n", file.Len(), file.Bytes()[23:36])
	// Output: 182 bytes, "brain.Event:2"
}
