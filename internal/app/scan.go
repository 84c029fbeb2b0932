package app

import (
	"context"
	"iter"
	"net/netip"
	"slices"
	"strconv"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	dissectall "github.com/heron-iot/heron/internal/dissect/all"
	"github.com/heron-iot/heron/internal/identify"
	"github.com/heron-iot/heron/internal/probe"
	probeall "github.com/heron-iot/heron/internal/probe/all"
)

// maxTargets bounds one scan: a /20, or the like.
const maxTargets = 4096

// ScanOptions says whom to ask and how.
type ScanOptions struct {
	Targets []string // addresses and networks
	// Profile is safe (every host is taken for a control device) or standard.
	Profile string
}

// ScanResult is what a scan learned, and all that it sent.
type ScanResult struct {
	Devices []heron.Device `json:"devices"`
	Asked   int            `json:"questions"`
	Writes  int            `json:"writes"`
	Bytes   int            `json:"bytes_sent"`
}

// PlanScan lists the questions that a scan would ask; nothing is sent.
func PlanScan(o ScanOptions) ([]probe.Target, error) {
	s, hosts, err := newScan(o)
	if err != nil {
		return nil, err
	}
	return s.Plan(hosts), nil
}

// Scan asks the targets who they are.
func Scan(ctx context.Context, o ScanOptions, progress func(done int)) (*ScanResult, error) {
	s, hosts, err := newScan(o)
	if err != nil {
		return nil, err
	}
	id, err := identify.New()
	if err != nil {
		return nil, err
	}
	a := newAnalyzer(analyzerConfig{site: "scan", identify: id, local: prefixesOf(hosts)})
	r := &ScanResult{Devices: []heron.Device{}}
	err = s.Run(ctx, hosts, func(x probe.Answer) {
		r.Asked++
		r.Writes += x.Writes
		r.Bytes += x.Bytes
		a.inventory.Apply(wallClock(), facts(x))
		progress(r.Asked)
	})
	if err != nil {
		return nil, err
	}
	for d := range a.inventory.All() {
		r.Devices = append(r.Devices, *d)
	}
	slices.SortFunc(r.Devices, func(x, y heron.Device) int { return x.IPs[0].Compare(y.IPs[0]) })
	return r, nil
}

// overhear has the dissectors read what a service and a probe said to each other, so
// that what is asked for and what is overheard are told alike.
func overhear(server heron.Subject, at heron.Time, said iter.Seq2[bool, []byte]) []heron.Observation {
	return dissect.Overhear(dissectall.Protocols(), server, at, said)
}

// facts are the observations of an answer, and that the service is there.
func facts(x probe.Answer) []heron.Observation {
	if !x.Open {
		return x.Observations
	}
	now := wallClock()
	where := heron.Subject{Endpoint: heron.Endpoint{IP: x.Host}, Transport: heron.TCP, Port: x.Port}
	open := heron.Observation{
		Subject: where, Key: heron.KeyService, Value: "tcp/" + strconv.Itoa(int(x.Port)), Source: "probe." + x.Probe,
		First: now, Last: now, Count: 1,
	}
	return append([]heron.Observation{open}, x.Observations...)
}

func newScan(o ScanOptions) (*probe.Scanner, []probe.Host, error) {
	if o.Profile != "safe" && o.Profile != "standard" {
		return nil, nil, heron.Errorf(heron.CodeInvalid, "profile %q: want safe or standard", o.Profile)
	}
	s, err := probe.NewScanner(probe.Options{Probes: probeall.Probes(), Safety: probe.ReadOnly, Read: overhear})
	if err != nil {
		return nil, nil, err
	}
	hosts, err := targets(o.Targets, o.Profile == "safe")
	return s, hosts, err
}

// targets reads addresses and networks.
func targets(list []string, control bool) ([]probe.Host, error) {
	var out []probe.Host
	for _, t := range list {
		p, err := netip.ParsePrefix(t)
		if err != nil {
			a, err := netip.ParseAddr(t)
			if err != nil {
				return nil, heron.Errorf(heron.CodeInvalid, "target %q: want an address or a network, as 192.0.2.7 or 192.0.2.0/24", t)
			}
			p = netip.PrefixFrom(a, a.BitLen())
		}
		for a := p.Masked().Addr(); p.Contains(a); a = a.Next() {
			if len(out) == maxTargets {
				return nil, heron.Errorf(heron.CodeInvalid, "more than %d targets; scan smaller networks one after the other", maxTargets)
			}
			out = append(out, probe.Host{Addr: a, Control: control})
		}
	}
	return out, nil
}

func prefixesOf(hosts []probe.Host) []netip.Prefix {
	out := make([]netip.Prefix, len(hosts))
	for i, h := range hosts {
		out[i] = netip.PrefixFrom(h.Addr, h.Addr.BitLen())
	}
	return out
}
