package app

import (
	"cmp"
	"context"
	"errors"
	"iter"
	"log/slog"
	"net/netip"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/config"
	"github.com/heron-iot/heron/internal/dissect"
	dissectall "github.com/heron-iot/heron/internal/dissect/all"
	"github.com/heron-iot/heron/internal/identify"
	"github.com/heron-iot/heron/internal/probe"
	probeall "github.com/heron-iot/heron/internal/probe/all"
	"github.com/heron-iot/heron/internal/probe/snmp"
)

// maxTargets bounds one scan: a /16, or the like.
const maxTargets = 1 << 16

// ScanOptions says whom to ask and how.
type ScanOptions struct {
	Targets []string // addresses and networks
	Exclude []string // who is never touched: see exclusions
	Profile string   // one of probe.Profiles
	// Packets is how many may leave in a second; 0 leaves that to the profile.
	Packets int
	// HostsOnly finds hosts and asks them nothing.
	HostsOnly bool
	// SNMPCommunity is what agents of SNMP are asked with, in clear; "" asks none.
	SNMPCommunity string
	// SNMPPublic is one of config.SNMPPublicPolicies: whether agents of SNMP are asked
	// with the community "public"; "" is auto.
	SNMPPublic string
	// Turns are shared by scans that may meet at a host; nil is of this scan alone.
	Turns *probe.Turns
	// StopFile stops the scan as soon as there is a file of that name.
	StopFile string
	Log      *slog.Logger // nil discards
}

// ScanResult is what a scan learned, and all that it sent.
type ScanResult struct {
	// ID is that of a scan of a server; others have none.
	ID      string         `json:"id,omitempty"`
	Devices []heron.Device `json:"devices"`
	// Hosts are those that are there, in the order of their addresses.
	Hosts    []HostTime     `json:"hosts,omitempty"`
	Asked    int            `json:"questions"`
	Writes   int            `json:"writes"`
	Bytes    int            `json:"bytes_sent"`
	Progress probe.Progress `json:"progress"`
	Elapsed  float64        `json:"elapsed_seconds"`
	// Stopped says why the scan ended early, and is empty when it did not.
	Stopped string `json:"stopped,omitempty"`
}

// HostTime is when a scan learned what of a host, in seconds from its beginning.
type HostTime struct {
	Host  netip.Addr `json:"host"`
	Found float64    `json:"found"`
	// Type is since when its type was known, and not said otherwise again; 0 is never.
	Type float64 `json:"type,omitempty"`
	// Done is when it was asked all there was to ask; 0 is never.
	Done float64 `json:"done,omitempty"`

	value string // the type
}

// hostTimes are those of all hosts of a scan.
type hostTimes struct {
	began time.Time
	of    map[netip.Addr]*HostTime
}

// note takes what an answer led to: the device that has the address now.
func (h *hostTimes) note(x *probe.Answer, d *heron.Device) {
	now := time.Since(h.began).Seconds()
	t := h.of[x.Host]
	if t == nil {
		t = &HostTime{Host: x.Host, Found: now}
		h.of[x.Host] = t
	}
	if x.Last {
		t.Done = now
	}
	if d == nil || d.Identity.Type.Value == t.value {
		return
	}
	if t.value = d.Identity.Type.Value; t.value == heron.Unknown {
		t.Type = 0
	} else {
		t.Type = now
	}
}

func (h *hostTimes) list() []HostTime {
	out := make([]HostTime, 0, len(h.of))
	for _, t := range h.of {
		out = append(out, *t)
	}
	slices.SortFunc(out, func(x, y HostTime) int { return x.Host.Compare(y.Host) })
	return out
}

// PlanScan lists what a scan would send at most; nothing is sent.
func PlanScan(ctx context.Context, o ScanOptions, fn func(heron.ScanStep)) error {
	s, area, err := newScan(o, scanHooks{})
	if err != nil {
		return err
	}
	return listPlan(ctx, s, area, fn)
}

