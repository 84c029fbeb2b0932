package sflow

import (
	"net/netip"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/wire"
)

// Formats of the enterprise 0 (sFlow 5 §5.3) and header protocols.
const (
	formatFlow     = 1
	formatExpanded = 3
	recordHeader   = 1 // a sampled header

	headerEthernet = 1
	headerIPv4     = 11
	headerIPv6     = 12

	maxRecords = 32 // of one sample
	maxTags    = 4
)

// sample reads a sample of a flow, told by its format, and returns how many
// packets it stands for and what the sampled one was. It is not ok where no
// header was sampled, or none that is understood.
func sample(r *wire.Reader, format int) (rate int, rec heron.FlowRecord, ok bool) {
	r.Skip(4 + 4) // sequence, source
	if format == formatExpanded {
		r.Skip(4)
	}
	rate = r.U32()
	r.Skip(4 + 4 + 4 + 4) // pool, drops, input, output
	if format == formatExpanded {
		r.Skip(4 + 4)
	}
	for range r.Count(min(r.U32(), maxRecords), 8) {
		kind, length := r.U32(), r.U32()
		body := r.Sub(length)
		if r.Err() != nil {
			break
		}
		if kind == recordHeader && !ok {
			rec, ok = header(&body)
		}
	}
	n := uint64(max(rate, 1))
	rec.Packets, rec.Bytes = n, rec.Bytes*n
	return rate, rec, ok
}

// header reads a sampled header.
func header(r *wire.Reader) (rec heron.FlowRecord, ok bool) {
	protocol, length := r.U32(), r.U32()
	length -= r.U32() // bytes stripped: the checksum
	r.Skip(4)         // bytes of the header
	etherType := 0
	switch protocol {
	case headerEthernet:
		copy(rec.Dst.MAC[:], r.Bytes(6))
		copy(rec.Src.MAC[:], r.Bytes(6))
		etherType = ethernet(r, &rec)
		length -= 14
	case headerIPv4:
		etherType = 0x0800
	case headerIPv6:
		etherType = 0x86dd
	}
	rec.Bytes = uint64(max(length, 0))
	switch etherType {
	case 0x0800:
		ipv4(r, &rec)
	case 0x86dd:
		ipv6(r, &rec)
	}
	return rec, r.Err() == nil && rec.Src.IP.IsValid()
}

// ethernet reads the type, through VLAN tags.
func ethernet(r *wire.Reader, rec *heron.FlowRecord) (etherType int) {
	for range maxTags {
		if etherType = r.U16(); etherType != 0x8100 && etherType != 0x88a8 {
			break
		}
		id := uint16(r.U16() & 0xfff)
		rec.Src.VLAN, rec.Dst.VLAN = id, id
	}
	return etherType
}

// ipv4 reads the header (RFC 791 §3.1) and the ports of a first fragment.
func ipv4(r *wire.Reader, rec *heron.FlowRecord) {
	size := r.U8() & 0xf * 4
	r.Skip(5)
	fragment := r.U16() & 0x1fff
	r.Skip(1)
	rec.Protocol = uint8(r.U8())
	r.Skip(2)
	rec.Src.IP, _ = netip.AddrFromSlice(r.Bytes(4))
	rec.Dst.IP, _ = netip.AddrFromSlice(r.Bytes(4))
	r.Skip(size - 20)
	if fragment == 0 {
		ports(r, rec)
	}
}

// ipv6 reads the header (RFC 8200 §3); what comes behind extensions is not looked for.
func ipv6(r *wire.Reader, rec *heron.FlowRecord) {
	r.Skip(6)
	rec.Protocol = uint8(r.U8())
	r.Skip(1)
	rec.Src.IP, _ = netip.AddrFromSlice(r.Bytes(16))
	rec.Dst.IP, _ = netip.AddrFromSlice(r.Bytes(16))
	ports(r, rec)
}

// ports reads those of TCP, UDP and SCTP, as far as they were sampled.
func ports(r *wire.Reader, rec *heron.FlowRecord) {
	const tcp, udp, sctp = 6, 17, 132
	head := wire.NewReader(r.Peek(min(r.Len(), 14)))
	switch rec.Protocol {
	case tcp, udp, sctp:
		rec.SrcPort, rec.DstPort = uint16(head.U16()), uint16(head.U16())
	}
	if rec.Protocol == tcp {
		head.Skip(9)
		rec.TCPFlags = uint8(head.U8())
	}
}
