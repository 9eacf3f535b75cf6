package main

import "github.com/spf13/cobra"

func newScore(e *env) *cobra.Command { return &cobra.Command{Use: "score"} }
