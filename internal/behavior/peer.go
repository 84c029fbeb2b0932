package behavior

import (
	"cmp"
	"math"
	"net/netip"
	"slices"

	"github.com/heron-iot/heron"
)

// peer is another party of a device, without pointers, in one cache line.
type peer struct {
	bytesOut, bytesIn   uint64
	first, last         heron.Time
	key                 uint64
	device, name, flows uint32 // device and name are numbers of words
	address             [4]byte
	family              family
	protocol, port      uint16
	turn                uint16 // from 1; another one for each peer that is in this place
}

// family is where the address of a peer is.
type family uint8

const (
	nowhere family = iota
	narrow         // in its four bytes
	wide           // in the list of its device: few have one of IPv6
)

// party is the other end of a flow, as a device at one end sees it.
type party struct {
	end    *heron.Endpoint
	id     string // of its device
	device uint32 // number; 0 for none
	name   uint32
}

// partyOf describes the other end of a flow in which a device has a role.
func partyOf(k *known, r role, f *heron.Flow, d *growth) party {
	if r == asServer {
		return party{&f.Client, f.ClientDevice, k.ends[asClient].device, d.ends[asClient].name}
	}
	return party{&f.Server, f.ServerDevice, k.ends[asServer].device, d.ends[asServer].name}
}

// isConstant reports whether the key of a party is the same in every report on
// its flow for as long as this holds.
func (o *party) isConstant() bool {
	return o.device != 0 || o.id == "" && o.name == 0 && o.end.IP.IsValid()
}

// key is what a party is found by: its device or name where one is known, for
// addresses change while these do not.
func (t *Tracker) key(o *party, port uint16, r role) uint64 {
	switch client := r == asClient; {
	case o.device != 0:
		return t.state(o.device).hash.side(port, client)
	case o.id != "" || o.name != 0:
		return newDigest().add(cmp.Or(o.id, t.words.text(o.name))).side(port, client)
	case o.end.IP.IsValid():
		return newDigest().add(o.end.IP.String()).side(port, client)
	default:
		return newDigest().add(o.end.MAC.String()).side(port, client)
	}
}

// digest mixes strings into a number that never changes from run to run:
// FNV-1a of each with a zero after it.
type digest uint64

const fnvPrime = 1099511628211

func newDigest() digest { return 14695981039346656037 }

func (h digest) add(s string) digest {
	for i := range len(s) {
		h = (h ^ digest(s[i])) * fnvPrime
	}
	return h * fnvPrime
}

// side adds the port, as text, and whether a device is the client there.
func (h digest) side(port uint16, client bool) uint64 {
	switch {
	case port >= 10_000:
		h = h.digit(port / 10_000)
		fallthrough
	case port >= 1000:
		h = h.digit(port / 1000)
		fallthrough
	case port >= 100:
		h = h.digit(port / 100)
		fallthrough
	case port >= 10:
		h = h.digit(port / 10)
	}
	h = h.digit(port) * fnvPrime
	if client {
		return uint64(h.add("true"))
	}
	return uint64(h.add("false"))
}

// digit adds the last digit of a number.
func (h digest) digit(n uint16) digest { return (h ^ digest('0'+n%10)) * fnvPrime }

// meet counts traffic of a device with a peer.
func (t *Tracker) meet(s *state, k *known, r role, f *heron.Flow, d *growth) {
	e, other := sides(&k.ends, r)
	sent, got := sides(&d.ends, r)
	if other.device != 0 && s.isPeer(e) {
		s.lately |= 1 << e.peer
	} else {
		t.find(s, e, r, partyOf(k, r, f, d), f)
	}
	s.met |= 1 << e.peer
	q := &s.peers[e.peer]
	q.bytesOut += sent.bytes
	q.bytesIn += got.bytes
	q.last = max(q.last, f.Last)
	if r == asClient {
		s.place(int(e.peer), f.Server.IP)
	} else {
		s.place(int(e.peer), f.Client.IP)
	}
	q.protocol = cmp.Or(k.protocol, q.protocol)
	q.name = cmp.Or(got.name, q.name)
	q.flows += d.begun
}

// isPeer reports whether the other end of a flow is the peer that it was.
func (s *state) isPeer(e *end) bool { return e.turn != 0 && s.peers[e.peer].turn == e.turn }

// find notes which of the peers of a device a party is, new or not.
func (t *Tracker) find(s *state, e *end, r role, o party, f *heron.Flow) {
	constant := o.isConstant()
	if constant && s.isPeer(e) {
		s.lately |= 1 << e.peer
		return
	}
	key := t.key(&o, f.ServerPort, r)
	i := s.peer(key)
	if i >= 0 {
		s.lately |= 1 << i
	} else {
		i = s.room()
		s.settle(i, peer{
			key: key, device: t.deviceWord(&o), first: f.First, last: max(0, f.Last), port: f.ServerPort,
		})
	}
	e.peer, e.turn = uint8(i), 0
	if constant {
		e.turn = s.peers[i].turn
	}
}

// deviceWord is the number of the id of a party's device.
func (t *Tracker) deviceWord(o *party) uint32 {
	if o.device != 0 {
		return t.state(o.device).word
	}
	return t.words.number(o.id)
}

// peersOf returns the peers of a device, busiest first.
func (t *Tracker) peersOf(s *state) []heron.Peer {
	out := make([]heron.Peer, 0, len(s.peers))
	for i := range s.peers {
		p := &s.peers[i]
		n := heron.Peer{
			DeviceID: t.words.text(p.device), Name: t.words.text(p.name), Protocol: t.protocols.text(uint32(p.protocol)),
			Port: p.port, BytesOut: p.bytesOut, BytesIn: p.bytesIn, Flows: uint64(p.flows), First: p.first, Last: p.last,
		}
		if a := s.address(i); a.IsValid() && a != netip.IPv6Unspecified() {
			n.Address = a.String()
		}
		out = append(out, n)
	}
	slices.SortFunc(out, func(a, b heron.Peer) int {
		return cmp.Or(cmp.Compare(b.BytesOut+b.BytesIn, a.BytesOut+a.BytesIn), cmp.Compare(a.First, b.First),
			cmp.Compare(a.Address, b.Address), cmp.Compare(a.Port, b.Port))
	})
	return out
}

// restorePeer takes back a stored peer. Which side it was on is not stored; a
// peer that comes again on the other side gets a line of its own.
func (t *Tracker) restorePeer(s *state, n *heron.Peer) {
	p := peer{
		bytesOut: n.BytesOut, bytesIn: n.BytesIn, first: n.First, last: n.Last, flows: uint32(min(n.Flows, math.MaxUint32)),
		key:    newDigest().add(cmp.Or(n.DeviceID, n.Name, n.Address)).side(n.Port, true),
		device: t.words.number(n.DeviceID),
		port:   n.Port, name: t.words.number(n.Name), protocol: uint16(t.protocols.number(n.Protocol)),
	}
	if s.peer(p.key) >= 0 || len(s.peers) >= maxPeers {
		return
	}
	i := s.room()
	s.settle(i, p)
	if a, err := netip.ParseAddr(n.Address); err == nil {
		s.place(i, a)
	}
}
