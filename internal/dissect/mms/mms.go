// Package mms reads the Manufacturing Message Specification, by which IEC 61850
// and control centres (ICCP) read, switch and configure substation devices: what
// a device says it is, which logical devices it has, and who orders what.
package mms

import (
	"strconv"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/proto/ber"
	"github.com/heron-iot/heron/internal/proto/cotp"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyVendor   = "mms.vendor"
	keyModel    = "mms.model"
	keyRevision = "mms.revision"
	keyDomain   = "mms.domain" // a logical device, or another domain of the server
	keyServer   = "mms.server" // "yes": the sender answers orders
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{}
	return dissect.Protocol{
		Within:       []string{"cotp"},
		Name:         "mms",
		Over:         dissect.OverTCP,
		Ports:        []uint16{102},
		Spec:         "ISO 9506-2:2003; ITU-T X.225, X.226, X.227; RFC 1006; IEC 61850-8-1:2011",
		EveryMessage: true,
		Probe: func(b []byte, _ bool) bool {
			_, err := frame(b)
			return err == nil
		},
		Starts:  []byte{3},
		Frame:   frame,
		Dissect: d.dissect,
	}
}

// frame returns the length of the next message with the packets before it that
// open the connection. S7 and RDP connect in the same way: only what follows
// tells whose a connection is.
func frame(b []byte) (int, error) {
	n, payload, err := cotp.Span(b)
	if err != nil {
		return 0, dissect.ErrNotMine
	}
	if payload == nil {
		return n, nil
	}
	r := wire.NewReader(payload)
	switch first := r.U8(); first {
	case cotp.Transfer:
		if next := r.Bytes(3); next != nil && string(next) != "\x00\x01\x00" {
			return 0, dissect.ErrNotMine
		}
	case cotp.Connect, cotp.Accept, cotp.Refuse, cotp.Finish, cotp.Disconnect, cotp.Abort:
	default:
		if !isPDU(first) {
			return 0, dissect.ErrNotMine
		}
	}
	return n, nil
}

// dissector holds what is re-used from one message to the next.
type dissector struct {
	joined []byte // of the packets of a message
}

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	d.joined = cotp.Join(r.Rest(), d.joined[:0])
	pdu, association, ok := open(d.joined)
	if !ok {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	tag, body := ber.Cut(&pdu)
	if body.Err() != nil || !isPDU(tag) {
		if m.Flow.Protocol == 0 {
			return heron.Verdict{}, dissect.ErrNotMine
		}
		return heron.Verdict{}, nil // the end of the association, or another context of it
	}
	if association.password {
		dissect.ClearLogin(out, "mms")
	}
	switch tag {
	case confirmedRequest:
		request(&body, m, out)
	case confirmedResponse:
		response(&body, m, out)
	case confirmedError, rejected:
		refused(&body, tag, out)
	case initiateResponse, unconfirmed:
		out.ObserveString(m.Sender(), keyServer, "yes")
	}
	return heron.Verdict{}, nil
}

// response tells what a device answers of itself (ISO 9506-2 §10).
func response(r *wire.Reader, m *heron.Message, out dissect.Emitter) {
	about := m.Sender()
	out.ObserveString(about, keyServer, "yes")
	invoke := ber.GetInt(r)
	service, body := readService(r)
	switch service {
	case identify:
		for _, key := range [...]string{keyVendor, keyModel, keyRevision} {
			_, value := ber.Next(&body)
			out.Observe(about, key, value.Rest())
		}
	case getNameList:
		if !answersDomains(m.Flow, invoke) {
			return
		}
		for list := ber.Get(&body, 0xa0); list.Len() > 0; {
			_, name := ber.Next(&list)
			out.Observe(about, keyDomain, name.Rest())
		}
	}
}

// refused reports a request that was not carried out.
func refused(r *wire.Reader, tag int, out dissect.Emitter) {
	attrs := map[string]string{}
	if tag == rejected {
		attrs["reason"] = "rejected"
	} else {
		ber.Next(r) // the invocation
		for r.Len() > 0 {
			class, failure := ber.Next(r)
			if class != 0xa2 {
				continue
			}
			failure = ber.Get(&failure, 0xa0)
			kind, code := ber.Next(&failure)
			if n := ber.Int(&code); code.Err() == nil {
				attrs["class"], attrs["code"] = strconv.Itoa(kind&0x1f), strconv.Itoa(n)
			}
		}
	}
	out.Event(heron.Event{Kind: "mms.refusal", Attrs: attrs})
}

// The flow's scratch: the first nine octets belong to dissect.Fresh, then comes
// the invocation that asked for the domains, and whether one is outstanding.
const (
	pendingAt  = 9
	pendingSet = 11
)

func asksDomains(s *heron.FlowScratch, invoke int) {
	s.Data[pendingAt], s.Data[pendingAt+1], s.Data[pendingSet] = byte(invoke>>8), byte(invoke), 1
}

func answersDomains(s *heron.FlowScratch, invoke int) bool {
	return s.Data[pendingSet] == 1 && s.Data[pendingAt] == byte(invoke>>8) && s.Data[pendingAt+1] == byte(invoke)
}
