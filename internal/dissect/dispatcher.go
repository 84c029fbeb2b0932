package dissect

import (
	"errors"
	"slices"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/wire"
)

// maxTries is how many messages of a flow may be looked at in vain before the
// flow is given up and only counted.
const maxTries = 8

// minTry is how many bytes of a stream a look in vain must have seen to count.
const minTry = 8

// Bits of heron.FlowScratch.Told.
const (
	toldService = 1 << iota
	toldClient
	toldBanner // or it is known that there is none
	startedLate
	inWebSocket // what comes is frames of WebSocket

	toldBoth = toldService | toldClient
)

// Dispatcher finds the protocol of each flow and hands its messages to the
// right dissector. It asks the dissectors of the server's port, then those of
// the client's, then every Probe; a port is a hint, never proof. A flow in which
// nothing is found after a few messages is settled.
//
// A panic in a dissector is a bug: it is counted (Faults), the flow is settled,
// and the next message goes on. One goroutine uses a Dispatcher.
type Dispatcher struct {
	list      []Protocol
	names     []string         // of the list, and behind them those that are only carried
	byPort    map[uint32][]int // by portKey
	byEther   map[uint16][]int
	servers   [1 << 16 / 64]uint64  // the ports of TCP and UDP among byPort, a set of bits
	probes    [portless]*[256][]int // by what they ride on, and the first byte
	inside    []int                 // those that come in WebSocket
	unmasked  []byte                // the message of WebSocket that is looked at
	out       *Collector
	quiet     []quiet // by place in list
	reader    wire.Reader
	whole     []byte                // the payload of the message that is looked at
	frames    []heron.ProtocolCount // of the link, by place in list
	framed    []int                 // places in list of those that had some
	gist      [64]byte              // so are gists
	current   int                   // place in list of the protocol that is asked
	busy      bool                  // a message is being looked at
	glancing  bool                  // so is one by Quiet
	slip      slip                  // of Quiet, to be told with the message
	faults    uint64
	reported  map[string]bool // where faults were, as far as they were reported
	malformed uint64
}

// portless is above what has ports.
const portless = OverLink

// portKey is a port of one transport.
func portKey(over Over, port uint16) uint32 { return uint32(over)<<16 | uint32(port) }

// NewDispatcher returns a Dispatcher for the protocols in list, which it owns
// from now on, that tells out what they learn.
func NewDispatcher(list []Protocol, out *Collector) *Dispatcher {
	d := &Dispatcher{
		list:    list,
		frames:  make([]heron.ProtocolCount, len(list)),
		byPort:  make(map[uint32][]int),
		byEther: make(map[uint16][]int),
		out:     out,
		quiet:   quietOf(list),
	}
	for i := range list {
		d.names = append(d.names, list[i].Name)
	}
	for i, p := range list {
		for _, name := range p.Carries {
			if d.number(name) == 0 {
				d.names = append(d.names, name)
			}
		}
		for _, over := range []Over{OverTCP, OverUDP, OverICMP, OverIP} {
			if p.Over&over != 0 {
				d.enlist(i, &p, over)
			}
		}
		for _, e := range p.EtherTypes {
			d.byEther[e] = append(d.byEther[e], i)
		}
		if p.Over&OverWebSocket != 0 {
			d.inside = append(d.inside, i)
		}
	}
	return d
}

// enlist files protocol i under the ports and first bytes by which it is found.
func (d *Dispatcher) enlist(i int, p *Protocol, over Over) {
	for _, port := range p.Ports {
		k := portKey(over, port)
		d.byPort[k] = append(d.byPort[k], i)
	}
	if over >= portless {
		return
	}
	for _, port := range p.Ports {
		d.servers[port/64] |= 1 << (port % 64)
	}
	if d.probes[over] == nil {
		d.probes[over] = new([256][]int)
	}
	byFirst := d.probes[over]
	switch {
	case p.Probe == nil:
	case p.Starts == nil:
		for b := range byFirst {
			byFirst[b] = append(byFirst[b], i)
		}
	default:
		for _, b := range p.Starts {
			byFirst[b] = append(byFirst[b], i)
		}
	}
}

// ProtocolName returns the name of the protocol with that place in the list,
// which is heron.FlowScratch.Protocol less one; "" when there is none.
func (d *Dispatcher) ProtocolName(i uint16) string {
	if int(i) < len(d.names) {
		return d.names[i]
	}
	return ""
}

// ServerPort reports whether a dissector names the port as a service's.
func (d *Dispatcher) ServerPort(port uint16) bool {
	return d.servers[port/64]>>(port%64)&1 != 0
}

// Faults returns how many messages made a dissector panic.
func (d *Dispatcher) Faults() uint64 { return d.faults }

