package quic

import (
	"crypto/aes"
	"encoding/binary"

	"github.com/heron-iot/heron/internal/wire"
)

// Initial is an Initial packet to be written.
type Initial struct {
	Version    int
	DCID, SCID []byte
	Token      []byte
	Number     int
	Frames     []byte
}

// AppendInitial adds an Initial packet, sealed with k. Its frames must be four
// octets or more, as header protection needs them.
func (k *Keys) AppendInitial(b []byte, p Initial) []byte {
	const numberSize, tag = 4, 16
	head := appendLong(nil, p.Version, TypeInitial, p.DCID, p.SCID)
	head[0] |= numberSize - 1
	head = append(appendVarint(head, len(p.Token)), p.Token...)
	head = appendVarint(head, numberSize+len(p.Frames)+tag)
	at := len(head)
	head = binary.BigEndian.AppendUint32(head, uint32(p.Number))
	packet := k.aead.Seal(head, k.nonce(p.Number), p.Frames, head)
	r := wire.NewReader(packet)
	r.Skip(at + numberSize)
	var mask [aes.BlockSize]byte
	k.header.Encrypt(mask[:], r.Bytes(aes.BlockSize))
	packet[0] ^= mask[0] & 0x0f
	for i := range numberSize {
		packet[at+i] ^= mask[1+i]
	}
	return append(b, packet...)
}

// AppendCrypto adds a CRYPTO frame.
func AppendCrypto(b []byte, offset int, data []byte) []byte {
	b = appendVarint(append(b, frameCrypto), offset)
	return append(appendVarint(b, len(data)), data...)
}

// AppendRetry adds a Retry packet; its integrity tag is not computed.
func AppendRetry(b []byte, version int, dcid, scid, token []byte) []byte {
	b = append(appendLong(b, version, TypeRetry, dcid, scid), token...)
	return append(b, make([]byte, 16)...)
}

// AppendNegotiation adds a version negotiation packet.
func AppendNegotiation(b []byte, dcid, scid []byte, versions ...uint32) []byte {
	b = appendLong(b, 0, 0, dcid, scid)
	for _, v := range versions {
		b = binary.BigEndian.AppendUint32(b, v)
	}
	return b
}

// AppendHandshake adds a Handshake packet whose protected part is as given.
func AppendHandshake(b []byte, version int, dcid, scid, sealed []byte) []byte {
	b = appendLong(b, version, TypeHandshake, dcid, scid)
	return append(appendVarint(b, len(sealed)), sealed...)
}

func appendLong(b []byte, version, kind int, dcid, scid []byte) []byte {
	if version == Version2 {
		kind = (kind + 1) & 3
	}
	b = binary.BigEndian.AppendUint32(append(b, byte(0xc0|kind<<4)), uint32(version))
	b = append(append(b, byte(len(dcid))), dcid...)
	return append(append(b, byte(len(scid))), scid...)
}

func appendVarint(b []byte, n int) []byte {
	switch {
	case n < 1<<6:
		return append(b, byte(n))
	case n < 1<<14:
		return binary.BigEndian.AppendUint16(b, uint16(n)|1<<14)
	case n < 1<<30:
		return binary.BigEndian.AppendUint32(b, uint32(n)|1<<31)
	}
	return binary.BigEndian.AppendUint64(b, uint64(n)|3<<62)
}
