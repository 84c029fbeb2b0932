package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/client"
)

// deviceReport is all that `heron device show` tells.
type deviceReport struct {
	*heron.Device
	RiskScore       *heron.RiskScore      `json:"risk_score,omitempty"`
	Vulnerabilities []heron.Vulnerability `json:"vulnerabilities"`
	Controls        []heron.ControlResult `json:"controls"`
	Peers           []heron.Peer          `json:"peers"`
	Ports           []heron.PortStay      `json:"ports"`
	Baseline        *heron.Baseline       `json:"baseline,omitempty"`
}

func newDeviceShow(t *terminal, f *serverFlags) *cobra.Command {
	return &cobra.Command{
		Use: "show DEVICE", Short: "Tell everything about one device, and why", Args: oneArg("a device: its id, address or name"),
		RunE: f.doDevice(func(ctx context.Context, cl *client.Client, args []string) error {
			r, err := report(ctx, cl, args[0])
			if err != nil {
				return err
			}
			if f.json {
				return t.json(r)
			}
			r.print(t)
			return nil
		}),
	}
}

func report(ctx context.Context, cl *client.Client, id string) (*deviceReport, error) {
	d, err := cl.Device(ctx, id)
	if err != nil {
		return nil, err
	}
	r := &deviceReport{Device: d}
	if r.RiskScore, err = cl.Risk(ctx, id); err != nil && heron.ErrorCode(err) != heron.CodeNotFound {
		return nil, err
	}
	if r.Vulnerabilities, err = collect(cl.Vulnerabilities(ctx, client.VulnerabilityQuery{Device: id}), 0); err != nil {
		return nil, err
	}
	if r.Controls, err = cl.DeviceControls(ctx, id); err != nil {
		return nil, err
	}
	if r.Baseline, err = cl.Baseline(ctx, id); err != nil && heron.ErrorCode(err) != heron.CodeNotFound {
		return nil, err
	}
	if r.Peers, err = cl.Peers(ctx, id); err != nil {
		return nil, err
	}
	r.Ports, err = cl.Ports(ctx, id)
	return r, err
}

func (r *deviceReport) print(t *terminal) {
	d := r.Device
	fmt.Fprintf(t.out, "%s\n", t.bold(d.Title()))
	facts := []string{
		"id", d.ID, "addresses", join(d.IPs, 6), "MAC", join(d.MACs, 6), "names", joinWords(d.Hostnames),
		"seen", ago(d.Last.Std()) + ", first " + ago(d.First.Std()), "presence", presenceLine(t, d), "alerts", openAlerts(d.OpenAlerts),
		"criticality", heldText(d.Standing.Criticality, d), "Purdue", heldText(d.Standing.Purdue, d), "belongs in", heldText(d.Standing.ZoneKind, d),
	}
	for i := range d.Attached {
		a := &d.Attached[i]
		facts = append(facts, "attached to", a.String()+", since "+timeText(a.Since))
	}
	for i := range r.Ports {
		if p := &r.Ports[i]; !slices.ContainsFunc(d.Attached, func(a heron.Attachment) bool { return a.MAC == p.MAC && a.SamePort(&p.Attachment) }) {
			facts = append(facts, "was at", p.String()+", until "+timeText(p.Last))
		}
	}
	t.fields(append(facts, serviceFields(d)...)...)
	if d.Quarantined {
		fmt.Fprintln(t.out, "  "+t.red("in quarantine"))
	}
	fmt.Fprintf(t.out, "\n%s\n", t.bold("What it is, and why"))
	printReasons(t, &heron.Identification{Identity: d.Identity, RunnerUp: d.RunnerUp, Evidence: d.Evidence})
	r.printRisk(t)
	r.printFindings(t)
}

func timeText(t heron.Time) string { return t.Std().Format(time.DateTime) + " UTC" }

// heldText says a value and by whose word: "high, by its type: infusion_pump".
func heldText(h heron.Held, d *heron.Device) string {
	switch h.By {
	case heron.ByUser:
		s := h.Value + ", by " + h.Actor
		if h.Reason != "" {
			s += ": " + h.Reason
		}
		return s
	case heron.ByZone:
		return h.Value + ", by its zone"
	case heron.ByType:
		return h.Value + ", by its type: " + d.Identity.Type.Value
	}
	return ""
}