func listPlan(ctx context.Context, s *probe.Scanner, area probe.Area, fn func(heron.ScanStep)) error {
	return s.Plan(ctx, area, func(x probe.Step) {
		fn(heron.ScanStep{Host: x.Host.String(), Send: x.Send, Port: int(x.Port), Probe: x.Probe, Bytes: x.Bytes, Times: x.Times, If: x.If})
	})
}

// progressEvery is how often who waits for a scan is told how far it is.
const progressEvery = 200 * time.Millisecond

// Scan asks the targets who they are. A scan that was stopped tells what it had
// learned by then.
func Scan(ctx context.Context, o ScanOptions, progress func(probe.Progress)) (*ScanResult, error) {
	id, err := identify.New()
	if err != nil {
		return nil, err
	}
	var a *analyzer
	var mu sync.Mutex // hosts are asked side by side
	at := func(addr netip.Addr) *heron.Device {
		mu.Lock()
		defer mu.Unlock()
		return a.known(addr)
	}
	s, area, err := newScan(o, scanHooks{device: at})
	if err != nil {
		return nil, err
	}
	a = newAnalyzer(analyzerConfig{site: "scan", identify: id, local: prefixesOf(area)})
	began := time.Now()
	r := &ScanResult{Devices: []heron.Device{}}
	times := &hostTimes{began: began, of: map[netip.Addr]*HostTime{}}
	err = runScan(ctx, s, area, o.StopFile, progress, func(x probe.Answer) {
		mu.Lock()
		defer mu.Unlock()
		r.count(&x)
		a.inventory.Apply(wallClock(), x.Observations)
		times.note(&x, a.known(x.Host))
	})
	if err != nil {
		r.Stopped = heron.ErrorMessage(err)
	}
	r.Progress, r.Elapsed, r.Hosts = s.Progress(), time.Since(began).Seconds(), times.list()
	for d := range a.inventory.All() {
		r.Devices = append(r.Devices, *d)
	}
	slices.SortFunc(r.Devices, func(x, y heron.Device) int { return firstIP(&x).Compare(firstIP(&y)) })
	return r, nil
}

// known is a copy of the device that has an address, nil when there is none.
func (a *analyzer) known(addr netip.Addr) *heron.Device {
	d := a.inventory.DeviceAt(heron.Endpoint{IP: addr}, wallClock())
	if d == nil {
		return nil
	}
	own := *d
	return &own
}

func firstIP(d *heron.Device) netip.Addr {
	if len(d.IPs) == 0 {
		return netip.Addr{}
	}
	return d.IPs[0]
}

// count adds what an answer cost.
func (r *ScanResult) count(x *probe.Answer) {
	if x.Probe != "" {
		r.Asked++
	}
	r.Writes += x.Writes
	r.Bytes += x.Bytes
}

// errStopFile is why a scan ends when the file is there.
var errStopFile = heron.Errorf(heron.CodeUnavailable, "the file that stops scans is there")

// runScan runs a scan until it is done, ctx ends or the file that stops it is
// there, and tells how far it is.
func runScan(ctx context.Context, s *probe.Scanner, area probe.Area, stopFile string, progress func(probe.Progress), fn func(probe.Answer)) error {
	ctx, cancel := context.WithCancelCause(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			if stopFile != "" {
				if _, err := os.Stat(stopFile); err == nil {
					cancel(errStopFile)
				}
			}
			progress(s.Progress())
			if !sleep(ctx, progressEvery) {
				return
			}
		}
	}()
	err := s.Run(ctx, area, fn)
	cancel(nil)
	<-done
	if errors.Is(err, context.Canceled) {
		return heron.Errorf(heron.CodeUnavailable, "the scan was stopped")
	}
	return err
}

