package main

import "github.com/spf13/cobra"

func newDatasets(e *env) *cobra.Command { return &cobra.Command{Use: "datasets"} }
