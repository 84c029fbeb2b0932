package lab

import (
	"slices"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/proto/ber"
	"github.com/heron-iot/heron/internal/proto/dlms"
	"github.com/heron-iot/heron/internal/wire"
)

// Messages of DLMS/COSEM (IEC 62056-5-3 §9.5).
const (
	dlmsAARQ, dlmsAARE = 0x60, 0x61
	dlmsGet, dlmsGot   = 0xc0, 0xc4
	dlmsOctets         = 0x09
)

// Objects that a meter has (IEC 62056-6-2): class and name.
const (
	dlmsDevice   = "\x00\x01\x00\x00\x2a\x00\x00\xff" // name of the logical device
	dlmsSerial   = "\x00\x01\x00\x00\x60\x01\x00\xff"
	dlmsFirmware = "\x00\x01\x01\x00\x00\x02\x00\xff"
)

// dlmsClient is who reads without a password, and dlmsMeter the whole of a meter
// (IEC 62056-4-7 annex A).
const dlmsClient, dlmsMeter = 16, 1

// Fields of associations, without a key and without a password (§9.4).
var (
	dlmsContext  = []byte{0xa1, 9, ber.OID, 7, 0x60, 0x85, 0x74, 5, 8, 1, 1}
	dlmsAsks     = []byte{0xbe, 0x10, ber.OctetString, 0x0e, 1, 0, 0, 0, 6, 0x5f, 0x1f, 4, 0, 0, 0x7e, 0x1f, 4, 0xb0}
	dlmsAccepted = []byte{0xa2, 3, ber.Integer, 1, 0, 0xa3, 5, 0xa1, 3, ber.Integer, 1, 0}
	dlmsAnswers  = []byte{0xbe, 0x10, ber.OctetString, 0x0e, 8, 0, 6, 0x5f, 0x1f, 4, 0, 0, 0x50, 0x1f, 1, 0xf4, 0, 7}
)

// dlmsService is a meter of the maker with those three letters.
func dlmsService(maker string) Service {
	return Service{
		Protocol: "dlms", Transport: heron.TCP, Port: dlms.Port,
		Answer: func(h *Host, q Query) Reply {
			n, err := dlms.Size(q.Bytes)
			if err != nil {
				return Reply{Used: len(q.Bytes), Close: true}
			}
			if n == 0 || n > len(q.Bytes) {
				return Reply{Used: overlong(q.Bytes)}
			}
			f, err := dlms.Read(q.Bytes[:n])
			answer := dlmsAnswer(h, maker, f.Message)
			if err != nil || answer == nil {
				return Reply{Used: n}
			}
			return Reply{Used: n, Bytes: dlms.AppendWrapper(nil, f.Destination, f.Source, answer)}
		},
	}
}

// dlmsAnswer is what a meter says to a message; nil for nothing.
func dlmsAnswer(h *Host, maker string, message []byte) []byte {
	r := wire.NewReader(message)
	switch r.U8() {
	case dlmsAARQ:
		title := append([]byte(maker), 0x10, 0, 0, 0, h.Serial[0])
		return ber.Append(nil, dlmsAARE, dlmsContext, dlmsAccepted, ber.Append(nil, 0xa4, ber.Append(nil, ber.OctetString, title)), dlmsAnswers)
	case dlmsGet:
		form, invocation := r.U8(), r.U8()
		text := ""
		switch string(r.Bytes(len(dlmsDevice))) {
		case dlmsDevice:
			text = maker + h.Serial
		case dlmsSerial:
			text = h.Serial
		case dlmsFirmware:
			text = h.Model.Firmware
		}
		if r.Err() != nil || form != 1 || text == "" {
			const refused, undefined = 1, 4
			return []byte{dlmsGot, 1, byte(invocation), refused, undefined}
		}
		return append([]byte{dlmsGot, 1, byte(invocation), 0, dlmsOctets, byte(len(text))}, text...)
	}
	return nil
}

// readsMeter asks a meter what it is.
func readsMeter(model string) func(*actor) {
	return func(a *actor) {
		requests := [][]byte{dlms.AppendWrapper(nil, dlmsClient, dlmsMeter, ber.Append(nil, dlmsAARQ, dlmsContext, dlmsAsks))}
		for i, object := range []string{dlmsDevice, dlmsSerial, dlmsFirmware} {
			get := slices.Concat([]byte{dlmsGet, 1, 0xc1 + byte(i)}, []byte(object), []byte{2, 0})
			requests = append(requests, dlms.AppendWrapper(nil, dlmsClient, dlmsMeter, get))
		}
		a.ask(a.site.role(a.host, model), dlms.Port, requests...)
	}
}
