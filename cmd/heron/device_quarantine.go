package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/client"
)

// quarantineFlags are the flags of `heron device quarantine`.
type quarantineFlags struct {
	reason, duration, confirm string
	dryRun, yes               bool
}

func newDeviceQuarantine(t *terminal, f *serverFlags) *cobra.Command {
	var q quarantineFlags
	c := &cobra.Command{
		Use: "quarantine DEVICE", Short: "Isolate a device for a time: shows the plan, asks, does, verifies", Args: oneArg("a device: its id, address or name"),
		Long: "Isolate a device for a time. Without --yes the plan is shown and left for approval.\nA control device needs its name as --confirm.",
	}
	c.RunE = f.doDevice(func(ctx context.Context, cl *client.Client, args []string) error {
		if strings.TrimSpace(q.reason) == "" {
			return usageError{errors.New("want --reason: it goes into the audit log, for who asks later")}
		}
		executor, err := executorFor(ctx, cl, heron.OpQuarantine)
		if err != nil {
			return err
		}
		a, err := cl.RequestAction(ctx, client.ActionRequest{
			DeviceID: args[0], Executor: executor, Operation: heron.OpQuarantine, Reason: q.reason, DryRun: q.dryRun, Confirm: q.confirm,
			Params: map[string]string{"duration": q.duration},
		})
		if err != nil {
			return err
		}
		if q.yes && !q.dryRun {
			if a, err = cl.ApproveAction(ctx, a.ID, q.confirm); err != nil {
				return err
			}
		}
		if f.json {
			return t.json(a)
		}
		printAction(t, a)
		return nil
	})
	c.Flags().StringVar(&q.reason, "reason", "", "why (required)")
	c.Flags().StringVar(&q.duration, "for", "1h", "how long")
	c.Flags().StringVar(&q.confirm, "confirm", "", "the device's name, for a control device")
	c.Flags().BoolVar(&q.dryRun, "dry-run", false, "show the plan; change nothing")
	c.Flags().BoolVar(&q.yes, "yes", false, "approve at once")
	return c
}

// executorFor names the first way the server has to do something.
func executorFor(ctx context.Context, cl *client.Client, op heron.Operation) (string, error) {
	list, err := cl.Executors(ctx)
	if err != nil {
		return "", err
	}
	reason := "it has no executor for that"
	for _, x := range list {
		if !slices.Contains(x.Operations, op) {
			continue
		}
		if x.Available {
			return x.Name, nil
		}
		reason = x.Name + ": " + x.Reason
	}
	return "", heron.Errorf(heron.CodeUnsupported, "the server cannot %s: %s", op, reason)
}

func newDeviceRelease(t *terminal, f *serverFlags) *cobra.Command {
	var confirm string
	c := &cobra.Command{Use: "release DEVICE", Short: "Release a device from quarantine", Args: oneArg("a device: its id, address or name")}
	c.RunE = f.doDevice(func(ctx context.Context, cl *client.Client, args []string) error {
		held, err := collect(cl.Actions(ctx, client.ActionQuery{Device: args[0], States: []heron.ActionState{heron.ActionVerified}}), 0)
		if err != nil {
			return err
		}
		if len(held) == 0 {
			return heron.Errorf(heron.CodeNotFound, "no quarantine holds %s", args[0])
		}
		for i := range held {
			a, err := cl.ReleaseAction(ctx, held[i].ID, confirm)
			if err != nil {
				return err
			}
			held[i] = *a
		}
		if f.json {
			return t.json(held)
		}
		for i := range held {
			printAction(t, &held[i])
		}
		return nil
	})
	c.Flags().StringVar(&confirm, "confirm", "", "the device's name, for a control device")
	return c
}

func printAction(t *terminal, a *heron.Action) {
	fmt.Fprintf(t.out, "%s %s: %s\n", t.bold(string(a.Operation)), a.ID, a.State)
	if a.Plan != nil {
		for _, c := range a.Plan.Changes {
			fmt.Fprintf(t.out, "  change   %s\n", c)
		}
		for _, l := range a.Plan.Limits {
			fmt.Fprintf(t.out, "  limit    %s\n", l)
		}
		fmt.Fprintf(t.out, "  way back %s\n", a.Plan.WayBack)
	}
	for _, s := range a.Steps {
		mark := t.green("✓")
		if !s.OK {
			mark = t.red("✗")
		}
		fmt.Fprintf(t.out, "  %s %s\n", mark, strings.TrimRight(fmt.Sprintf("%-8s %s%s", s.Name, s.Text, s.Error), " "))
	}
	if a.State == heron.ActionProposed && !a.DryRun {
		fmt.Fprintln(t.out, t.faint("  waits for approval, on the page or with --yes"))
	}
}
