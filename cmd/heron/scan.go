package main

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/app"
	"github.com/heron-iot/heron/internal/config"
	"github.com/heron-iot/heron/internal/probe"
)

// scanFlags are the flags of `heron scan`.
type scanFlags struct {
	serverFlags

	dryRun, onServer bool
	sensor           string
	options          app.ScanOptions
}

func newScanCommand(t *terminal) *cobra.Command {
	f := &scanFlags{}
	c := &cobra.Command{
		Use: "scan [flags] TARGET…", Annotations: map[string]string{"runs": "by itself, too"},
		Short: "Ask devices politely who they are",
		Long: `Find devices and ask them who they are, with read-only questions, every packet
counted. Hosts on the same link are found by ARP and NDP (as root), others by an
echo or a connection. What is or may be a control device gets one full connection
at a time, closed in order, and only what is safe for it.

Profiles: "safe", which is the default, takes every host for a control device and
leaves it alone as soon as it is known what it is; "standard" treats hosts as what
they are and looks at the usual ports of all; "deep" looks at more ports and asks
everything.

Ctrl-C stops a scan at once, and so does a file given with --stop-file; what was
learned by then is shown.

With --on-server it is a running server that asks, from where it stands and within
the limits of its configuration, which must permit active discovery; what it learns
is in its inventory. With --sensor one of its sensors asks in its place, where the
sensor's own configuration permits that (sensor.scan), for networks that the server does
not reach. Ctrl-C stops these scans, too. The server is that of --server or HERON_SERVER; the token is read from --token-file or HERON_TOKEN_FILE, or is the one
that "heron user login" keeps.`,
		Example: "  heron scan --dry-run 192.0.2.0/24\n  heron scan --profile standard 192.0.2.17\n" +
			"  heron scan --exclude 192.0.2.9,maker:siemens,type:infusion_pump 192.0.2.0/24\n" +
			"  heron scan --on-server --profile standard 192.0.2.0/24\n  heron scan --on-server --sensor dock 10.1.0.0/24",
		Args: needArgs(1, "an address or a network to scan"),
		RunE: func(c *cobra.Command, args []string) error {
			f.options.Targets = args
			if f.onServer {
				return runOnServer(c, t, f)
			}
			if f.sensor != "" {
				return usageError{fmt.Errorf("--sensor names a sensor of a running server: it goes with --on-server")}
			}
			return runScan(c, t, f)
		},
	}
	c.AddCommand(newScanList(t, &f.serverFlags), newScanShow(t, &f.serverFlags), newScanStop(t, &f.serverFlags))
	f.addServer(c)
	c.PersistentFlags().BoolVar(&f.json, "json", false, "print JSON")
	c.Flags().BoolVar(&f.onServer, "on-server", false, "let a running server ask")
	c.Flags().StringVar(&f.sensor, "sensor", "", "let this sensor of the server ask, from where it stands")
	c.Flags().BoolVar(&f.dryRun, "dry-run", false, "list all that would be sent; send nothing")
	c.Flags().StringVar(&f.options.Profile, "profile", probe.ProfileSafe, "safe, standard or deep")
	c.Flags().StringSliceVar(&f.options.Exclude, "exclude", nil,
		"never touch these: addresses, networks, hardware addresses, maker:NAME, type:NAME")
	c.Flags().IntVar(&f.options.Packets, "rate", 0, "packets a second at most (default: what the profile says)")
	c.Flags().BoolVar(&f.options.HostsOnly, "hosts-only", false, "find hosts; ask them nothing")
	c.Flags().StringVar(&f.options.SNMPCommunity, "snmp-community", "",
		"ask agents of SNMP with this community, which is sent in clear")
	c.Flags().StringVar(&f.options.SNMPPublic, "snmp-public", config.SNMPPublicAuto,
		`ask agents of SNMP, for reading, with the community "public": auto (profiles standard and deep), never or always`)
	c.Flags().StringVar(&f.options.StopFile, "stop-file", "", "stop as soon as there is a file of that name")
	choices(c, "profile", probe.Profiles()...)
	choices(c, "snmp-public", config.SNMPPublicPolicies()...)
	return c
}

