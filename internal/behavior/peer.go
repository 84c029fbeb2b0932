package behavior

import (
	"cmp"
	"math"
	"math/bits"
	"net/netip"
	"slices"
	"strconv"

	"github.com/heron-iot/heron"
)

// peer is another party of a device, without pointers: its words are numbers
// in the Tracker's list. What tells it from others is in lists beside this one.
type peer struct {
	bytesOut, bytesIn     uint64
	first, last           heron.Time
	address               [16]byte
	name, protocol, flows uint32
	port                  uint16
	v4                    bool
}

// place is where an end of a flow is counted, so that it need not be looked up
// for every report.
type place struct {
	device  uint32 // number; 0 for none
	era     uint32 // of the device's peers in which this one was
	peer    uint8
	service uint8
	sure    bool // the peer is the same in this era
}

// party is the other end of a flow, as a device at one end sees it.
type party struct {
	end    *heron.Endpoint
	id     string // of its device
	device uint32 // number; 0 for none
	name   uint32
}

// party describes the other end of a flow in which a device has a role.
func (t *Tracker) party(k *known, r role, f *heron.Flow) party {
	o := party{end: &f.Server, id: f.ServerDevice, device: k.places[1-r].device}
	if r == asServer {
		o.end, o.id = &f.Client, f.ClientDevice
	}
	o.name = t.names.number(o.end.IP)
	return o
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
		return t.states[o.device].hash.side(port, client)
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

// side adds the port, and whether a device is the client there.
func (h digest) side(port uint16, client bool) uint64 {
	var digits [5]byte
	for _, c := range strconv.AppendUint(digits[:0], uint64(port), 10) {
		h = (h ^ digest(c)) * fnvPrime
	}
	return uint64((h * fnvPrime).add(strconv.FormatBool(client)))
}

// meet counts traffic of a device with a peer.
func (t *Tracker) meet(k *known, r role, f *heron.Flow, d *growth) {
	p, o := &k.places[r], t.party(k, r, f)
	s := t.states[p.device]
	if !p.sure || p.era != s.era || !o.isConstant() {
		t.find(s, p, &o, r, f)
	}
	if bit := uint64(1) << p.peer; s.met&bit == 0 {
		s.met |= bit
		s.seen.add(s.keys[p.peer])
	}
	q := &s.peers[p.peer]
	q.bytesOut += d.sent[r].bytes
	q.bytesIn += d.sent[1-r].bytes
	q.last = max(q.last, f.Last)
	q.address, q.v4 = [16]byte{}, false
	if o.end.IP.IsValid() {
		q.address, q.v4 = o.end.IP.As16(), o.end.IP.Is4()
	}
	q.protocol = cmp.Or(k.protocol, q.protocol)
	q.name = cmp.Or(o.name, q.name)
	q.flows += d.begun
}

// find notes in p which of the peers of a device a party is. One that is new
// takes the place, when there is no room, of the one that was quiet longest.
func (t *Tracker) find(s *state, p *place, o *party, r role, f *heron.Flow) {
	key := t.key(o, f.ServerPort, r)
	if i := int(p.peer); i >= len(s.keys) || s.keys[i] != key {
		i = slices.Index(s.keys, key)
		if i < 0 {
			i = s.room()
			s.settle(i, peer{first: f.First, last: max(0, f.Last), port: f.ServerPort}, key, t.deviceWord(o))
		}
		p.peer = uint8(i)
	}
	p.era, p.sure = s.era, o.isConstant()
}

// deviceWord is the number of the id of a party's device.
func (t *Tracker) deviceWord(o *party) uint32 {
	if o.device != 0 {
		return t.states[o.device].word
	}
	return t.words.number(o.id)
}

// room returns a free slot, or that of the peer that was quiet longest.
func (s *state) room() int {
	if n := len(s.peers); n < maxPeers {
		s.peers, s.keys, s.devices, s.lasts = append(s.peers, peer{}), append(s.keys, 0), append(s.devices, 0), append(s.lasts, 0)
		return n
	}
	oldest := s.quietest()
	s.era++
	s.met &^= 1 << oldest
	return oldest
}

// quietest is which of the peers was quiet longest. It looks only at those whose
// lasts, which are never too late, are least, and corrects these until they agree.
func (s *state) quietest() int {
	for {
		least, oldest := slices.Min(s.lasts), -1
		for i, rough := range s.lasts {
			if rough != least {
				continue
			}
			last := s.peers[i].last
			if s.lasts[i] = s.rough(last); s.lasts[i] == least && (oldest < 0 || last < s.peers[oldest].last) {
				oldest = i
			}
		}
		if oldest >= 0 {
			return oldest
		}
	}
}

// rough is a time in 65 ms since the device was first seen.
func (s *state) rough(t heron.Time) uint32 {
	return uint32(min(max(t-s.since, 0)>>16, math.MaxUint32))
}

// settle puts a peer in its slot.
func (s *state) settle(i int, p peer, key uint64, device uint32) {
	s.peers[i], s.keys[i], s.devices[i], s.lasts[i] = p, key, device, s.rough(p.last)
}

// peersOf returns the peers of a device, busiest first.
func (t *Tracker) peersOf(s *state) []heron.Peer {
	out := make([]heron.Peer, 0, len(s.peers))
	for i := range s.peers {
		p := &s.peers[i]
		n := heron.Peer{
			DeviceID: t.words.text(s.devices[i]), Name: t.words.text(p.name), Protocol: t.words.text(p.protocol),
			Port: p.port, BytesOut: p.bytesOut, BytesIn: p.bytesIn, Flows: uint64(p.flows), First: p.first, Last: p.last,
		}
		if a := netip.AddrFrom16(p.address); !a.IsUnspecified() {
			if p.v4 {
				a = a.Unmap()
			}
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
		port: n.Port, name: t.words.number(n.Name), protocol: t.words.number(n.Protocol),
	}
	if a, err := netip.ParseAddr(n.Address); err == nil {
		p.address, p.v4 = a.As16(), a.Is4()
	}
	key := newDigest().add(cmp.Or(n.DeviceID, n.Name, n.Address)).side(n.Port, true)
	if !slices.Contains(s.keys, key) && len(s.peers) < maxPeers {
		s.settle(s.room(), p, key, t.words.number(n.DeviceID))
	}
}

// sketch estimates how many distinct peers there were in a window, by linear
// counting (Whang et al., 1990): exact enough to 500, and never growing.
type sketch [16]uint64

func (k *sketch) add(key uint64) {
	key ^= key >> 31 // FNV mixes its low bits least
	i := key % (uint64(len(k)) * 64)
	k[i/64] |= 1 << (i % 64)
}

func (k *sketch) count() int {
	set := 0
	for _, w := range k {
		set += bits.OnesCount64(w)
	}
	size := float64(len(k) * 64)
	if set == len(k)*64 {
		set--
	}
	return int(math.Round(-size * math.Log(1-float64(set)/size)))
}
