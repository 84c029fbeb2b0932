// Package rtps reads RTPS, the wire protocol of DDS, by which robots, vehicles and
// control systems share data: whose software a participant runs, on which host,
// and which topics it offers and wants.
package rtps

import (
	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyVersion     = "rtps.version"
	keyVendor      = "rtps.vendor"
	keyVendorID    = "rtps.vendor_id"   // hexadecimal
	keyParticipant = "rtps.participant" // prefix of its identifier, hexadecimal
	keyEntity      = "rtps.entity_name"
	keyTopic       = "rtps.topic"
	keyType        = "rtps.type"
	keyDomain      = "rtps.domain"
	keyProduct     = "rtps.product_version"
	keyHost        = "rtps.hostname"
	keyExecutable  = "rtps.executable"
	keyTarget      = "rtps.target"
)

// Kinds of submessage (§8.3.3, §9.4.5), and bounds.
const (
	subPad         = 0x01
	subData        = 0x15
	headSize       = 20
	maxSubmessages = 64
	maxParameters  = 128
	maxProperties  = 64
	// maxIdle is how many datagrams that describe nothing may follow each other: a
	// flow of them is of the data themselves.
	maxIdle = 64
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{}
	return dissect.Protocol{
		Name:    "rtps",
		Over:    dissect.OverUDP | dissect.OverTCP,
		Ports:   []uint16{7400, 7401, 7410, 7411, 7412, 7413},
		Spec:    "OMG DDSI-RTPS 2.5 §8.3 (messages), §9.4 (mapping), §9.6 (parameters, ports)",
		Probe:   probe,
		Starts:  []byte{'R'},
		Dissect: d.dissect,
	}
}

type dissector struct {
	text dissect.Buffer
}

// probe asks for the mark and the version: RTPX is that of an older product.
func probe(b []byte, _ bool) bool {
	r := wire.NewReader(b)
	mark, major, minor := r.U32(), r.U8(), r.U8()
	return (mark == 0x52545053 || mark == 0x52545058) && major >= 1 && major <= 2 && minor <= 9 && r.Len() >= 2
}

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	if !probe(r.Peek(r.Len()), m.FromClient) {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	v := heron.Verdict{Consumed: r.Len(), Done: m.Transport == heron.TCP}
	r.Skip(4)
	major, minor, vendor := r.U8(), r.U8(), r.U16()
	prefix := r.Bytes(12)
	about := heron.Subject{Endpoint: m.Src}
	out.Observe(about, keyVersion, d.text.Numbers('.', major, minor))
	out.Observe(about, keyVendorID, d.text.HexNumber(vendor, 0))
	out.ObserveString(about, keyVendor, vendorName(vendor))
	if prefix == nil || string(prefix) == "NDDSPING\x00\x00\x00\x00" {
		return v, nil // one of RTI's, that only asks whether somebody is there
	}
	idle := &m.Flow.Data[0]
	*idle++
	for range maxSubmessages {
		if r.Len() < 4 {
			break
		}
		kind, flags := r.U8(), r.U8()
		b := reader{order: flags&1 != 0}
		size := b.order.U16(r)
		if size == 0 && kind != subPad {
			size = r.Len() // to the end of the message (§9.4.5.1.3)
		}
		b.Reader = r.Sub(size)
		if r.Err() != nil {
			return v, r.Err()
		}
		if kind == subData && d.data(&b, flags, prefix, about, m, out) {
			*idle = 0
		}
	}
	v.Done = v.Done || *idle >= maxIdle
	return v, nil
}

// reader reads numbers in the order of octets that a flag gives.
type reader struct {
	wire.Reader
	order wire.Order
}

func (b *reader) short() int { return b.order.U16(&b.Reader) }

func (b *reader) long() int { return b.order.U32(&b.Reader) }

// text reads a string of CDR: its length with the zero at its end, and padding to
// four octets.
func (b *reader) text() []byte {
	n := b.long()
	s := b.Bytes(n)
	b.Skip(min((4-n&3)&3, b.Len()))
	for len(s) > 0 && s[len(s)-1] == 0 {
		s = s[:len(s)-1]
	}
	return s
}

// Built-in writers whose data describe participants and topics (§9.3.1.5).
const (
	writerParticipant = 0x000100c2
	writerWriters     = 0x000003c2
	writerReaders     = 0x000004c2
)

// data reads a DATA submessage of one of the built-in writers (§9.4.5.3): a list
// of parameters in CDR. It reports whether it was one.
func (d *dissector) data(
	b *reader, flags int, prefix []byte, about heron.Subject, m *heron.Message, out dissect.Emitter,
) bool {
	const inlineQoS, hasData, listBig, listLittle = 0x02, 0x04, 0x0002, 0x0003
	b.Skip(2) // extra flags
	skip := b.short()
	_, writer := b.U32(), b.U32()
	b.Skip(skip - 8) // the offset is counted from the reader's identifier
	if writer != writerParticipant && writer != writerWriters && writer != writerReaders {
		return false
	}
	if flags&inlineQoS != 0 && !b.pass() || flags&hasData == 0 {
		return true
	}
	representation := b.U16()
	b.Skip(2)
	if b.Err() != nil || representation != listBig && representation != listLittle {
		return true
	}
	b.order = representation == listLittle
	if writer == writerParticipant {
		out.Observe(about, keyParticipant, d.text.Hex(prefix))
		d.domain(about, m, out)
	}
	d.parameters(b, about, out)
	return true
}

// pass passes over a list of parameters, and reports whether it has an end.
func (b *reader) pass() bool {
	const sentinel = 1
	for range maxParameters {
		id, size := b.short(), b.short()
		if b.Err() != nil || id == sentinel {
			return b.Err() == nil
		}
		b.Skip(size)
	}
	return false
}

// domain tells the domain, which the well-known ports give away (§9.6.2.3): 7400,
// 250 for each domain, and 0 for discovery by multicast.
func (d *dissector) domain(about heron.Subject, m *heron.Message, out dissect.Emitter) {
	const base, gain, last = 7400, 250, 232
	if n := int(m.DstPort) - base; n >= 0 && n%gain == 0 && n/gain <= last && m.Dst.IP.IsMulticast() {
		out.Observe(about, keyDomain, d.text.Number(n/gain))
	}
}

// vendorName names those that OMG gave numbers to (dds-foundation.org, vendor ids).
func vendorName(id int) string {
	switch id {
	case 0x0101:
		return "RTI Connext"
	case 0x0102:
		return "ADLINK OpenSplice"
	case 0x0103:
		return "OCI OpenDDS"
	case 0x0104:
		return "MilSoft"
	case 0x0105:
		return "Kongsberg InterCOM"
	case 0x0106:
		return "TwinOaks CoreDX"
	case 0x0109:
		return "ETRI Diamond"
	case 0x010a:
		return "RTI Connext Micro"
	case 0x010f:
		return "eProsima Fast DDS"
	case 0x0110:
		return "Eclipse Cyclone DDS"
	case 0x0111:
		return "GurumNetworks GurumDDS"
	case 0x0112:
		return "Atostek RustDDS"
	case 0x0114:
		return "S2E Dust DDS"
	}
	return ""
}
