// Package sflow reads samples of traffic by sFlow 5: which switch is an agent, by
// which address it goes, and how much it samples. What was sampled is not told.
package sflow

import (
	"net/netip"
	"strconv"

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
		Probe:   func(b []byte, _ bool) bool { _, ok := readDatagram(b); return ok },
		Dissect: d.dissect,
	}
}

// datagram is what one says of its agent.
type datagram struct {
	agent    netip.Addr
	sampling int // of the first sample of a flow
}

// readDatagram reads one whose samples fill it.
func readDatagram(b []byte) (d datagram, ok bool) {
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
		const flowSample, expanded = 1, 3
		format, length := r.U32(), r.U32()
		body := r.Sub(length)
		if r.Err() != nil || length%4 != 0 {
			return d, false
		}
		if d.sampling == 0 && (format == flowSample || format == expanded) {
			body.Skip(4 + 4)
			if format == expanded {
				body.Skip(4)
			}
			d.sampling = body.U32()
		}
	}
	return d, r.Len() == 0
}

type dissector struct {
	text []byte
}

func (d *dissector) dissect(_ *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	s, ok := readDatagram(m.Payload)
	if !ok {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	about := heron.Subject{Endpoint: m.Src}
	out.ObserveString(about, keyVersion, "5")
	if s.agent.IsValid() && !s.agent.IsUnspecified() {
		d.text = s.agent.AppendTo(d.text[:0])
		out.Observe(about, keyAgent, d.text)
	}
	if s.sampling > 0 {
		d.text = strconv.AppendInt(d.text[:0], int64(s.sampling), 10)
		out.Observe(about, keySampling, d.text)
	}
	return heron.Verdict{}, nil
}
