package ssh

import (
	"bytes"
	"crypto/md5" // HASSH is defined with MD5; nothing is secured by it
	"crypto/sha256"
	"encoding/base64"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// Numbers of messages (RFC 4253 §12, RFC 4419 §5).
const (
	messageOffer    = 20
	messageReply    = 31 // to Diffie-Hellman, also on curves
	messageGEXReply = 33
)

const (
	maxPacket  = 35000 // RFC 4253 §6.1
	maxPackets = 6     // of a server, up to the one with its host key
	maxKeyName = 64
)

// packet reads one packet, which is not encrypted yet, and returns how many bytes
// are done with.
func (d *dissector) packet(r *wire.Reader, stage *byte, m *heron.Message, out dissect.Emitter) int {
	length, padding := r.U32(), r.U8()
	if r.Err() == nil && (length < padding+2 || length > maxPacket) {
		*stage = stageDone // version 1, or encrypted
		return len(m.Payload)
	}
	if r.Err() != nil || length-1 > r.Len() && len(m.Payload) < dissect.StreamPrefix {
		return 0
	}
	body := r.Sub(min(length-1-padding, r.Len()))
	switch kind := body.U8(); {
	case *stage == stageOffer && kind == messageOffer:
		d.offer(&body, m, out)
		*stage = stageExchange
		if m.FromClient {
			*stage = stageDone // a client shows no key
		}
	case *stage == stageExchange && (kind == messageReply || kind == messageGEXReply) && d.hostKey(&body, m, out):
		*stage = stageDone
	case *stage == stageOffer:
		*stage = stageDone
	}
	packets := &m.Flow.Data[atPackets]
	if !m.FromClient {
		*packets++
	}
	if *packets >= maxPackets {
		*stage = stageDone
	}
	if *stage == stageDone {
		return len(m.Payload)
	}
	return 4 + length
}

// offer reads the lists of algorithms of a side (RFC 4253 §7.1).
func (d *dissector) offer(r *wire.Reader, m *heron.Message, out dissect.Emitter) {
	r.Skip(16) // cookie
	var lists [8][]byte
	for i := range lists {
		lists[i] = r.Bytes(r.U32())
	}
	if r.Err() != nil {
		return
	}
	const exchange, hostKeys, cipher, mac, compression = 0, 1, 2, 4, 6
	key, toClient := keyHASSH, 0
	if !m.FromClient {
		key, toClient = keyHASSHServer, 1
		out.Observe(m.Sender(), keyAlgorithms, lists[hostKeys])
	}
	d.text = append(d.text[:0], lists[exchange]...)
	for _, i := range [...]int{cipher, mac, compression} {
		d.text = append(append(d.text, ';'), lists[i+toClient]...)
	}
	sum := md5.Sum(d.text)
	out.Observe(m.Sender(), key, d.text.Hex(sum[:]))
}

// hostKey tells the kind and the fingerprint of the server's key (RFC 4253 §8,
// §6.6); false when the message begins with something else.
func (d *dissector) hostKey(r *wire.Reader, m *heron.Message, out dissect.Emitter) bool {
	blob := r.Bytes(r.U32())
	inner := wire.NewReader(blob)
	name := inner.Bytes(inner.U32())
	if r.Err() != nil || inner.Err() != nil || len(name) > maxKeyName || !wire.Printable(name) ||
		!bytes.ContainsRune(name, '-') || inner.Len() == 0 {
		return false
	}
	sum := sha256.Sum256(blob)
	d.text = append(append(d.text[:0], name...), " SHA256:"...)
	d.text = base64.RawStdEncoding.AppendEncode(d.text, sum[:])
	out.Observe(m.Sender(), keyHostKey, d.text)
	return true
}
