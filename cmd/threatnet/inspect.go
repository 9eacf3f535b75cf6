package main

import "github.com/spf13/cobra"

func newInspect(e *env) *cobra.Command { return &cobra.Command{Use: "inspect"} }
