// Package dhip reads Dahua's protocol of cameras and recorders: what they say of
// themselves in answer to a search, and that somebody logs in.
package dhip

import (
	"bytes"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/proto/jsonscan"
	"github.com/heron-iot/heron/internal/wire"
)

// Parts of a message: a header of 32 octets with the length of the text twice,
// then the text. Older ones begin with a command and have the length at once.
const (
	headerSize = 32
	magic      = "\x20\x00\x00\x00DHIP"
	oldLogin   = 0xa0
	oldAnswer  = 0xb0
	maxText    = 1 << 16
	// maxMessages is how many of a connection are looked at: after them come pictures.
	maxMessages = 32
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	return dissect.Protocol{
		Name:    "dhip",
		Over:    dissect.OverTCP | dissect.OverUDP,
		Ports:   []uint16{37777, 37810},
		Spec:    "not published; Dahua DHIP, JSON behind a header, as observed",
		Probe:   func(b []byte, _ bool) bool { n, err := frame(b); return err == nil && n > 0 },
		Starts:  []byte{0x20},
		Frame:   frame,
		Dissect: read,
	}
}

// frame returns the length of a message.
func frame(b []byte) (int, error) {
	if !wire.CanBegin(b, magic) {
		return frameOld(b)
	}
	r := wire.NewReader(b)
	r.Skip(16)
	length, zero, again := r.U32LE(), r.U32LE(), r.U32LE()
	if r.Err() != nil {
		return 0, nil
	}
	if length != again || zero != 0 || length > maxText {
		return 0, dissect.ErrNotMine
	}
	return headerSize + length, nil
}

// frameOld is frame for the login of older devices, and the answer to it.
func frameOld(b []byte) (int, error) {
	r := wire.NewReader(b)
	command, zero := r.U8(), r.U8()
	if len(b) > 1 && (command != oldLogin && command != oldAnswer || zero > 5) {
		return 0, dissect.ErrNotMine
	}
	r.Skip(2)
	length := r.U32LE()
	r.Skip(headerSize - 8)
	if r.Err() != nil {
		return 0, nil
	}
	if length > 1024 {
		return 0, dissect.ErrNotMine
	}
	return headerSize + length, nil
}

func read(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	size := r.Len()
	n, err := frame(r.Peek(size))
	first := wire.NewReader(r.Peek(1))
	command := first.U8()
	if err != nil || n == 0 || m.Transport == heron.UDP && n != size {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	if command == oldLogin || command == oldAnswer {
		if m.Transport == heron.UDP || m.DstPort != 37777 && m.SrcPort != 37777 || (command == oldLogin) != m.FromClient {
			return heron.Verdict{}, dissect.ErrNotMine
		}
		return heron.Verdict{Done: command == oldAnswer}, nil
	}
	r.Skip(headerSize)
	text := r.Rest()
	method := jsonscan.Find(text, "method")
	switch {
	case bytes.Equal(method, []byte("client.notifyDevInfo")), bytes.Equal(method, []byte("client.notifyDevInfoEx")):
		describe(text, heron.Subject{Endpoint: m.Src}, out)
	case bytes.Equal(method, []byte("global.login")) && m.FromClient:
		out.Event(heron.Event{Kind: "dhip.login", Attrs: map[string]string{}})
	}
	m.Flow.Data[0]++
	return heron.Verdict{Done: m.Transport == heron.TCP && m.Flow.Data[0] >= maxMessages}, nil
}

// describe tells what a device says of itself.
func describe(text []byte, about heron.Subject, out dissect.Emitter) {
	for _, field := range [...]struct{ name, key string }{
		{"Vendor", "dhip.vendor"},
		{"DeviceType", "dhip.model"},
		{"DetailType", "dhip.detail_type"},
		{"DeviceClass", "dhip.device_class"},
		{"SerialNo", "dhip.serial"},
		{"Version", "dhip.version"},
		{"MachineName", "dhip.machine_name"},
		{"mac", "dhip.mac"},
	} {
		out.Observe(about, field.key, jsonscan.Find(text, field.name))
	}
}
