// Package botnet finds devices that were taken over and look for others to
// take over.
package botnet

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/detect"
)

// The rule: so many destinations within the window, of which most did not answer.
const (
	window     = heron.Minute
	few        = 3  // for a thing that has no reason to use telnet at all
	many       = 8  // for a computer or network device, whose user may
	maxTargets = 64 // remembered for one source
	maxOthers  = 8  // other ports tried in the window: more is a port scan
	maxSources = 4096
	quiet      = heron.Hour
)

// Detector returns the detector botnet.telnet.
func Detector() detect.Detector {
	return detect.Detector{
		ID:       "botnet.telnet",
		Title:    "Telnet botnet propagation",
		Severity: heron.Critical,
		Attack:   []string{"T1110", "T1021", "T0866"},
		Watches:  detect.WatchFlow | detect.WatchClock,
		Doc: `Sees devices that open connections to the ports by which IoT botnets spread: telnet (23, 2323, 2223,
23231, 60023), Android's debug bridge (5555), TR-064 (7547), and the UPnP services of two router
families (37215, 52869).

Fires when a device has tried three hosts on such ports within a minute, and at least half of the
tries were not answered; a computer or a network device, whose user may have a reason, must have tried
eight. Critical. It clears after an hour without another try.

A source that tries more than eight other ports as well is left to scan.port.

What fools it: a script that logs in to a rack of switches over telnet, several of which are down. A bot
that tries less than three hosts a minute is left to scan.port.`,
		Start: start,
	}
}

// isSpreading reports whether a port is one by which IoT botnets spread.
func isSpreading(port uint16) bool {
	switch port {
	case 23, 2323, 2223, 23231, 60023, 5555, 7547, 37215, 52869:
		return true
	}
	return false
}

// target is one host that was tried.
type target struct {
	host     netip.Addr
	port     uint16
	at       heron.Time
	answered bool
}

// source is what is known of one device that tried.
type source struct {
	targets []target // oldest first
	others  []other
	last    heron.Time
	alerted bool
}

// other is a port that was tried in vain and is none of those we look for.
type other struct {
	port uint16
	at   heron.Time
}

type state struct {
	sources *detect.Table[netip.Addr, source]
}

func start() detect.Evaluate {
	s := &state{sources: detect.NewTable[netip.Addr, source](maxSources, detect.HashAddress, netip.Addr.Compare)}
	return s.evaluate
}

func (s *state) evaluate(v detect.View, in *detect.Input, out func(detect.Signal)) {
	f := in.Flow
	if f == nil {
		s.expire(in.Now, out)
		return
	}
	if f.Transport != heron.TCP || !f.Client.IP.IsValid() || !f.Server.IP.IsValid() {
		return
	}
	answered := f.ServerPackets > 0 && f.State != heron.FlowRejected
	if !isSpreading(f.ServerPort) && answered {
		return
	}
	src := s.sources.Get(f.Client.IP, in.Now)
	if !isSpreading(f.ServerPort) {
		src.noteOther(f)
		return
	}
	if !src.note(f, answered) || src.scans(in.Now) {
		return
	}
	d := v.DeviceAt(f.Client, f.Last)
	recent := src.recent(in.Now)
	if len(recent) >= needed(d) && mostlySilent(recent) {
		src.alerted, src.last = true, in.Now
		s.sources.Mark(f.Client.IP)
		out(signal(f.Client.IP.String(), d, recent))
	}
}

// note keeps a try, or its answer. It reports whether the try was new.
func (s *source) note(f *heron.Flow, answered bool) bool {
	i := slices.IndexFunc(s.targets, func(t target) bool { return t.host == f.Server.IP && t.port == f.ServerPort })
	if i >= 0 {
		t := &s.targets[i]
		t.answered = t.answered || answered
		if f.First-t.at <= window {
			return false
		}
		s.targets = slices.Delete(s.targets, i, i+1) // tried again, later
	}
	if len(s.targets) >= maxTargets {
		s.targets = slices.Delete(s.targets, 0, 1)
	}
	s.targets = append(s.targets, target{f.Server.IP, f.ServerPort, f.First, answered})
	return true
}

// noteOther keeps that another port was tried in vain.
func (s *source) noteOther(f *heron.Flow) {
	i := slices.IndexFunc(s.others, func(o other) bool { return o.port == f.ServerPort })
	if i < 0 && len(s.others) <= maxOthers {
		s.others = append(s.others, other{port: f.ServerPort})
		i = len(s.others) - 1
	} else if i < 0 { // the one tried longest ago makes room
		i = 0
		for j := range s.others {
			if s.others[j].at < s.others[i].at {
				i = j
			}
		}
		s.others[i].port = f.ServerPort
	}
	s.others[i].at = max(s.others[i].at, f.First)
}

// scans reports whether so many other ports were tried that this is a scan.
func (s *source) scans(now heron.Time) bool {
	recent := 0
	for _, o := range s.others {
		if now-o.at <= window {
			recent++
		}
	}
	return recent > maxOthers
}

// recent returns the tries within the window, one for each host.
func (s *source) recent(now heron.Time) []target {
	out := make([]target, 0, len(s.targets))
	known := make(map[netip.Addr]bool, len(s.targets))
	for _, t := range s.targets {
		if now-t.at <= window && !known[t.host] {
			known[t.host] = true
			out = append(out, t)
		}
	}
	return out
}

// mostlySilent reports whether at least half of the tries had no answer.
func mostlySilent(list []target) bool {
	answered := 0
	for _, t := range list {
		if t.answered {
			answered++
		}
	}
	return 2*answered <= len(list)
}

// needed is how many hosts a device must have tried.
func needed(d *heron.Device) int {
	if d == nil {
		return few
	}
	if t, ok := heron.TypeOf(d.Identity.Type.Value); ok && (t.Category == heron.CategoryComputer || t.Category == heron.CategoryNetwork) {
		return many
	}
	return few
}

func signal(key string, d *heron.Device, recent []target) detect.Signal {
	var hosts, ports []string
	for _, t := range recent {
		if len(hosts) < 8 {
			hosts = append(hosts, t.host.String())
		}
		if p := strconv.Itoa(int(t.port)); !slices.Contains(ports, p) {
			ports = append(ports, p)
		}
	}
	sig := detect.Signal{
		Op: detect.Raise, Key: key, Src: key, Dst: recent[len(recent)-1].host.String(), Confidence: 0.95, First: recent[0].at,
		Summary: fmt.Sprintf("%s looks for telnet on other hosts: %d in a minute", detect.Name(d, key), len(recent)),
		Evidence: heron.Attributes{
			"hosts": strings.Join(hosts, ", "), "ports": strings.Join(ports, ", "),
			"tried_in_a_minute": strconv.Itoa(len(recent)),
		},
	}
	if d != nil {
		sig.DeviceID = d.ID
	}
	return sig
}

// expire clears the alerts of devices that have stopped.
func (s *state) expire(now heron.Time, out func(detect.Signal)) {
	alerted := func(src *source) bool { return src.alerted }
	s.sources.Sweep(now, alerted, func(ip netip.Addr, src *source) bool {
		if now-src.last <= quiet {
			return false
		}
		out(detect.Signal{Op: detect.Clear, Key: ip.String()})
		return true
	})
}
