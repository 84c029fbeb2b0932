package quic

import (
	"errors"

	"github.com/heron-iot/heron/internal/wire"
)

// Types of frames that Initial packets may carry (RFC 9000 §12.4).
const (
	framePadding = 0x00
	framePing    = 0x01
	frameACK     = 0x02
	frameACKECN  = 0x03
	frameCrypto  = 0x06
	frameGoogle  = 0x08 // CRYPTO in Google's versions; else a stream, which no Initial packet has
	frameClose   = 0x1c
)

// maxRanges bounds the ranges of an ACK frame: a datagram has no room for more.
const maxRanges = 1 << 11

// errFrame says that a frame must not be in an Initial packet.
var errFrame = errors.New("a frame that no Initial packet has")

// CryptoFrames goes through the pieces of the TLS handshake in the frames of an
// Initial packet: where in the stream each begins, and what it is.
func CryptoFrames(frames []byte, each func(offset int, data []byte)) error {
	r := wire.NewReader(frames)
	for r.Len() > 0 {
		switch kind := r.U8(); kind {
		case framePadding, framePing:
		case frameACK, frameACKECN:
			skipACK(&r, kind == frameACKECN)
		case frameCrypto, frameGoogle:
			offset := varint(&r)
			data := r.Bytes(varint(&r))
			if r.Err() == nil {
				each(offset, data)
			}
		case frameClose:
			varint(&r)
			varint(&r)
			r.Skip(varint(&r))
		default:
			return errFrame
		}
	}
	return r.Err()
}

// skipACK passes over an ACK frame (RFC 9000 §19.3).
func skipACK(r *wire.Reader, ecn bool) {
	varint(r) // largest acknowledged
	varint(r) // delay
	n := varint(r)
	varint(r) // first range
	for range min(n, maxRanges) {
		varint(r)
		varint(r)
		if r.Err() != nil {
			return
		}
	}
	if ecn {
		varint(r)
		varint(r)
		varint(r)
	}
}

// The TLS extensions that hold transport parameters (RFC 9001 §8.2), and the
// parameter in which some clients name themselves.
const (
	extParameters      = 0x39
	extParametersDraft = 0xffa5
	paramUserAgent     = 0x3129
)

// UserAgent returns what a client calls itself in the transport parameters among
// the extensions of its hello; nil when it does not.
func UserAgent(extensions []byte) []byte {
	for r := wire.NewReader(extensions); r.Len() > 0; {
		kind := r.U16()
		body := r.Sub(r.U16())
		if kind != extParameters && kind != extParametersDraft {
			continue
		}
		for body.Len() > 0 {
			id := varint(&body)
			value := body.Bytes(varint(&body))
			if id == paramUserAgent {
				return value
			}
		}
	}
	return nil
}
