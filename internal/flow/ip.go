package flow

import (
	"encoding/binary"

	"github.com/heron-iot/heron/internal/wire"
)

// IP protocol numbers that the decoder knows (IANA).
const (
	protoHopByHop = 0
	protoICMP     = 1
	protoIPIP     = 4
	protoTCP      = 6
	protoUDP      = 17
	protoIPv6     = 41
	protoRouting  = 43
	protoFragment = 44
	protoGRE      = 47
	protoAH       = 51
	protoICMPv6   = 58
	protoNone     = 59
	protoDestOpts = 60
	protoSCTP     = 132
	protoMobility = 135
	protoEtherIP  = 97
	protoMPLS     = 137
)

// maxExtensions bounds the extension headers of an IPv6 packet.
const maxExtensions = 8

// ipv4 reads an IPv4 header (RFC 791 §3.1).
func (t *Table) ipv4(r *wire.Reader) {
	f := &t.frame
	h := r.View20()
	if h == nil {
		t.fault()
		return
	}
	header, total := int(h[0]&0xf)*4, int(binary.BigEndian.Uint16(h[2:4]))
	if header != 20 {
		r.Skip(header - 20)
	}
	if r.Err() != nil || h[0]>>4 != 4 {
		t.fault()
		return
	}
	if total == 0 { // left to the network card by segmentation offload
		total = header + r.Len()
	}
	f.v6 = false
	f.srcIP, f.dstIP = addr{lo: uint64(binary.BigEndian.Uint32(h[12:16]))}, addr{lo: uint64(binary.BigEndian.Uint32(h[16:20]))}
	f.bytes, f.length = total, total-header
	if f.length < 0 {
		t.fault()
		return
	}
	fragment := int(binary.BigEndian.Uint16(h[6:8]))
	f.ttl, f.tos, f.df, f.id = h[8], h[1], fragment&0x4000 != 0, uint32(binary.BigEndian.Uint16(h[4:6]))
	body := t.body(r)
	if fragment&0x3fff != 0 {
		t.fragment(&body, int(h[9]), f.id, fragment&0x1fff*8, fragment&0x2000 != 0)
		return
	}
	t.transport(&body, int(h[9]))
}

// body returns what was captured of a network payload. A packet that claims to
// be longer than its frame counts as malformed, and is read as far as it goes.
func (t *Table) body(r *wire.Reader) wire.Reader {
	if t.frame.length > r.Len() && !t.frame.cut {
		t.fault()
		t.frame.length = r.Len()
	}
	return r.Sub(min(t.frame.length, r.Len()))
}

// ipv6 reads an IPv6 header and its extensions (RFC 8200 §3 and §4).
func (t *Table) ipv6(r *wire.Reader) {
	f := &t.frame
	h := r.View40()
	if h == nil || h[0]>>4 != 6 {
		t.fault()
		return
	}
	length, next := int(binary.BigEndian.Uint16(h[4:6])), int(h[6])
	word := binary.BigEndian.Uint32(h[0:4])
	f.ttl, f.tos, f.df, f.id = h[7], uint8(word>>20), false, word&0xfffff
	f.v6 = true
	f.srcIP = addr{binary.BigEndian.Uint64(h[8:16]), binary.BigEndian.Uint64(h[16:24])}
	f.dstIP = addr{binary.BigEndian.Uint64(h[24:32]), binary.BigEndian.Uint64(h[32:40])}
	if length == 0 && next != protoNone { // jumbogram, or segmentation offload
		length = r.Len()
	}
	f.bytes, f.length = 40+length, length
	body := t.body(r)
	t.extensions(&body, next)
}

// extensions goes through the chain of extension headers to the transport.
func (t *Table) extensions(r *wire.Reader, next int) {
	for range maxExtensions {
		switch next {
		case protoHopByHop, protoRouting, protoDestOpts, protoMobility:
			next = t.extension(r, 8, 8)
		case protoAH: // counts in other units (RFC 4302 §2.2)
			t.inLayer(layerAH, r.Len())
			next = t.extension(r, 4, 8)
		case protoFragment:
			t.fragment6(r)
			return
		default:
			if r.Err() != nil {
				t.fault()
				return
			}
			t.transport(r, next)
			return
		}
	}
	t.fault()
}

// extension passes over one extension header of base + n*unit bytes, and
// returns the type of the next.
func (t *Table) extension(r *wire.Reader, unit, base int) int {
	next, n := r.U8(), r.U8()
	r.Skip(base + n*unit - 2)
	t.frame.length -= base + n*unit
	t.frame.veiled = true
	return next
}

func (t *Table) fragment6(r *wire.Reader) {
	next, _, offset := r.U8(), r.U8(), r.U16()
	id := uint32(r.U32())
	if r.Err() != nil {
		t.fault()
		return
	}
	t.frame.length -= 8
	if offset&0xfff9 == 0 { // an atomic fragment is whole (RFC 6946)
		t.transport(r, next)
		return
	}
	t.fragment(r, next, id, offset&0xfff8, offset&1 != 0)
}
