package smb

import (
	"bytes"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/proto/ntlmssp"
	"github.com/heron-iot/heron/internal/wire"
)

// Commands of version 1 ([MS-CIFS] §2.2.2.1).
const (
	oneNegotiate    = 0x72
	oneSessionSetup = 0x73
	oneTreeConnect  = 0x75
	oneCreate       = 0xa2
)

// Flags and modes of version 1 (§2.2.3.1, §2.2.4.52.2).
const (
	flagFromServer   = 0x80
	flagWide         = 0x8000
	modeHashed       = 2
	modeSigning      = 4
	modeSigned       = 8
	extendedSecurity = 1 << 31
)

// words are the parameters of a message of version 1, and bytes its data.
type oneBody struct {
	count int
	words wire.Reader
	bytes wire.Reader
	wide  bool
}

// one reads a message of version 1. The mark was read.
func (d *dissector) one(r *wire.Reader, m *heron.Message, out dissect.Emitter) {
	command, status, flags, flags2 := r.U8(), r.U32LE(), r.U8(), r.U16LE()
	r.Skip(14)
	process := r.U16LE()
	r.Skip(2)
	message := messageID(process<<16 | r.U16LE())
	b := oneBody{count: r.U8(), wide: flags2&flagWide != 0}
	b.words = r.Sub(2 * b.count)
	r.Skip(2)
	if r.Err() != nil {
		if flags&flagFromServer != 0 && command == oneSessionSetup {
			failed(status, out)
		}
		return
	}
	b.bytes = *r // keeps the offset, by which text is aligned
	switch {
	case command == oneNegotiate && flags&flagFromServer == 0:
		d.oneOffer(&b, m, out)
	case command == oneNegotiate:
		d.oneChoice(&b, m, out)
	case command == oneSessionSetup && flags&flagFromServer == 0:
		d.oneLogin(&b, m, out)
	case command == oneSessionSetup:
		failed(status, out)
		d.oneLoggedIn(&b, status, m, out)
	case command == oneTreeConnect && flags&flagFromServer == 0 && b.count == 4:
		b.words.Skip(4 + 2)
		b.bytes.Skip(b.words.U16LE())
		share(d.oneText(&b), out)
	case command == oneCreate && flags&flagFromServer == 0:
		pipe(d.oneText(&b), out)
	default:
		d.onePipe(command, flags&flagFromServer != 0, &b, message, r.At(headerSize), m, out)
	}
}

// oneText reads the next text of a message: UTF-16 at an even offset, or octets;
// a zero ends it.
func (d *dissector) oneText(b *oneBody) []byte {
	r := &b.bytes
	if b.wide && (r.Offset()-headerSize)%2 == 1 && r.Len() > 0 {
		r.Skip(1)
	}
	return d.onePacked(b)
}

// onePacked is oneText where nothing is aligned.
func (d *dissector) onePacked(b *oneBody) []byte {
	r := &b.bytes
	if !b.wide {
		return r.Until(0, maxText)
	}
	start, size := *r, 0
	for r.Len() >= 2 && size < maxText {
		if r.U16LE() == 0 {
			break
		}
		size += 2
	}
	d.text = ntlmssp.AppendUTF16(d.text[:0], start.Bytes(size))
	return d.text
}

// oneOffer tells the highest dialect that a client offers: it may be of version 2,
// which is begun so (§2.2.4.52.1, [MS-SMB2] §3.2.4.2.2.1).
func (d *dissector) oneOffer(b *oneBody, m *heron.Message, out dissect.Emitter) {
	best := "1"
	for range maxDialects {
		if b.bytes.U8() != 2 {
			break
		}
		name := b.bytes.Until(0, maxText)
		if bytes.Equal(name, []byte("SMB 2.???")) {
			best = "2"
		} else if bytes.Equal(name, []byte("SMB 2.002")) && best == "1" {
			best = "2.0.2"
		}
	}
	out.ObserveString(m.Sender(), keyMaxDialect, best)
}

// oneChoice tells what a server of version 1 is like (§2.2.4.52.2, [MS-SMB]
// §2.2.4.5.2).
func (d *dissector) oneChoice(b *oneBody, m *heron.Message, out dissect.Emitter) {
	about := m.Sender()
	out.ObserveString(about, keyDialect, "1")
	if b.count != 17 {
		return
	}
	b.words.Skip(2)
	mode := b.words.U8()
	b.words.Skip(2 + 2 + 4 + 4 + 4)
	capabilities := b.words.U32LE()
	b.words.Skip(8 + 2)
	challenge := b.words.U8()
	signing(mode&modeSigning != 0, mode&modeSigned != 0, m, out)
	if mode&modeHashed == 0 {
		m.Flow.Data[atPlain] = 1
	}
	if capabilities&extendedSecurity != 0 {
		out.Observe(about, keyGUID, d.text.GUID(b.bytes.Bytes(16)))
		return
	}
	b.bytes.Skip(challenge)
	out.Observe(about, keyDomain, d.onePacked(b))
	if name := d.onePacked(b); len(name) > 0 {
		out.Observe(heron.Subject{Endpoint: m.Src}, heron.KeyHostname, name)
	}
}

// oneLogin tells what a client says of itself as it logs in (§2.2.4.53.1): with
// passwords and a name, or with a wrapped login.
func (d *dissector) oneLogin(b *oneBody, m *heron.Message, out dissect.Emitter) {
	const withPasswords, wrapped = 13, 12
	about := m.Sender()
	switch b.count {
	case withPasswords:
		b.words.Skip(4 + 2 + 2 + 2 + 4)
		first, second := b.words.U16LE(), b.words.U16LE()
		b.bytes.Skip(first + second)
		if m.Flow.Data[atPlain] == 1 && first+second > 1 {
			dissect.ClearLogin(out, "smb")
		}
		d.oneText(b) // the user
		out.Observe(about, keyDomain, d.oneText(b))
	case wrapped:
		b.words.Skip(4 + 2 + 2 + 2 + 4)
		d.ntlm.Tell(b.bytes.Bytes(b.words.U16LE()), m, out)
	default:
		return
	}
	out.Observe(about, keyNativeOS, d.oneText(b))
	out.Observe(about, keyNativeLM, d.oneText(b))
}

// oneLoggedIn tells what a server says of itself then (§2.2.4.53.2).
func (d *dissector) oneLoggedIn(b *oneBody, status int, m *heron.Message, out dissect.Emitter) {
	const plain, wrapped = 3, 4
	if b.count != plain && b.count != wrapped {
		return
	}
	b.words.Skip(4)
	action := b.words.U16LE()
	if b.count == wrapped {
		d.ntlm.Tell(b.bytes.Bytes(b.words.U16LE()), m, out)
	}
	if status == success {
		guest(action&1 != 0, false, m, out)
	}
	about := m.Sender()
	out.Observe(about, keyNativeOS, d.oneText(b))
	out.Observe(about, keyNativeLM, d.oneText(b))
	out.Observe(about, keyDomain, d.oneText(b))
}
