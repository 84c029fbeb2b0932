// Package browser reads the announcements by which Windows machines, Samba and
// network storage make themselves known to their neighbours in NetBIOS datagrams:
// name, version, what they serve, and their comment.
package browser

import (
	"bytes"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/proto/nbns"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyVersion = "browser.os_version" // as 6.1
	keyServer  = "browser.server"     // what it serves: workstation, server, sql, domain_controller, print …
	keyComment = "browser.comment"
	keyDomain  = "browser.domain" // a domain or workgroup whose master it is
)

// Kinds of datagram (RFC 1002 §4.4.1) and of announcement ([MS-BRWS] §2.2).
const (
	directUnique    = 0x10
	broadcast       = 0x12
	hostAnnounced   = 0x01
	domainAnnounced = 0x0c
	masterAnnounced = 0x0f
	nameSize        = 32
	headSize        = 14 + 2*(1+nameSize+1) // down to what it carries
	maxComment      = 64
	mailslot        = "\\MAILSLOT\\BROWSE\x00"
	signature       = 0xaa55
	machineNameSize = 16
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{name: make([]byte, 0, machineNameSize)}
	return dissect.Protocol{
		Name:    "browser",
		Over:    dissect.OverUDP,
		Ports:   []uint16{138},
		Spec:    "[MS-BRWS]; [MS-MAIL] (mailslots of SMB); RFC 1002 §4.4 (NetBIOS datagrams)",
		Carries: []string{"smb"},
		Starts:  []byte{directUnique, directUnique + 1, broadcast},
		Probe:   func(b []byte, _ bool) bool { _, ok := source(b, nil); return ok && bytes.Contains(b, []byte(mailslot)) },
		Dissect: d.dissect,
	}
}

// source reads the head of a datagram down to the name of who sent it, with room
// in buf. The length must be what follows the head.
func source(b, buf []byte) (name []byte, ok bool) {
	r := wire.NewReader(b)
	kind := r.U8()
	r.Skip(1 + 2 + 4 + 2)
	length, offset := r.U16(), r.U16()
	size := r.Len()
	if r.Err() != nil || kind < directUnique || kind > broadcast || length != size || offset != 0 {
		return nil, false
	}
	for i := range 2 { // source and destination
		n := r.U8()
		encoded := r.Bytes(nameSize)
		if end := r.U8(); r.Err() != nil || n != nameSize || end != 0 {
			return nil, false
		}
		if i == 0 {
			if name, _, ok = nbns.DecodeName(encoded, buf); !ok {
				return nil, false
			}
		}
	}
	return name, true
}

type dissector struct {
	name []byte
	text dissect.Buffer
}

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	b := r.Rest()
	name, ok := source(b, d.name[:0])
	if !ok {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	host := heron.Subject{Endpoint: m.Src}
	out.Observe(host, heron.KeyHostname, name)
	if at := bytes.Index(b, []byte(mailslot)); at >= 0 {
		rest := wire.NewReader(b[at+len(mailslot):])
		d.announcement(&rest, host, out)
	}
	if bytes.HasPrefix(b[headSize:], []byte("\xffSMB")) {
		return heron.Verdict{Carries: "smb"}, nil
	}
	return heron.Verdict{}, nil
}

// announcement tells what a machine says of itself ([MS-BRWS] §2.2.1, §2.2.10).
// That of a domain has the domain's name in place of its own.
func (d *dissector) announcement(r *wire.Reader, host heron.Subject, out dissect.Emitter) {
	kind := r.U8()
	r.Skip(1 + 4)
	name := wire.UntilZero(r.Bytes(machineNameSize))
	major, minor := r.U8(), r.U8()
	kinds := r.U32LE()
	r.Skip(2)
	mark := r.U16LE()
	if r.Err() != nil {
		return
	}
	switch {
	case kind == domainAnnounced:
		out.Observe(host, keyDomain, name)
	case (kind == hostAnnounced || kind == masterAnnounced) && mark == signature:
		out.Observe(host, heron.KeyHostname, name)
		out.Observe(host, keyVersion, d.text.Numbers('.', major, minor))
		for _, known := range [...]struct {
			bit  int
			name string
		}{
			{0x1, "workstation"},
			{0x2, "server"},
			{0x4, "sql"},
			{0x8, "domain_controller"},
			{0x10, "backup_domain_controller"},
			{0x200, "print"},
			{0x400, "dialin"},
			{0x800, "unix"},
			{0x8000, "nt_server"},
			{0x40000, "master_browser"},
		} {
			if kinds&known.bit != 0 {
				out.ObserveString(host, keyServer, known.name)
			}
		}
		rest := r.Bytes(min(r.Len(), maxComment))
		comment := wire.UntilZero(rest)
		out.Observe(host, keyComment, comment)
	}
}
