package inventory

import (
	"encoding/binary"

	"github.com/heron-iot/heron"
)

// key is what follows from the key of an observation, worked out once for all
// the facts that have it. There are as many as facts have, and no more: the last
// fact of a key on an endpoint is never dropped.
type key struct {
	name    string
	number  uint32 // among Inventory.keyNames
	kind    kind
	weighed bool    // identification may rest on some fact of it
	count   int     // room for counting
	origin  *origin // of the last fact told
}

// origin is where facts come from, kept once for all that come from there.
type origin struct {
	source, sensor string
	vlan           uint16
}

// kind is what follows from the key of a fact, a set.
type kind uint16

const (
	// ofLink: about the frame rather than what was in it, so that it belongs to
	// the MAC that sent the frame.
	ofLink kind = 1 << iota
	// ofName: a name that the device gave itself.
	ofName
	// ofWhom: it may change which addresses or nodes are one device.
	ofWhom
	// ofARP: heron.KeyARP.
	ofARP
	// ofFrame: a frame with an address as its source, heron.KeyFrame or heron.KeyDirect.
	ofFrame
	// ofService: its value, not its subject, is a service.
	ofService
	// ofOne: its values name one device for as long as it lives.
	ofOne
	// ofInstance: its values are what multicast DNS names an instance by.
	ofInstance
	// ofRole: it may show what a device does.
	ofRole
	// ofPort: heron.KeyPort.
	ofPort
)

func (k kind) has(what kind) bool { return k&what != 0 }

func kindOf(name string) kind {
	switch name {
	case heron.KeyARP:
		return ofLink | ofWhom | ofARP
	case heron.KeyFrame, heron.KeyDirect:
		return ofLink | ofWhom | ofFrame
	case heron.KeyMAC:
		return ofLink | ofWhom
	case heron.KeyPort:
		return ofPort
	case heron.KeyHostname, "dhcp.hostname":
		return ofName | ofWhom
	case heron.KeyDHCPAddress, "dhcp.params", "dhcp.vendor_class":
		return ofWhom
	case heron.KeyService, heron.KeyServiceProtocol:
		return ofService
	case heron.KeyClientProtocol, keyRouter:
		return ofRole
	}
	switch {
	case isInstance(name):
		return ofWhom | ofOne | ofInstance
	case isStrong(name):
		return ofWhom | ofOne
	}
	return 0
}

// key finds or makes the key of that name.
func (v *Inventory) key(name string) *key {
	k := v.keys[name]
	if k == nil {
		k = &key{name: name, number: uint32(len(v.keyNames)), kind: kindOf(name)}
		v.keys[name] = k
		v.keyHeads = append(v.keyHeads, headOf(name))
		v.keyNames = append(v.keyNames, name)
		v.keyKinds = append(v.keyKinds, k.kind)
	}
	return k
}

// origin finds or makes an origin for a fact of that key. The facts of one key
// mostly have one.
func (v *Inventory) origin(k *key, want origin) *origin {
	if k.origin != nil && *k.origin == want {
		return k.origin
	}
	from := v.origins[want]
	if from == nil {
		from = &origin{want.source, want.sensor, want.vlan}
		v.origins[want] = from
	}
	k.origin = from
	return from
}

// headOf returns the first letters of a name as a number: names are in the order
// of their heads.
func headOf(name string) uint64 {
	var b [8]byte
	copy(b[:], name)
	return binary.BigEndian.Uint64(b[:])
}
