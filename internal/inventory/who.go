package inventory

import (
	"encoding/binary"
	"net/netip"

	"github.com/heron-iot/heron"
)

// addressSlots is how many addresses are remembered with their devices, those
// asked for last. It is a power of two.
const addressSlots = 4096

// addressSlot remembers whose an address is, in one line of a processor's cache.
type addressSlot struct {
	ip     netip.Addr // as it was asked for
	node   *node      // of the address; nil in an empty slot
	record *record    // the device that has it at all times; nil when not known
	id     string     // of the device
	number uint32     // of the device
}

// DeviceAt returns the device that had the endpoint at that time, or nil. It
// must not be changed or kept. A MAC decides only where the IP is its own:
// behind a router, the IP does.
func (v *Inventory) DeviceAt(e heron.Endpoint, at heron.Time) *heron.Device {
	v.settle()
	slot := v.slotOf(e.IP)
	if slot.ip != e.IP || slot.record == nil {
		return v.deviceOf(v.recordAt(&e, at, slot))
	}
	return v.deviceOf(slot.record)
}

// WhoAt is DeviceAt for who asks for no more than the id, "" for no device, and a
// number that stands for it: no other device ever has the same, nor 0.
func (v *Inventory) WhoAt(e *heron.Endpoint, at heron.Time) (id string, number uint32) {
	v.settle()
	slot := v.slotOf(e.IP)
	if slot.ip == e.IP && slot.record != nil {
		return slot.id, slot.number
	}
	if r := v.recordAt(e, at, slot); r != nil {
		return r.device.ID, r.owner
	}
	return "", 0
}

// recordAt finds the record of whoever had an endpoint at a time. An answer
// that is the same at all times is remembered until it may change.
func (v *Inventory) recordAt(e *heron.Endpoint, at heron.Time, slot *addressSlot) *record {
	n, lasting := v.nodeAt(e, at, slot)
	if n == nil || n.record == nil {
		return nil
	}
	if lasting {
		slot.record, slot.id, slot.number = n.record, n.record.device.ID, n.record.owner
	}
	return n.record
}

// nodeAt is DeviceAt for the node. The answer is lasting when the address alone
// decides it; then the slot has the address.
func (v *Inventory) nodeAt(e *heron.Endpoint, at heron.Time, slot *addressSlot) (n *node, lasting bool) {
	if slot.ip == e.IP && slot.node != nil {
		return v.holderAt(slot.node, e.MAC, at)
	}
	ip, _ := usableIP(e.IP)
	if !ip.IsValid() {
		return v.macs[e.MAC], false
	}
	if n := v.ips[ip]; n != nil {
		*slot = addressSlot{ip: e.IP, node: n} // for good: nodes stay
		return v.holderAt(n, e.MAC, at)
	}
	// An address not seen before, on an interface that is nobody's router.
	if n := v.macs[e.MAC]; n != nil && !n.routes && v.isLocal(ip) {
		return n, false
	}
	return nil, false
}

// slotOf returns the slot in which an address is remembered if it is.
func (v *Inventory) slotOf(ip netip.Addr) *addressSlot {
	b := ip.As16()
	h := binary.BigEndian.Uint64(b[:8])*0x9e3779b97f4a7c15 ^ binary.BigEndian.Uint64(b[8:])
	return &v.asked[h*0x9e3779b97f4a7c15>>48&(addressSlots-1)]
}

// holderAt returns the node that had an address at a time, when a MAC used it,
// and whether that is so at all times.
func (v *Inventory) holderAt(n *node, mac heron.MAC, at heron.Time) (holder *node, lasting bool) {
	owner, contested := n.loneOwner()
	switch {
	case !contested && owner != nil:
		return owner, true
	case !contested:
		return n, true
	}
	if end := v.ends.find(endKey{mac, n.ip}); end != nil && end.own {
		return end.mac, false
	}
	if e := v.ownerAt(n, at); e != nil {
		return e.mac, false
	}
	return n, false
}

// deviceOf returns the device of a record as it is now, nil for none.
func (v *Inventory) deviceOf(r *record) *heron.Device {
	if r == nil {
		return nil
	}
	v.freshen(r)
	return &r.device
}

// forget takes back what is remembered of whose an address is. All forms in
// which an address is asked for have one slot.
func (v *Inventory) forget(ip *node) {
	if ip.contested {
		return // nothing is remembered of such
	}
	for _, e := range ip.endpoints {
		e.lone = nil
	}
	if slot := v.slotOf(ip.ip); slot.node == ip {
		slot.record, slot.id, slot.number = nil, "", 0
	}
}

// forgetRecord takes back what is remembered of a node that is of another device
// now.
func (v *Inventory) forgetRecord(n *node) {
	if !n.isMAC() {
		v.forget(n)
		return
	}
	for _, e := range n.endpoints {
		e.lone = nil
		if e.own {
			v.forget(e.ip)
		}
	}
}

// loneOwner returns the MAC that owns an address, nil for none. Who has a
// contested one is a matter of time.
func (n *node) loneOwner() (owner *node, contested bool) { return n.owner, n.contested }

// owned notes whether a MAC owns an address. Of a contested one that is for its
// contest to say.
func (v *Inventory) owned(e *endpoint) {
	if e.ip.owner = nil; e.own {
		e.ip.owner = e.mac
		v.contestIP(e.ip)
	}
	v.forget(e.ip)
}

// contestIP notes that a MAC claims or owns an address, which makes it a
// contested one if there are others that used it.
func (v *Inventory) contestIP(ip *node) {
	if ip.users > 1 && !ip.contested {
		v.forget(ip)
		ip.contested = true
	}
}
