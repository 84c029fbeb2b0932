package lab

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strings"

	"github.com/heron-iot/heron/internal/proto/ber"
	"github.com/heron-iot/heron/internal/proto/cotp"
	"github.com/heron-iot/heron/internal/proto/ntlmssp"
	"github.com/heron-iot/heron/internal/wire"
)

// windowsServer is a computer of a domain.
type windowsServer struct {
	domain              string // DNS name
	major, minor, build int
}

// services are files, remote desktop and, of a controller, the directory.
func (w windowsServer) services() []Service { return []Service{w.files(), w.desktop(), w.directory()} }

// short is the domain's NetBIOS name.
func (w windowsServer) short() string {
	name, _, _ := strings.Cut(w.domain, ".")
	return strings.ToUpper(name)
}

// files negotiates SMB and says who is there when somebody would log in
// ([MS-SMB2] §2.2.4, §2.2.6; [MS-NLMP] §2.2.1.2).
func (w windowsServer) files() Service {
	const prefix, headSize, negotiate, setup = 4, 64, 0, 1
	const moreNeeded, denied = 0xc0000016, 0xc0000022
	size := func(b []byte) (int, error) {
		r := wire.NewReader(b)
		n := r.U32()
		mark := r.Peek(min(4, r.Len()))
		switch {
		case r.Err() != nil:
			return 0, nil
		case n < headSize || !wire.CanBegin(mark, "\xfeSMB"):
			return 0, errStray
		}
		return prefix + n, nil
	}
	return messages("smb", 445, size, func(h *Host, _ *Session, b []byte) ([]byte, bool) {
		status, body := uint32(denied), []byte{9, 0, 0, 0, 0, 0, 0, 0}
		switch b[prefix+12] {
		case negotiate:
			body = append([]byte{65, 0, 3, 0, 2, 3, 0, 0}, padded(h.uuid(), 16, 0)...)
			status, body = 0, append(body, make([]byte, 40)...)
		case setup:
			challenge := ntlmssp.AppendChallenge(nil, h.hostname(), w.short(), h.hostname()+"."+w.domain, w.domain, w.major, w.minor, w.build)
			body = []byte{9, 0, 0, 0, headSize + 8, 0}
			status, body = moreNeeded, append(binary.LittleEndian.AppendUint16(body, uint16(len(challenge))), challenge...)
		}
		head := bytes.Clone(b[prefix : prefix+headSize])
		binary.LittleEndian.PutUint32(head[8:], status)
		head[16] |= 1 // it is an answer
		return slices.Concat(binary.BigEndian.AppendUint32(nil, uint32(headSize+len(body))), head, body), status != denied
	})
}

// desktop chooses how Remote Desktop is to be secured, and goes no further
// ([MS-RDPBCGR] §2.2.1.2).
func (w windowsServer) desktop() Service {
	return messages("rdp", 3389, cotp.Size, func(_ *Host, s *Session, _ []byte) ([]byte, bool) {
		const credSSP = 2
		s.Step++
		return []byte{3, 0, 0, 19, 14, 0xd0, 0, 0, 0x12, 0x34, 0, 2, 0x1f, 8, 0, credSSP, 0, 0, 0}, s.Step == 1
	})
}

// directory tells its root entry (RFC 4512 §5.1); other searches want a login.
func (w windowsServer) directory() Service {
	const search, entry, done, unbind, needsBind = 0x63, 0x64, 0x65, 0x42, 1
	text := func(s string) []byte { return ber.Append(nil, ber.OctetString, []byte(s)) }
	message := func(id int, op []byte) []byte { return ber.Append(nil, ber.Sequence, ber.AppendInt(nil, id), op) }
	return messages("ldap", 389, ber.Size, func(h *Host, _ *Session, b []byte) ([]byte, bool) {
		r := wire.NewReader(b)
		_, m := ber.Cut(&r)
		id := ber.GetInt(&m)
		op, body := ber.Cut(&m)
		_, base := ber.Cut(&body)
		if m.Err() != nil || op == unbind {
			return nil, false
		}
		end := func(code byte) []byte {
			return message(id, ber.Append(nil, done, []byte{ber.Enumerated, 1, code}, text(""), text("")))
		}
		if op != search || base.Len() > 0 {
			return end(needsBind), true
		}
		var list []byte
		context := "DC=" + strings.ReplaceAll(w.domain, ".", ",DC=")
		for _, f := range [][2]string{
			{"defaultNamingContext", context},
			{"dnsHostName", h.hostname() + "." + w.domain},
			{"serverName", "CN=" + h.hostname() + ",CN=Servers,CN=Default-First-Site-Name,CN=Sites,CN=Configuration," + context},
			{"supportedLDAPVersion", "3"},
			{"domainFunctionality", "7"},
			{"forestFunctionality", "7"},
		} {
			list = append(list, ber.Append(nil, ber.Sequence, text(f[0]), ber.Append(nil, ber.Set, text(f[1])))...)
		}
		found := message(id, ber.Append(nil, entry, text(""), ber.Append(nil, ber.Sequence, list)))
		return append(found, end(0)...), true
	})
}

