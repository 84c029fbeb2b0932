package inventory

import (
	"encoding/binary"
	"net/netip"

	"github.com/heron-iot/heron"
)

// addressSlots is how many addresses are remembered with their nodes, those
// asked for last. It is a power of two.
const addressSlots = 4096

// addressSlot remembers the node of an address.
type addressSlot struct {
	ip   netip.Addr // as it was asked for
	node *node
}

// DeviceAt returns the device that had the endpoint at that time, or nil. It
// must not be changed or kept. A MAC decides only where the IP is its own:
// behind a router, the IP does.
func (v *Inventory) DeviceAt(e heron.Endpoint, at heron.Time) *heron.Device {
	v.settle()
	n := v.nodeAt(e, at)
	if n == nil || n.record == nil {
		return nil
	}
	return &n.record.device
}

// nodeAt is DeviceAt for the node.
func (v *Inventory) nodeAt(e heron.Endpoint, at heron.Time) *node {
	slot := v.slotOf(e.IP)
	if slot.ip == e.IP && slot.node != nil {
		return v.holderAt(slot.node, e.MAC, at)
	}
	ip, _ := usableIP(e.IP)
	if !ip.IsValid() {
		return v.macs[e.MAC]
	}
	if n := v.ips[ip]; n != nil {
		*slot = addressSlot{e.IP, n} // for good: nodes stay
		return v.holderAt(n, e.MAC, at)
	}
	// An address not seen before, on an interface that is nobody's router.
	if n := v.macs[e.MAC]; n != nil && !n.routes() && v.isLocal(ip) {
		return n
	}
	return nil
}

// slotOf returns the slot in which an address is remembered if it is.
func (v *Inventory) slotOf(ip netip.Addr) *addressSlot {
	b := ip.As16()
	h := binary.BigEndian.Uint64(b[:8])*0x9e3779b97f4a7c15 ^ binary.BigEndian.Uint64(b[8:])
	return &v.asked[h*0x9e3779b97f4a7c15>>48&(addressSlots-1)]
}

// holderAt returns the node that had an address at a time, when a MAC used it.
func (v *Inventory) holderAt(n *node, mac heron.MAC, at heron.Time) *node {
	owner, contested := n.loneOwner()
	switch {
	case !contested && owner != nil:
		return owner
	case !contested:
		return n
	}
	if end := v.ends[endKey{mac, n.ip}.slot()]; end != nil && end.own {
		return end.mac
	}
	if e := n.ownerAt(at); e != nil {
		return e.mac
	}
	return n
}

// loneOwner returns the MAC that owns an address, nil for none. An address that
// several MACs used is contested: who has it is a matter of time.
func (n *node) loneOwner() (owner *node, contested bool) { return n.owner, n.users > 1 }

// findOwner works out what loneOwner tells.
func (n *node) findOwner() {
	n.owner, n.users = nil, 0
	for _, e := range n.endpoints {
		if e.mac != nil {
			n.users++
		}
		if e.own {
			n.owner = e.mac
		}
	}
}