// Malformed returns how many messages broke the rules of their protocol.
func (d *Dispatcher) Malformed() uint64 { return d.malformed }

// Message looks at one message. Its verdict is for the flow table: what was
// consumed of a stream, and whether the flow has nothing more to tell.
func (d *Dispatcher) Message(m *heron.Message) (v heron.Verdict) {
	d.busy, d.whole = true, m.Payload
	defer func() {
		if d.busy {
			v = d.caught(m, recover())
		}
	}()
	if d.slip.where != "" {
		d.fault(m, d.slip.reason, d.slip.where)
		d.slip = slip{}
	}
	switch {
	case m.Flow == nil || m.Flow.Settled || overOf(m.Transport) == 0:
		v = d.flowless(m)
	case m.Transport == heron.TCP:
		v = d.stream(m)
		m.Payload = d.whole
	default:
		done := d.offer(m).Done
		v = heron.Verdict{Consumed: len(d.whole), Done: done}
	}
	d.busy = false
	return v
}

// flowless is Message for what is neither TCP nor UDP, or settled.
func (d *Dispatcher) flowless(m *heron.Message) heron.Verdict {
	switch m.Transport {
	case heron.Link:
		d.link(m)
		return heron.Verdict{Consumed: len(m.Payload)}
	case heron.ICMP:
		return d.kind(m, OverICMP)
	case heron.OtherIP:
		return d.kind(m, OverIP)
	}
	return heron.Verdict{Consumed: len(m.Payload), Done: true}
}

// caught makes a panicking dissector a reported fault and a settled flow.
func (d *Dispatcher) caught(m *heron.Message, reason any) heron.Verdict {
	d.busy = false
	if reason == nil { // the goroutine ends
		return heron.Verdict{}
	}
	m.Payload = d.whole
	d.fault(m, reason, panicked())
	if m.Flow != nil {
		m.Flow.Settled = true
	}
	return heron.Verdict{Consumed: len(m.Payload), Done: true}
}

func overOf(t heron.Transport) Over {
	switch t {
	case heron.TCP:
		return OverTCP
	case heron.UDP:
		return OverUDP
	}
	return 0
}

// link gives a frame to each protocol of its EtherType until one takes it. An
// 802.3 frame has a length in that place and goes to those that list 0.
func (d *Dispatcher) link(m *heron.Message) {
	ether := m.EtherType
	if ether < 0x600 {
		ether = 0
	}
	for _, i := range d.byEther[ether] {
		if _, err := d.dissect(i, m); !isNotMine(err) {
			d.frame(i, len(m.Payload))
			return
		}
	}
}

// kind gives a message to each protocol of its ICMP type or IP protocol number
// until one takes it. What no protocol knows is settled.
func (d *Dispatcher) kind(m *heron.Message, over Over) heron.Verdict {
	list := d.byPort[portKey(over, m.SrcPort)]
	done := len(list) == 0
	for _, i := range list {
		v, err := d.dissect(i, m)
		if !isNotMine(err) {
			m.Flow.Protocol = uint16(i) + 1
			done = v.Done
			break
		}
	}
	return heron.Verdict{Consumed: len(m.Payload), Done: done}
}

// frame counts a frame of a protocol of the link.
func (d *Dispatcher) frame(i, size int) {
	c := &d.frames[i]
	if c.Packets == 0 {
		d.framed = append(d.framed, i)
	}
	c.Packets++
	c.Bytes += uint64(size)
}

// AppendFrames appends how many frames each protocol of the link had since the
// last call: these have no flow to be counted in.
func (d *Dispatcher) AppendFrames(out []heron.ProtocolCount) []heron.ProtocolCount {
	for _, i := range d.framed {
		c := &d.frames[i]
		out = append(out, heron.ProtocolCount{Name: d.list[i].Name, Packets: c.Packets, Bytes: c.Bytes})
		*c = heron.ProtocolCount{}
	}
	d.framed = d.framed[:0]
	return out
}

// stream passes over what is to be skipped, then offers message after message
// of what is left while they are consumed. It leaves what was not in m.
func (d *Dispatcher) stream(m *heron.Message) heron.Verdict {
	skip := &m.Flow.Skip[direction(m)]
	if m.Gap {
		*skip = 0 // nobody knows how much of it was lost
	}
	all := len(m.Payload)
	for {
		if *skip > 0 {
			n := min(int(*skip), len(m.Payload))
			*skip -= uint32(n)
			m.Payload = m.Payload[n:]
		}
		left := len(m.Payload)
		if left == 0 {
			return heron.Verdict{Consumed: all}
		}
		v := d.next(m)
		switch {
		case v.Done:
			return heron.Verdict{Consumed: all, Done: true}
		case v.Consumed <= 0:
			return heron.Verdict{Consumed: all - left}
		case v.Consumed >= left:
			*skip = uint32(min(v.Consumed-left, 1<<31))
			return heron.Verdict{Consumed: all}
		}
		m.Payload = m.Payload[v.Consumed:]
	}
}

