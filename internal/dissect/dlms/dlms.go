// Package dlms reads DLMS/COSEM, in which meters are read over TCP and UDP: whose a
// meter is, its number and version, what is set in it. What it has metered is
// never told, nor passwords.
package dlms

import (
	"encoding/binary"
	"strconv"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/proto/dlms"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyManufacturer = "dlms.manufacturer"   // three letters, which the DLMS User Association gives out
	keyTitle        = "dlms.system_title"   // hexadecimal
	keyDevice       = "dlms.logical_device" // name of the logical device
	keySerial       = "dlms.serial"
	keyFirmware     = "dlms.firmware"
	keyAuth         = "dlms.auth"                // how a client logs in: none, password, challenge
	keyStation      = "dlms.station"             // a device of HDLC that answers
	keyGateway      = "dlms.gateway"             // "stations": two of them answered
	schemeName      = "dlms"                     // of logins
	maxName         = 64                         // of a logical device, a serial number, a version
	letters         = 3                          // of a manufacturer
	titleSize       = 8                          // of a system title (IEC 62056-5-3 §4.3.4)
	several         = "stations"                 // value of keyGateway
	oidContext      = "\x60\x85\x74\x05\x08\x01" // 2.16.756.5.8.1: application contexts of DLMS
	oidMechanism    = "\x60\x85\x74\x05\x08\x02" // 2.16.756.5.8.2: how clients log in
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{}
	return dissect.Protocol{
		Name:         "dlms",
		Over:         dissect.OverTCP | dissect.OverUDP,
		Ports:        []uint16{dlms.Port},
		Spec:         "IEC 62056-5-3:2017 §7, §9 (messages); IEC 62056-4-7 (TCP and UDP); IEC 62056-46 §6 (HDLC); IEC 62056-6-2 (objects)",
		EveryMessage: true,
		Probe:        probe,
		Starts:       []byte{0x00, 0x7e},
		Frame:        frame,
		Dissect:      d.dissect,
	}
}

func frame(b []byte) (int, error) {
	n, err := dlms.Size(b)
	if err != nil {
		return 0, dissect.ErrNotMine
	}
	return n, nil
}

// probe accepts the start of an association, and a frame of HDLC, whose check is
// proof enough.
func probe(b []byte, _ bool) bool {
	n, err := dlms.Size(b)
	if err != nil || n <= 1 || n > len(b) {
		return false
	}
	f, err := dlms.Read(b[:n])
	return err == nil && (b[0] != 0 || associates(f.Message))
}

// Places in heron.FlowScratch.Data.
const (
	atAsked   = 0 // what was asked for last
	atStation = 1 // two: the device of HDLC that answered last
)

// Messages by their tags (IEC 62056-5-3 §9.5).
const (
	tagReadRequest   = 0x05
	tagReadResponse  = 0x0c
	tagAARQ          = 0x60
	tagAARE          = 0x61
	tagGetRequest    = 0xc0 // the first of those with names of objects, behind which those with a key are
	tagSetRequest    = 0xc1
	tagActionRequest = 0xc3
	tagGetResponse   = 0xc4
	tagLast          = 0xdf
)

// known reports whether a message may have that tag: those of short names, with a
// key and without, notifications, those of associations, and the rest.
func known(tag int) bool {
	switch tag {
	case tagReadRequest, tagReadResponse, 0x06, 0x0d, 0x16, 0x18, 0x25, 0x26, 0x2c, 0x2d, 0x0f, tagAARQ, tagAARE, 0x62, 0x63:
		return true
	}
	return tag >= tagGetRequest && tag <= tagLast
}

type dissector struct {
	text  dissect.Buffer
	attrs dissect.Attrs
}

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	f, err := dlms.Read(r.Rest())
	if err != nil {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	message := wire.NewReader(f.Message)
	tag := message.U8()
	if len(f.Message) > 0 && !known(tag) {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	switch tag {
	case tagAARQ:
		asks(f.Message, m, out)
	case tagAARE:
		d.station(&f, m, out)
		d.answers(f.Message, m, out)
	case tagReadRequest:
		m.Flow.Data[atAsked] = byte(readsVariable(&message))
	case tagGetRequest:
		m.Flow.Data[atAsked] = byte(gets(&message))
	case tagReadResponse, tagGetResponse:
		d.station(&f, m, out)
		value(tag, &message, m, out)
	case tagSetRequest, tagActionRequest:
		d.order(tag, &message, out)
	}
	return heron.Verdict{}, nil
}

// station tells which device of HDLC has answered, and that there are several.
func (d *dissector) station(f *dlms.Frame, m *heron.Message, out dissect.Emitter) {
	if !f.HDLC || f.Source == 0 {
		return
	}
	out.Observe(m.Sender(), keyStation, d.text.Number(f.Source))
	data := m.Flow.Data[atStation:]
	if before := int(binary.BigEndian.Uint16(data)); before != 0 && before != f.Source {
		out.ObserveString(m.Sender(), keyGateway, several)
	}
	binary.BigEndian.PutUint16(data, uint16(f.Source))
}

// order reports what is set in a meter, and what it is ordered to do.
func (d *dissector) order(tag int, r *wire.Reader, out dissect.Emitter) {
	o, ok := readObject(r)
	switch {
	case !ok:
	case tag == tagSetRequest:
		out.Act("dlms.write", d.ordered(tag, &o))
	default:
		out.Act("dlms.action", d.ordered(tag, &o))
	}
}

// ordered returns the attributes of an order.
func (d *dissector) ordered(tag int, o *object) map[string]string {
	d.attrs.Begin(byte(tag))
	d.attrs.Number(o.class<<8 | o.member)
	d.attrs.Text(o.name)
	if known := d.attrs.Known(); known != nil {
		return known
	}
	attrs := map[string]string{"class": strconv.Itoa(o.class), "object": string(d.text.Octets('.', o.name))}
	member := "attribute"
	if tag == tagActionRequest {
		member = "method"
	}
	attrs[member] = strconv.Itoa(o.member)
	return d.attrs.Keep(attrs)
}

// manufacturer tells whose a meter is by the letters with which a name begins.
func manufacturer(name []byte, m *heron.Message, out dissect.Emitter) {
	if len(name) <= letters {
		return
	}
	name = name[:letters]
	for _, c := range name {
		if c < 'A' || c > 'Z' {
			return
		}
	}
	out.Observe(m.Sender(), keyManufacturer, name)
}
