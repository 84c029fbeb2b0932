package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/app"
)

// readFlags are the flags of `heron read`.
type readFlags struct {
	json, explain           bool
	flows, events           bool
	observations, protocols bool
	profile                 bool
	zeek                    string
	local                   []string
	signatures, model       string
	workers                 int
}

// lines reports whether the output is one record a line.
func (f *readFlags) lines() bool {
	return f.flows || f.events || f.observations || f.profile || f.protocols
}

func newReadCommand(t *terminal) *cobra.Command {
	var f readFlags
	c := &cobra.Command{
		Use:   "read [flags] FILE…",
		Short: "Read capture files: devices, identities, services, alerts",
		Long: `Read capture files (pcap, pcapng, also gzip or zstd; folders; - for standard
input) and tell what is on the network. Several files are one stream ordered by
time. It needs no server and no privileges, and sends nothing.

Frames are read of Ethernet, raw IP, Linux cooked captures, loopback, 802.11 (alone
or behind radiotap, Prism, AVS or PPI) and 802.15.4, and of the logs of packet
filters; those of another link are passed over and told.

With --flows, --events, --observations, --profile or --protocols the output is one
JSON object a line (schema ` + recordSchema + `): flows at their end, events as they
come, and at the end all that is known of each device, what each did, and the
protocols.
--zeek DIR writes JSON logs in the form of Zeek's as well.

A damaged file is read as far as it goes; the exit status is then 3.`,
		Example: "  heron read plant.pcapng\n  heron read --json captures/ | jq '.devices[].identity'\n  heron read --explain --local 198.51.100.0/24 day1.pcap.gz",
		Args:    needArgs(1, "a capture file, a folder, or - for standard input"),
		RunE:    func(c *cobra.Command, args []string) error { return runRead(c, t, f, args) },
	}
	c.Flags().BoolVar(&f.json, "json", false, "print one JSON document (schema "+app.ReadSchema+")")
	c.Flags().BoolVar(&f.explain, "explain", false, "say why each device is taken for what it is")
	c.Flags().BoolVar(&f.flows, "flows", false, "print each flow as a line of JSON")
	c.Flags().BoolVar(&f.events, "events", false, "print each protocol action as a line of JSON")
	c.Flags().BoolVar(&f.observations, "observations", false, "print each fact about a device as a line of JSON")
	c.Flags().BoolVar(&f.profile, "profile", false, "print what each device did as a line of JSON: traffic, peers, services, hours")
	c.Flags().BoolVar(&f.protocols, "protocols", false, "print the count of each protocol as a line of JSON")
	c.Flags().StringVar(&f.zeek, "zeek", "", "write logs in the form of Zeek's into this new folder")
	c.Flags().IntVar(&f.workers, "workers", 0, "how many share the work; it makes no difference to the result (default: by the machine)")
	c.Flags().StringVar(&f.signatures, "signatures", "", ownSignatures)
	c.Flags().StringVar(&f.model, "model", "", ownModel)
	c.Flags().StringSliceVar(&f.local, "local", nil, "networks of ours beside the private ranges, as CIDR")
	return c
}

func runRead(c *cobra.Command, t *terminal, f readFlags, files []string) error {
	tending, done := context.WithCancel(c.Context())
	defer done()
	go tendMemory(tending)
	local, err := prefixes(f.local)
	if err != nil {
		return err
	}
	if f.workers < 0 || f.workers > 64 {
		return usageError{fmt.Errorf("--workers %d: want 1 to 64, or 0 to leave it to the machine", f.workers)}
	}
	if f.lines() && (f.json || f.explain) {
		return usageError{errors.New("--flows, --events, --observations, --profile and --protocols print lines of their own: leave out --json and --explain")}
	}
	o := app.ReadOptions{Files: files, Local: local, Workers: f.workers, Explain: f.explain, Signatures: f.signatures, Model: f.model}
	if t.progress {
		o.Progress = func(s heron.Stats) { t.status(fmt.Sprintf("%d packets, %d flows", s.Packets, s.Flows)) }
	}
	rec := records{json.NewEncoder(t.out)}
	if f.flows {
		o.Flow = rec.flow
	}
	if f.events {
		o.Event = rec.event
	}
	if f.observations {
		o.Observation = rec.observation
	}
	if f.profile {
		o.Profile = rec.profile
	}
	r, err := f.read(c, o)
	t.status("")
	if err != nil {
		return err
	}
	for _, d := range r.Damage {
		t.say("%s %s", t.red("damaged:"), d)
	}
	if err := f.print(t, rec, r); err != nil {
		return err
	}
	if len(r.Damage) > 0 {
		return damagedError{errSilent}
	}
	return nil
}

