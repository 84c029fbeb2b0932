package dissect

import (
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

// portKinds returns what a report tells of those ends that are somebody.
func portKinds(f *heron.Flow, ours func(netip.Addr) bool) []portFact {
	kinds := make([]portFact, 0, maxPortFacts)
	add := func(kind portFact) {
		if end := kind.end(f); identify(&end) {
			kinds = append(kinds, kind)
		}
	}
	if f.Answered() {
		add(servicePort)
	}
	add(clientPort)
	if f.Transport != heron.TCP {
		return kinds
	}
	switch client, server := ours(f.Client.IP), ours(f.Server.IP); {
	case client == server:
	case server:
		add(inboundPort)
	default:
		add(outboundPort)
	}
	return kinds
}

// portSeen is a report that tells such facts.
type portSeen struct {
	id    uint64 // of its portFacts; 0: it tells none
	known bool   // the table had them
}

// Flows learns what reports on flows tell of their ends: that the server of an
// answered flow offers a service on its port, that the client uses one, and that
// the one was reached from the Internet, or the other reached a host there, where
// only one of them is ours, of which ours says the same each time. UDP counts only
// below the ports that clients are given, since both sides of a peer-to-peer
// exchange look like servers.
//
// Each report is about other devices, whose facts are far from those of the one
// before: all are looked for before any is needed, so that the processor waits for
// many at once.
func (m *Memory) Flows(list []heron.Flow, ours func(netip.Addr) bool) {
	m.portTable.hear(m.stats.Generations)
	m.ports = m.ports[:0]
	for i := range list {
		m.ports = append(m.ports, portSeen{id: m.portsOf(&list[i])})
	}
	m.portTable.find(m.ports)
	for i, s := range m.ports {
		f := &list[i]
		switch known := m.portTable.at(s.id); {
		case s.id == 0:
		case s.known && known.id == s.id:
			m.countPorts(known, f, ours)
		default:
			m.learnPorts(s.id, f, ours)
		}
	}
}

// portsOf returns the hash of what a report tells, 0 when that is nothing.
func (m *Memory) portsOf(f *heron.Flow) uint64 {
	const ephemeral = 32768 // the lowest port that common systems give to clients
	answered := f.Answered()
	if f.Transport != heron.TCP && (f.Transport != heron.UDP || f.ServerPort >= ephemeral) || !answered && f.Transport != heron.UDP {
		return 0
	}
	of := uint64(f.Transport)<<16 | uint64(f.ServerPort)
	if answered {
		of |= 1 << 24
	}
	return m.hasher.numbers(m.hasher.numbers(m.hasher.endpoint(&f.Client), m.hasher.endpoint(&f.Server)), of) | 1<<63
}

// countPorts counts what a report tells of facts that are known.
func (m *Memory) countPorts(known *portFacts, f *heron.Flow, ours func(netip.Addr) bool) {
	for k, i := range known.places {
		if i == noPlace {
			return
		}
		if m.count(&m.now.facts[i], f.Last, f.Last, 1, 0) {
			m.tellPort(i, portKinds(f, ours)[k], f)
		}
	}
}

// learnPorts learns what a report tells, of which the table does not know whether
// it is new.
func (m *Memory) learnPorts(id uint64, f *heron.Flow, ours func(netip.Addr) bool) {
	known := portFacts{id: id, places: [maxPortFacts]int32{noPlace, noPlace, noPlace}}
	whole := true
	for k, kind := range portKinds(f, ours) {
		known.places[k] = m.port(kind, f)
		whole = whole && known.places[k] != noPlace
	}
	m.portTable.put(&known, whole, m.stats.Generations)
}

// port learns one of these facts, and returns its place; noPlace when there is no
// room for it.
func (m *Memory) port(kind portFact, f *heron.Flow) int32 {
	s, value := m.factOf(kind, f)
	switch i := m.place(s.id); {
	case i == noPlace:
		if m.learn(&s, value, 0) == nil {
			return noPlace
		}
		return int32(len(m.now.facts) - 1)
	case m.count(&m.now.facts[i], f.Last, f.Last, 1, 0):
		m.tell(&m.now.facts[i], &s, string(value))
		return i
	default:
		return i
	}
}

// tellPort tells a known fact once more.
func (m *Memory) tellPort(i int32, kind portFact, f *heron.Flow) {
	s, value := m.factOf(kind, f)
	m.tell(&m.now.facts[i], &s, string(value))
}

// factOf returns one of these facts with its value.
func (m *Memory) factOf(kind portFact, f *heron.Flow) (s seen, value []byte) {
	s = seen{key: kind.key(), source: "flow", first: f.Last, last: f.Last, count: 1}
	s.subject.Endpoint = kind.end(f)
	identify(&s.subject.Endpoint)
	end := m.hasher.endpoint(&s.subject.Endpoint)
	s.id = m.hasher.numbers(end, uint64(kind)<<24|uint64(f.Transport)<<16|uint64(f.ServerPort))
	s.scope = m.hasher.scope(end, s.key)
	if kind.ofServer() {
		s.subject.Transport, s.subject.Port = f.Transport, f.ServerPort
	}
	m.value = append(append(m.value[:0], f.Transport.String()...), '/')
	m.value = strconv.AppendUint(m.value, uint64(f.ServerPort), 10)
	return s, m.value
}