// overhear has the dissectors read what a service and a probe said to each other, so
// that what is asked for and what is overheard are told alike.
func overhear(server heron.Subject, at heron.Time, said iter.Seq2[bool, []byte]) []heron.Observation {
	return dissect.Overhear(dissectall.Protocols(), server, at, said)
}

// scanHooks are what a scan asks of who started it.
type scanHooks struct {
	// device is what is known to have an address; nil knows nothing.
	device func(netip.Addr) *heron.Device
	// told is what others know of a host; nil is nothing.
	told func(probe.Host) heron.ScanHost
	// links are the networks of the links of who will scan; nil are those of this machine.
	links []netip.Prefix
}

// The confidence from which on a host is left alone, and from which on it is not asked
// what only another kind of thing would answer.
const (
	sureOfType   = 0.9
	sureOfModel  = 0.8
	likelyOfType = 0.8
)

// howKnown is how much is known of a device.
func howKnown(d *heron.Device) probe.Knowledge {
	i := &d.Identity
	switch {
	case i.Type.Value == heron.Unknown || i.Type.Confidence < likelyOfType:
		return probe.KnowsLittle
	case i.Type.Confidence < sureOfType || i.Vendor == nil || i.Vendor.Confidence < sureOfType:
		return probe.KnowsType
	case i.Model == nil || i.Model.Confidence < sureOfModel:
		return probe.KnowsKind
	case unheard(d):
		return probe.KnowsUnheard
	}
	return probe.KnowsAll
}

// unheard tells of a device that stands in the process itself (Purdue levels 0 and 1), and
// that nobody has heard in a control protocol: whatever names it, there alone it tells its
// order number and firmware.
func unheard(d *heron.Device) bool {
	t, known := heron.TypeOf(d.Identity.Type.Value)
	return known && t.Category == heron.CategoryOT && t.Purdue <= 1 && !slices.Contains(d.Roles, "ot")
}

// asksPublic tells whether agents of SNMP are asked with the community "public". The
// policy auto lets those scans whose profile is not the gentlest, and who was given
// a community has no need of another.
func (o *ScanOptions) asksPublic() (bool, error) {
	switch cmp.Or(o.SNMPPublic, config.SNMPPublicAuto) {
	case config.SNMPPublicAuto:
		return o.Profile != probe.ProfileSafe && o.SNMPCommunity == "", nil
	case config.SNMPPublicAlways:
		return true, nil
	case config.SNMPPublicNever:
		return false, nil
	}
	return false, heron.Errorf(heron.CodeInvalid, "policy of SNMP's community public %q: want auto, never or always", o.SNMPPublic)
}

// isPrinter tells that a device is a printer of pages, by what it or somebody says of
// it: a person, or the protocols in which printers describe themselves. An open port
// and the maker of a network card are no proof, and printers of receipts and labels
// print whatever arrives.
func isPrinter(d *heron.Device) bool {
	switch t := d.Identity.Type; {
	case t.Confidence < sureOfType:
		return false
	case t.Value != "printer" && t.Value != "multifunction_printer" && t.Value != "large_format_printer":
		return false
	case t.By == heron.ByUser:
		return true
	}
	return slices.ContainsFunc(d.Evidence, func(e heron.Evidence) bool {
		family, _, _ := strings.Cut(e.Key, ".")
		return e.Supports == "type" && slices.Contains([]string{"ipp", "snmp", "mdns", "bjnp", "ssdp", "upnp", "wsd"}, family)
	})
}

