// Package knxip reads KNXnet/IP, the way of building control over IP: what
// gateways say of themselves, and the telegrams that switch, program and restart
// the devices of the building. Of a telegram its kind and its target are told,
// never its value.
package knxip

import (
	"net/netip"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyName         = "knxip.name"
	keySerial       = "knxip.serial"
	keyMAC          = "knxip.mac"
	keyAddress      = "knxip.address" // individual address in the building: 1.1.0
	keyMedium       = "knxip.medium"  // tp1, pl110, rf, ip
	keyManufacturer = "knxip.manufacturer_id"
	keyMask         = "knxip.mask" // number of the kind of device, hexadecimal
	keyService      = "knxip.service"
	keyGroup        = "knxip.multicast"
	keySecure       = "knxip.secure" // "yes": it speaks KNX Secure
	keyRole         = "knxip.role"   // server, client, router
)

// Services (KNX 3/8/1 §5, 3/8/2 to 3/8/5; ISO 22510).
const (
	searchRequest     = 0x0201
	searchResponse    = 0x0202
	describeRequest   = 0x0203
	describeResponse  = 0x0204
	connectRequest    = 0x0205
	connectResponse   = 0x0206
	searchExtended    = 0x020b
	searchExtResponse = 0x020c
	configRequest     = 0x0310
	tunnelRequest     = 0x0420
	featureGet        = 0x0422
	featureResponse   = 0x0423
	featureSet        = 0x0424
	featureInfo       = 0x0425
	routing           = 0x0530
	secureWrapper     = 0x0950
	secureLast        = 0x0957
)

// headSize is the length of the header, which is its first octet; version 1.0 is
// the second.
const headSize = 6

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{}
	return dissect.Protocol{
		Name:         "knxip",
		Over:         dissect.OverTCP | dissect.OverUDP,
		Ports:        []uint16{3671},
		Spec:         "ISO 22510:2019 §5 (KNXnet/IP); KNX Standard 3/6/3 (cEMI), 3/3/7 (application layer)",
		EveryMessage: true,
		Probe:        func(b []byte, _ bool) bool { n, err := frame(b); return err == nil && n > 0 && n <= len(b) },
		Starts:       []byte{headSize},
		Frame:        frame,
		Dissect:      d.dissect,
	}
}

type dissector struct {
	text dissect.Buffer
}

// frame reads the header: its length, version, service and total length.
func frame(b []byte) (int, error) {
	const version, maxSize = 0x10, 8 << 10
	r := wire.NewReader(b)
	size, v, service, total := r.U8(), r.U8(), r.U16(), r.U16()
	if start := len(b); start > 0 && size != headSize || start > 1 && v != version {
		return 0, dissect.ErrNotMine
	}
	if r.Err() != nil {
		return 0, nil
	}
	if !known(service) || total < headSize || total > maxSize {
		return 0, dissect.ErrNotMine
	}
	return total, nil
}

// known reports whether there is such a service.
func known(service int) bool {
	switch service >> 8 {
	case 0x02:
		return service >= searchRequest && service <= searchExtResponse
	case 0x03:
		return service == configRequest || service == configRequest+1
	case 0x04:
		return service >= tunnelRequest && service <= featureInfo
	case 0x05:
		return service >= routing && service <= routing+3
	case 0x07:
		return service >= 0x0740 && service <= 0x0743
	case 0x09:
		return service >= secureWrapper && service <= secureLast
	}
	return false
}

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	if n, err := frame(r.Peek(r.Len())); err != nil || n == 0 || n != r.Len() {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	r.Skip(2)
	service := r.U16()
	r.Skip(2)
	about := heron.Subject{Endpoint: m.Src}
	switch {
	case service == searchRequest || service == searchExtended || service == describeRequest || service == connectRequest:
		out.ObserveString(about, keyRole, "client")
	case service == searchResponse || service == searchExtResponse:
		r.Skip(r.U8() - 1) // where it takes orders
		d.blocks(r, about, out)
	case service == describeResponse:
		d.blocks(r, about, out)
	case service == connectResponse:
		out.ObserveString(about, keyRole, "server")
	case service == tunnelRequest || service == configRequest:
		r.Skip(4) // connection header
		d.telegram(r, m, out)
	case service == routing:
		out.ObserveString(about, keyRole, "router")
		d.telegram(r, m, out)
	case service >= featureResponse && service <= featureInfo && service != featureSet:
		d.feature(r, about, out)
	case service >= secureWrapper:
		out.ObserveString(about, keySecure, "yes")
	}
	return heron.Verdict{}, r.Err()
}

