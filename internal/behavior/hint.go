package behavior

import (
	"net/netip"

	"github.com/heron-iot/heron"
)

// maxHints is for how many addresses there are hints.
const maxHints = 1 << 12

// hint is what was last found for an address, to be tried first.
type hint struct {
	address uint64 // its hash
	device  uint32 // number
	names   uint32 // it had none when so many were learned
}

// name looks for the names of both ends, which mostly have none, and for the
// devices of a flow that was not found.
func (t *Tracker) name(k *known, found bool, f *heron.Flow, d *growth) {
	if found && k.names == t.names.learned {
		return
	}
	d.names[asClient] = t.end(k, found, asClient, f.Client.IP, f.ClientDevice)
	d.names[asServer] = t.end(k, found, asServer, f.Server.IP, f.ServerDevice)
	if d.names == [roles]uint32{} {
		k.names = t.names.learned
	}
	k.port = f.ServerPort
}

// end finds one end, and returns its name.
func (t *Tracker) end(k *known, found bool, r role, ip netip.Addr, id string) uint32 {
	hash := t.names.hash(ip)
	h := &t.hints[hash%maxHints]
	if h.address != hash {
		*h = hint{address: hash}
	}
	if !found {
		k.devices[r] = t.number(id, h.device)
		h.device = k.devices[r]
	}
	if h.names == t.names.learned {
		return 0
	}
	name := t.names.called(ip, hash)
	if name == 0 {
		h.names = t.names.learned
	}
	return name
}
