package main

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/client"
	"github.com/heron-iot/heron/internal/app"
	"github.com/heron-iot/heron/internal/probe"
)

const (
	// askEvery is how often a server is asked how far its scan is.
	askEvery = 500 * time.Millisecond
	// patient is how long a server may be away before it is no longer asked, and how
	// long it may take to begin or end a scan.
	patient = 30 * time.Second
)

// runOnServer lets a server scan, and shows how far it is until it is done.
func runOnServer(cmd *cobra.Command, t *terminal, f *scanFlags) error {
	r, err := f.request(cmd)
	if err != nil {
		return err
	}
	return f.do(func(ctx context.Context, cl *client.Client, _ []string) error {
		if f.dryRun {
			return planOnServer(ctx, t, f, cl, r)
		}
		x, err := startOnServer(ctx, cl, r)
		if err != nil {
			return err
		}
		began := time.Now()
		x, err = followScan(ctx, cl, x, func(x *heron.Scan) { t.status(scanStatus(progressOf(x), time.Since(began), barWidth)) })
		t.status("")
		if err != nil {
			return err
		}
		return tellServerScan(ctx, t, f, cl, x)
	})(cmd, nil)
}

// request is what the flags ask of a server. What is a matter of the server's own
// configuration cannot be asked from afar.
func (f *scanFlags) request(cmd *cobra.Command) (heron.ScanRequest, error) {
	o := &f.options
	r := heron.ScanRequest{Targets: o.Targets, Exclude: o.Exclude, Profile: o.Profile, Rate: o.Packets, HostsOnly: o.HostsOnly, Sensor: f.sensor}
	if cmd.Flags().Changed("snmp-public") {
		r.SNMPPublic = o.SNMPPublic
	}
	switch {
	case o.StopFile != "":
		return r, usageError{fmt.Errorf("--stop-file is a file of this machine; the server has its own, discovery.stop_file, and Ctrl-C or heron scan stop ends its scan")}
	case o.SNMPCommunity != "":
		return r, usageError{fmt.Errorf("--snmp-community is for scans of this machine: a server would tell the community to every host, in clear, on the word of whoever may scan")}
	}
	return r, nil
}

func planOnServer(ctx context.Context, t *terminal, f *scanFlags, cl *client.Client, r heron.ScanRequest) error {
	plan, err := cl.PlanScan(ctx, r)
	if err != nil {
		return err
	}
	p := newPlanPrinter(t, f.json)
	for _, s := range plan.Steps {
		p.step(s)
	}
	return p.end(plan.Total)
}

// startOnServer starts a scan. It waits for the answer also when it is not wanted any
// more: who does not know of a scan cannot stop it.
func startOnServer(ctx context.Context, cl *client.Client, r heron.ScanRequest) (*heron.Scan, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patient)
	defer cancel()
	return cl.StartScan(ctx, r)
}

// followScan tells how far a scan is until it ended. When ctx ends, the scan is stopped.
func followScan(ctx context.Context, cl *client.Client, x *heron.Scan, tell func(*heron.Scan)) (*heron.Scan, error) {
	id := x.ID
	for heard := time.Now(); x.State == heron.ScanRunning; {
		tell(x)
		if !pause(ctx, askEvery) {
			return stopOnServer(context.WithoutCancel(ctx), cl, id)
		}
		now, err := cl.Scan(ctx, id)
		switch {
		case err == nil:
			x, heard = now, time.Now()
		case ctx.Err() != nil: // it is stopped next
		case heron.ErrorCode(err) != heron.CodeUnavailable || time.Since(heard) > patient:
			return nil, fmt.Errorf("the scan goes on; see heron scan show %s, or end it with heron scan stop %s: %w", id, id, err)
		}
	}
	return x, nil
}

// stopOnServer stops a scan and waits until it has ended.
func stopOnServer(ctx context.Context, cl *client.Client, id string) (*heron.Scan, error) {
	ctx, cancel := context.WithTimeout(ctx, patient)
	defer cancel()
	x, err := cl.StopScan(ctx, id)
	for err == nil && x.State == heron.ScanRunning {
		pause(ctx, askEvery/5)
		x, err = cl.Scan(ctx, id)
	}
	if err != nil {
		return nil, fmt.Errorf("the scan may still run; see heron scan show %s, or end it with heron scan stop %s: %w", id, id, err)
	}
	return x, nil
}

// pause waits, and reports whether ctx still goes on.
func pause(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}

