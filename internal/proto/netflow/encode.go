package netflow

import "encoding/binary"

// Append appends a datagram of version 5 with the records, which must be IPv4 and
// 30 at most.
func Append(b []byte, h Header, records ...Record) []byte {
	be := binary.BigEndian
	b = be.AppendUint16(b, Version5)
	b = be.AppendUint16(b, uint16(len(records)))
	for _, v := range []int{h.Uptime, h.Seconds, 0, h.Sequence} {
		b = be.AppendUint32(b, uint32(v))
	}
	b = be.AppendUint16(b, uint16(h.Domain))
	b = be.AppendUint16(b, uint16(h.Sampling))
	zero := int64(h.Seconds)*1000 - int64(h.Uptime)
	for _, rec := range records {
		b = append(b, rec.Src.AsSlice()...)
		b = append(b, rec.Dst.AsSlice()...)
		b = append(b, make([]byte, 8)...)
		b = be.AppendUint32(b, uint32(rec.Packets))
		b = be.AppendUint32(b, uint32(rec.Bytes))
		b = be.AppendUint32(b, uint32(rec.First-zero))
		b = be.AppendUint32(b, uint32(rec.Last-zero))
		b = be.AppendUint16(b, uint16(rec.SrcPort))
		b = be.AppendUint16(b, uint16(rec.DstPort))
		b = append(b, 0, byte(rec.TCPFlags), byte(rec.Protocol))
		b = append(b, make([]byte, 9)...)
	}
	return b
}
