package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/heron-iot/heron/internal/app"
	"github.com/heron-iot/heron/internal/probe"
)

// scanFlags are the flags of `heron scan`.
type scanFlags struct {
	json, dryRun bool
	profile      string
}

func newScanCommand(t *terminal) *cobra.Command {
	var f scanFlags
	c := &cobra.Command{
		Use:   "scan [flags] TARGET…",
		Short: "Ask devices politely who they are",
		Long: `Ask devices who they are: one full connection at a time to each host, read-only
questions, every byte counted. With the profile "safe", which is the default,
every host is taken for a control device and asked only what is safe for one;
"standard" asks more of hosts that you know not to be.`,
		Example: "  heron scan --dry-run 192.0.2.0/24\n  heron scan --profile standard 192.0.2.17",
		Args:    needArgs(1, "an address or a network to scan"),
		RunE:    func(c *cobra.Command, args []string) error { return runScan(c, t, f, args) },
	}
	c.Flags().BoolVar(&f.json, "json", false, "print JSON")
	c.Flags().BoolVar(&f.dryRun, "dry-run", false, "list the questions; send nothing")
	c.Flags().StringVar(&f.profile, "profile", "safe", "safe or standard")
	choices(c, "profile", "safe", "standard")
	return c
}

func runScan(c *cobra.Command, t *terminal, f scanFlags, targets []string) error {
	o := app.ScanOptions{Targets: targets, Profile: f.profile}
	plan, err := app.PlanScan(o)
	if err != nil {
		return err
	}
	if f.dryRun {
		return printPlan(t, f, plan)
	}
	r, err := app.Scan(c.Context(), o, func(done int) { t.status(fmt.Sprintf("%d of at most %d questions", done, len(plan))) })
	t.status("")
	if err != nil {
		return err
	}
	if f.json {
		return t.json(r)
	}
	if len(r.Devices) == 0 {
		fmt.Fprintln(t.out, "Nobody answered.")
	} else {
		local, _ := split(r.Devices)
		printDevices(t, local)
	}
	fmt.Fprintf(t.out, "\n%s asked, %d bytes sent in %d writes\n", count(r.Asked, "question"), r.Bytes, r.Writes)
	return nil
}

func printPlan(t *terminal, f scanFlags, plan []probe.Target) error {
	if f.json {
		return t.json(plan)
	}
	for _, q := range plan {
		fmt.Fprintf(t.out, "%s  port %d  %s\n", q.Host, q.Port, q.Probe)
	}
	t.say("%s; nothing was sent", count(len(plan), "question"))
	return nil
}