// tellServerScan prints what a scan learned, as those of this machine do.
func tellServerScan(ctx context.Context, t *terminal, f *scanFlags, cl *client.Client, x *heron.Scan) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patient)
	defer cancel()
	devices, err := scannedDevices(ctx, cl, x)
	if err != nil {
		return err
	}
	r := &app.ScanResult{
		ID: x.ID, Devices: devices, Asked: int(x.Questions), Writes: int(x.Writes), Bytes: int(x.Bytes),
		Progress: progressOf(x), Elapsed: x.Ended.Std().Sub(x.Started.Std()).Seconds(),
	}
	if x.State != heron.ScanDone {
		r.Stopped = orDefault(x.Error, "the scan is "+string(x.State))
	}
	shown := make([]*heron.Device, len(devices))
	for i := range devices {
		shown[i] = &devices[i]
	}
	return tellScan(t, f, r, shown)
}

// scannedDevices are those of the targets that the server heard of since the scan began.
func scannedDevices(ctx context.Context, cl *client.Client, x *heron.Scan) ([]heron.Device, error) {
	found := map[string]heron.Device{}
	for _, target := range x.Targets {
		q := client.DeviceQuery{Search: "ip:" + networkOf(target), LastFrom: x.Started}
		for d, err := range cl.Devices(ctx, q) {
			if err != nil {
				return nil, err
			}
			found[d.ID] = d
		}
	}
	out := make([]heron.Device, 0, len(found))
	for _, d := range found {
		out = append(out, d)
	}
	slices.SortFunc(out, func(a, b heron.Device) int { return slices.CompareFunc(a.IPs, b.IPs, netip.Addr.Compare) })
	return out, nil
}

// networkOf is a target as a network: the search takes an address for the beginning of
// others. Zones are of the server's interfaces, and no part of what it knows.
func networkOf(target string) string {
	if a, err := netip.ParseAddr(target); err == nil {
		return netip.PrefixFrom(a.WithZone(""), a.BitLen()).String()
	}
	return target
}

func progressOf(x *heron.Scan) probe.Progress {
	return probe.Progress{
		Hosts: x.Hosts, Decided: x.Decided, Found: x.Found, Done: x.Done,
		Connections: x.Connections, Questions: x.Questions, Packets: x.Packets,
	}
}

func newScanList(t *terminal, f *serverFlags) *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List the latest scans of a running server", Args: noArgs,
		RunE: f.do(func(ctx context.Context, cl *client.Client, _ []string) error {
			list, err := cl.Scans(ctx)
			if err != nil {
				return err
			}
			if f.json {
				return t.json(list)
			}
			rows := make([][]string, 0, len(list))
			for i := range list {
				x := &list[i]
				rows = append(rows, []string{
					string(x.State), ago(x.Started.Std()), x.By, x.Reason, orDefault(x.Sensor, "server"), x.Profile, fmt.Sprint(x.Found), fmt.Sprint(x.Packets), strings.Join(x.Targets, " "), x.ID,
				})
			}
			t.table([]string{"State", "Began", "By", "Reason", "From", "Profile", "Found", "Packets", "Targets", "ID"}, rows)
			return nil
		}),
	}
}

func newScanShow(t *terminal, f *serverFlags) *cobra.Command {
	return &cobra.Command{
		Use: "show ID", Short: "Tell everything about one scan of a running server", Args: oneArg("the id of a scan (heron scan list)"),
		RunE: f.do(func(ctx context.Context, cl *client.Client, args []string) error {
			x, err := cl.Scan(ctx, args[0])
			if err != nil {
				return err
			}
			if f.json {
				return t.json(x)
			}
			p := progressOf(x)
			t.fields("id", x.ID, "state", string(x.State), "error", x.Error, "by", x.By, "reason", x.Reason, "sensor", x.Sensor,
				"targets", strings.Join(x.Targets, " "), "exclude", strings.Join(x.Exclude, " "), "profile", x.Profile, "snmp public", x.SNMPPublic,
				"began", x.Started.String(), "ended", x.Ended.String(), "how far", fmt.Sprintf("%.0f %%", 100*scanPart(p)),
				"hosts", fmt.Sprintf("%d of %d looked for, %d found, %d asked all", p.Decided, p.Hosts, p.Found, p.Done),
				"sent", fmt.Sprintf("%s, %s, %s, %d bytes in %d writes", count(int(p.Packets), "packet"), count(int(p.Connections), "connection"),
					count(int(p.Questions), "question"), x.Bytes, x.Writes))
			return nil
		}),
	}
}

func newScanStop(t *terminal, f *serverFlags) *cobra.Command {
	return &cobra.Command{
		Use: "stop ID", Short: "Stop a scan of a running server at once", Args: oneArg("the id of a scan (heron scan list)"),
		RunE: f.do(func(ctx context.Context, cl *client.Client, args []string) error {
			x, err := stopOnServer(ctx, cl, args[0])
			if err != nil {
				return err
			}
			return t.done(f, x, "%s is %s", x.ID, x.State)
		}),
	}
}
