package flow

import (
	"bytes"
	"strconv"
)

// signatures remembers how handshakes were written as text: the stacks of a network
// are few, and each opens all its connections alike.
type signatures [64]signature

// signature is one handshake's.
type signature struct {
	h       Handshake // what the text is of, without whose and when
	options [maxOptions]byte
	count   int // of options
	text    []byte
}

// AppendSignature is that of the handshake, which need not be written again.
func (t *Table) AppendSignature(b []byte, h *Handshake) []byte {
	s := t.signatures.of(h)
	if !s.is(h) {
		s.h = Handshake{TTL: h.TTL, Window: h.Window, MSS: h.MSS, Scale: h.Scale, Quirks: h.Quirks}
		s.count = copy(s.options[:], h.Options)
		s.text = h.AppendSignature(s.text[:0])
	}
	return append(b, s.text...)
}

// of returns the place of a handshake.
func (c *signatures) of(h *Handshake) *signature {
	sum := mix(uint64(h.Window)<<32|uint64(h.MSS)<<16|uint64(h.TTL)<<8|uint64(uint8(h.Scale)), uint64(h.Quirks)<<8|uint64(len(h.Options)))
	return &c[sum%uint64(len(c))]
}

// is reports whether the text is that of a handshake.
func (s *signature) is(h *Handshake) bool {
	return len(s.text) > 0 && s.h.Window == h.Window && s.h.MSS == h.MSS && s.h.TTL == h.TTL && s.h.Scale == h.Scale &&
		s.h.Quirks == h.Quirks && bytes.Equal(s.options[:s.count], h.Options)
}

// AppendSignature appends the handshake as text, in a form of our own that
// docs/observation-keys.md describes:
//
//	ttl:window:scale:mss:options:quirks
func (h *Handshake) AppendSignature(b []byte) []byte {
	b = strconv.AppendUint(b, uint64(h.TTL), 10)
	b = append(b, ':')
	if mss := h.MSS; mss > 0 && h.Window >= mss && h.Window%mss == 0 {
		// Systems that count in segments keep to that whatever the path allows.
		b = append(b, "mss*"...)
		b = strconv.AppendUint(b, uint64(h.Window/mss), 10)
	} else {
		b = strconv.AppendUint(b, uint64(h.Window), 10)
	}
	b = append(b, ':')
	if h.Scale >= 0 {
		b = strconv.AppendInt(b, int64(h.Scale), 10)
	}
	b = append(b, ':')
	if h.MSS > 0 {
		b = strconv.AppendUint(b, uint64(h.MSS), 10)
	}
	b = append(b, ':')
	for i, kind := range h.Options {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendOption(b, kind)
	}
	return h.Quirks.append(append(b, ':'))
}

func appendOption(b []byte, kind byte) []byte {
	switch kind {
	case optEnd:
		return append(b, "eol"...)
	case optNop:
		return append(b, "nop"...)
	case optMSS:
		return append(b, "mss"...)
	case optScale:
		return append(b, "ws"...)
	case optSACKOK:
		return append(b, "sok"...)
	case optSACK:
		return append(b, "sack"...)
	case optTimestamp:
		return append(b, "ts"...)
	}
	return strconv.AppendUint(append(b, '?'), uint64(kind), 10)
}

func (q Quirk) append(b []byte) []byte {
	first := true
	for i, name := range quirkNames {
		if q>>i&1 == 0 {
			continue
		}
		if !first {
			b = append(b, ',')
		}
		b, first = append(b, name...), false
	}
	return b
}
