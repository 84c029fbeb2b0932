// Package carp reads CARP, by which firewalls of the BSDs stand in for each other.
package carp

import (
	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyHost = "carp.host" // number of the virtual host
	keySkew = "carp.skew" // the least is the master
)

// ipProtocol is the number of the IP protocol, which VRRP has as well.
const ipProtocol = 112

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{}
	return dissect.Protocol{
		Name:    "carp",
		Over:    dissect.OverIP,
		Ports:   []uint16{ipProtocol},
		Spec:    "OpenBSD carp(4): the header of version 2, advertisements",
		Dissect: d.dissect,
	}
}

type dissector struct {
	text dissect.Buffer
}

// dissect reads the header: version and type, host, skew, length of what is
// authenticated in words (always 7), base, checksum, counter, and a keyed hash.
func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	const size, version2 = 36, 0x21
	whole := r.Len()
	first, host, skew, words := r.U8(), r.U8(), r.U8(), r.U8()
	if whole != size || first != version2 || words != 7 || host == 0 {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	about := heron.Subject{Endpoint: m.Src}
	out.Observe(about, keyHost, d.text.Number(host))
	out.Observe(about, keySkew, d.text.Number(skew))
	return heron.Verdict{}, nil
}
