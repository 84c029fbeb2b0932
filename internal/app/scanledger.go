package app

import (
	"cmp"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/probe"
)

// ledger is what each host was asked, and what that took. It may be read while a scan
// writes it.
type ledger struct {
	mu    sync.Mutex
	hosts map[netip.Addr]*asked

	found         map[netip.Addr]bool
	writes, bytes int64 // in all
}

type asked struct {
	what          []string
	writes, bytes int
	all           bool // there is nothing more to ask
}

func (l *ledger) add(x *probe.Answer) {
	l.mu.Lock()
	defer l.mu.Unlock()
	h := l.hosts[x.Host]
	if h == nil {
		if l.hosts == nil {
			l.hosts, l.found = map[netip.Addr]*asked{}, map[netip.Addr]bool{}
		}
		l.found[x.Host] = true
		h = &asked{}
		l.hosts[x.Host] = h
	}
	if x.Port != 0 {
		h.what = append(h.what, cmp.Or(x.Probe, "connect")+"/"+strconv.Itoa(int(x.Port)))
	}
	h.writes, h.bytes, h.all = h.writes+x.Writes, h.bytes+x.Bytes, h.all || x.Last
	l.writes, l.bytes = l.writes+int64(x.Writes), l.bytes+int64(x.Bytes)
}

// has reports whether a host was found.
func (l *ledger) has(host netip.Addr) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.found[host]
}

// sent is what all hosts together were sent.
func (l *ledger) sent() (writes, bytes int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.writes, l.bytes
}

// take returns what hosts were asked, of those that were asked all there was to ask, or of
// everybody, and forgets it.
func (l *ledger) take(everybody bool) []heron.ScanAsked {
	l.mu.Lock()
	defer l.mu.Unlock()
	var out []heron.ScanAsked
	for host, h := range l.hosts {
		if !h.all && !everybody {
			continue
		}
		delete(l.hosts, host)
		out = append(out, heron.ScanAsked{
			Host: host.String(), At: wallClock(), Asked: strings.Join(h.what, " "), Writes: h.writes, Bytes: h.bytes,
		})
	}
	slices.SortFunc(out, func(x, y heron.ScanAsked) int { return cmp.Compare(x.Host, y.Host) })
	return out
}