// postgresService says that it speaks no TLS, and lets nobody in (PostgreSQL,
// Frontend/Backend Protocol: SSLRequest, ErrorResponse).
func postgresService() Service {
	const sslRequest = 80877103
	size := func(b []byte) (int, error) {
		if len(b) < 8 {
			return 0, nil
		}
		n := int(binary.BigEndian.Uint32(b))
		if n < 8 || n > maxHead {
			return 0, errStray
		}
		return n, nil
	}
	return messages("pgsql", 5432, size, func(_ *Host, _ *Session, b []byte) ([]byte, bool) {
		if binary.BigEndian.Uint32(b[4:]) == sslRequest {
			return []byte("N"), true
		}
		text := "SFATAL\x00C28000\x00Mno pg_hba.conf entry for this host\x00\x00"
		return append(binary.BigEndian.AppendUint32([]byte("E"), uint32(4+len(text))), text...), false
	})
}

// ipmiService is a management controller outside of any session: it is there, how it
// would let somebody in, and its identifier (DMTF DSP0136 §3.2.4.2, IPMI 2.0 §22.13,
// §22.14).
func ipmiService(enterprise uint32) Service {
	const classASF, classIPMI, head = 6, 7, 14
	return datagrams("ipmi", 623, func(h *Host, b []byte) []byte {
		if len(b) < 12 || !bytes.HasPrefix(b, []byte{6, 0, 0xff}) {
			return nil
		}
		switch {
		case b[3] == classASF && b[8] == 0x80:
			out := append([]byte{6, 0, 0xff, classASF, 0, 0, 0x11, 0xbe, 0x40, b[9], 0, 16}, 0, 0, 0x11, 0xbe)
			return append(out, 0, 0, 0, 0, 0x81, 0, 0, 0, 0, 0, 0, 0)
		case b[3] == classIPMI && len(b) > head+5:
			return ipmiAnswer(h, b[head:], enterprise)
		}
		return nil
	})
}

// ipmiAnswer answers a message (IPMI 2.0 §13.8): to another command than the two, that
// it may not be asked outside a session.
func ipmiAnswer(h *Host, b []byte, enterprise uint32) []byte {
	const authentication, identifier, denied = 0x38, 0x37, 0xd4
	code := b[5]
	data := []byte{denied}
	switch code {
	case authentication: // MD5 and password; version 2.0; the enterprise for those of OEM
		data = []byte{0, 1, 0x94, 0x04, 3, byte(enterprise), byte(enterprise >> 8), byte(enterprise >> 16), 0}
	case identifier:
		data = append([]byte{0}, padded(h.uuid(), 16, 0)...)
	}
	first := []byte{b[3], b[1] | 4}
	body := append(first, checksum(first))
	tail := append([]byte{b[0], b[4], code}, data...)
	body = append(append(body, tail...), checksum(tail))
	out := []byte{6, 0, 0xff, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, byte(len(body))}
	return append(out, body...)
}

// checksum makes the sum of all octets zero.
func checksum(b []byte) (sum byte) {
	for _, c := range b {
		sum -= c
	}
	return sum
}

// The service of verification, and the syntax that all speak (DICOM PS3.4 §A.4, PS3.5 §10.1).
const (
	dicomVerification = "1.2.840.10008.1.1"
	dicomPlain        = "1.2.840.10008.1.2"
)

// dicomService takes associations for verification and ends them in order (DICOM PS3.8
// §7.1, §9.3); it accepts no other service, and aborts what is none of its messages.
func dicomService(port uint16, class, version string) Service {
	const headSize, request, accept, data, release, released = 6, 1, 2, 4, 5, 6
	const refused = "\x03"
	item := func(kind byte, content string) string {
		return string(binary.BigEndian.AppendUint16([]byte{kind, 0}, uint16(len(content)))) + content
	}
	unit := func(kind byte, content string) []byte {
		return append(binary.BigEndian.AppendUint32([]byte{kind, 0}, uint32(len(content))), content...)
	}
	size := func(b []byte) (int, error) {
		r := wire.NewReader(b)
		kind, zero, n := r.U8(), r.U8(), r.U32()
		switch {
		case len(b) > 1 && (kind == 0 || kind > 7 || zero != 0), n > maxHead:
			return 0, errStray
		case r.Err() != nil:
			return 0, nil
		}
		return headSize + n, nil
	}
	return messages("dicom", port, size, func(_ *Host, _ *Session, b []byte) ([]byte, bool) {
		switch {
		case b[0] == request && len(b) >= headSize+68:
			result := "\x01\x00\x00\x00"
			if !bytes.Contains(b, []byte(item(0x30, dicomVerification))) {
				result = "\x01\x00" + refused + "\x00"
			}
			return unit(accept, string(b[headSize:headSize+68])+item(0x10, "1.2.840.10008.3.1.1.1")+item(0x21, result+item(0x40, dicomPlain))+
				item(0x50, item(0x51, "\x00\x00\x40\x00")+item(0x52, class)+item(0x55, version))), true
		case b[0] == release:
			return unit(released, "\x00\x00\x00\x00"), true // who asked closes
		case b[0] == data:
			return unit(7, "\x00\x00\x02\x00"), false
		}
		return nil, false
	})
}
