// Command heron is the whole of Heron in one binary: it reads capture files,
// runs the platform, and talks to a running server.
//
// Exit status: 0 done; 1 a fault; 2 wrong usage; 3 the input is damaged, what
// could be read of it was; 4 the server refused (login or role); 5 no such
// thing; 6 the server cannot be reached.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/heron-iot/heron"
)

// Exit statuses; `heron help exit-codes` tells them.
const (
	exitOK = iota
	exitFault
	exitUsage
	exitDamaged
	exitRefused
	exitNotFound
	exitUnreachable
)

// version is set when a release is built.
var version = "dev"

func main() { os.Exit(run()) }

func run() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return runWith(ctx, newTerminal(os.Stdin, os.Stdout, os.Stderr), os.Args[1:])
}

// runWith runs one command line and returns its exit status.
func runWith(ctx context.Context, t *terminal, args []string) int {
	root := newRoot(t)
	root.SetArgs(args)
	root.SetIn(t.in)
	root.SetOut(t.out)
	root.SetErr(t.err)
	err := root.ExecuteContext(ctx)
	if err == nil {
		err = t.data.err
	}
	if err == nil {
		return exitOK
	}
	if !errors.Is(err, errSilent) {
		fmt.Fprintln(t.err, t.red("error:")+" "+err.Error())
	}
	return exitStatus(err)
}

// newRoot lists the commands.
func newRoot(t *terminal) *cobra.Command {
	root := &cobra.Command{
		Use:           "heron",
		Short:         "Agentless security for IoT, IIoT and OT networks",
		Long:          "Heron finds every device on a network, says what it is and why, scores its risk,\nnotices when it misbehaves, and acts on it. It installs nothing on the devices.",
		Version:       version,
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.AddCommand(
		newAlertCommand(t),
		newCredentialCommand(t),
		newDBCommand(t),
		newDemoCommand(t),
		newDeviceCommand(t),
		newDoctorCommand(t),
		newEvalCommand(t),
		newExitCodesTopic(),
		newIdentifyCommand(t),
		newLabCommand(t),
		newReadCommand(t),
		newScanCommand(t),
		newSensorCommand(t),
		newServeCommand(t),
		newSignaturesCommand(t),
		newTrainCommand(t),
		newUserCommand(t),
		newVulnDBCommand(t),
	)
	root.SetHelpCommand(newHelpCommand(root))
	groupsWantCommands(root)
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return usageError{fmt.Errorf("%w; see %s --help", err, c.CommandPath())}
	})
	return root
}

// groupsWantCommands lets commands that only hold others refuse a word that is
// none of them; by itself cobra shows help and reports success. The usage of a
// command that can also be run by itself (scan) says so by an annotation.
func groupsWantCommands(root *cobra.Command) {
	root.SetUsageTemplate(strings.Replace(root.UsageTemplate(), "{{if .Runnable}}", "{{if and .Runnable (or .Annotations (not .HasAvailableSubCommands))}}", 1))
	for _, c := range append(root.Commands(), root) {
		if c.Runnable() || !c.HasSubCommands() {
			continue
		}
		c.Args = func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			return noCommand(c, args[0])
		}
		c.RunE = func(c *cobra.Command, _ []string) error { return c.Help() }
	}
}

func noCommand(c *cobra.Command, word string) error {
	c.SuggestionsMinimumDistance = 2
	meant := ""
	if near := c.SuggestionsFor(word); len(near) > 0 {
		meant = fmt.Sprintf(" (did you mean %s?)", strings.Join(near, " or "))
	}
	return usageError{fmt.Errorf("%s has no command %q%s; see %s --help", c.CommandPath(), word, meant, c.CommandPath())}
}

func newHelpCommand(root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use: "help [COMMAND]", Short: "Help about a command",
		RunE: func(_ *cobra.Command, args []string) error {
			c, rest, err := root.Find(args)
			if err == nil && len(rest) > 0 {
				err = noCommand(c, rest[0])
			}
			if err != nil {
				return err
			}
			return c.Help()
		},
	}
}

func newExitCodesTopic() *cobra.Command {
	return &cobra.Command{
		Use:   "exit-codes",
		Short: "What the exit status means",
		Long: "Exit status of every command:\n\n" +
			"  0  done\n  1  a fault\n  2  wrong usage\n  3  the input is damaged; what could be read of it was\n" +
			"  4  the server refused: not logged in, or not with this role\n  5  no such thing\n  6  the server cannot be reached\n",
	}
}

// errSilent ends a command whose fault was told already.
var errSilent = errors.New("told already")

// usageError is a fault in how a command was called.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// damagedError says that the work was done as far as the input went.
type damagedError struct{ error }

func (e damagedError) Unwrap() error { return e.error }

func exitStatus(err error) int {
	if _, ok := errors.AsType[usageError](err); ok {
		return exitUsage
	}
	if _, ok := errors.AsType[damagedError](err); ok {
		return exitDamaged
	}
	switch heron.ErrorCode(err) {
	case heron.CodeUnauthorized, heron.CodeForbidden:
		return exitRefused
	case heron.CodeNotFound:
		return exitNotFound
	case heron.CodeUnavailable:
		return exitUnreachable
	case heron.CodeInvalid:
		return exitUsage
	}
	return exitFault
}
