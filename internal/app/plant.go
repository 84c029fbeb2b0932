package app

import (
	"net/netip"
	"strings"
	"sync"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/inventory"
	"github.com/heron-iot/heron/internal/probe"
)

// maxPlant bounds how many addresses a plant remembers. When there are more, everybody
// is taken for a control device.
const maxPlant = 1 << 16

// plant is who was heard serving a protocol of control systems, where this process
// captures. What the core knows as well comes with the task of a scan; a plant also
// knows what has not come to the core yet.
type plant struct {
	mu    sync.Mutex
	addrs map[netip.Addr]bool
	macs  map[heron.MAC]bool
	full  bool
}

// hear takes note of what a batch tells.
func (p *plant) hear(b *heron.Batch) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := range b.Observations {
		if o := &b.Observations[i]; showsControl(o) {
			p.addLocked(&o.Endpoint)
		}
	}
}

func (p *plant) addLocked(e *heron.Endpoint) {
	if p.addrs == nil {
		p.addrs, p.macs = map[netip.Addr]bool{}, map[heron.MAC]bool{}
	}
	if len(p.addrs)+len(p.macs) >= maxPlant {
		p.full = true
		return
	}
	if e.IP.IsValid() {
		p.addrs[e.IP] = true
		return // behind a router, the network card is not the device's
	}
	if e.MAC != (heron.MAC{}) {
		p.macs[e.MAC] = true
	}
}

// has tells whether a host may be one.
func (p *plant) has(h probe.Host) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.full || p.addrs[h.Addr.WithZone("")] || p.macs[h.MAC]
}

// showsControl tells of what only control devices say, or of a service of theirs.
func showsControl(o *heron.Observation) bool {
	if o.Key == heron.KeyServiceProtocol {
		return inventory.IsControl(o.Value[strings.LastIndexByte(o.Value, '/')+1:])
	}
	family, _, _ := strings.Cut(o.Key, ".")
	return family == "s7" || inventory.IsControl(family)
}
