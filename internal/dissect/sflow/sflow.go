// Package sflow reads samples of traffic by sFlow 5: which switch is an agent, by
// which address it goes, how much it samples, and the flows of the packets that
// it sampled.
package sflow

import (
	"net/netip"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations, all of the agent.
const (
	keyVersion  = "sflow.version"
	keyAgent    = "sflow.agent" // its address
	keySampling = "sflow.sampling"
)

const (
	version5   = 5
	maxSamples = 64
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{}
	return dissect.Protocol{
		Name:    "sflow",
		Over:    dissect.OverUDP,
		Ports:   []uint16{6343},
		Spec:    "sFlow.org, sFlow Version 5",
		Starts:  []byte{0},
		Probe:   func(b []byte, _ bool) bool { _, ok := readDatagram(b, nil); return ok },
		Dissect: d.dissect,
	}
}

// datagram is what one says of its agent.
type datagram struct {
	agent    netip.Addr
	sampling int // of the first sample of a flow
}

// readDatagram reads one whose samples fill it, and appends the packets that
// were sampled to records, when that is not nil.
func readDatagram(b []byte, records *[]heron.FlowRecord) (d datagram, ok bool) {
	r := wire.NewReader(b)
	version, kind := r.U32(), r.U32()
	size := 4
	if kind == 2 {
		size = 16
	}
	d.agent, _ = netip.AddrFromSlice(r.Bytes(size))
	r.Skip(4 + 4 + 4) // sub-agent, sequence, uptime
	count := r.U32()
	if r.Err() != nil || version != version5 || kind < 1 || kind > 2 || count == 0 || count > maxSamples {
		return d, false
	}
	for range count {
		format, length := r.U32(), r.U32()
		body := r.Sub(length)
		if r.Err() != nil || length%4 != 0 {
			return d, false
		}
		if format != formatFlow && format != formatExpanded {
			continue
		}
		rate, rec, ok := sample(&body, format)
		if d.sampling == 0 {
			d.sampling = rate
		}
		if ok && records != nil {
			*records = append(*records, rec)
		}
	}
	return d, r.Len() == 0
}

type dissector struct {
	text    dissect.Buffer
	records []heron.FlowRecord // of the datagram at hand
}

func (d *dissector) dissect(_ *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	d.records = d.records[:0]
	s, ok := readDatagram(m.Payload, &d.records)
	if !ok {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	for i := range d.records {
		rec := &d.records[i]
		rec.Exporter, rec.First, rec.Last = m.Src.IP, m.Time, m.Time
		out.Record(rec)
	}
	about := heron.Subject{Endpoint: m.Src}
	out.ObserveString(about, keyVersion, "5")
	if s.agent.IsValid() && !s.agent.IsUnspecified() {
		out.Observe(about, keyAgent, d.text.Address(s.agent))
	}
	if s.sampling > 0 {
		out.Observe(about, keySampling, d.text.Number(s.sampling))
	}
	return heron.Verdict{}, nil
}
