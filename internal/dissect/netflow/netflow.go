// Package netflow reads reports of flows by NetFlow and IPFIX: which device is an
// exporter, since when it runs, and the flows that it saw.
package netflow

import (
	"time"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/proto/netflow"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations, all of the exporter.
const (
	keyVersion    = "netflow.version"
	keyDomain     = "netflow.domain"
	keySampling   = "netflow.sampling"
	keyBoot       = "netflow.boot"
	keyEnterprise = "netflow.enterprise"
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{}
	d.keep = func(r *netflow.Record) { d.records = append(d.records, record(r)) }
	return dissect.Protocol{
		Name:    "netflow",
		Over:    dissect.OverUDP,
		Ports:   []uint16{2055, 2056, 4739, 9555, 9995, 9996},
		Spec:    "RFC 3954 (NetFlow 9); RFC 7011 (IPFIX); Cisco NetFlow Export Datagram Format (5, 7)",
		Starts:  []byte{0},
		Probe:   probe,
		Dissect: d.dissect,
	}
}

// probe takes a datagram whose lengths add up and whose time is of our days.
func probe(b []byte, _ bool) bool {
	r := wire.NewReader(b)
	h, err := netflow.ReadHeader(&r)
	const y2000, y2100 = 946684800, 4102444800
	return err == nil && h.Seconds > y2000 && h.Seconds < y2100
}

type dissector struct {
	decoder netflow.Decoder
	text    dissect.Buffer
	records []heron.FlowRecord // of the datagram at hand
	keep    func(*netflow.Record)
}

func (d *dissector) dissect(_ *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	d.records = d.records[:0]
	h, err := d.decoder.Decode(m.Src.IP, m.Payload, d.keep)
	if err != nil {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	for i := range d.records {
		rec := &d.records[i]
		rec.Exporter = m.Src.IP
		if n := uint64(h.Sampling); n > 1 {
			rec.Packets, rec.Bytes = rec.Packets*n, rec.Bytes*n
		}
		out.Record(rec)
	}
	about := heron.Subject{Endpoint: m.Src}
	out.Observe(about, keyVersion, d.text.Number(h.Version))
	out.Observe(about, keyDomain, d.text.Number(h.Domain))
	if h.Sampling > 1 {
		out.Observe(about, keySampling, d.text.Number(h.Sampling))
	}
	if h.Enterprise != 0 {
		out.Observe(about, keyEnterprise, d.text.Number(h.Enterprise))
	}
	if boot := h.Boot(); boot > 0 {
		const grain = 600 // clocks drift, and each datagram says it anew
		d.text = time.Unix(int64(boot/grain*grain), 0).UTC().AppendFormat(d.text[:0], time.RFC3339)
		out.Observe(about, keyBoot, d.text)
	}
	return heron.Verdict{}, nil
}

// record is r as the flow table takes it.
func record(r *netflow.Record) heron.FlowRecord {
	vlan := uint16(r.VLAN)
	return heron.FlowRecord{
		Src: heron.Endpoint{MAC: r.SrcMAC, IP: r.Src, VLAN: vlan}, Dst: heron.Endpoint{MAC: r.DstMAC, IP: r.Dst, VLAN: vlan},
		SrcPort: uint16(r.SrcPort), DstPort: uint16(r.DstPort), Protocol: uint8(r.Protocol), TCPFlags: uint8(r.TCPFlags),
		Packets: r.Packets, Bytes: r.Bytes,
		First: heron.Time(r.First) * heron.Millisecond, Last: heron.Time(r.Last) * heron.Millisecond,
	}
}
