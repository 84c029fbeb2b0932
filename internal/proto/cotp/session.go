package cotp

import "github.com/heron-iot/heron/internal/wire"

// Kinds of session PDU (X.225 §8.3).
const (
	Connect    = 13
	Accept     = 14
	Refuse     = 12
	Finish     = 9
	Disconnect = 10
	Abort      = 25
	Transfer   = 1 // data; with no parameters it also gives tokens
)

// Parameters of a session PDU in which user data are (§8.3.1.17).
const (
	userData     = 0xc1
	userDataMore = 0xc2
)

// ReadSession returns the kind of the session PDU that r begins with and what it
// carries for the presentation layer; false when it is none.
func ReadSession(r *wire.Reader) (kind int, data wire.Reader, ok bool) {
	kind = r.U8()
	parameters := r.Sub(sessionLength(r))
	switch kind {
	case Transfer:
		// Give tokens and data transfer go together (§7.35): both are 1.
		if parameters.Len() != 0 || r.U8() != Transfer || r.U8() != 0 {
			return kind, data, false
		}
		data = *r
	case Connect, Accept, Refuse, Finish, Disconnect, Abort:
		data = wire.NewReader(nil)
		for parameters.Len() > 0 {
			code := parameters.U8()
			value := parameters.Sub(sessionLength(&parameters))
			if code == userData || code == userDataMore {
				data = value
			}
		}
		if parameters.Err() != nil {
			return kind, data, false
		}
	default:
		return kind, data, false
	}
	return kind, data, r.Err() == nil
}

// sessionLength reads a length of one octet, or of two after 255 (§8.2.5).
func sessionLength(r *wire.Reader) int {
	n := r.U8()
	if n == 0xff {
		n = r.U16()
	}
	return n
}

// AppendSession adds a session PDU around user data to b, with those parameters before
// them.
func AppendSession(b []byte, kind byte, data []byte, parameters ...byte) []byte {
	if kind == Transfer {
		return append(append(b, Transfer, 0, Transfer, 0), data...)
	}
	group := appendLength(append(parameters, userData), len(data))
	group = append(group, data...)
	b = appendLength(append(b, kind), len(group))
	return append(b, group...)
}

func appendLength(b []byte, n int) []byte {
	if n < 0xff {
		return append(b, byte(n))
	}
	return append(b, 0xff, byte(n>>8), byte(n))
}
