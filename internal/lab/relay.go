package lab

import (
	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/proto/ber"
	"github.com/heron-iot/heron/internal/proto/cotp"
	"github.com/heron-iot/heron/internal/proto/dnp3"
	"github.com/heron-iot/heron/internal/wire"
)

// MMS PDUs (ISO 9506-2 §7.1) and the services of a session (X.225 §8.3).
const (
	mmsRequest   = 0xa0
	mmsResponse  = 0xa1
	mmsInitiated = 0xa9
	mmsConclude  = 0x8b
	mmsConcluded = 0x8c
	mmsIdentify  = 0x82
	mmsContext   = 3
)

// mmsService answers the identity of a device of IEC 61850 (ISO 9506-2 §10.6). Whoever
// does not open an association is cut off.
func mmsService(vendor, model, revision string) Service {
	return Service{
		Protocol: "mms", Transport: heron.TCP, Port: 102,
		Answer: func(h *Host, q Query) Reply {
			n, payload, err := cotp.Span(q.Bytes)
			first := wire.NewReader(q.Bytes)
			if p, bad := cotp.Read(&first); bad == nil && p.Kind == cotp.ConnectRequest {
				confirm := cotp.AppendConnect(nil, cotp.ConnectConfirm, p.Source, 1, p.Calling, p.Called)
				return Reply{Used: first.Offset(), Bytes: confirm}
			}
			if err != nil || n > len(q.Bytes) && len(q.Bytes) > maxHead {
				return Reply{Used: len(q.Bytes), Close: true, Broken: true}
			}
			if n == 0 || n > len(q.Bytes) || payload == nil {
				return Reply{}
			}
			r := wire.NewReader(cotp.Join(q.Bytes[:n], nil))
			kind, data, ok := cotp.ReadSession(&r)
			switch {
			case ok && kind == cotp.Connect:
				return Reply{Used: n, Bytes: cotp.AppendData(nil, cotp.AppendSession(nil, cotp.Accept, mmsAccept()), true)}
			case ok && kind == cotp.Transfer:
				return mmsAnswer(n, data, h.fill(vendor), h.fill(model), h.fill(revision))
			}
			return Reply{Used: n, Close: true}
		},
	}
}

// mmsAccept is what accepts an association: presentation, association and MMS.
func mmsAccept() []byte {
	initiated := ber.Append(nil, mmsInitiated, ber.Append(nil, 0x80, []byte{0x7d, 0}), ber.Append(nil, 0x81, []byte{1}),
		ber.Append(nil, 0x82, []byte{1}), ber.Append(nil, 0xa4, ber.Append(nil, 0x80, []byte{1})))
	external := ber.Append(nil, 0x28, ber.Append(nil, ber.OID, []byte{0x51, 1}), ber.AppendInt(nil, mmsContext), ber.Append(nil, 0xa0, initiated))
	accepted := ber.Append(nil, 0x61, ber.Append(nil, 0xa1, ber.Append(nil, ber.OID, []byte{0x28, 0xca, 0x22, 2, 3})), ber.Append(nil, 0xbe, external))
	user := ber.Append(nil, 0x61, ber.Append(nil, ber.Sequence, ber.AppendInt(nil, 1), ber.Append(nil, 0xa0, accepted)))
	return ber.Append(nil, ber.Set, ber.Append(nil, 0xa0, ber.Append(nil, 0x80, []byte{1})),
		ber.Append(nil, 0xa2, ber.Append(nil, 0x83, []byte{0, 0, 0, 1}), user))
}

// mmsAnswer answers an identification, and the end.
func mmsAnswer(used int, data wire.Reader, vendor, model, revision string) Reply {
	_, list := ber.Cut(&data)
	_, values := ber.Cut(&list)
	ber.Next(&values)
	_, pdu := ber.Cut(&values)
	tag, body := ber.Cut(&pdu)
	var answer []byte
	switch tag {
	case mmsConclude:
		answer = ber.Append(nil, mmsConcluded)
	case mmsRequest:
		invoke := ber.GetInt(&body)
		if body.U8() != mmsIdentify || body.Err() != nil {
			return Reply{Used: used, Close: true}
		}
		identity := ber.Append(nil, 0xa2, ber.Append(nil, 0x80, []byte(vendor)), ber.Append(nil, 0x81, []byte(model)), ber.Append(nil, 0x82, []byte(revision)))
		answer = ber.Append(nil, mmsResponse, ber.AppendInt(nil, invoke), identity)
	default:
		return Reply{Used: used, Close: true}
	}
	context := ber.Append(nil, 0x61, ber.Append(nil, ber.Sequence, ber.AppendInt(nil, mmsContext), ber.Append(nil, 0xa0, answer)))
	return Reply{Used: used, Bytes: cotp.AppendData(nil, cotp.AppendSession(nil, cotp.Transfer, context), true)}
}

// outstationService answers for the status of its DNP3 link (IEEE 1815-2012 §9.2.4.1),
// at its own address and at the one that stands for whoever it is, and nothing else.
func outstationService(address int) Service {
	const requestStatus, status, self = 9, 11, 0xfffc
	return Service{
		Protocol: "dnp3", Transport: heron.TCP, Port: 20000,
		Answer: func(_ *Host, q Query) Reply {
			n, err := dnp3.Size(q.Bytes)
			if err != nil {
				return Reply{Used: len(q.Bytes), Close: true, Broken: true}
			}
			if n == 0 || n > len(q.Bytes) {
				return Reply{}
			}
			r := wire.NewReader(q.Bytes[:n])
			f, _, err := dnp3.Read(&r, nil)
			if err != nil || f.Control != dnp3.FromMaster|dnp3.Primary|requestStatus || f.Destination != self && f.Destination != address {
				return Reply{Used: n}
			}
			answer := dnp3.Frame{Control: status, Destination: f.Source, Source: address}
			return Reply{Used: n, Bytes: answer.Append(nil, nil)}
		},
	}
}