// presenceLine says whether a device is there, since when, and what is normal for it.
func presenceLine(t *terminal, d *heron.Device) string {
	if d.Presence.State == "" {
		return ""
	}
	normal := time.Duration(d.Presence.Silence) * time.Second
	return presenceText(t, d) + " since " + ago(d.Presence.Since.Std()) + ", missed after a silence of " + normal.String()
}

func (r *deviceReport) printBehavior(t *terminal) {
	b := r.Baseline
	x := &b.Traffic
	fmt.Fprintf(t.out, "\n%s %.0f %% mature, %d peers\n", t.bold("Behaviour"), 100*b.Maturity, len(r.Peers))
	encrypted, active := "", ""
	if share, ok := x.EncryptedShare(); ok {
		encrypted = percent(share) + " of what is known to be encrypted or clear"
	}
	if most := slices.Max(b.Hours[:]); most > 0 {
		idle := 0
		for _, share := range b.Hours {
			if share == 0 {
				idle++
			}
		}
		active = fmt.Sprintf("in %d of 24 hours, most at %d:00 UTC (%s)", len(b.Hours)-idle, slices.Index(b.Hours[:], most), percent(most))
	}
	t.fields(
		"sent", traffic(x.BytesOut, x.PacketsOut), "received", traffic(x.BytesIn, x.PacketsIn), "encrypted", encrypted,
		"active", active, "uses", services(x.Used), "offers", services(x.Offered),
	)
}

func traffic(bytes, packets uint64) string {
	return fmt.Sprintf("%d bytes in %d packets", bytes, packets)
}

// services names the services with the most flows.
func services(list []heron.ServiceUse) string {
	names := make([]string, 0, len(list))
	for _, s := range list[:min(len(list), 6)] {
		name := cmp.Or(s.Protocol, s.Transport.String())
		if s.Port != 0 {
			name = fmt.Sprintf("%s on %s %d", cmp.Or(s.Protocol, "unknown"), s.Transport, s.Port)
		}
		names = append(names, name)
	}
	if len(list) > len(names) {
		names = append(names, fmt.Sprintf("%d more", len(list)-len(names)))
	}
	return strings.Join(names, ", ")
}

func openAlerts(n int) string {
	if n == 0 {
		return ""
	}
	return count(n, "open alert")
}

func (r *deviceReport) printRisk(t *terminal) {
	s := r.RiskScore
	if s == nil {
		fmt.Fprintf(t.out, "\n%s not assessed yet\n", t.bold("Risk"))
		return
	}
	fmt.Fprintf(t.out, "\n%s %s (%.0f–%.0f, %.0f %% known)\n", t.bold("Risk"), riskText(t, &s.RiskSummary), s.Low, s.High, 100*s.Coverage)
	for _, x := range s.Factors {
		fmt.Fprintf(t.out, "  %-16s %3.0f  %s\n", x.Factor, x.Score, t.faint(fmt.Sprintf("%.0f %% of the score, %.0f %% known", 100*x.Weight, 100*x.Known)))
		for _, why := range x.Reasons[:min(len(x.Reasons), 3)] {
			fmt.Fprintf(t.out, "      %+.1f  %s\n", why.Points, why.Text)
		}
	}
	for _, m := range s.Moves[:min(len(s.Moves), 3)] {
		fmt.Fprintf(t.out, "  %s %s  %s\n", t.green("→"), m.Text, t.faint(fmt.Sprintf("takes %.1f away", m.Points)))
	}
}

func (r *deviceReport) printFindings(t *terminal) {
	if len(r.Vulnerabilities) > 0 {
		fmt.Fprintf(t.out, "\n%s\n", t.bold("Vulnerabilities"))
		for _, v := range r.Vulnerabilities {
			exploited := ""
			if v.KEV {
				exploited = t.red(" exploited")
			}
			fmt.Fprintf(t.out, "  %s  %.1f%s  %s: %s\n", v.CVE, v.CVSS, exploited, v.Grade, v.Reason)
		}
	}
	fmt.Fprintf(t.out, "\n%s\n", t.bold("Compliance"))
	for _, c := range r.Controls {
		if c.Status != heron.ControlNotApplicable {
			fmt.Fprintf(t.out, "  %-4s %-8s %s\n", c.ControlID, c.Status, c.Reason)
		}
	}
	if r.Baseline != nil {
		r.printBehavior(t)
	}
}
