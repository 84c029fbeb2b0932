package main

import (
	"fmt"

	"github.com/spf13/cobra"
)

// noArgs refuses arguments.
func noArgs(c *cobra.Command, args []string) error { return atMost(c, args, 0) }

// needArgs asks for at least n arguments.
func needArgs(n int, what string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) < n {
			return usageError{fmt.Errorf("want %s; see %s --help", what, c.CommandPath())}
		}
		return nil
	}
}

// oneArg asks for exactly one argument, so that a forgotten quote is told and
// not taken for a shorter name.
func oneArg(what string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) == 0 || args[0] == "" {
			return usageError{fmt.Errorf("want %s; see %s --help", what, c.CommandPath())}
		}
		return atMost(c, args, 1)
	}
}

// maybeArg allows one argument.
func maybeArg(c *cobra.Command, args []string) error { return atMost(c, args, 1) }

func atMost(c *cobra.Command, args []string, n int) error {
	if len(args) > n {
		return usageError{fmt.Errorf("unexpected %q; see %s --help", args[n], c.CommandPath())}
	}
	return nil
}

// choices lets shells complete the values of a flag.
func choices(c *cobra.Command, flag string, values ...string) {
	// The one fault is a flag that is not there: a test completes each.
	_ = c.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp))
}
