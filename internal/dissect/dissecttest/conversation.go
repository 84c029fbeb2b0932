// Package dissecttest is the suite that every dissector passes. A dissector's
// test builds a few conversations and hands them over; the suite replays them
// through a real Dispatcher and Collector and checks what is asked of all:
// goldens, every prefix, every way to cut a stream, other protocols on the port,
// no port to go by, buffers that are re-used, and an allocation budget.
package dissecttest

import (
	"encoding/hex"
	"net/netip"
	"strings"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// Conversation is what two ends said to each other in one flow. Zero ends and
// client port get documentation addresses.
type Conversation struct {
	Name           string // also of the golden file: testdata/Name.golden
	Transport      heron.Transport
	EtherType      uint16 // for heron.Link
	Client, Server heron.Endpoint
	ClientPort     uint16
	ServerPort     uint16 // for heron.OtherIP the number of the IP protocol
	Steps          []Step
	// PortOnly says that this one cannot be told without its port.
	PortOnly bool
}

// Step is one message, or one stretch of a stream.
type Step struct {
	FromClient bool
	Payload    []byte
}

// C is a step of the client's.
func C[T string | []byte](payload T) Step { return Step{FromClient: true, Payload: []byte(payload)} }

// S is a step of the server's.
func S[T string | []byte](payload T) Step { return Step{Payload: []byte(payload)} }

// Hex turns hexadecimal digits into bytes; spaces and line ends are ignored. It
// panics on anything else, for it is for constants.
func Hex(digits string) []byte {
	b, err := hex.DecodeString(strings.Join(strings.Fields(digits), ""))
	if err != nil {
		panic(err)
	}
	return b
}

// The ends of a conversation that names none.
const (
	clientMAC = "02:00:00:00:00:0c"
	serverMAC = "02:00:00:00:00:05"
	clientIP  = "192.0.2.12"
	serverIP  = "192.0.2.5"
)

// End makes an endpoint from text; either may be empty. It panics on bad text.
func End(mac, ip string) heron.Endpoint {
	var e heron.Endpoint
	if mac != "" {
		m, err := heron.ParseMAC(mac)
		if err != nil {
			panic(err)
		}
		e.MAC = m
	}
	if ip != "" {
		e.IP = netip.MustParseAddr(ip)
	}
	return e
}

func (c Conversation) withDefaults() Conversation {
	if c.Client == (heron.Endpoint{}) {
		c.Client = End(clientMAC, clientIP)
	}
	if c.Server == (heron.Endpoint{}) {
		c.Server = End(serverMAC, serverIP)
	}
	if c.ClientPort == 0 {
		c.ClientPort = 49152
	}
	return c
}

// startOfTime is the traffic time of the first message; one second passes a message.
const startOfTime = 1_700_000_000 * heron.Second

// usualSegment is what a TCP segment carries over Ethernet, about.
const usualSegment = 1400

// player replays conversations as the flow table would.
type player struct {
	dispatcher *dissect.Dispatcher
	// segment cuts streams into pieces of that many bytes; 0 means usual.
	segment int
	// scramble overwrites each payload after its call, as a re-used buffer is.
	scramble bool

	message heron.Message
	flow    heron.FlowScratch
	buffer  [2][]byte // of each direction: what is not consumed yet
	copy    []byte    // what is lent to the dispatcher
	sent    [2]uint32
	now     heron.Time
}

// play gives all of c to the dispatcher.
func (p *player) play(c *Conversation) {
	p.flow, p.sent = heron.FlowScratch{}, [2]uint32{}
	p.buffer[0], p.buffer[1] = p.buffer[0][:0], p.buffer[1][:0]
	p.now = startOfTime
	for i := range c.Steps {
		s := &c.Steps[i]
		if c.Transport != heron.TCP {
			p.copy = append(p.copy[:0], s.Payload...)
			p.offer(c, s.FromClient, p.copy)
			continue
		}
		size := p.segment
		if size <= 0 {
			size = usualSegment
		}
		for rest := s.Payload; len(rest) > 0; rest = rest[min(size, len(rest)):] {
			p.stream(c, s.FromClient, rest[:min(size, len(rest))])
		}
	}
}

// stream adds a segment to its direction and keeps what was not consumed.
func (p *player) stream(c *Conversation, fromClient bool, segment []byte) {
	i := 1
	if fromClient {
		i = 0
	}
	p.buffer[i] = append(p.buffer[i], segment...)
	for len(p.buffer[i]) > 0 {
		n := min(len(p.buffer[i]), dissect.StreamPrefix)
		p.copy = append(p.copy[:0], p.buffer[i][:n]...)
		v := p.offer(c, fromClient, p.copy)
		rest := len(p.buffer[i]) - n
		p.buffer[i] = append(p.buffer[i][:0], p.buffer[i][v.Consumed:]...)
		if v.Consumed == 0 || rest == 0 {
			return
		}
	}
}

func (p *player) offer(c *Conversation, fromClient bool, payload []byte) heron.Verdict {
	m := &p.message
	*m = heron.Message{
		Time: p.now, Transport: c.Transport, EtherType: c.EtherType, FromClient: fromClient,
		Src: c.Client, Dst: c.Server, SrcPort: c.ClientPort, DstPort: c.ServerPort,
		Payload: payload, Flow: &p.flow,
	}
	if c.Transport == heron.Link {
		m.Flow, m.SrcPort, m.DstPort = nil, 0, 0
	}
	side := 0
	if !fromClient {
		m.Src, m.Dst = m.Dst, m.Src
		m.SrcPort, m.DstPort = m.DstPort, m.SrcPort
		side = 1
	}
	if c.Transport == heron.ICMP {
		head := wire.NewReader(payload)
		m.SrcPort, m.DstPort = uint16(head.U8()), uint16(head.U8())
	}
	if c.Transport == heron.OtherIP { // the protocol's number stands in both
		m.SrcPort, m.DstPort = c.ServerPort, c.ServerPort
	}
	m.Sequence = p.sent[side]
	p.sent[side]++
	p.now += heron.Second
	v := p.dispatcher.Message(m)
	if p.scramble {
		for i := range payload {
			payload[i] = 0xa5
		}
	}
	return v
}
