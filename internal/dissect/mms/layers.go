package mms

import (
	"bytes"

	"github.com/heron-iot/heron/internal/proto/ber"
	"github.com/heron-iot/heron/internal/proto/cotp"
	"github.com/heron-iot/heron/internal/wire"
)

// Kinds of MMS PDU by their tags (ISO 9506-2 §7.1).
const (
	confirmedRequest  = 0xa0
	confirmedResponse = 0xa1
	confirmedError    = 0xa2
	unconfirmed       = 0xa3
	rejected          = 0xa4
	initiateRequest   = 0xa8
	initiateResponse  = 0xa9
	initiateError     = 0xaa
	concludeRequest   = 0x8b
	concludeResponse  = 0x8c
)

func isPDU(tag int) bool {
	switch tag {
	case confirmedRequest, confirmedResponse, confirmedError, unconfirmed, rejected, 0x85, 0xa5, 0x86, 0xa6,
		0xa7, initiateRequest, initiateResponse, initiateError, concludeRequest, concludeResponse, 0xad:
		return true
	}
	return false
}

// Tags of the presentation layer (X.226 §8.2) and of the association (X.227 §9.1).
const (
	presentationConnect = 0x31
	normalMode          = 0xa2
	fullyEncoded        = 0x61
	association         = 0x60 // to 0x64: requests, responses, releases, aborts
	lastAssociation     = 0x64
	authentication      = 0xac
	authenticationReply = 0xaa
	userInformation     = 0xbe
)

// opened is what was found on the way to the MMS PDU.
type opened struct {
	password bool // one was sent
}

// open finds the MMS PDU in a transport message: bare, or in a presentation
// context of a session. The reader is empty where there is none. It is strict on
// the way, since session and presentation carry other things too.
func open(b []byte) (pdu wire.Reader, found opened, ok bool) {
	r := wire.NewReader(b)
	if isPDU(ber.Peek(&r)) {
		_, err := whole(b)
		return r, found, err
	}
	_, data, ok := cotp.ReadSession(&r)
	if !ok {
		return pdu, found, false
	}
	if ber.Peek(&data) == presentationConnect {
		connect := ber.Get(&data, presentationConnect)
		data = wire.Reader{}
		for connect.Len() > 0 {
			tag, value := ber.Next(&connect)
			if tag == normalMode {
				data = value
			}
		}
	}
	for data.Len() > 0 {
		tag, value := ber.Cut(&data)
		if tag == fullyEncoded {
			pdu, found = inContext(&value)
		}
	}
	return pdu, found, data.Err() == nil
}

// whole reports whether b is one BER value, and nothing else.
func whole(b []byte) (int, bool) {
	n, err := ber.Size(b)
	return n, err == nil && n == len(b)
}

// inContext takes the PDU out of a list of presentation values (X.226 §8.4.2),
// of which MMS has one, through the association's own PDU where there is one.
func inContext(r *wire.Reader) (pdu wire.Reader, found opened) {
	_, list := ber.Cut(r)
	for list.Len() > 0 {
		switch tag, value := ber.Cut(&list); {
		case tag != 0xa0: // the context's number, or the transfer syntax
		case ber.Peek(&value) >= association && ber.Peek(&value) <= lastAssociation:
			_, body := ber.Cut(&value)
			return inAssociation(&body)
		default:
			pdu = value
		}
	}
	return pdu, found
}

// inAssociation reads an association's PDU: whether a password is in it, and what
// it carries (X.227 §9.1.1).
func inAssociation(r *wire.Reader) (pdu wire.Reader, found opened) {
	for r.Len() > 0 {
		switch tag, value := ber.Cut(r); tag {
		case authentication:
			kind, text := ber.Next(&value)
			found.password = kind == 0x80 && len(bytes.TrimSpace(text.Rest())) > 0
		case userInformation:
			_, external := ber.Cut(&value)
			for external.Len() > 0 {
				if part, content := ber.Cut(&external); part == 0xa0 {
					pdu = content
				}
			}
		}
	}
	return pdu, found
}
