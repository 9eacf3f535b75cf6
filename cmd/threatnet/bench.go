package main

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"threatnet/train/bench"
)

func newBench(e *env) *cobra.Command {
	o := bench.DefaultOptions()
	var asJSON bool
	c := &cobra.Command{
		Use:   "bench [NAME]",
		Short: "measure the kernels and the models on this machine",
		Long: `Measure the kernels and the models on synthetic input, several rounds each, and
print median and spread: GFLOP/s for products, rows per second for models. The
ceiling is what this machine's multiply-add units reach in a loop of their own,
measured between the rounds, and so is the time that a cache line takes from one
core to another, with which figures of several threads move.`,
		Example: `  threatnet bench
  threatnet bench gemm
  threatnet bench dga-lstm/train --vm tape
  threatnet bench --json`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			name := ""
			if len(args) > 0 {
				name = args[0]
			}
			cases, err := bench.Find(name)
			if err != nil {
				return usage(err)
			}
			if o.Rounds < 1 || o.Time <= 0 || o.Threads < 0 {
				return usagef("--rounds, --time and --threads must be positive")
			}
			for _, k := range cases {
				if err := c.Context().Err(); err != nil {
					return err
				}
				r, err := bench.Run(k, o)
				if err != nil {
					return err
				}
				if err := printBench(e, r, asJSON); err != nil {
					return err
				}
			}
			return nil
		},
	}
	c.Flags().IntVar(&o.Threads, "threads", 0, "cores to use (default all); products always run on one")
	c.Flags().IntVar(&o.Rounds, "rounds", o.Rounds, "measurements of each case")
	c.Flags().DurationVar(&o.Time, "time", time.Second, "length of a measurement")
	c.Flags().StringVar(&o.VM, "vm", o.VM, "flat or tape, for the training cases")
	c.Flags().BoolVar(&asJSON, "json", false, "print one JSON object a line")
	return c
}

func printBench(e *env, r bench.Result, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(e.out).Encode(r)
	}
	line := fmt.Sprintf("%-22s %11.5g %-10s  %.5g … %.5g  %s, threads %d", r.Name, r.Median, r.Unit, r.Min, r.Max, r.Kernel, r.Threads)
	if r.VM != "" {
		line += ", vm " + r.VM
	}
	if r.Fraction > 0 {
		line += fmt.Sprintf(", %.0f GFLOP/s, %.0f %% of the ceiling", r.GFLOPS, 100*r.Fraction)
	}
	if r.Exchange > 0 {
		line += fmt.Sprintf(", %.0f ns between cores", r.Exchange)
	}
	_, err := fmt.Fprintln(e.out, line)
	return err
}
