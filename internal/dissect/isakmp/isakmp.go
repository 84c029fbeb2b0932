// Package isakmp reads IKE, versions 1 and 2, up to where it is encrypted: which
// products negotiate keys for IPsec, by the vendor IDs they send, and how.
package isakmp

import (
	"crypto/md5" // vendor IDs are defined with MD5; nothing is secured by it

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyVersion  = "isakmp.version"
	keyExchange = "isakmp.exchange"  // of version 1: main, aggressive
	keyVendor   = "isakmp.vendor_id" // its name, its text, or hexadecimal
	keyName     = "isakmp.id"        // a host name by which the sender identifies itself in clear
)

// Types of payloads (RFC 2408 §3.1, RFC 7296 §3.2).
const (
	payloadID1       = 5
	payloadVendor1   = 13
	payloadVendor2   = 43
	payloadEncrypted = 46
)

// Exchange types (RFC 2408 §3.1).
const (
	exchangeMain       = 2
	exchangeAggressive = 4
)

const (
	headerSize  = 28
	maxPayloads = 32
	maxSize     = 1<<16 - 1 - 8 // of a datagram
	maxVendor   = 32            // octets of one that is shown in hexadecimal
	maxMessages = 8             // of a flow that have something to tell
)

// atCount is the place in heron.FlowScratch.Data of how many messages were read.
const atCount = 0

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{known: vendors()}
	return dissect.Protocol{
		Name:    "isakmp",
		Over:    dissect.OverUDP,
		Ports:   []uint16{500, 4500},
		Spec:    "RFC 2408; RFC 2409; RFC 7296; RFC 3947, RFC 3948 (behind address translation)",
		Probe:   func(b []byte, _ bool) bool { h, ok := readHeader(b); return ok && !h.cut },
		Dissect: d.dissect,
	}
}

// vendors returns the names of vendor IDs that are the MD5 of a text, by the ID.
func vendors() map[[16]byte]string {
	known := make(map[[16]byte]string)
	for _, text := range []string{
		"RFC 3947", "draft-ietf-ipsec-nat-t-ike-00", "draft-ietf-ipsec-nat-t-ike-02", "draft-ietf-ipsec-nat-t-ike-02\n",
		"draft-ietf-ipsec-nat-t-ike-03", "draft-ietf-ipsec-nat-t-ike-05", "draft-ietf-ipsec-nat-t-ike-07", "strongSwan", "KAME/racoon", "FRAGMENTATION", "MS NT5 ISAKMPOAKLEY", "MS-MamieExists",
		"MS-Negotiation Discovery Capable", "Vid-Initial-Contact", "IKE CGA version 1", "A GSS-API Authentication Method for IKE",
		"GSSAPI",
	} {
		known[md5.Sum([]byte(text))] = text
	}
	unity := md5.Sum([]byte("CISCO-UNITY"))
	unity[14], unity[15] = 1, 0 // in place of its last octets: its version
	known[unity] = "CISCO-UNITY"
	known[[16]byte{0xaf, 0xca, 0xd7, 0x13, 0x68, 0xa1, 0xf1, 0xc9, 0x6b, 0x86, 0x96, 0xfc, 0x77, 0x57, 1, 0}] = "Dead Peer Detection"
	return known
}

// header is the fixed header, and the reader behind it.
type header struct {
	next, version, exchange int
	encrypted               bool
	cut                     bool // less of it is there than it says
	rest                    wire.Reader
}

