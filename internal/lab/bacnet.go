package lab

import (
	"net/netip"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/proto/bacnet"
)

const bacnetPort = 47808

// bacnetDevice is the device object (ASHRAE 135 clause 12.11), and one analog
// input.
type bacnetDevice struct {
	instance                                       uint32 // of the first; others count on
	vendor                                         uint16
	vendorName, model, firmware, application, name string
}

func bacnetService(d bacnetDevice) Service {
	return Service{
		Protocol: "bacnet", Transport: heron.UDP, Port: bacnetPort,
		Groups: []netip.Addr{subnetBroadcast()}, ToGroup: true, Answer: d.answer,
	}
}

func (d bacnetDevice) number(h *Host) uint32 { return d.instance + uint32(h.Index) }

func (d bacnetDevice) answer(h *Host, q Query) Reply {
	m, err := bacnet.Read(q.Bytes)
	if err != nil {
		return Reply{Used: len(q.Bytes), Broken: true}
	}
	me := d.number(h)
	switch {
	case m.Kind == bacnet.Unconfirmed && m.Service == bacnet.WhoIs:
		if m.Low >= 0 && (me < uint32(m.Low) || me > uint32(m.High)) {
			return Reply{}
		}
		return Reply{Used: len(q.Bytes), Bytes: bacnet.AppendIAm(nil, me, d.vendor)}
	case m.Kind == bacnet.Confirmed && m.Service == bacnet.ReadProperty:
		v := d.property(h, m.Property)
		if v == nil {
			return Reply{Used: len(q.Bytes), Bytes: bacnet.AppendUnknownProperty(nil, &m)}
		}
		return Reply{Used: len(q.Bytes), Bytes: bacnet.AppendProperty(nil, &m, v)}
	}
	return Reply{}
}

func (d bacnetDevice) property(h *Host, id int) bacnet.Value {
	const warm = 0x41ac0000 // 21.5
	switch id {
	case bacnet.PropVendorID:
		return bacnet.Number(d.vendor)
	case bacnet.PropVendorName:
		return bacnet.Text(d.vendorName)
	case bacnet.PropModelName:
		return bacnet.Text(d.model)
	case bacnet.PropFirmware:
		return bacnet.Text(h.fill(d.firmware))
	case bacnet.PropApplicationVersion:
		return bacnet.Text(d.application)
	case bacnet.PropObjectName:
		return bacnet.Text(h.fill(d.name))
	case bacnet.PropPresentValue:
		return bacnet.Real(warm)
	}
	return nil
}

// whoIs is a controller that looks for its devices, and asks each who it is.
func whoIs(a *actor) {
	a.say(datagram{
		from: a.host, src: addrPort(a.host, bacnetPort),
		to: netip.AddrPortFrom(subnetBroadcast(), bacnetPort), payload: bacnet.AppendWhoIs(nil),
	})
	for _, to := range append(a.site.around(a.host, "siemens-ahu"), a.site.around(a.host, "jci-thermostat")...) {
		for i, p := range []byte{
			bacnet.PropVendorName, bacnet.PropModelName, bacnet.PropFirmware, bacnet.PropApplicationVersion, bacnet.PropObjectName,
		} {
			wildcard := bacnet.ObjectID(bacnet.ObjectDevice, 0x3fffff)
			a.askBACnet(to, bacnet.AppendReadProperty(nil, byte(i), wildcard, p))
		}
	}
}

// pollBACnet reads the temperatures.
func pollBACnet(a *actor) {
	for _, model := range []string{"siemens-ahu", "jci-thermostat"} {
		if to := a.site.role(a.host, model); to != nil {
			input := bacnet.ObjectID(bacnet.ObjectAnalogInput, 1)
			a.askBACnet(to, bacnet.AppendReadProperty(nil, byte(a.rng.Uint32()), input, bacnet.PropPresentValue))
		}
	}
}

func (a *actor) askBACnet(to *Host, request []byte) {
	a.say(datagram{
		from: a.host, src: addrPort(a.host, bacnetPort), to: addrPort(to, bacnetPort), payload: request,
	})
}
