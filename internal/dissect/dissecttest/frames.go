package dissecttest

import (
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/flow"
	"github.com/heron-iot/heron/internal/proto/frame"
	"github.com/heron-iot/heron/internal/wire"
)

// sink joins a dispatcher to a flow table. What the table itself finds (frames
// seen, flows) is not the dissector's, and left out.
type sink struct{ *dissect.Dispatcher }

func (sink) Sighting(heron.Endpoint, heron.Time) {}

func (sink) Direct(heron.Endpoint, uint8, heron.Time) {}
func (sink) Handshake(*flow.Handshake)                {}
func (sink) Flow(*heron.Flow)                         {}

// frames sends the conversation as frames through the real flow table, which must
// come to the same as handing its payloads over.
func (s Suite) frames(t *testing.T, c Conversation) {
	p, out := s.session()
	w := writer{c: &c, table: flow.New(flow.Config{ServerPort: p.dispatcher.ServerPort, ProtocolName: p.dispatcher.ProtocolName}, sink{p.dispatcher})}
	w.open()
	for i := range c.Steps {
		for rest := c.Steps[i].Payload; len(rest) > 0; rest = rest[min(len(rest), usualSegment):] {
			n := len(rest)
			if c.Transport == heron.TCP {
				n = min(n, usualSegment)
			}
			w.send(c.Steps[i].FromClient, rest[:n])
			if c.Transport != heron.TCP {
				break
			}
		}
	}
	w.table.Flush()
	if diff := difference(s.replay(t, c, 0), Describe(out.Drain())); diff != "" {
		t.Errorf("through frames and the flow table:\n%s", diff)
	}
}

// writer makes frames of what the two ends of a conversation send.
type writer struct {
	c     *Conversation
	table *flow.Table
	now   heron.Time
	seq   [2]uint32 // what each side sends next, the client's first
	frame []byte
}

// open makes the three-way handshake of a TCP connection.
func (w *writer) open() {
	if w.c.Transport != heron.TCP {
		return
	}
	w.seq = [2]uint32{1000, 5000}
	for i, flags := range []uint8{frame.SYN, frame.SYN | frame.ACK, frame.ACK} {
		w.segment(i != 1, flags, nil)
		if i < 2 {
			w.seq[i]++
		}
	}
}

// send makes one frame around a payload.
func (w *writer) send(fromClient bool, payload []byte) {
	e, ip, src, dst := w.ends(fromClient)
	switch w.c.Transport {
	case heron.TCP:
		w.segment(fromClient, frame.ACK|frame.PSH, payload)
	case heron.UDP:
		w.deliver(frame.AppendUDP(w.frame[:0], e, ip, frame.UDP{SrcPort: src, DstPort: dst}, payload))
	case heron.ICMP:
		r := wire.NewReader(payload)
		head := frame.ICMP{Type: uint8(r.U8()), Code: uint8(r.U8())}
		r.Skip(2) // the checksum is made anew
		head.Rest = uint32(r.U32())
		w.deliver(frame.AppendICMP(w.frame[:0], e, ip, head, r.Rest()))
	case heron.OtherIP:
		ip.Protocol = uint8(w.c.ServerPort)
		w.deliver(frame.AppendEthernetIP(w.frame[:0], e, ip, payload))
	default:
		etherType := w.c.EtherType
		if etherType == 0 { // an 802.3 frame has its length there
			etherType = uint16(len(payload))
		}
		w.deliver(frame.AppendEthernet(w.frame[:0], e, etherType, payload))
	}
}

func (w *writer) segment(fromClient bool, flags uint8, payload []byte) {
	e, ip, src, dst := w.ends(fromClient)
	mine, other := 0, 1
	if !fromClient {
		mine, other = 1, 0
	}
	head := frame.TCP{SrcPort: src, DstPort: dst, Seq: w.seq[mine], Ack: w.seq[other], Flags: flags}
	w.deliver(frame.AppendTCP(w.frame[:0], e, ip, head, payload))
	w.seq[mine] += uint32(len(payload))
}

func (w *writer) ends(fromClient bool) (e frame.Ethernet, ip frame.IP, src, dst uint16) {
	a, b, src, dst := w.c.Client, w.c.Server, w.c.ClientPort, w.c.ServerPort
	if !fromClient {
		a, b, src, dst = b, a, dst, src
	}
	return frame.Ethernet{Src: a.MAC, Dst: b.MAC}, frame.IP{Src: a.IP, Dst: b.IP}, src, dst
}

func (w *writer) deliver(b []byte) {
	w.frame = b
	w.now = max(w.now, startOfTime) + heron.Millisecond
	w.table.Packet(&heron.Packet{Time: w.now, Data: b, OrigLen: len(b), Link: heron.LinkEthernet})
}
