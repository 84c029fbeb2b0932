// Package skinny reads the Skinny Client Control Protocol, by which Cisco's phones
// are under the control of a call manager: which phone it is, of what model, with
// what software and addresses. Calls, numbers and names of people are never told.
package skinny

import (
	"bytes"
	"encoding/hex"
	"net/netip"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations, all of a phone's own.
const (
	keyDevice     = "skinny.device" // name by which it registers: SEP and its MAC address
	keyMAC        = "skinny.mac"
	keyAddress    = "skinny.address"
	keyDeviceType = "skinny.device_type" // number of the model
	keyModel      = "skinny.model"
	keyVersion    = "skinny.version" // of the protocol that it speaks
	keyLoad       = "skinny.load"    // software that it runs
)

// Messages.
const (
	keepAlive = 0x0000
	register  = 0x0001
	alarm     = 0x0020
)

// Limits.
const (
	headerSize = 8 // its two numbers are not in the length
	minLength  = 4
	maxLength  = 4 << 10
	nameSize   = 16
	whoSize    = 16 // of what is there behind the name in any case
	loadSize   = 32
	alarmSize  = 80
	// maxMessages is after how many messages of a flow there is nothing new.
	maxMessages = 100
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{}
	return dissect.Protocol{
		Name:    "skinny",
		Over:    dissect.OverTCP,
		Ports:   []uint16{2000},
		Spec:    "not published; Cisco SCCP, as its public descriptions have it",
		Probe:   probe,
		Frame:   frame,
		Dissect: d.dissect,
	}
}

type dissector struct {
	text dissect.Buffer
	mac  [6]byte
}

// message is the head of a message, with what follows.
type message struct {
	kind int
	body wire.Reader
}

// frame returns the length of a message: its own is that of all behind the version.
func frame(b []byte) (int, error) {
	r := wire.NewReader(b)
	size := r.U32LE()
	if r.Err() != nil {
		return 0, nil
	}
	if size < minLength || size > maxLength {
		return 0, dissect.ErrNotMine
	}
	version := r.U32LE()
	if r.Err() == nil && !isVersion(version) {
		return 0, dissect.ErrNotMine
	}
	kind := r.U32LE()
	if r.Err() != nil {
		return 0, nil
	}
	if !isKind(kind) || kind == keepAlive && size != minLength {
		return 0, dissect.ErrNotMine
	}
	return headerSize + size, nil
}

// isVersion reports whether a number is one of the header's versions: that of all
// phones, or those of newer call managers.
func isVersion(n int) bool { return n == 0 || n >= 0x0a && n <= 0x16 }

// isKind reports whether a number is that of a message, those of the Small
// Business phones among them.
func isKind(n int) bool { return n <= 0x165 || n >= 0x8000 && n <= 0x8130 }

// read takes a message apart.
func read(r *wire.Reader) message {
	size := r.U32LE()
	r.Skip(4)
	body := r.Sub(size)
	kind := body.U32LE()
	return message{kind, body}
}

// probe takes what a phone begins with: why it starts anew, and who it is.
func probe(b []byte, fromClient bool) bool {
	n, err := frame(b)
	if !fromClient || err != nil || n == 0 || n > len(b) {
		return false
	}
	r := wire.NewReader(b)
	switch m := read(&r); m.kind {
	case register:
		return isName(wire.UntilZero(m.body.Bytes(nameSize))) && m.body.Len() >= whoSize
	case alarm:
		m.body.Skip(4)
		return bytes.Contains(wire.UntilZero(m.body.Bytes(alarmSize)), []byte(": Name="))
	}
	return false
}

// isName reports whether b may be the name of a device.
func isName(b []byte) bool {
	for _, c := range b {
		if (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') && c != '-' && c != '_' && c != '.' && c != '@' {
			return false
		}
	}
	return len(b) > 2
}

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	data := &m.Flow.Data
	data[0]++
	verdict := heron.Verdict{Done: data[0] >= maxMessages}
	if !m.FromClient {
		return verdict, nil
	}
	about := heron.Subject{Endpoint: m.Src}
	switch msg := read(r); msg.kind {
	case register:
		if err := d.register(&msg.body, about, out); err != nil {
			return heron.Verdict{}, err
		}
	case alarm:
		msg.body.Skip(4)
		text := wire.UntilZero(msg.body.Bytes(alarmSize))
		d.name(word(text, " Name="), about, out)
		out.Observe(about, keyLoad, word(text, " Load="))
	}
	return verdict, nil
}

// word returns what stands behind a mark, up to the next space.
func word(text []byte, mark string) []byte {
	_, rest, _ := bytes.Cut(text, []byte(mark))
	value, _, _ := bytes.Cut(rest, []byte(" "))
	return value
}

// register tells who a phone is. Old phones end after the type, or the version.
func (d *dissector) register(r *wire.Reader, about heron.Subject, out dissect.Emitter) error {
	name := wire.UntilZero(r.Bytes(nameSize))
	r.Skip(8) // reserved, instance
	address := r.Bytes(4)
	kind := r.U32LE()
	if r.Err() != nil || !isName(name) {
		return dissect.ErrNotMine
	}
	d.name(name, about, out)
	if ip, ok := netip.AddrFromSlice(address); ok && !ip.IsUnspecified() {
		out.Observe(about, keyAddress, d.text.Address(ip))
	}
	out.Observe(about, keyDeviceType, d.text.Number(kind))
	out.ObserveString(about, keyModel, modelOf(kind))
	r.Skip(8) // streams
	if version := r.U8(); version > 0 {
		out.Observe(about, keyVersion, d.text.Number(version))
	}
	r.Skip(3 + 8 + 12 + 8 + 20) // features, conferences, MAC address, scope, lines, IPv6 address and scope
	if load := wire.Unpad(r.Bytes(loadSize)); wire.Printable(load) {
		out.Observe(about, keyLoad, load)
	}
	return nil
}

// name tells the name of a phone, and the MAC address that it has in it.
func (d *dissector) name(name []byte, about heron.Subject, out dissect.Emitter) {
	if !isName(name) {
		return
	}
	out.Observe(about, keyDevice, name)
	out.Observe(about, heron.KeyHostname, name)
	digits, phone := bytes.CutPrefix(name, []byte("SEP"))
	if !phone {
		digits, phone = bytes.CutPrefix(name, []byte("ATA"))
	}
	if !phone || len(digits) != 2*len(d.mac) {
		return
	}
	if _, err := hex.Decode(d.mac[:], digits); err == nil {
		out.Observe(about, keyMAC, d.text.MAC(d.mac[:]))
	}
}
