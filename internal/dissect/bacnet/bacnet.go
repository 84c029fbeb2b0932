// Package bacnet reads BACnet/IP, by which buildings are controlled: what
// devices say of themselves, which networks are behind a router, and who changes
// what.
package bacnet

import (
	"encoding/hex"
	"strconv"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/proto/bacnet"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations, beside bacnet.device.<property>.
const (
	keyInstance = "bacnet.device.instance"
	keyVendorID = "bacnet.device.vendor_id"
	keyRouter   = "bacnet.routed_network" // number of a network behind the sender
	keyRouted   = "bacnet.routed_device"  // network, address, instance and vendor of a device there
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{}
	return dissect.Protocol{
		Name:         "bacnet",
		Over:         dissect.OverUDP | dissect.OverLink,
		Ports:        []uint16{47808},
		EtherTypes:   []uint16{0}, // 802.3 with LLC
		Spec:         "ANSI/ASHRAE 135 annex J (BACnet/IP), clauses 6 (network layer), 7 (Ethernet), 15, 16 and 20 (services)",
		EveryMessage: true,
		Probe: func(b []byte, _ bool) bool {
			_, err := bacnet.Read(b)
			return err == nil && bacnet.Whole(b)
		},
		Starts:  []byte{0x81},
		Dissect: d.dissect,
	}
}

type dissector struct {
	text  dissect.Buffer
	attrs dissect.Attrs
}

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	read := bacnet.Read
	if m.Transport == heron.Link {
		read = bacnet.ReadLink
	}
	b, err := read(r.Rest())
	if err != nil {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	about := subject(&b, m)
	switch {
	case b.LinkOnly:
		link(&b, m, out)
		return heron.Verdict{}, nil
	case b.SourceNet != 0:
		// What is behind a router has no address here that facts could be about.
		out.Observe(about, keyRouter, d.text.Number(b.SourceNet))
		d.routed(&b, about, out)
	}
	if b.Network {
		networks := wire.NewReader(b.Answer)
		for b.Service == bacnet.IAmRouter && networks.Len() >= 2 {
			out.Observe(about, keyRouter, d.text.Number(networks.U16()))
		}
		routing(&b, out)
		return heron.Verdict{}, nil
	}
	if b.SourceNet == 0 {
		d.facts(&b, about, out)
	}
	d.report(&b, m, out)
	return heron.Verdict{}, nil
}

// routed tells which devices there are behind a router, as they announce
// themselves: "2001:0c 1111 260".
func (d *dissector) routed(b *bacnet.Message, about heron.Subject, out dissect.Emitter) {
	if b.Kind != bacnet.Unconfirmed || b.Service != bacnet.IAm || b.Network {
		return
	}
	d.text = strconv.AppendInt(d.text[:0], int64(b.SourceNet), 10)
	d.text = hex.AppendEncode(append(d.text, ':'), b.SourceAddress)
	d.text = strconv.AppendInt(append(d.text, ' '), int64(b.Object&0x3fffff), 10)
	d.text = strconv.AppendInt(append(d.text, ' '), int64(b.Vendor), 10)
	out.Observe(about, keyRouted, d.text)
}

// subject is who a message is from: whoever sent it, or for a forwarded one
// (annex J.2.5) the address that it names.
func subject(b *bacnet.Message, m *heron.Message) heron.Subject {
	from := b.Origin.Addr()
	if !from.IsValid() || from == m.Src.IP || from.IsUnspecified() {
		return m.Sender()
	}
	return heron.Subject{Endpoint: heron.Endpoint{IP: from, VLAN: m.Src.VLAN}}
}

// facts tells what a device says of itself.
func (d *dissector) facts(b *bacnet.Message, about heron.Subject, out dissect.Emitter) {
	if b.Kind == bacnet.Unconfirmed && b.Service == bacnet.IAm {
		out.Observe(about, keyInstance, d.text.Number(int(b.Object&0x3fffff)))
		out.Observe(about, keyVendorID, d.text.Number(b.Vendor))
	}
	b.Properties(func(p bacnet.Property) {
		if p.Object>>22 != bacnet.ObjectDevice || p.Index != -1 {
			return
		}
		key := propertyKey(p.ID)
		if key == "" {
			return
		}
		if text, ok := p.ReadText(); ok {
			out.Observe(about, key, text)
		} else if n, ok := p.ReadNumber(); ok {
			out.Observe(about, key, d.text.Number(n))
		}
	})
}

// propertyKey names the properties of a device object that tell what it is, ""
// for others.
func propertyKey(id int) string {
	switch id {
	case bacnet.PropVendorName:
		return "bacnet.device.vendor_name"
	case bacnet.PropModelName:
		return "bacnet.device.model_name"
	case bacnet.PropFirmware:
		return "bacnet.device.firmware_revision"
	case bacnet.PropApplicationVersion:
		return "bacnet.device.application_software_version"
	case bacnet.PropObjectName:
		return "bacnet.device.object_name"
	case bacnet.PropDescription:
		return "bacnet.device.description"
	case bacnet.PropLocation:
		return "bacnet.device.location"
	case bacnet.PropSerialNumber:
		return "bacnet.device.serial_number"
	case bacnet.PropVendorID:
		return keyVendorID
	case bacnet.PropObjectIdentifier:
		return keyInstance
	}
	return ""
}
