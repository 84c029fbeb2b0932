// Package ospf reads the headers and the greetings of OSPF: which routers there
// are, in which area, and whether they know each other by more than trust.
package ospf

import (
	"net/netip"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyVersion    = "ospf.version"
	keyRouter     = "ospf.router_id"
	keyArea       = "ospf.area"
	keyAuth       = "ospf.auth"              // of version 2: none, simple, crypto
	keyDesignated = "ospf.designated_router" // address that it takes for the designated router's
	keyNeighbour  = "ospf.neighbour"         // router that it hears
)

// ipProtocol is the number of the IP protocol.
const ipProtocol = 89

// maxNeighbours bounds how many of one greeting are told.
const maxNeighbours = 32

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{}
	return dissect.Protocol{
		Name:    "ospf",
		Over:    dissect.OverIP,
		Ports:   []uint16{ipProtocol},
		Spec:    "RFC 2328 §A.3 (version 2); RFC 5340 §A.3 (version 3)",
		Dissect: d.dissect,
	}
}

type dissector struct {
	text dissect.Buffer
}

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	const hello, last, head2, head3 = 1, 5, 24, 16
	version, kind, size := r.U8(), r.U8(), r.U16()
	router, area := r.Bytes(4), r.Bytes(4)
	r.Skip(2) // checksum
	auth := r.U16()
	head := head3 // version 3 has its instance in place of the kind of authentication
	if version == 2 {
		r.Skip(8)
		head = head2
	}
	if r.Err() != nil || kind < hello || kind > last || size < head || size-head > r.Len() || version == 2 && auth > 3 ||
		version != 2 && version != 3 || (version == 2) != m.Src.IP.Is4() {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	about := heron.Subject{Endpoint: m.Src}
	out.Observe(about, keyVersion, d.text.Number(version))
	out.Observe(about, keyRouter, d.dotted(router))
	out.Observe(about, keyArea, d.dotted(area))
	if version == 2 {
		out.ObserveString(about, keyAuth, [...]string{"none", "simple", "crypto", "crypto"}[auth])
	}
	if kind == hello {
		body := r.Sub(size - head)
		d.hello(&body, about, out)
	}
	return heron.Verdict{}, r.Err()
}

// hello reads a greeting (RFC 2328 §A.3.2, RFC 5340 §A.3.2), which both versions
// make 20 octets long before the neighbours.
func (d *dissector) hello(r *wire.Reader, about heron.Subject, out dissect.Emitter) {
	r.Skip(12)
	designated := r.Bytes(4)
	r.Skip(4) // its stand-in
	if r.Err() != nil {
		return
	}
	if string(designated) != "\x00\x00\x00\x00" {
		out.Observe(about, keyDesignated, d.dotted(designated))
	}
	for range r.Count(maxNeighbours, 4) {
		out.Observe(about, keyNeighbour, d.dotted(r.Bytes(4)))
	}
}

func (d *dissector) dotted(b []byte) []byte {
	ip, ok := netip.AddrFromSlice(b)
	if !ok {
		return nil
	}
	return d.text.Address(ip)
}