// read reads the files, and writes the logs that --zeek asks for.
func (f *readFlags) read(c *cobra.Command, o app.ReadOptions) (*app.ReadResult, error) {
	if f.zeek == "" {
		return app.Read(c.Context(), o)
	}
	logs, err := zeek(f.zeek, &o)
	if err != nil {
		return nil, err
	}
	r, err := app.Read(c.Context(), o)
	return r, errors.Join(err, closeZeek(logs, r))
}

func (f *readFlags) print(t *terminal, rec records, r *app.ReadResult) error {
	switch {
	case f.json:
		return t.json(r)
	case f.protocols:
		return rec.protocols(r.Protocols)
	case !f.lines():
		printRead(t, r, f.explain)
	}
	return nil
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
	fmt.Fprintf(t.out, "%d packets, %d flows, %s of traffic, read in %.1f s\n", s.Packets, s.Flows, seconds(s.CaptureSeconds), s.ElapsedSeconds)
	if s.Malformed > 0 {
		fmt.Fprintf(t.out, "%d packets are malformed\n", s.Malformed)
	}
	if s.Unplaced > 0 {
		fmt.Fprintf(t.out, "%d observations had no room, in whole or in part\n", s.Unplaced)
	}
	if len(r.Protocols) > 0 {
		fmt.Fprintf(t.out, "protocols: %s\n", protocols(r.Protocols, 12))
	}
	local, others := split(r.Devices)
	switch {
	case s.Packets == 0:
		fmt.Fprintln(t.out, "No packet was read.")
	case len(local) == 0:
		fmt.Fprintln(t.out, "\nNo device of the local network was seen. Where its addresses are public, name the network with --local.")
	default:
		fmt.Fprintf(t.out, "%s, %s beyond, %s\n\n", count(len(local), "device"), count(others, "host"), count(len(r.Alerts), "alert"))
		printDevices(t, local)
	}
	if explain {
		for _, d := range local {
			fmt.Fprintf(t.out, "\n%s  %s\n", t.bold(d.Title()), t.faint(join(d.IPs, 2)))
			t.fields(serviceFields(d)...)
			printExplanation(t, r.Explanations[d.ID])
		}
	}
	printAlerts(t, r.Alerts)
}

// split returns the devices of our networks, by address, and how many others
// there are.
func split(all []heron.Device) (local []*heron.Device, others int) {
	for i := range all {
		if all[i].Local {
			local = append(local, &all[i])
		}
	}
	slices.SortStableFunc(local, func(a, b *heron.Device) int { return slices.CompareFunc(a.IPs, b.IPs, netip.Addr.Compare) })
	return local, len(all) - len(local)
}

// seconds shows a length of time without false precision.
func seconds(s float64) string {
	d := time.Duration(s * float64(time.Second))
	if d < time.Minute {
		return fmt.Sprintf("%.1f s", s)
	}
	return d.Round(time.Second).String()
}

// protocols names the most frequent protocols with their flows, or with their
// packets where these are of no flow.
func protocols(list []heron.ProtocolCount, limit int) string {
	var b strings.Builder
	for i, p := range list[:min(len(list), limit)] {
		if i > 0 {
			b.WriteString(", ")
		}
		if p.Flows == 0 {
			fmt.Fprintf(&b, "%s %d packets", p.Name, p.Packets)
			continue
		}
		fmt.Fprintf(&b, "%s %d", p.Name, p.Flows)
	}
	if len(list) > limit {
		fmt.Fprintf(&b, " and %d more", len(list)-limit)
	}
	return b.String()
}

func printDevices(t *terminal, devices []*heron.Device) {
	rows := make([][]string, 0, len(devices))
	for _, d := range devices {
		rows = append(rows, deviceRow(t, d))
	}
	t.table(deviceHeadings(), rows)
}

func deviceHeadings() []string {
	return []string{"Address", "Type", "Sure", "Vendor", "Model", "Firmware", "MAC", "Name"}
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
		join(d.IPs, 1), heron.TypeTitle(id.Type.Value), sure, claim(id.Vendor), claim(id.Model), claim(id.Firmware),
		join(d.MACs, 1), name,
	}
}

func printAlerts(t *terminal, alerts []heron.Alert) {
	if len(alerts) == 0 {
		return
	}
	fmt.Fprintln(t.out)
	rows := make([][]string, 0, len(alerts))
	for _, a := range alerts {
		rows = append(rows, []string{t.severity(a.Severity), a.DetectedAt.Std().Format("2006-01-02 15:04:05"), a.Detector, a.Summary})
	}
	t.table([]string{"Severity", "At (UTC)", "Detector", "What"}, rows)
}
