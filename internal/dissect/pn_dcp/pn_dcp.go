// Package pn_dcp reads PROFINET DCP, by which devices are found and named: what a
// station says it is, and who gives stations names and addresses or resets them.
package pn_dcp

import (
	"net/netip"
	"strconv"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyName     = "pn_dcp.station_name"
	keyKind     = "pn_dcp.station_type" // in the maker's words
	keyVendor   = "pn_dcp.vendor_id"    // hexadecimal
	keyDevice   = "pn_dcp.device_id"    // hexadecimal
	keyRole     = "pn_dcp.role"
	keyAddress  = "pn_dcp.address"
	keyAlias    = "pn_dcp.alias"
	keySearches = "pn_dcp.search" // name of a station that the sender looks for
)

// Frame IDs (IEC 61158-6-10 §4.2.2.2).
const (
	helloFrame      = 0xfefc
	getSetFrame     = 0xfefd
	identifyRequest = 0xfefe
	identifyAnswer  = 0xfeff
)

// Services (§4.3.1.3).
const (
	serviceGet      = 3
	serviceSet      = 4
	serviceIdentify = 5
	serviceHello    = 6
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{}
	return dissect.Protocol{
		Name:       "pn_dcp",
		Over:       dissect.OverLink,
		EtherTypes: []uint16{0x8892},
		Spec:       "IEC 61158-6-10 §4.3 (DCP)",
		Dissect:    d.dissect,
	}
}

type dissector struct {
	text dissect.Buffer
}

// form is what blocks of a message have before their value.
type form uint8

const (
	plain     form = iota
	qualified      // two octets, in what is set and in what is answered
	listed         // a list of what is asked for: no blocks at all
)

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	frame, service, kind := r.U16(), r.U8(), r.U8()
	r.Skip(4 + 2) // transaction, delay
	blocks := r.Sub(r.U16())
	shape, ok := shapeOf(frame, service, kind)
	if r.Err() != nil || !ok {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	set := service == serviceSet && kind == 0
	if shape == listed {
		return heron.Verdict{}, nil
	}
	for blocks.Len() > 0 {
		option, sub := blocks.U8(), blocks.U8()
		size := blocks.U16()
		value := blocks.Sub(size)
		if size%2 != 0 && blocks.Len() > 0 {
			blocks.Skip(1)
		}
		if shape == qualified {
			value.Skip(2)
		}
		switch {
		case value.Err() != nil:
			return heron.Verdict{}, wire.ErrShort
		case set:
			d.order(option, sub, &value, out)
		case service != serviceSet:
			d.tell(frame, option<<8|sub, &value, heron.Subject{Endpoint: m.Src}, out)
		}
	}
	return heron.Verdict{}, nil
}

// shapeOf checks that frame, service and type belong together, and says what
// form the blocks have.
func shapeOf(frame, service, kind int) (form, bool) {
	const request, success, unsupported = 0, 1, 5
	switch {
	case frame == helloFrame && service == serviceHello && kind == request:
		return qualified, true
	case frame == identifyRequest && service == serviceIdentify && kind == request:
		return plain, true
	case frame == identifyAnswer && service == serviceIdentify && kind == success:
		return qualified, true
	case frame != getSetFrame:
		return 0, false
	case kind == unsupported && (service == serviceGet || service == serviceSet):
		return listed, true
	case service == serviceGet && kind == request:
		return listed, true
	case service == serviceGet && kind == success, service == serviceSet && kind == request:
		return qualified, true
	case service == serviceSet && kind == success:
		return plain, true
	}
	return 0, false
}

// Blocks by option and suboption (§4.3.1.4).
const (
	blockAddress   = 0x0102
	blockAddresses = 0x0103 // with name servers
	blockKind      = 0x0201
	blockName      = 0x0202
	blockIdentity  = 0x0203
	blockRole      = 0x0204
	blockAlias     = 0x0206
)

// tell tells what a station says of itself, or whom a search is for.
func (d *dissector) tell(frame, block int, r *wire.Reader, about heron.Subject, out dissect.Emitter) {
	if frame == identifyRequest {
		if block == blockName {
			out.Observe(about, keySearches, r.Rest())
		}
		return
	}
	switch block {
	case blockAddress, blockAddresses:
		if ip, ok := netip.AddrFromSlice(r.Bytes(4)); ok && !ip.IsUnspecified() {
			out.Observe(about, keyAddress, d.text.Address(ip))
		}
	case blockKind:
		out.Observe(about, keyKind, r.Rest())
	case blockName:
		name := r.Rest()
		out.Observe(about, keyName, name)
		out.Observe(about, heron.KeyHostname, name)
	case blockAlias:
		out.Observe(about, keyAlias, r.Rest())
	case blockIdentity:
		vendor, device := r.U16(), r.U16()
		if r.Err() == nil {
			out.Observe(about, keyVendor, d.text.HexNumber(vendor, 0))
			out.Observe(about, keyDevice, d.text.HexNumber(device, 0))
		}
	case blockRole:
		role := r.U8()
		for bit, name := range [...]string{"device", "controller", "multidevice", "supervisor"} {
			if role&(1<<bit) != 0 {
				out.ObserveString(about, keyRole, name)
			}
		}
	}
}

// order reports what is set, each time.
func (d *dissector) order(option, sub int, r *wire.Reader, out dissect.Emitter) {
	const control = 5
	attrs := map[string]string{}
	kind := "pn_dcp.set"
	switch block := option<<8 | sub; {
	case block == blockName:
		kind, attrs["name"] = "pn_dcp.set_name", wire.Text(r.Rest(), 240)
	case block == blockAddress || block == blockAddresses:
		ip, _ := netip.AddrFromSlice(r.Bytes(4))
		mask, _ := netip.AddrFromSlice(r.Bytes(4))
		gateway, _ := netip.AddrFromSlice(r.Bytes(4))
		if r.Err() != nil {
			return
		}
		kind = "pn_dcp.set_address"
		attrs["address"], attrs["mask"], attrs["gateway"] = ip.String(), mask.String(), gateway.String()
	case option == control && (sub == 1 || sub == 2):
		return // a transaction begins or ends
	case option == control && sub == 3:
		kind = "pn_dcp.signal"
	case option == control && (sub == 5 || sub == 6):
		kind = "pn_dcp.reset"
	default:
		attrs["option"], attrs["suboption"] = strconv.Itoa(option), strconv.Itoa(sub)
	}
	out.Event(heron.Event{Kind: kind, Attrs: attrs})
}
