package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"threatnet/models"
	"threatnet/models/checkpoint"
	"threatnet/models/exfilmlp"
	"threatnet/models/pytorch"
	"threatnet/train/evaluate"
	"threatnet/train/pipeline"
)

func newImport(e *env) *cobra.Command {
	var kind, out string
	c := &cobra.Command{
		Use:   "import FILE --as MODEL --out FILE",
		Short: "make a checkpoint of weights that another framework has saved",
		Long: `Import weights into a checkpoint. A PyTorch file (.pt, .pth: a state_dict, alone or
in a training's checkpoint) gives an exfil-mlp: linear layers with ReLU between
them, of 98 or 99 inputs, which take the source notebook's features. No code in
the file is run: anything but numbers is refused.`,
		Example: `  threatnet import detect_dns_data_exfiltration.pt --as exfil-mlp --out splunk.safetensors`,
		Args:    cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if kind != exfilmlp.Kind {
				return usagef("--as %q: only %s is imported", kind, exfilmlp.Kind)
			}
			if out == "" {
				return usagef("name the checkpoint with --out")
			}
			if err := keepInputs(args, output{"--out", out}); err != nil {
				return err
			}
			f, err := importExfil(args[0])
			if err != nil {
				return fmt.Errorf("%s: %w", args[0], err)
			}
			if err := checkpoint.Save(out, f); err != nil {
				return err
			}
			e.logf("wrote %s", out)
			return nil
		},
	}
	c.Flags().StringVar(&kind, "as", "", "the `MODEL` that the weights are of")
	c.Flags().StringVar(&out, "out", "", "the checkpoint `FILE`")
	return c
}

// importExfil reads a state_dict as an exfiltration model. Its threshold is the notebook's.
func importExfil(path string) (*checkpoint.File, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, errors.Unwrap(err) // the caller names the file
	}
	all, err := pytorch.Read(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, err
	}
	state, err := all.StateDict()
	if err != nil {
		return nil, err
	}
	stack, err := pytorch.MLP(state)
	if err != nil {
		return nil, err
	}
	linears := make([]exfilmlp.Linear, len(stack))
	for i, l := range stack {
		linears[i] = exfilmlp.Linear{In: l.In, Out: l.Out, Kernel: singles(l.Kernel), Bias: singles(l.Bias)}
	}
	m, err := exfilmlp.Import(linears)
	if err != nil {
		return nil, err
	}
	f, err := models.Checkpoint(m)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(data)
	f.Meta.Provenance.Sources = []checkpoint.Source{{Name: filepath.Base(path), Role: "weights", SHA256: hex.EncodeToString(sum[:])}}
	f.Meta.Thresholds = map[string]float64{pipeline.Verdict: evaluate.DefaultThreshold}
	return f, nil
}

func singles(x []float64) []float32 {
	y := make([]float32, len(x))
	for i, v := range x {
		y[i] = float32(v)
	}
	return y
}
