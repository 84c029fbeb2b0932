package main

import (
	"context"
	"fmt"

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
	Baseline        *heron.Baseline       `json:"baseline,omitempty"`
}

func newDeviceShow(t *terminal, f *serverFlags) *cobra.Command {
	return &cobra.Command{
		Use: "show ID", Short: "Tell everything about one device, and why", Args: needArgs(1, "a device id"),
		RunE: f.do(func(ctx context.Context, cl *client.Client, args []string) error {
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
	r.Peers, err = cl.Peers(ctx, id)
	return r, err
}

func (r *deviceReport) print(t *terminal) {
	d := r.Device
	fmt.Fprintf(t.out, "%s\n", t.bold(d.Title()))
	line := func(name, value string) {
		if value != "" {
			fmt.Fprintf(t.out, "  %-10s %s\n", name, value)
		}
	}
	sure := func(c *heron.Claim) string {
		if c == nil {
			return t.faint("unknown")
		}
		return c.Value + " " + t.faint(percent(c.Confidence))
	}
	line("type", sure(&d.Identity.Type))
	line("vendor", sure(d.Identity.Vendor))
	line("model", sure(d.Identity.Model))
	line("firmware", sure(d.Identity.Firmware))
	line("addresses", join(d.IPs, 6))
	line("MAC", join(d.MACs, 6))
	line("seen", ago(d.Last.Std())+", first "+ago(d.First.Std()))
	for _, s := range d.Services {
		line("service", fmt.Sprintf("%s/%d %s %s %s", s.Transport, s.Port, s.Protocol, s.Product, s.Version))
	}
	fmt.Fprintf(t.out, "\n%s\n", t.bold("Why"))
	for _, e := range d.Evidence[:min(len(d.Evidence), 6)] {
		fmt.Fprintf(t.out, "  %+.1f %s %s  %s\n", e.Weight, e.Supports, e.Claim, t.faint(e.Key+" = "+e.Value))
	}
	r.printRisk(t)
	r.printFindings(t)
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
	if b := r.Baseline; b != nil {
		fmt.Fprintf(t.out, "\n%s %.0f %% mature, %d peers\n", t.bold("Behaviour"), 100*b.Maturity, len(r.Peers))
	}
}
