package dissect

import (
	"strconv"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/proto/ntlmssp"
	"github.com/heron-iot/heron/internal/wire"
)

// Limits on what is read of answers.
const (
	maxRPCTowers   = 32
	maxRPCBindings = 16
	maxRPCText     = 256
)

// towers tells at which ports interfaces are (C706 appendix I and L). Of each
// answer the towers themselves are looked for: floors of a known shape, whatever
// stands between them.
func (t *RPCTeller) towers(b []byte, m *heron.Message, out Emitter) {
	const floorID, floorTCP, floorUDP = 0x0d, 0x07, 0x08
	r := wire.NewReader(b)
	for range maxRPCTowers {
		for r.Len() > 0 { // the first floor: 19 octets, the mark, a number, a version
			if mark := r.Peek(3); len(mark) == 3 && mark[0] == 19 && mark[1] == 0 && mark[2] == floorID {
				break
			}
			r.Skip(1)
		}
		r.Skip(3)
		number := r.Bytes(16)
		r.Skip(2)         // version
		r.Skip(r.U16LE()) // its minor part
		for range 4 {     // transfer syntax, connection, port, address
			left := r.Bytes(r.U16LE())
			right := r.Sub(r.U16LE())
			if r.Err() != nil {
				return
			}
			if len(left) == 1 && (left[0] == floorTCP || left[0] == floorUDP) && right.Len() == 2 {
				t.endpoint(t.name(RPCInterfaceOf(number, wire.LittleEndian)), left[0] == floorTCP, right.U16(), m, out)
			}
		}
	}
}

func (t *RPCTeller) endpoint(name []byte, tcp bool, port int, m *heron.Message, out Emitter) {
	name = append(name, " udp/"...)
	if tcp {
		copy(name[len(name)-4:], "tcp")
	}
	t.text = strconv.AppendInt(name, int64(port), 10)
	out.Observe(m.Sender(), keyRPCEndpoint, t.text)
}

// bindings tells a machine's names and addresses from the answer to ServerAlive2
// ([MS-DCOM] §2.2.19): a version, a pointer, then strings in UTF-16 that each
// begin with the number of a transport.
func (t *RPCTeller) bindings(r *wire.Reader, m *heron.Message, out Emitter) {
	const tcp = 7
	r.Skip(4 + 4 + 4) // version, pointer, count
	size, security := r.U16LE(), r.U16LE()
	list := r.Sub(min(2*min(size, security), r.Len()))
	for range maxRPCBindings {
		transport := list.U16LE()
		start, n := list, 0
		for list.Len() >= 2 && list.U16LE() != 0 {
			n += 2
		}
		if list.Err() != nil || transport == 0 {
			return
		}
		if transport == tcp {
			t.text = ntlmssp.AppendUTF16(t.text[:0], start.Bytes(min(n, maxRPCText)))
			out.Observe(m.Sender(), keyRPCBinding, t.text)
			if !IsAddress(t.text) {
				out.Observe(heron.Subject{Endpoint: m.Src}, heron.KeyHostname, t.text)
			}
		}
	}
}
