package smb

import (
	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// Commands of version 2 ([MS-SMB2] §2.2.1.2).
const (
	twoNegotiate    = 0
	twoSessionSetup = 1
	twoTreeConnect  = 3
	twoCreate       = 5
)

const (
	twoHeader   = 64
	maxCompound = 8
	maxDialects = 16
	flagReply   = 1
	flagSigning = 1
	flagSigned  = 2 // required
	success     = 0
)

// dialectName names a dialect by its number (§2.2.3).
func dialectName(n int) string {
	switch n {
	case 0x0202:
		return "2.0.2"
	case 0x0210:
		return "2.1"
	case 0x0300:
		return "3.0"
	case 0x0302:
		return "3.0.2"
	case 0x0311:
		return "3.1.1"
	}
	return ""
}

// two reads a packet of version 2 or 3, in which several messages may follow each
// other. The mark of the first was read.
func (d *dissector) two(r *wire.Reader, m *heron.Message, out dissect.Emitter) {
	base := headerSize
	for range maxCompound {
		head := r.At(base)
		head.Skip(4)
		size := head.U16LE()
		head.Skip(2) // credit charge
		status, command := head.U32LE(), head.U16LE()
		head.Skip(2) // credits
		flags, next := head.U32LE(), head.U32LE()
		message := messageID(head.U64LE())
		head.Skip(twoHeader - 32)
		if head.Err() != nil || size != twoHeader {
			return
		}
		body := r.At(base)
		if flags&flagReply != 0 {
			d.twoReply(command, status, &head, message, body, m, out)
		} else {
			d.twoRequest(command, &head, message, body, m, out)
		}
		if next < twoHeader || next > 1<<20 {
			return
		}
		base += next
	}
}

// twoRequest reads what a client asks for. r is behind the header, and whole at
// its start, for offsets.
func (d *dissector) twoRequest(command int, r *wire.Reader, message messageID, whole wire.Reader, m *heron.Message, out dissect.Emitter) {
	size := r.U16LE()
	switch {
	case command == twoNegotiate && size == 36:
		d.twoOffer(r, m, out)
	case command == twoSessionSetup && size == 25:
		d.ntlm.Tell(r.Rest(), m, out)
	case command == twoTreeConnect && size == 9:
		r.Skip(2)
		if path, n := placed(r, &whole); n > 0 {
			share(d.wide(&path, n), out)
		}
	case command == twoCreate && size == 57:
		r.Skip(42)
		if name, n := placed(r, &whole); n > 0 {
			pipe(d.wide(&name, n), out)
		}
	default:
		d.twoAsks(command, size, r, message, whole, m, out)
	}
}

// placed reads an offset from the start of the message and a length, and returns
// a reader there.
func placed(r, whole *wire.Reader) (at wire.Reader, size int) {
	offset, size := r.U16LE(), r.U16LE()
	if r.Err() != nil || offset < twoHeader {
		return at, 0
	}
	at = *whole
	at.Skip(offset)
	if at.Err() != nil {
		return at, 0
	}
	return at, size
}

// twoOffer tells what a client offers (§2.2.3).
func (d *dissector) twoOffer(r *wire.Reader, m *heron.Message, out dissect.Emitter) {
	count := r.U16LE()
	r.Skip(2 + 2 + 4) // signing, reserved, capabilities
	id := r.Bytes(16)
	r.Skip(8) // negotiate contexts
	best := 0
	for range min(count, maxDialects) {
		best = max(best, r.U16LE())
	}
	if r.Err() != nil {
		return
	}
	about := m.Sender()
	out.ObserveString(about, keyMaxDialect, dialectName(best))
	out.Observe(about, keyGUID, d.text.GUID(id))
}

// twoReply reads what a server answers.
func (d *dissector) twoReply(command, status int, r *wire.Reader, message messageID, whole wire.Reader, m *heron.Message, out dissect.Emitter) {
	size := r.U16LE()
	switch {
	case command == twoNegotiate && size == 65 && status == success:
		mode, dialect := r.U16LE(), r.U16LE()
		r.Skip(2)
		id := r.Bytes(16)
		if r.Err() != nil {
			return
		}
		about := m.Sender()
		out.ObserveString(about, keyDialect, dialectName(dialect))
		signing(mode&flagSigning != 0, mode&flagSigned != 0, m, out)
		out.Observe(about, keyGUID, d.text.GUID(id))
	case command == twoSessionSetup:
		failed(status, out)
		flags := r.U16LE()
		if size != 9 || r.Err() != nil {
			return
		}
		if status == success {
			guest(flags&1 != 0, flags&2 != 0, m, out)
		}
		d.ntlm.Tell(r.Rest(), m, out)
	default:
		d.twoAnswers(command, size, r, message, whole, m, out)
	}
}

// guest tells that a server let somebody in without a name.
func guest(asGuest, asNobody bool, m *heron.Message, out dissect.Emitter) {
	switch {
	case asGuest:
		out.ObserveString(m.Sender(), keyGuest, "guest")
	case asNobody:
		out.ObserveString(m.Sender(), keyGuest, "anonymous")
	}
}
