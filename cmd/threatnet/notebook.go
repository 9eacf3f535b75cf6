package main

import "github.com/spf13/cobra"

func newNotebook(e *env) *cobra.Command { return &cobra.Command{Use: "notebook"} }