func runScan(c *cobra.Command, t *terminal, f *scanFlags) error {
	if f.options.Packets < 0 {
		return usageError{fmt.Errorf("--rate %d: want packets a second, or 0 for what the profile says", f.options.Packets)}
	}
	if f.dryRun {
		plan := newPlanPrinter(t, f.json)
		if err := app.PlanScan(c.Context(), f.options, plan.step); err != nil {
			return err
		}
		return plan.end(plan.listed)
	}
	began := time.Now()
	r, err := app.Scan(c.Context(), f.options, func(p probe.Progress) { t.status(scanStatus(p, time.Since(began), barWidth)) })
	t.status("")
	if err != nil {
		return err
	}
	local, _ := split(r.Devices)
	return tellScan(t, f, r, local)
}

// tellScan prints the result of a scan; one that was stopped is a fault.
func tellScan(t *terminal, f *scanFlags, r *app.ScanResult, shown []*heron.Device) error {
	if f.json {
		if err := t.json(r); err != nil {
			return err
		}
	} else {
		printScan(t, r, shown)
	}
	if r.Stopped != "" {
		return heron.Errorf(heron.CodeUnavailable, "%s", r.Stopped)
	}
	return nil
}

func printScan(t *terminal, r *app.ScanResult, shown []*heron.Device) {
	if len(r.Devices) == 0 {
		fmt.Fprintln(t.out, "Nobody answered.")
	} else {
		printDevices(t, shown)
	}
	fmt.Fprintf(t.out, "\n%s asked, %d bytes sent in %d writes\n", count(r.Asked, "question"), r.Bytes, r.Writes)
	fmt.Fprintf(t.out, "%s, %s, %s in %.1f s\n", count(int(r.Progress.Found), "host"), count(int(r.Progress.Connections), "connection"),
		count(int(r.Progress.Packets), "packet"), r.Elapsed)
}

// barWidth is how many characters the bar of a scan has.
const barWidth = 24

// scanStatus is the line of progress: a bar, and when it will be done.
func scanStatus(p probe.Progress, elapsed time.Duration, width int) string {
	part := scanPart(p)
	full := int(part * float64(width))
	line := fmt.Sprintf("[%s%s] %3.0f %%  %d of %d hosts asked", strings.Repeat("#", full), strings.Repeat("-", width-full), 100*part, p.Done, p.Found)
	if part > 0.05 && part < 1 {
		left := time.Duration(float64(elapsed) * (1 - part) / part)
		line += "  " + left.Round(time.Second).String() + " left"
	}
	return line
}

// scanPart is how much of a scan is done, from 0 to 1: finding hosts counts a
// fifth of the work.
func scanPart(p probe.Progress) float64 {
	const finding = 0.2
	if p.Hosts == 0 {
		return 0
	}
	looked := float64(p.Decided) / float64(p.Hosts)
	if p.Found == 0 {
		return finding * looked
	}
	return finding*looked + (1-finding)*looked*float64(p.Done)/float64(p.Found)
}

// planPrinter lists what a scan would send, a line each, as it comes: plans are long.
type planPrinter struct {
	t       *terminal
	json    *json.Encoder // nil prints for people
	listed  int           // steps
	packets int
}

func newPlanPrinter(t *terminal, asJSON bool) *planPrinter {
	p := &planPrinter{t: t}
	if asJSON {
		p.json = json.NewEncoder(t.data)
	}
	return p
}

func (p *planPrinter) step(s heron.ScanStep) {
	p.listed++
	p.packets += s.Times
	if p.json != nil {
		_ = p.json.Encode(s) // the writer remembers its first error
		return
	}
	fmt.Fprintln(p.t.out, planLine(s))
}

// end says how much that was, of so many steps in all.
func (p *planPrinter) end(total int) error {
	if p.listed < total {
		p.t.say("the first %d of %d steps; nothing was sent", p.listed, total)
	} else {
		p.t.say("%s at most; nothing was sent", count(p.packets, "step"))
	}
	return p.t.data.err
}

// planLine shows one step for people.
func planLine(s heron.ScanStep) string {
	words := []string{s.Host, "", s.Send}
	if s.Port != 0 {
		words = append(words, strconv.Itoa(s.Port))
	}
	if s.Probe != "" {
		words = append(words, s.Probe)
	}
	if len(s.Bytes) > 0 {
		words = append(words, strconv.QuoteToASCII(string(s.Bytes)))
	}
	if s.Times > 1 {
		words = append(words, fmt.Sprintf("×%d", s.Times))
	}
	if s.If != "" {
		words = append(words, "if", s.If)
	}
	return strings.Join(words, " ")
}