func newScan(o ScanOptions, hooks scanHooks) (*probe.Scanner, probe.Area, error) {
	var area probe.Area
	options := probe.Options{Probes: probeall.Probes(), Read: overhear, Turns: o.Turns, Log: o.Log}
	if !options.Profile(o.Profile) {
		return nil, area, heron.Errorf(heron.CodeInvalid, "profile %q: want safe, standard or deep", o.Profile)
	}
	if o.Packets > 0 {
		options.Limits.Packets = o.Packets
	}
	if o.SNMPCommunity != "" { // who gives it permits what is asked with it
		options.Probes, options.Safety = append(options.Probes, snmp.WithCommunity(o.SNMPCommunity)), probe.Login
	}
	public, err := o.asksPublic()
	if err != nil {
		return nil, area, err
	}
	if public {
		options.Probes, options.Safety = append(options.Probes, snmp.Public()), probe.Login
	}
	if o.HostsOnly {
		options.Probes, options.Ports = nil, nil
	}
	skip, err := parseExclusions(o.Exclude)
	if err != nil {
		return nil, area, err
	}
	skip.device = hooks.device
	hooks.apply(&options, skip)
	s, err := probe.NewScanner(options)
	if err != nil {
		return nil, area, err
	}
	area, err = targets(o.Targets)
	return s, area, err
}

// apply has what is known steer a scan.
func (k scanHooks) apply(o *probe.Options, skip *exclusions) {
	device, told := k.device, k.told
	if device == nil {
		device = func(netip.Addr) *heron.Device { return nil }
	}
	if told == nil {
		told = func(probe.Host) heron.ScanHost { return heron.ScanHost{} }
	}
	o.Links = k.links
	o.Knows = func(a netip.Addr) probe.Knowledge {
		knows := knowledgeOf(told(probe.Host{Addr: a}))
		if d := device(a); d != nil {
			knows = max(knows, howKnown(d))
		}
		return knows
	}
	o.Control = func(h probe.Host) bool {
		d := device(h.Addr)
		return told(h).Control || d != nil && d.IsFragile()
	}
	o.Printer = func(h probe.Host) bool {
		d := device(h.Addr)
		return told(h).Printer || d != nil && isPrinter(d)
	}
	o.Skip = func(h probe.Host) bool { return told(h).Skip || skip.has(h) }
}

// knowledgeOf is how much others know of a host.
func knowledgeOf(x heron.ScanHost) probe.Knowledge {
	switch {
	case x.Model:
		return probe.KnowsAll
	case x.Kind:
		return probe.KnowsKind
	}
	return probe.KnowsLittle
}

// targets reads addresses and networks. The first and the last address of an IPv4
// network are nobody's. IPv6 networks that are too large to try each address are
// asked by multicast.
func targets(list []string) (probe.Area, error) {
	var out probe.Area
	for _, t := range list {
		p, err := netip.ParsePrefix(t)
		if err != nil {
			a, err := netip.ParseAddr(t)
			if err != nil {
				return out, heron.Errorf(heron.CodeInvalid, "target %q: want an address or a network, as 192.0.2.7 or 192.0.2.0/24", t)
			}
			out.Hosts = append(out.Hosts, probe.Host{Addr: a})
			continue
		}
		p = p.Masked()
		if p.Addr().Is6() && p.Bits() < p.Addr().BitLen()-16 {
			out.Networks = append(out.Networks, p)
			continue
		}
		if size := p.Addr().BitLen() - p.Bits(); size > 16 || len(out.Hosts)+1<<size > maxTargets {
			return out, heron.Errorf(heron.CodeInvalid, "more than %d targets; scan smaller networks one after the other", maxTargets)
		}
		for a := p.Addr(); p.Contains(a); a = a.Next() {
			if !edge(p, a) {
				out.Hosts = append(out.Hosts, probe.Host{Addr: a})
			}
		}
	}
	return out, nil
}

// edge tells of the address of an IPv4 network itself, and of all in it.
func edge(p netip.Prefix, a netip.Addr) bool {
	return a.Is4() && p.Bits() < 31 && (a == p.Addr() || !p.Contains(a.Next()))
}

func prefixesOf(area probe.Area) []netip.Prefix {
	out := slices.Clone(area.Networks)
	for _, h := range area.Hosts {
		out = append(out, netip.PrefixFrom(h.Addr.WithZone(""), h.Addr.BitLen()))
	}
	return out
}
