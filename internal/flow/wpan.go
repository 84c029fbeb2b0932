package flow

import (
	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/wire"
)

// wpan counts a frame of IEEE 802.15.4 (§7.2) and what it carries. Its stations
// have no addresses of six bytes, and what they say is nearly always encrypted,
// so nothing else is told of it.
func (t *Table) wpan(r *wire.Reader, link heron.LinkType) {
	if link == heron.LinkWPANNonASK { // preamble and start of frame, then the length
		r.Skip(5)
		*r = r.Sub(min(r.U8()&0x7f, r.Len()))
	}
	t.inLayer(layerWPAN, r.Len())
	const (
		data     = 1
		security = 0x0008
		samePAN  = 0x0040
		noNumber = 0x0100
	)
	control := r.U16LE()
	if control>>12&3 < 2 || control&noNumber == 0 {
		r.Skip(1)
	}
	r.Skip(wpanAddresses(control, samePAN))
	switch {
	case r.Err() != nil:
		t.fault()
	case control&7 != data:
	case control&security != 0:
		t.undecoded()
	case looksZigbee(r):
		t.inLayer(layerZigbee, r.Len())
	case looks6LoWPAN(r):
		t.opaque(layer6LoWPAN, r)
	default:
		t.undecoded()
	}
}

// wpanAddresses is how many bytes the addressing fields have.
func wpanAddresses(control, samePAN int) int {
	n := 0
	for _, mode := range [2]int{control >> 10 & 3, control >> 14 & 3} {
		switch mode {
		case 2: // network and short address
			n += 4
		case 3: // network and extended address
			n += 10
		}
	}
	if control&samePAN != 0 && control>>10&3 != 0 && control>>14&3 != 0 {
		n -= 2 // one network for both
	}
	return n
}

// looksZigbee reports whether a frame of Zigbee's network layer (Zigbee
// specification §3.3.1) can stand here: data or a command, of version 2.
func looksZigbee(r *wire.Reader) bool {
	head := wire.NewReader(r.Peek(8))
	control := head.U16LE()
	head.Skip(4) // destination, source
	radius := head.U8()
	version := control >> 2 & 0xf
	return head.Err() == nil && control&3 < 2 && version == 2 && radius > 0
}

// looks6LoWPAN knows the dispatch bytes of RFC 4944 §5.1 and RFC 6282 §3.
func looks6LoWPAN(r *wire.Reader) bool {
	head := wire.NewReader(r.Peek(1))
	first := head.U8()
	return head.Err() == nil && (first == 0x41 || first>>5 == 3 || first>>6 == 2 || first>>6 == 3)
}
