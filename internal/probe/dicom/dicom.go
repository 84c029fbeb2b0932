// Package dicom asks an imaging device for an association to verify the connection, the
// only service that each must have (DICOM PS3.8 §7.1, PS3.4 annex A), and releases it.
// Nothing of a patient or an image is asked for. It can send nothing else.
//
// The dissector reads the answer: dicom.implementation_version …
package dicom

import (
	"context"
	"encoding/binary"
	"strings"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/probe"
	"github.com/heron-iot/heron/internal/wire"
)

// Kinds of PDU (PS3.8 §9.3).
const (
	associate = 1
	accepted  = 2
	rejected  = 3
	release   = 5
	released  = 6
	abort     = 7
)

const (
	headSize  = 6
	maxAnswer = 8 << 10
)

// unit is a PDU.
func unit(kind byte, content string) []byte {
	return append(binary.BigEndian.AppendUint32([]byte{kind, 0}, uint32(len(content))), content...)
}

// item is a variable item of one.
func item(kind byte, content string) string {
	return string(binary.BigEndian.AppendUint16([]byte{kind, 0}, uint16(len(content)))) + content
}

// request names whom it is for as tests of connections do.
func request() []byte {
	title := func(s string) string { return s + strings.Repeat(" ", 16-len(s)) }
	context := item(0x20, "\x01\x00\x00\x00"+item(0x30, "1.2.840.10008.1.1")+item(0x40, "1.2.840.10008.1.2"))
	user := item(0x50, item(0x51, "\x00\x00\x40\x00")+item(0x52, "1.2.826.0.1.3680043.9.0"))
	return unit(associate, "\x00\x01\x00\x00"+title("ANY-SCP")+title("HERON")+strings.Repeat("\x00", 32)+
		item(0x10, "1.2.840.10008.3.1.1.1")+context+user)
}

func goodbye() []byte { return unit(release, "\x00\x00\x00\x00") }

// Probe returns the probe.
func Probe() probe.Probe {
	return probe.Probe{
		Name: "dicom", Transport: heron.TCP, Ports: []uint16{104, 11112, 4242}, Safety: probe.ReadOnly, Worth: 2,
		MaxWrites: 2, MaxBytes: len(request()) + len(goodbye()), MaxAnswer: maxAnswer, Allow: probe.Only(request(), goodbye()),
		Rehearse: [][]byte{unit(accepted, "")}, Spec: "DICOM PS3.8 §7.1, §9.3", Run: run,
	}
}

func run(ctx context.Context, c *probe.Conn) error {
	if _, err := c.Write(request()); err != nil {
		return err
	}
	answer, err := probe.Listen(c, size)
	if err != nil {
		return err
	}
	if r := wire.NewReader(answer); r.U8() != accepted {
		return nil // it refused, and closes
	}
	return probe.Ask(size, goodbye())(ctx, c)
}

func size(b []byte) (int, error) {
	r := wire.NewReader(b)
	kind, zero := r.U8(), r.U8()
	n := r.U32()
	known := kind == accepted || kind == rejected || kind == released || kind == abort
	switch {
	case !known || zero != 0 || n > maxAnswer:
		return 0, probe.ErrNotMine
	case r.Err() != nil:
		return 0, nil
	}
	return headSize + n, nil
}
