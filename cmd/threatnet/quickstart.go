package main

import "github.com/spf13/cobra"

func newQuickstart(e *env) *cobra.Command { return &cobra.Command{Use: "quickstart"} }
