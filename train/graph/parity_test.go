package graph

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"testing"

	"threatnet/internal/golden"
	"threatnet/models/checkpoint"
	"threatnet/models/layers"
)

// TestLossesOfPyTorch trains 200 steps in float64 from the weights and batches of testdata/parity and compares the loss of
// each step with the one that PyTorch computed.
func TestLossesOfPyTorch(t *testing.T) {
	if testing.Short() {
		t.Skip("takes half a minute")
	}
	dir := filepath.Join(filepath.Dir(golden.Path("")), "parity")
	var want struct{ Losses []float64 }
	text, err := os.ReadFile(filepath.Join(dir, "endgame_losses.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &want); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(filepath.Join(dir, "endgame_losses.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	tensors, _, err := checkpoint.ReadTensors(f, info.Size())
	if err != nil {
		t.Fatal(err)
	}
	byName := map[string]checkpoint.Tensor{}
	for _, x := range tensors {
		byName[x.Name] = x
	}
	e, d := byName["embeddings"].Shape, byName["dense_kernel"].Shape
	ids := byName["ids"]
	batches, rows, steps := ids.Shape[0], ids.Shape[1], ids.Shape[2]

	q, err := layers.New[float64](layers.Stack{Input: []int{steps}, Layers: []layers.Spec{
		{Kind: "embedding", Vocabulary: e[0], Units: e[1]},
		{Kind: "lstm", Units: d[0], Recurrent: layers.RecurrentSigmoid},
		{Kind: "dense", Units: d[1], Init: "glorot_uniform"},
		{Kind: "activation", Function: "softmax"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range q.Params() {
		for j, v := range byName[tinyParams[i]].Data.([]float32) {
			p.Data[j] = float64(v)
		}
	}
	n, err := New(q, rows, Options{VM: Flat, Shards: 2})
	if err != nil {
		t.Fatal(err)
	}
	s, err := NewSolver[float64]("rmsprop", 0.001, 2, nil)
	if err != nil {
		t.Fatal(err)
	}
	var worst, worst100 float64
	for step, w := range want.Losses {
		b := step % batches
		copy(n.Tokens(), ids.Data.([]int32)[b*rows*steps:])
		copy(n.Classes(), byName["labels"].Data.([]int32)[b*rows:])
		loss, _, err := n.Run(uint64(step))
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Step(n.Model()); err != nil {
			t.Fatal(err)
		}
		diff := math.Abs(loss - w)
		if worst = max(worst, diff); step < 100 {
			worst100 = max(worst100, diff)
		}
	}
	t.Logf("%d losses; largest difference %.2g, in the first 100 steps %.2g", len(want.Losses), worst, worst100)
	if worst > 1e-6 || worst100 > 1e-11 {
		t.Errorf("losses differ by %.2g, in the first 100 steps by %.2g", worst, worst100)
	}
}
