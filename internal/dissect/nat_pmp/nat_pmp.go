// Package nat_pmp reads the NAT Port Mapping Protocol, by which hosts have a router
// open ports to them from outside: who asks for which, and what the router opens.
package nat_pmp

import (
	"net/netip"
	"strconv"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// keyExternal is the address of a router outside.
const keyExternal = "nat_pmp.external_address"

// Codes of operation, and what an answer adds (RFC 6886 §3).
const (
	opAddress = 0
	opUDP     = 1
	opTCP     = 2
	opAnswer  = 128
)

// Sizes of what stands behind version and code; a question for the address has
// nothing there.
const (
	sizeAskMap  = 10
	sizeFailure = 6
	sizeAddress = 10
	sizeMapped  = 14
)

// Results (§3.5).
const (
	resultOK   = 0
	lastResult = 5
)

// Lifetimes in seconds.
const (
	takenBack   = 0  // of a mapping that is deleted (§3.4)
	minLifetime = 60 // nobody asks for less: two hours are usual
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{}
	return dissect.Protocol{
		Name:         "nat_pmp",
		Over:         dissect.OverUDP,
		Ports:        []uint16{5351},
		Spec:         "RFC 6886 §3",
		EveryMessage: true,
		Dissect:      d.dissect,
	}
}

type dissector struct {
	text  dissect.Buffer
	attrs dissect.Attrs
}

// mapping is what is asked for, or opened.
type mapping struct {
	op, internal, external, lifetime int
}

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	version, op := r.U8(), r.U8()
	if r.Err() != nil || version != 0 {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	if op >= opAnswer {
		return heron.Verdict{}, d.answer(op-opAnswer, r, m, out)
	}
	return heron.Verdict{}, d.request(op, r, m, out)
}

// request tells what a host asks for (§3.3, §3.4). It asks again while it wants a
// port, which is told once.
func (d *dissector) request(op int, r *wire.Reader, m *heron.Message, out dissect.Emitter) error {
	switch size := r.Len(); {
	case !m.FromClient:
	case op == opAddress && size == 0:
		return nil
	case (op == opUDP || op == opTCP) && size == sizeAskMap && r.U16() == 0:
		p := mapping{op, r.U16(), r.U16(), r.U32()}
		switch {
		case p.lifetime == takenBack:
			d.tell("nat_pmp.unmap", p, m, out)
			return nil
		case p.lifetime >= minLifetime && p.internal != 0: // no port is all of them, and only taken back
			d.tell("nat_pmp.map", p, m, out)
			return nil
		}
	}
	return dissect.ErrNotMine
}

// answer tells what a router says of itself and does (§3.2, §3.3).
func (d *dissector) answer(op int, r *wire.Reader, m *heron.Message, out dissect.Emitter) error {
	size, result := r.Len(), r.U16()
	r.Skip(4) // seconds since it began anew
	switch {
	case r.Err() != nil || op > opTCP || result > lastResult:
	case result != resultOK && (size == sizeFailure || size == sizeAddress && op == opAddress || size == sizeMapped && op != opAddress):
		if dissect.Fresh(m.Flow, op, result, -1) {
			out.Event(heron.Event{Kind: "nat_pmp.refusal", Attrs: map[string]string{"code": strconv.Itoa(result)}})
		}
		return nil
	case op == opAddress && size == sizeAddress:
		if ip, ok := netip.AddrFromSlice(r.Bytes(4)); ok && !ip.IsUnspecified() {
			out.Observe(heron.Subject{Endpoint: m.Src, Transport: m.Transport, Port: m.SrcPort}, keyExternal, d.text.Address(ip))
		}
		return nil
	case op != opAddress && size == sizeMapped:
		if p := (mapping{op, r.U16(), r.U16(), r.U32()}); p.lifetime != takenBack {
			d.tell("nat_pmp.mapped", p, m, out)
		}
		return nil
	}
	return dissect.ErrNotMine
}

// tell reports a mapping, unless it was told lately.
func (d *dissector) tell(kind string, p mapping, m *heron.Message, out dissect.Emitter) {
	if dissect.Fresh(m.Flow, dissect.Sum([]byte(kind)), p.op, p.internal, p.external, p.lifetime) {
		out.Act(kind, d.describe(p))
	}
}

func (d *dissector) describe(p mapping) map[string]string {
	d.attrs.Begin(0)
	d.attrs.Number(p.op)
	d.attrs.Number(p.internal)
	d.attrs.Number(p.external)
	d.attrs.Number(p.lifetime)
	if known := d.attrs.Known(); known != nil {
		return known
	}
	transport := heron.UDP
	if p.op == opTCP {
		transport = heron.TCP
	}
	return d.attrs.Keep(map[string]string{
		"transport": transport.String(), "internal_port": strconv.Itoa(p.internal),
		"external_port": strconv.Itoa(p.external), "lifetime": strconv.Itoa(p.lifetime),
	})
}
