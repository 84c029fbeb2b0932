package app

import (
	"math"
	"net"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/heron-iot/heron"
)

const (
	// maxOwnScans bounds how many scans of our own are remembered.
	maxOwnScans = 1000
	// clockSlack is how far the clock of a sensor may be from ours, and how late an
	// answer may come.
	clockSlack = 5 * heron.Second
	// maxClockOffset bounds what is made up for the clock of a sensor that scans.
	maxClockOffset = heron.Hour
	// maxUnknownEnd is how long a scan may have gone on of which that is not known.
	maxUnknownEnd = heron.Hour
)

// ownScans are what this platform itself sent to whom, and when: it is neither trouble
// nor what is normal for a device, live or read again from a capture. What went
// elsewhere, or at another time, is: who takes over this machine is not hidden by it.
type ownScans struct {
	mu   sync.Mutex // held by who adds
	list atomic.Pointer[[]ownScan]
}

// ownScan is one of them. Its end is 0 while it runs.
type ownScan struct {
	id             string
	from           []netip.Addr
	targets, never []netip.Prefix
	began, ended   heron.Time
	slack          heron.Time // of clocks, before and after
}

// sent tells whether what went between two addresses at a time was ours. A nil
// ownScans sent nothing.
func (o *ownScans) sent(a, b netip.Addr, at heron.Time) bool {
	if o == nil {
		return false
	}
	list := o.list.Load()
	return list != nil && slices.ContainsFunc(*list, func(x ownScan) bool {
		return at >= x.began-x.slack && (x.ended == 0 || at <= x.ended+x.slack) && (x.between(a, b) || x.between(b, a))
	})
}

func (x *ownScan) between(from, to netip.Addr) bool {
	return slices.Contains(x.from, from) && holds(x.targets, to) && !holds(x.never, to)
}

func holds(list []netip.Prefix, a netip.Addr) bool {
	return slices.ContainsFunc(list, func(p netip.Prefix) bool { return p.Contains(a) })
}

// note remembers a scan as it is now, in the place of what was known of it.
func (o *ownScans) note(s *heron.Scan, never []netip.Prefix) {
	x := ownScan{id: s.ID, never: never, began: s.Started, ended: s.Ended}
	x.slack = clockSlack + heron.Time(min(math.Abs(s.Offset)*float64(heron.Second), float64(maxClockOffset)))
	if s.State == heron.ScanInterrupted {
		x.ended = min(x.ended, x.began+maxUnknownEnd)
	}
	for _, a := range s.From {
		if addr, err := netip.ParseAddr(a); err == nil {
			x.from = append(x.from, addr)
		}
	}
	x.targets = prefixesIn(s.Targets)
	o.mu.Lock()
	defer o.mu.Unlock()
	list := []ownScan{x}
	if old := o.list.Load(); old != nil {
		for _, other := range *old {
			if other.id != x.id && len(list) < maxOwnScans {
				list = append(list, other)
			}
		}
	}
	o.list.Store(&list)
}

// prefixesIn are targets as networks.
func prefixesIn(targets []string) []netip.Prefix {
	var out []netip.Prefix
	for _, t := range targets {
		if p, err := netip.ParsePrefix(t); err == nil {
			out = append(out, p.Masked())
		} else if a, err := netip.ParseAddr(t); err == nil {
			out = append(out, netip.PrefixFrom(a.WithZone(""), a.BitLen()))
		}
	}
	return out
}

// overlap tells whether two lists have an address in common.
func overlap(a, b []netip.Prefix) bool {
	return slices.ContainsFunc(a, func(p netip.Prefix) bool { return slices.ContainsFunc(b, p.Overlaps) })
}

// ownAddresses are those of this machine.
func ownAddresses() []string {
	list, err := net.InterfaceAddrs()
	if err != nil {
		return nil // then what is sent looks like anybody's
	}
	var out []string
	for _, a := range list {
		if p, err := netip.ParsePrefix(a.String()); err == nil {
			out = append(out, p.Addr().String())
		}
	}
	return out
}
