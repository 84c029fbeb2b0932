package netflow

import (
	"net/netip"

	"github.com/heron-iot/heron/internal/wire"
)

// Elements (RFC 3954 §8, IANA IPFIX Information Elements).
const (
	octets        = 1
	packets       = 2
	protocol      = 4
	tcpFlags      = 6
	srcPort       = 7
	srcAddress    = 8
	dstPort       = 11
	dstAddress    = 12
	lastUptime    = 21
	firstUptime   = 22
	srcAddress6   = 27
	dstAddress6   = 28
	srcMAC        = 56
	vlan          = 58
	dstMAC        = 80
	totalOctets   = 85
	totalPackets  = 86
	firstSeconds  = 150
	lastSeconds   = 151
	firstMilli    = 152
	lastMilli     = 153
	dot1qVLAN     = 243
	initiatorOcts = 231
	initiatorPkts = 298
)

// set sets what one element says.
func (rec *Record) set(id int, v *wire.Reader, h *Header) {
	switch id {
	case octets, totalOctets, initiatorOcts:
		rec.Bytes = number(v)
	case packets, totalPackets, initiatorPkts:
		rec.Packets = number(v)
	case protocol:
		rec.Protocol = int(number(v))
	case tcpFlags:
		rec.TCPFlags = int(number(v))
	case srcPort:
		rec.SrcPort = int(number(v) & 0xffff)
	case dstPort:
		rec.DstPort = int(number(v) & 0xffff)
	case srcAddress, srcAddress6:
		rec.Src = address(v)
	case dstAddress, dstAddress6:
		rec.Dst = address(v)
	case srcMAC:
		copy(rec.SrcMAC[:], v.Bytes(6))
	case dstMAC:
		copy(rec.DstMAC[:], v.Bytes(6))
	case vlan, dot1qVLAN:
		rec.VLAN = int(number(v) & 0xfff)
	case firstUptime:
		rec.First = h.at(int(number(v)))
	case lastUptime:
		rec.Last = h.at(int(number(v)))
	case firstSeconds:
		rec.First = int64(number(v)&0xffffffff) * 1000
	case lastSeconds:
		rec.Last = int64(number(v)&0xffffffff) * 1000
	case firstMilli:
		rec.First = int64(number(v) & (1<<62 - 1))
	case lastMilli:
		rec.Last = int64(number(v) & (1<<62 - 1))
	}
}

// at is the time at which the exporter had been up for so many milliseconds.
func (h *Header) at(uptime int) int64 { return int64(h.Seconds)*1000 - int64(h.Uptime) + int64(uptime) }

// number reads one of up to eight octets.
func number(v *wire.Reader) uint64 {
	var n uint64
	for range min(v.Len(), 8) {
		n = n<<8 | uint64(v.U8())
	}
	return n
}

func address(v *wire.Reader) netip.Addr {
	ip, _ := netip.AddrFromSlice(v.Rest())
	return ip
}

// fixed reads the records of versions 5 and 7, which differ in their ends.
func fixed(r *wire.Reader, h *Header, each func(*Record)) {
	size := 48
	if h.Version == Version7 {
		size = 52
	}
	for range h.Count {
		one := r.Sub(size)
		if r.Err() != nil || each == nil {
			return
		}
		var rec Record
		src, dst := one.Sub(4), one.Sub(4)
		rec.Src, rec.Dst = address(&src), address(&dst)
		one.Skip(4 + 2 + 2) // next hop, interfaces
		rec.Packets, rec.Bytes = uint64(one.U32()), uint64(one.U32())
		rec.First, rec.Last = h.at(one.U32()), h.at(one.U32())
		rec.SrcPort, rec.DstPort = one.U16(), one.U16()
		one.Skip(1)
		rec.TCPFlags, rec.Protocol = one.U8(), one.U8()
		each(&rec)
	}
}