// blocks reads the description of a device: blocks of length, type and content
// (3/8/2 §7.5.4).
func (d *dissector) blocks(r *wire.Reader, about heron.Subject, out dissect.Emitter) {
	const device, families, secured, maker = 1, 2, 6, 0xfe
	out.ObserveString(about, keyRole, "server")
	for r.Len() >= 2 {
		size, kind := r.U8(), r.U8()
		v := r.Sub(size - 2)
		switch kind {
		case device:
			d.device(&v, about, out)
		case families:
			for v.Len() >= 2 {
				d.family(v.U8(), about, out)
				v.Skip(1)
			}
		case secured:
			out.ObserveString(about, keySecure, "yes")
		case maker:
			if id := v.U16(); v.Err() == nil {
				out.Observe(about, keyManufacturer, d.text.Number(id))
			}
		}
	}
}

// family tells one of the families of services that a device has.
func (d *dissector) family(number int, about heron.Subject, out dissect.Emitter) {
	name := ""
	switch number {
	case 2:
		name = "core"
	case 3:
		name = "management"
	case 4:
		name = "tunnelling"
	case 5:
		name = "routing"
	case 6:
		name = "remote-logging"
	case 7:
		name = "remote-configuration"
	case 8:
		name = "object-server"
	case 9:
		name = "security"
	}
	out.ObserveString(about, keyService, name)
}

// device reads the block that tells what a device is (3/8/2 §7.5.4.2). The first
// half of the serial number is the maker's.
func (d *dissector) device(v *wire.Reader, about heron.Subject, out dissect.Emitter) {
	medium := v.U8()
	v.Skip(1) // status
	address := v.U16()
	v.Skip(2) // project
	serial := v.Bytes(6)
	group, _ := netip.AddrFromSlice(v.Bytes(4))
	mac, name := v.Bytes(6), v.Bytes(30)
	if v.Err() != nil {
		return
	}
	out.ObserveString(about, keyMedium, mediumName(medium))
	out.Observe(about, keyAddress, d.individual(address))
	out.Observe(about, keySerial, d.text.Hex(serial))
	s := wire.NewReader(serial)
	out.Observe(about, keyManufacturer, d.text.Number(s.U16()))
	if !group.IsUnspecified() {
		out.Observe(about, keyGroup, d.text.Address(group))
	}
	out.Observe(about, keyMAC, d.text.MAC(mac))
	out.Observe(about, keyName, wire.UntilZero(name))
}

func mediumName(medium int) string {
	switch medium {
	case 0x02:
		return "tp1"
	case 0x04:
		return "pl110"
	case 0x10:
		return "rf"
	case 0x20:
		return "ip"
	}
	return ""
}

// feature reads what a gateway tells of its interface (ISO 22510, tunnelling
// features): its address in the building and the kind of device.
func (d *dissector) feature(r *wire.Reader, about heron.Subject, out dissect.Emitter) {
	const deviceMask, maker, individual = 2, 5, 6
	r.Skip(4) // connection header
	id, code := r.U8(), r.U8()
	value := r.U16()
	if r.Err() != nil || code != 0 {
		return
	}
	switch id {
	case deviceMask:
		out.Observe(about, keyMask, d.text.HexNumber(value, 0))
	case maker:
		out.Observe(about, keyManufacturer, d.text.Number(value))
	case individual:
		out.Observe(about, keyAddress, d.individual(value))
	}
}

// individual writes an individual address: area, line and device.
func (d *dissector) individual(a int) []byte {
	return d.text.Numbers('.', a>>12, a>>8&0xf, a&0xff)
}
