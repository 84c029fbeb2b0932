package dissect

import (
	"encoding/binary"
	"net/netip"
	"strconv"

	"github.com/heron-iot/heron"
)

// portFact is a kind of fact whose value is the transport and server port of a
// flow.
type portFact uint8

const (
	servicePort portFact = iota
	inboundPort
	clientPort
	outboundPort
)

// key returns the key of the kind.
func (k portFact) key() string {
	switch k {
	case servicePort:
		return heron.KeyService
	case inboundPort:
		return heron.KeyInbound
	case clientPort:
		return heron.KeyClientPort
	}
	return heron.KeyOutbound
}

// ofServer reports whether the kind is about the server of a flow.
func (k portFact) ofServer() bool { return k == servicePort || k == inboundPort }

// end returns the end of a flow that the kind is about.
func (k portFact) end(f *heron.Flow) heron.Endpoint {
	if k.ofServer() {
		return f.Server
	}
	return f.Client
}

// portKinds returns what a report tells.
func portKinds(f *heron.Flow, ours func(netip.Addr) bool) []portFact {
	kinds := make([]portFact, 0, maxPortFacts)
	if f.Answered() {
		kinds = append(kinds, servicePort)
	}
	kinds = append(kinds, clientPort)
	if f.Transport != heron.TCP {
		return kinds
	}
	switch client, server := ours(f.Client.IP), ours(f.Server.IP); {
	case client == server:
	case server:
		kinds = append(kinds, inboundPort)
	default:
		kinds = append(kinds, outboundPort)
	}
	return kinds
}

// Flows learns what reports on flows tell of their ends: that the server of an
// answered flow offers a service on its port, that the client uses one, and that
// the one was reached from the Internet, or the other reached a host there, where
// only one of them is ours, of which ours says the same each time.
func (m *Memory) Flows(list []heron.Flow, ours func(netip.Addr) bool) {
	for i := range list {
		if f := &list[i]; tellsPorts(f) {
			m.report(f, ours)
		}
	}
}

// tellsPorts reports whether a report tells such facts. UDP counts only below the
// ports that common systems give to clients, since both sides of a peer-to-peer
// exchange look like servers.
func tellsPorts(f *heron.Flow) bool {
	const ephemeral = 32768
	switch f.Transport {
	case heron.TCP:
		return f.Answered()
	case heron.UDP:
		return f.ServerPort < ephemeral
	}
	return false
}

// report learns what one report tells.
func (m *Memory) report(f *heron.Flow, ours func(netip.Addr) bool) {
	m.portTable.hear(m.stats.Generations)
	p, id := m.portTable.flow(f.Number), m.flowOf(f)
	if p.id != id {
		known := m.portTable.at(m.endsOf(f))
		if known.id == 0 {
			m.learnPorts(f, ours)
			return
		}
		*p = portFacts{id, known.places}
	}
	if m.due(p, f.Last) {
		m.learnPorts(f, ours)
		return
	}
	for _, i := range p.places {
		if i == noPlace {
			break
		}
		m.count(m.now.facts.at(i), f.Last, f.Last, 1, 0)
	}
}

// flowOf returns a hash of what a flow is as long as its reports tell the same: the
// hosts may move to other hardware addresses.
func (m *Memory) flowOf(f *heron.Flow) uint64 {
	id := binary.LittleEndian.Uint64(f.ID[:8])
	if f.Answered() {
		id = ^id
	}
	return m.hasher.numbers(m.hasher.numbers(id, link(&f.Client)), link(&f.Server)) | 1<<63
}

// endsOf returns the hash of what a report tells.
func (m *Memory) endsOf(f *heron.Flow) uint64 {
	of := uint64(f.Transport)<<16 | uint64(f.ServerPort)
	if f.Answered() {
		of |= 1 << 24
	}
	return m.hasher.numbers(m.hasher.numbers(m.hasher.endpoint(&f.Client), m.hasher.endpoint(&f.Server)), of) | 1<<63
}

// due reports whether one of those facts is to be told again.
func (m *Memory) due(p *portFacts, at heron.Time) bool {
	due := false
	for _, i := range p.places {
		if i == noPlace {
			break
		}
		f := m.now.facts.at(i)
		due = due || at-f.told >= m.config.Refresh
	}
	return due
}

// learnPorts learns what a report tells, of which the table does not know whether
// it is new.
func (m *Memory) learnPorts(f *heron.Flow, ours func(netip.Addr) bool) {
	known := portFacts{id: m.endsOf(f), places: [maxPortFacts]int32{noPlace, noPlace, noPlace}}
	whole, n := true, 0
	for _, kind := range portKinds(f, ours) {
		s, somebody := m.factOf(kind, f)
		if !somebody {
			continue
		}
		known.places[n] = m.port(&s, f)
		whole = whole && known.places[n] != noPlace
		n++
	}
	m.portTable.put(&known, whole, m.stats.Generations)
}

// port learns one of these facts, and returns its place; noPlace when there is no
// room for it.
func (m *Memory) port(s *seen, f *heron.Flow) int32 {
	switch i := m.place(s.id); {
	case i == noPlace:
		if m.learn(s, m.value, 0) == nil {
			return noPlace
		}
		return int32(m.now.facts.len - 1)
	case m.count(m.now.facts.at(i), f.Last, f.Last, 1, 0):
		m.tell(m.now.facts.at(i), s, string(m.value))
		return i
	default:
		return i
	}
}

// factOf returns one of these facts, makes its value, and reports whether it is about
// somebody.
func (m *Memory) factOf(kind portFact, f *heron.Flow) (s seen, somebody bool) {
	s = seen{key: kind.key(), source: "flow", first: f.Last, last: f.Last, count: 1}
	s.subject.Endpoint = kind.end(f)
	end, somebody := m.hasher.identify(&s.subject.Endpoint)
	s.id = m.hasher.numbers(end, uint64(kind)<<24|uint64(f.Transport)<<16|uint64(f.ServerPort))
	s.scope = m.hasher.scope(end, s.key)
	if kind.ofServer() {
		s.subject.Transport, s.subject.Port = f.Transport, f.ServerPort
	}
	m.value = append(append(m.value[:0], f.Transport.String()...), '/')
	m.value = strconv.AppendUint(m.value, uint64(f.ServerPort), 10)
	return s, somebody
}
