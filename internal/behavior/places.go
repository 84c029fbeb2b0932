package behavior

import (
	"math/bits"
	"net/netip"
	"slices"
)

// The tags of peers are a part of the key of each, four to a word, so that all
// are compared at a few glances. A tag is also the peer's place in a sketch.
const (
	perWord  = 4
	tagWords = maxPeers / perWord
	tagBits  = 64 / perWord
	ones     = 0x0001_0001_0001_0001
)

type tags [tagWords]uint64

func tagOf(key uint64) uint16 { return uint16(key ^ key>>31) } // FNV mixes its low bits least

func (t *tags) of(i int) uint16 { return uint16(t[i/perWord] >> (i % perWord * tagBits)) }

func (t *tags) set(i int, tag uint16) {
	shift := i % perWord * tagBits
	t[i/perWord] = t[i/perWord]&^(0xffff<<shift) | uint64(tag)<<shift
}

// peer returns the place of the peer with that key, negative for none.
func (s *state) peer(key uint64) int {
	want := ones * uint64(tagOf(key))
	n := len(s.peers)
	for w, word := range s.tags[:(n+perWord-1)/perWord] {
		x := word ^ want
		// A lane of x that is zero has its high bit in hits, as may some after it.
		for hits := (x - ones) &^ x & highs; hits != 0; hits &= hits - 1 {
			i := w*perWord + bits.TrailingZeros64(hits)/tagBits
			if i < n && s.peers[i].key == key {
				return i
			}
		}
	}
	return -1
}

// room returns a free place, or that of a peer that was quiet for long.
func (s *state) room() int {
	if n := len(s.peers); n < maxPeers {
		s.peers = append(s.peers, peer{})
		return n
	}
	i := s.quietest()
	if s.met&(1<<i) != 0 {
		if s.gone == nil {
			s.gone = new(sketch)
		}
		s.gone.add(s.tags.of(i))
		s.met &^= 1 << i
	}
	return i
}

// quietest is a peer that was not met since others made room, once around: the
// hand goes from peer to peer, and passes by those that were met again, once.
func (s *state) quietest() int {
	hand := int(s.hand)
	passed := bits.TrailingZeros64(^bits.RotateLeft64(s.lately, -hand))
	s.lately &^= bits.RotateLeft64(1<<passed-1, hand)
	i := (hand + passed) % maxPeers
	s.hand = uint8((i + 1) % maxPeers)
	return i
}

// settle puts a peer in its place.
func (s *state) settle(i int, p peer) {
	if p.turn = s.peers[i].turn + 1; p.turn == 0 {
		p.turn = 1
	}
	s.peers[i] = p
	s.tags.set(i, tagOf(p.key))
}

// place notes the address of a peer.
func (s *state) place(i int, ip netip.Addr) {
	p := &s.peers[i]
	switch {
	case ip.Is4():
		p.family, p.address = narrow, ip.As4()
	case ip.IsValid():
		p.family = wide
		if s.wide == nil {
			s.wide = new([][16]byte)
		}
		if more := i + 1 - len(*s.wide); more > 0 {
			*s.wide = slices.Grow(*s.wide, more)[:i+1]
		}
		(*s.wide)[i] = ip.As16()
	default:
		p.family = nowhere
	}
}

// address returns what place noted, without its zone.
func (s *state) address(i int) netip.Addr {
	switch p := &s.peers[i]; p.family {
	case narrow:
		return netip.AddrFrom4(p.address)
	case wide:
		return netip.AddrFrom16((*s.wide)[i])
	}
	return netip.Addr{}
}

// seen is with how many peers the device had to do in the open window.
func (s *state) seen() int {
	var all sketch
	if s.gone != nil {
		all = *s.gone
	}
	for met := s.met; met != 0; met &= met - 1 {
		all.add(s.tags.of(bits.TrailingZeros64(met)))
	}
	return all.count()
}
