// Package smb asks a file server which dialect it speaks and what it calls itself: the
// negotiation of SMB 2 ([MS-SMB2] §2.2.3), and the first message of a login, to which
// the server answers with its names and its system ([MS-NLMP] §2.2.1). No user is
// named, and no login is made. It can send nothing else.
//
// The dissector reads the answers: smb.dialect, ntlmssp.computer …
package smb

import (
	"encoding/binary"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/probe"
	"github.com/heron-iot/heron/internal/wire"
)

// Commands of SMB 2 ([MS-SMB2] §2.2.1).
const (
	negotiate    = 0
	sessionSetup = 1
)

const (
	prefix     = 4 // the length of a message over TCP
	headerSize = 64
	maxAnswer  = 16 << 10
)

// message is one of SMB 2, number n.
func message(command byte, n byte, body []byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(headerSize+len(body)))
	b = append(b, "\xfeSMB\x40\x00\x00\x00\x00\x00\x00\x00"...)
	b = append(b, command, 0, 1, 0) // one credit
	b = append(b, make([]byte, 8)...)
	b = append(b, n, 0, 0, 0, 0, 0, 0, 0)
	b = append(b, make([]byte, 32)...)
	return append(b, body...)
}

// questions are the negotiation, with signing possible and dialects up to 3.0.2, and
// the opening of a login.
func questions() [][]byte {
	dialects := []uint16{0x0202, 0x0210, 0x0300, 0x0302}
	hello := []byte{36, 0, byte(len(dialects)), 0, 1, 0, 0, 0}
	hello = append(hello, make([]byte, 4)...)    // capabilities
	hello = append(hello, "heron probe 0001"...) // who we are
	hello = append(hello, make([]byte, 8)...)
	for _, d := range dialects {
		hello = binary.LittleEndian.AppendUint16(hello, d)
	}
	login := loginOpening()
	setup := []byte{25, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, headerSize + 24, 0, byte(len(login)), 0}
	setup = append(append(setup, make([]byte, 8)...), login...)
	return [][]byte{message(negotiate, 0, hello), message(sessionSetup, 1, setup)}
}

// loginOpening is a NEGOTIATE_MESSAGE: it asks for the server's names, and tells none.
func loginOpening() []byte {
	const unicode, target, ntlm, extended, version = 1, 4, 0x200, 0x80000, 0x2000000
	b := append([]byte("NTLMSSP\x00"), 1, 0, 0, 0)
	b = binary.LittleEndian.AppendUint32(b, unicode|target|ntlm|extended|version)
	return append(b, make([]byte, 8+8+8)...) // domain, workstation, version
}

// Probe returns the probe.
func Probe() probe.Probe {
	ask := questions()
	return probe.Probe{
		Name: "smb", Transport: heron.TCP, Ports: []uint16{445}, Safety: probe.ReadOnly, Worth: 2,
		MaxWrites: len(ask), MaxBytes: len(ask[0]) + len(ask[1]), MaxAnswer: maxAnswer, Allow: probe.Only(ask...),
		Rehearse: [][]byte{message(negotiate, 0, nil)},
		Spec:     "[MS-SMB2] §2.2.3, [MS-NLMP] §2.2.1", Run: probe.Ask(size, ask...),
	}
}

// size is that of a message of SMB 2.
func size(b []byte) (int, error) {
	r := wire.NewReader(b)
	n := r.U32()
	mark := r.Peek(min(4, r.Len()))
	switch {
	case r.Err() != nil:
		return 0, nil
	case n < headerSize || n > maxAnswer || !wire.CanBegin(mark, "\xfeSMB"):
		return 0, probe.ErrNotMine
	}
	return prefix + n, nil
}
