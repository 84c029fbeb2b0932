package main

import (
	"errors"
	"fmt"
	"net/netip"

	"github.com/spf13/cobra"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/app"
)

// readFlags are the flags of `heron read`.
type readFlags struct {
	json, explain bool
	local         []string
}

func newReadCommand(t *terminal) *cobra.Command {
	var f readFlags
	c := &cobra.Command{
		Use:   "read [flags] FILE…",
		Short: "Read capture files: devices, identities, services, alerts",
		Long: `Read capture files (pcap, pcapng, also gzip or zstd; folders; - for standard
input) and tell what is on the network. Several files are one stream ordered by
time. It needs no server and no privileges, and sends nothing.

A damaged file is read as far as it goes; the exit status is then 3.`,
		Example: "  heron read plant.pcapng\n  heron read --json captures/ | jq '.devices[].identity'\n  heron read --explain --local 198.51.100.0/24 day1.pcap.gz",
		Args:    needArgs(1, "a capture file, a folder, or - for standard input"),
		RunE:    func(c *cobra.Command, args []string) error { return runRead(c, t, f, args) },
	}
	c.Flags().BoolVar(&f.json, "json", false, "print one JSON document (schema "+app.ReadSchema+")")
	c.Flags().BoolVar(&f.explain, "explain", false, "say why each device is taken for what it is")
	c.Flags().StringSliceVar(&f.local, "local", nil, "networks of ours beside the private ranges, as CIDR")
	return c
}

func runRead(c *cobra.Command, t *terminal, f readFlags, files []string) error {
	local, err := prefixes(f.local)
	if err != nil {
		return err
	}
	o := app.ReadOptions{Files: files, Local: local}
	if t.progress {
		o.Progress = func(s heron.Stats) { t.status(fmt.Sprintf("%d packets, %d flows", s.Packets, s.Flows)) }
	}
	r, err := app.Read(c.Context(), o)
	t.status("")
	if err != nil {
		return err
	}
	for _, d := range r.Damage {
		t.say("%s %s", t.red("damaged:"), d)
	}
	if f.json {
		err = t.json(r)
	} else {
		printRead(t, r, f.explain)
	}
	if err == nil && len(r.Damage) > 0 {
		err = damagedError{errSilent}
	}
	return err
}

func prefixes(list []string) ([]netip.Prefix, error) {
	var out []netip.Prefix
	var errs []error
	for _, s := range list {
		p, err := netip.ParsePrefix(s)
		if err != nil {
			errs = append(errs, fmt.Errorf("--local %q: want a network, as 198.51.100.0/24", s))
			continue
		}
		out = append(out, p)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, usageError{err}
	}
	return out, nil
}

func printRead(t *terminal, r *app.ReadResult, explain bool) {
	s := r.Stats
	fmt.Fprintf(t.out, "%d packets, %d flows, %.1f s of traffic read in %.1f s\n\n", s.Packets, s.Flows, s.CaptureSeconds, s.ElapsedSeconds)
	rows := make([][]string, 0, len(r.Devices))
	for i := range r.Devices {
		d := &r.Devices[i]
		if !d.Local {
			continue
		}
		rows = append(rows, deviceRow(t, d))
	}
	if len(rows) == 0 {
		fmt.Fprintln(t.out, "No device of the local network was seen. Where its addresses are public, name the network with --local.")
	} else {
		t.table(deviceHeadings(), rows)
	}
	if explain {
		printReasons(t, r.Devices)
	}
	printAlerts(t, r.Alerts)
}

func deviceHeadings() []string {
	return []string{"Type", "Vendor", "Model", "Firmware", "Sure", "Addresses", "MAC", "Name"}
}

func deviceRow(t *terminal, d *heron.Device) []string {
	id := d.Identity
	sure := t.faint("–")
	if id.Type.Value != heron.Unknown {
		sure = percent(id.Type.Confidence)
	}
	name := d.Name
	if name == "" && len(d.Hostnames) > 0 {
		name = d.Hostnames[0]
	}
	return []string{
		heron.TypeTitle(id.Type.Value), claim(id.Vendor), claim(id.Model), claim(id.Firmware), sure,
		join(d.IPs, 2), join(d.MACs, 1), name,
	}
}

func printReasons(t *terminal, devices []heron.Device) {
	for i := range devices {
		d := &devices[i]
		if !d.Local || len(d.Evidence) == 0 {
			continue
		}
		fmt.Fprintf(t.out, "\n%s\n", t.bold(d.Title()))
		for _, e := range d.Evidence[:min(len(d.Evidence), 6)] {
			fmt.Fprintf(t.out, "  %+.1f  %s %s  %s\n", e.Weight, e.Supports, e.Claim, t.faint(e.Key+" = "+e.Value))
		}
	}
}

func printAlerts(t *terminal, alerts []heron.Alert) {
	if len(alerts) == 0 {
		return
	}
	fmt.Fprintln(t.out)
	rows := make([][]string, 0, len(alerts))
	for _, a := range alerts {
		rows = append(rows, []string{t.severity(a.Severity), a.DetectedAt.String(), a.Detector, a.Summary})
	}
	t.table([]string{"Severity", "At", "Detector", "What"}, rows)
}

// needArgs asks for at least n arguments.
func needArgs(n int, what string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) < n {
			return usageError{fmt.Errorf("want %s; see %s --help", what, c.CommandPath())}
		}
		return nil
	}
}