// direction is 0 for what the client sends and 1 for what the server sends.
func direction(m *heron.Message) int {
	if m.FromClient {
		return 0
	}
	return 1
}

// offer gives the message to the flow's protocol, or looks for one.
func (d *Dispatcher) offer(m *heron.Message) heron.Verdict {
	f := m.Flow
	if f.Protocol == 0 {
		v, found := d.find(m, -1)
		if m.Gap {
			f.Told |= startedLate
		}
		if found == refused && f.Told&startedLate != 0 {
			v.Consumed = len(m.Payload) // the next segment may start where a message does
		}
		return v
	}
	mine := int(f.Protocol) - 1
	v, err := d.run(mine, m)
	if err == nil || !isNotMine(err) {
		f.Tries = 0
		return v
	}
	return d.turned(mine, m)
}

// turned looks for the protocol of a message that the flow's does not know.
func (d *Dispatcher) turned(mine int, m *heron.Message) heron.Verdict {
	f := m.Flow
	// The stream changed hands (CONNECT, an upgrade), two protocols share the
	// ports, or a gap hid the start of a message. Others may know these bytes; if
	// nobody does, the next segment may start where a message does.
	f.Protocol = 0 // to them it is a flow like any other
	v, found := d.find(m, mine)
	switch {
	case f.Protocol == 0:
		f.Protocol = uint16(mine) + 1
	case f.Before == 0:
		f.Before = uint16(mine) + 1
	}
	if found == refused {
		v.Consumed = len(m.Payload)
	}
	return v
}

// find looks for the protocol of a message among all but one: by the server's
// port, by the client's, then by content.
func (d *Dispatcher) find(m *heron.Message, except int) (heron.Verdict, outcome) {
	over := overOf(m.Transport)
	waits := over == OverTCP && len(m.Payload) < minTry
	candidate := [...]int{int(m.Flow.Candidate) - 1}
	undecided := candidate[:min(m.Flow.Candidate, 1)]
	for i := byCandidate; i <= byContent; i++ {
		list := undecided
		if i != byCandidate {
			list = d.candidates(i, over, m)
		}
		v, result := d.try(list, m, except, i == byContent)
		if result == taken {
			return v, taken
		}
		waits = waits || result == waiting && len(m.Payload) < StreamPrefix
	}
	if v, result := d.enter(m); result != refused {
		return v, result
	}
	if waits && over == OverTCP {
		return heron.Verdict{}, waiting
	}
	if except < 0 && !waits {
		d.banner(m)
	}
	if m.Flow.Tries++; m.Flow.Tries >= maxTries {
		m.Flow.Settled = true
	}
	return heron.Verdict{Done: m.Flow.Settled}, refused
}

// way is how the protocol of a message is looked for, in that order.
type way uint8

const (
	byCandidate way = iota // that is not decided yet
	byServer
	byClient
	byContent
)

// candidates returns the protocols of the server's port, of the client's, or those
// that the content may be.
func (d *Dispatcher) candidates(how way, over Over, m *heron.Message) []int {
	switch {
	case how == byContent:
		return d.probing(over, m.Payload)
	case m.FromClient == (how == byServer):
		return d.byPort[portKey(over, m.DstPort)]
	}
	return d.byPort[portKey(over, m.SrcPort)]
}

// probing returns the protocols whose Probe may know a payload.
func (d *Dispatcher) probing(over Over, payload []byte) []int {
	byFirst := d.probes[over]
	if byFirst == nil || len(payload) == 0 {
		return nil
	}
	return byFirst[payload[0]]
}

// outcome says what candidates made of a message.
type outcome uint8

const (
	refused outcome = iota
	waiting         // one of them needs more to tell
	taken
)

// try offers the message to the candidates in turn until one takes it.
func (d *Dispatcher) try(candidates []int, m *heron.Message, except int, probe bool) (heron.Verdict, outcome) {
	f, result := m.Flow, refused
	for _, i := range candidates {
		d.current = i
		if i == except || probe && !d.list[i].Probe(m.Payload, m.FromClient) {
			continue
		}
		data, quiet := f.Data, f.Quiet
		f.Quiet = false
		if int(f.Candidate) != i+1 {
			f.Data = [len(f.Data)]byte{}
		}
		v, err := d.run(i, m)
		if err == nil && v.Undecided && (f.Candidate == 0 || int(f.Candidate) == i+1) {
			f.Candidate, result = uint16(i)+1, waiting
			continue
		}
		if int(f.Candidate) == i+1 {
			f.Candidate = 0
		}
		if err == nil && !v.Undecided && (v.Consumed > 0 || v.Done || m.Transport != heron.TCP) {
			f.Protocol = uint16(i) + 1
			return v, taken
		}
		f.Data, f.Quiet = data, quiet
		if err == nil {
			result = waiting
		} else if !isNotMine(err) {
			f.Protocol = uint16(i) + 1
			return v, taken // its own, but broken: nobody else is asked
		}
	}
	return heron.Verdict{}, result
}

