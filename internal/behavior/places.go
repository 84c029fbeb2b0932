package behavior

import "math/bits"

// The tags of peers are a byte of the key of each, eight to a word, so that all
// are compared at a few glances.
const (
	tagWords = maxPeers / 8
	ones     = 0x0101010101010101
	highs    = 0x8080808080808080
)

func tagOf(key uint64) uint8 { return uint8(key >> 56) }

// peer returns the place of the peer with that key, negative for none.
func (s *state) peer(key uint64) int {
	want := ones * uint64(tagOf(key))
	for w, n := 0, (len(s.marks)+7)/8; w < n; w++ {
		x := s.tags[w] ^ want
		// A zero byte of x has its high bit in hits, as may some that follow one.
		for hits := (x - ones) &^ x & highs; hits != 0; hits &= hits - 1 {
			i := 8*w + bits.TrailingZeros64(hits)/8
			if i < len(s.marks) && s.marks[i].key == key {
				return i
			}
		}
	}
	return -1
}

// room returns a free place, or that of a peer that was quiet for long.
func (s *state) room() int {
	if n := len(s.peers); n < maxPeers {
		s.peers, s.marks = append(s.peers, peer{}), append(s.marks, mark{})
		return n
	}
	i := s.quietest()
	if s.met&(1<<i) != 0 {
		if s.gone == nil {
			s.gone = new(sketch)
		}
		s.gone.add(s.marks[i].key)
		s.met &^= 1 << i
	}
	return i
}

// settle puts a peer in its place.
func (s *state) settle(i int, p peer, m mark) {
	if p.turn = s.peers[i].turn + 1; p.turn == 0 {
		p.turn = 1
	}
	s.peers[i], s.marks[i] = p, m
	shift := 8 * (i % 8)
	s.tags[i/8] = s.tags[i/8]&^(0xff<<shift) | uint64(tagOf(m.key))<<shift
}

// seen is with how many peers the device had to do in the open window.
func (s *state) seen() int {
	var all sketch
	if s.gone != nil {
		all = *s.gone
	}
	for met := s.met; met != 0; met &= met - 1 {
		all.add(s.marks[bits.TrailingZeros64(met)].key)
	}
	return all.count()
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
