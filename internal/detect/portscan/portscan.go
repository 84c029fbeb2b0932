// Package portscan finds hosts that look for what answers.
package portscan

import (
	"fmt"
	"net/netip"
	"strconv"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/detect"
)

// The sequential test on the outcomes of first contacts (Jung, Paxson, Berger
// and Balakrishnan, "Fast Portscan Detection Using Sequential Hypothesis
// Testing", 2004), with a benign host succeeding in 80 % and a scanner in 20 %
// of them, one false alarm in 100,000 and one miss in 100 accepted: in units of
// log 4, a failure adds one, a success takes one off, and a host is a scanner
// at 8.3, so that nine failures in a row are enough.
const (
	decided  = 8.3
	innocent = -3.3 // no host gets more credit than this
)

// Limits.
const (
	maxSources  = 8192
	maxContacts = 1024 // first contacts remembered for one source
	maxGroups   = 256  // hosts, and ports, counted for one source
	// concentrated is how many failures on one host or one port make a scan of
	// what would otherwise be a peer-to-peer client meeting absent peers.
	concentrated = 8
	// spread is how many local hosts a source that tried different ports on
	// each must have failed at.
	spread = 4
	// maxSilentBytes: more than this sent to a silent port means that the
	// answers went another way and we did not see them.
	maxSilentBytes = 400
	quiet          = heron.Hour // after which an alert is over
)

// Detector returns the detector scan.port.
func Detector() detect.Detector {
	return detect.Detector{
		ID:       "scan.port",
		Title:    "Port scan",
		Severity: heron.High,
		Attack:   []string{"T1046", "T0846"},
		Watches:  detect.WatchFlow | detect.WatchClock,
		Doc: `Sees the outcome of every first contact of a source with a host and port: answered, or refused or
without an answer (TCP; for UDP, refused). It weighs them with a sequential test: each failure speaks
for a scanner, each success against it.

Fires at the ninth failure in a row, or later by as many as there were successes, when the failures are
of one kind: eight ports of one host (a vertical scan), eight hosts on one port (a sweep), or four local
hosts. There is no time window, so that a scan of one port an hour is found too. High; medium when the
source is on the Internet, which is scanned all the time; critical when it is a control device itself.
It clears after an hour without a new failure.

What fools it: a monitoring station that polls many things that are not there; say so on its alert. It
is not fooled by retries of a dead service (the same host and port count once), by an application that
contacts many servers as it starts (they answer), by peer-to-peer clients (their failures are spread
over hosts and ports of the Internet), nor by a capture of one direction.`,
		Start: start,
	}
}

// source is what is known of one source of contacts.
type source struct {
	score    float64
	seen     contacts
	hosts    tally[netip.Addr]
	ports    tally[uint16]
	local    int // distinct local hosts failed at
	failures int
	first    heron.Time
	last     heron.Time
	scanning bool
}

type state struct {
	sources *detect.Table[netip.Addr, source]
}

func start() detect.Evaluate {
	s := &state{sources: detect.NewTable[netip.Addr, source](maxSources, detect.HashAddress, netip.Addr.Compare)}
	return s.evaluate
}

func (s *state) evaluate(v detect.View, in *detect.Input, out func(detect.Signal)) {
	if in.Flow == nil {
		s.expire(in.Now, out)
		return
	}
	if in.Answered {
		return // and was counted
	}
	failed, known := outcome(in.Flow)
	if !known || !in.Flow.Client.IP.IsValid() || !in.Flow.Server.IP.IsValid() {
		return
	}
	src := s.sources.Get(in.Flow.Client.IP, in.Now)
	if !src.count(in.Flow, failed, v, in.Now) {
		return
	}
	if failed && src.isScan() {
		src.scanning = true
		s.sources.Mark(in.Flow.Client.IP)
		out(src.signal(in.Flow.Client.IP.String(), in.Flow, v))
	}
}