// run gives the next message of m to protocol i and settles what follows from
// the outcome.
func (d *Dispatcher) run(i int, m *heron.Message) (heron.Verdict, error) {
	p := &d.list[i]
	d.current = i
	if m.Transport != heron.TCP || p.Frame == nil {
		v, err := d.ask(p, m)
		if err != nil {
			return d.broken(m, v, err)
		}
		return d.outcome(p, m, v), nil
	}
	payload := m.Payload
	n, err := p.Frame(payload)
	switch {
	case err != nil:
		return d.broken(m, heron.Verdict{}, err)
	case n == 0 || n > len(payload) && len(payload) < StreamPrefix:
		return heron.Verdict{}, nil
	case n < len(payload):
		m.Payload = payload[:n]
	}
	v, err := d.ask(p, m)
	if n < len(payload) {
		m.Payload = payload
	}
	if v.Consumed = n; err != nil {
		return d.broken(m, v, err)
	}
	return d.outcome(p, m, v), nil
}

// outcome settles what follows from what a dissector made of a message.
func (d *Dispatcher) outcome(p *Protocol, m *heron.Message, v heron.Verdict) heron.Verdict {
	f := m.Flow
	if v.Carries != "" && f.Before == 0 {
		f.Before = d.number(v.Carries)
	}
	if v.WebSocket {
		f.Told |= inWebSocket
	}
	if f.Told&toldBoth != toldBoth && !v.Undecided && (m.Transport != heron.TCP || v.Consumed > 0 || v.Done) {
		d.tell(p, m)
	}
	return d.settle(m, v, p.EveryMessage)
}

// number is the place of a protocol's name plus one, 0 when it is not known.
func (d *Dispatcher) number(name string) uint16 { return uint16(slices.Index(d.names, name) + 1) }

// broken decides how a flow goes on after an error: a stream whose framing is
// lost cannot be read on, all else can.
func (d *Dispatcher) broken(m *heron.Message, v heron.Verdict, err error) (heron.Verdict, error) {
	if isNotMine(err) {
		return heron.Verdict{}, err
	}
	d.malformed++
	v.Done = m.Transport == heron.TCP && v.Consumed == 0
	return d.settle(m, v, false), err
}

// settle marks the flow as settled when v says Done, unless every message of it matters.
func (d *Dispatcher) settle(m *heron.Message, v heron.Verdict, every bool) heron.Verdict {
	v.Done = v.Done && !every
	if v.Done {
		m.Flow.Settled = true
	}
	return v
}

// dissect runs one dissector on m as it stands.
func (d *Dispatcher) dissect(i int, m *heron.Message) (heron.Verdict, error) {
	d.current = i
	v, err := d.ask(&d.list[i], m)
	if err != nil && overOf(m.Transport) == 0 && !isNotMine(err) {
		d.malformed++
	}
	return v, err
}

// ask runs the dissector of a protocol, unless it would tell nothing new.
func (d *Dispatcher) ask(p *Protocol, m *heron.Message) (heron.Verdict, error) {
	d.out.Begin(m, p.Name)
	if p.Plain && d.out.Same(d.gistOf(p, m.Payload)) {
		return heron.Verdict{}, nil
	}
	d.reader.Reset(m.Payload)
	v, err := p.Dissect(&d.reader, m, d.out)
	if p.Plain && err == nil && v == (heron.Verdict{}) {
		d.out.Keep()
	}
	return v, err
}

// gistOf returns what all that a message tells follows from.
func (d *Dispatcher) gistOf(p *Protocol, b []byte) []byte {
	if p.Gist == nil {
		return b
	}
	return p.Gist(d.gist[:0], b)
}

// isNotMine reports whether a dissector took a message for another protocol's.
func isNotMine(err error) bool { return errors.Is(err, ErrNotMine) }

// tell states once a flow which protocol the server offers and which the client
// speaks, each when its own side was understood. Who sends from the protocol's
// port to another is the server, even when it is the first to be heard: answers
// to broadcasts are flows of their own.
func (d *Dispatcher) tell(p *Protocol, m *heron.Message) {
	told := uint8(toldService)
	if m.FromClient && (!slices.Contains(p.Ports, m.SrcPort) || slices.Contains(p.Ports, m.DstPort)) {
		told = toldClient
	}
	if m.Flow.Told&told == 0 {
		m.Flow.Told |= told
		d.out.Speaks(told == toldService)
	}
}