// readHeader reads a message whose length is that of the datagram; behind address
// translation four zeros come first (RFC 3948 §2.2).
func readHeader(b []byte) (header, bool) {
	r := wire.NewReader(b)
	if marker := r.Peek(4); string(marker) == "\x00\x00\x00\x00" {
		r.Skip(4)
	}
	size := r.Len()
	initiator := r.U64()
	r.Skip(8)
	h := header{next: r.U8(), version: r.U8(), exchange: r.U8()}
	flags := r.U8()
	r.Skip(4)
	length := r.U32()
	if r.Err() != nil || initiator == 0 || length < size || length > maxSize || size < headerSize {
		return h, false
	}
	h.rest, h.cut = r, length > size
	switch h.version {
	case 0x10:
		h.encrypted = flags&1 != 0
		return h, flags < 8 && (h.exchange > 0 && h.exchange <= 6 || h.exchange == 32 || h.exchange == 33) && h.next < 22
	case 0x20:
		return h, flags&0xc7 == 0 && h.exchange >= 34 && h.exchange <= 44 && (h.next == 0 || h.next >= 33 && h.next < 60)
	}
	return h, false
}

type dissector struct {
	known map[[16]byte]string
	text  dissect.Buffer
}

func (d *dissector) dissect(_ *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	data := &m.Flow.Data
	if len(m.Payload) == 1 && m.Payload[0] == 0xff && data[atCount] > 0 {
		return heron.Verdict{}, nil // keeps a translation open (RFC 3948 §2.3)
	}
	h, ok := readHeader(m.Payload)
	if !ok {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	if h.cut {
		return heron.Verdict{}, wire.ErrShort
	}
	about := m.Sender()
	if h.version == 0x10 {
		out.ObserveString(about, keyVersion, "1")
		switch h.exchange {
		case exchangeMain:
			out.ObserveString(about, keyExchange, "main")
		case exchangeAggressive:
			out.ObserveString(about, keyExchange, "aggressive")
		}
	} else {
		out.ObserveString(about, keyVersion, "2")
	}
	if !h.encrypted {
		d.payloads(&h, about, out)
	}
	data[atCount]++
	return heron.Verdict{Done: data[atCount] >= maxMessages}, nil
}

// payloads goes through the chain of payloads, up to one that is encrypted.
func (d *dissector) payloads(h *header, about heron.Subject, out dissect.Emitter) {
	r, kind := h.rest, h.next
	for range maxPayloads {
		if kind == 0 || kind == payloadEncrypted {
			return
		}
		next := r.U8()
		r.Skip(1)
		body := r.Sub(r.U16() - 4)
		if r.Err() != nil {
			return
		}
		switch {
		case kind == payloadVendor1 && h.version == 0x10, kind == payloadVendor2 && h.version == 0x20:
			d.vendor(body.Rest(), about, out)
		case kind == payloadID1 && h.version == 0x10:
			const name = 2 // a fully qualified domain name (RFC 2407 §4.6.2)
			if body.U8() == name {
				body.Skip(3)
				out.Observe(about, keyName, body.Rest())
			}
		}
		kind = next
	}
}

// vendor tells a vendor ID. The first sixteen octets tell which it is; some have a
// version behind.
func (d *dissector) vendor(id []byte, about heron.Subject, out dissect.Emitter) {
	r := wire.NewReader(id)
	if sum := r.Bytes(16); sum != nil {
		if name, ok := d.known[[16]byte(sum)]; ok {
			out.ObserveString(about, keyVendor, name)
			return
		}
	}
	if name := prefixed(id); name != "" {
		out.ObserveString(about, keyVendor, name)
		return
	}
	if len(id) >= 8 && wire.Printable(id) {
		out.Observe(about, keyVendor, id)
		return
	}
	out.Observe(about, keyVendor, d.text.Hex(id[:min(len(id), maxVendor)]))
}

// prefixed names vendor IDs that are known by how they begin.
func prefixed(id []byte) string {
	for _, p := range [...]struct{ prefix, name string }{
		{"\x09\x00\x26\x89\xdf\xd6\xb7\x12", "XAUTH"},
		{"\x82\x99\x03\x17\x57\xa3\x60\x82\xc6\xa6\x21\xde", "FortiGate"},
	} {
		if n := min(len(id), len(p.prefix)); string(id[:n]) == p.prefix {
			return p.name
		}
	}
	return ""
}