// outcome says whether the flow's first contact failed, and whether that is
// known yet.
func outcome(f *heron.Flow) (failed, known bool) {
	switch {
	case f.Transport == heron.UDP:
		if f.State == heron.FlowRejected {
			return true, true
		}
		return false, f.Answered()
	case f.Transport != heron.TCP:
		return false, false
	case f.State == heron.FlowRejected:
		return true, true
	case f.ServerPackets > 0:
		return false, f.Answered()
	case f.State == heron.FlowUnanswered, f.Ended && f.State == heron.FlowAttempt:
		return true, f.ClientBytes <= maxSilentBytes
	}
	return false, false
}

// count weighs an outcome. It reports whether this was a first contact.
func (s *source) count(f *heron.Flow, failed bool, v detect.View, now heron.Time) bool {
	if f.Server.IP.IsMulticast() || !s.seen.add(contactOf(f)) {
		return false
	}
	if !failed {
		s.score = max(innocent, s.score-1)
		return true
	}
	s.score = min(2*decided, s.score+1)
	s.failures++
	s.last = now
	if s.failures == 1 {
		s.first = f.First
	}
	if s.hosts.of[f.Server.IP] == 0 && len(s.hosts.of) < maxGroups && isLocal(v, f) {
		s.local++
	}
	s.hosts.bump(f.Server.IP)
	s.ports.bump(f.ServerPort)
	return true
}

// isLocal reports whether the flow went to a host on a network that we watch.
func isLocal(v detect.View, f *heron.Flow) bool {
	if d := v.DeviceAt(f.Server, f.First); d != nil {
		return d.Local
	}
	return f.Server.IP.IsPrivate() || f.Server.IP.IsLinkLocalUnicast()
}

// isScan reports whether the test is decided and the failures are of one kind.
func (s *source) isScan() bool {
	if s.score < decided {
		return false
	}
	return s.hosts.most >= concentrated || s.ports.most >= concentrated || s.local >= spread
}

// signal describes the scan as it is now.
func (s *source) signal(key string, f *heron.Flow, v detect.View) detect.Signal {
	client := v.DeviceAt(f.Client, f.Last)
	sig := detect.Signal{
		Op: detect.Raise, Key: key, Src: key, First: s.first,
		Confidence: min(0.99, 0.9+float64(s.failures)/1000),
		Evidence: heron.Attributes{
			"failed_contacts": strconv.Itoa(s.failures), "hosts": strconv.Itoa(len(s.hosts.of)),
			"ports": strconv.Itoa(len(s.ports.of)), "latest": f.Server.IP.String() + " port " + strconv.Itoa(int(f.ServerPort)),
		},
	}
	if client != nil {
		sig.DeviceID = client.ID
	}
	switch {
	case client != nil && client.IsControl():
		sig.Severity = heron.Critical
	case !f.Client.IP.IsPrivate() && (client == nil || !client.Local):
		sig.Severity = heron.Medium
	}
	who := detect.Name(client, key)
	host, onHost := s.hosts.top, s.hosts.most
	port, onPort := s.ports.top, s.ports.most
	switch {
	case onHost >= concentrated && onHost >= onPort && host.IsValid():
		sig.Dst = host.String()
		sig.Summary = fmt.Sprintf("%s tried %d ports of %s in vain", who, onHost, host)
	case onPort >= concentrated && port != 0:
		sig.Summary = fmt.Sprintf("%s tried port %d of %d hosts in vain", who, port, onPort)
	default:
		sig.Summary = fmt.Sprintf("%s tried %d ports of %d hosts in vain", who, len(s.ports.of), len(s.hosts.of))
	}
	return sig
}

// expire clears the alerts of sources that have stopped, and lets them begin anew.
func (s *state) expire(now heron.Time, out func(detect.Signal)) {
	scanning := func(src *source) bool { return src.scanning }
	s.sources.Sweep(now, scanning, func(ip netip.Addr, src *source) bool {
		if now-src.last <= quiet {
			return false
		}
		out(detect.Signal{Op: detect.Clear, Key: ip.String()})
		return true
	})
}
