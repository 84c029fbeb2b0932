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
// in the Tracker's list.
type peer struct {
	bytesOut, bytesIn      uint64
	first, last            heron.Time
	address                [16]byte
	device, name, protocol uint32
	flows                  uint32
	port                   uint16
	v4                     bool
}

// contact is a peer with the key that it is found by.
type contact struct {
	peer
	key uint64
}

// peerOf describes the other party of a flow, and its device where it has one.
// It is keyed on its device or name where one is known, for addresses change
// while these do not.
func (t *Tracker) peerOf(f *heron.Flow, device *state, protocol uint32, client bool) contact {
	other, id := &f.Server, f.ServerDevice
	if !client {
		other, id = &f.Client, f.ClientDevice
	}
	p := contact{peer: peer{port: f.ServerPort, protocol: protocol}}
	if other.IP.IsValid() {
		p.address, p.v4 = other.IP.As16(), other.IP.Is4()
	}
	p.name, _ = t.names.get(other.IP)
	switch {
	case device != nil:
		p.device = device.word
		p.key = device.hash.side(p.port, client)
	case id != "" || p.name != 0:
		p.device = t.words.number(id)
		p.key = newDigest().add(cmp.Or(id, t.words.text(p.name))).side(p.port, client)
	case other.IP.IsValid():
		p.key = newDigest().add(other.IP.String()).side(p.port, client)
	default:
		p.key = newDigest().add(other.MAC.String()).side(p.port, client)
	}
	return p
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

// meet counts traffic with a peer. When there is no room, the one that was
// quiet longest makes it.
func (s *state) meet(p *contact, d *growth, f *heron.Flow) {
	i := s.findPeer(p.key)
	if i < 0 {
		p.first = f.First
		i = s.room()
		s.peers[i], s.keys[i] = p.peer, p.key
	}
	q := &s.peers[i]
	q.bytesOut += d.out.bytes
	q.bytesIn += d.in.bytes
	q.last = max(q.last, f.Last)
	q.address, q.v4 = p.address, p.v4
	q.protocol = cmp.Or(p.protocol, q.protocol)
	q.name = cmp.Or(p.name, q.name)
	q.flows += d.begun
}

func (s *state) findPeer(key uint64) int { return slices.Index(s.keys, key) }

// room returns a free slot, or that of the peer that was quiet longest.
func (s *state) room() int {
	if n := len(s.peers); n < maxPeers {
		s.peers, s.keys = append(s.peers, peer{}), append(s.keys, 0)
		return n
	}
	oldest := 0
	for i := range s.peers {
		if s.peers[i].last < s.peers[oldest].last {
			oldest = i
		}
	}
	return oldest
}

// peers returns the peers of a device, busiest first.
func (t *Tracker) peers(s *state) []heron.Peer {
	out := make([]heron.Peer, 0, len(s.peers))
	for i := range s.peers {
		p := &s.peers[i]
		n := heron.Peer{
			DeviceID: t.words.text(p.device), Name: t.words.text(p.name), Protocol: t.words.text(p.protocol),
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
		port: n.Port, device: t.words.number(n.DeviceID), name: t.words.number(n.Name), protocol: t.words.number(n.Protocol),
	}
	if a, err := netip.ParseAddr(n.Address); err == nil {
		p.address, p.v4 = a.As16(), a.Is4()
	}
	key := newDigest().add(cmp.Or(n.DeviceID, n.Name, n.Address)).side(n.Port, true)
	if s.findPeer(key) < 0 && len(s.peers) < maxPeers {
		i := s.room()
		s.peers[i], s.keys[i] = p, key
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

// words numbers strings, so that slabs hold no pointers. Number 0 is "".
type words struct {
	list  []string
	index map[string]uint32
}

// maxWords bounds the list; what comes after it has no name.
const maxWords = 1 << 20

func newWords() *words { return &words{list: []string{""}, index: map[string]uint32{}} }

func (w *words) number(s string) uint32 {
	if s == "" {
		return 0
	}
	if n, ok := w.index[s]; ok {
		return n
	}
	if len(w.list) >= maxWords {
		return 0
	}
	n := uint32(len(w.list))
	w.list = append(w.list, s)
	w.index[s] = n
	return n
}

func (w *words) text(n uint32) string { return w.list[n] }
