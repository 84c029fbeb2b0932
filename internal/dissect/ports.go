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

// portSeen is a sighting of such a fact. Nothing else states these facts, so that
// the numbers in them do for a hash, and few sightings need any text.
type portSeen struct {
	id    uint64
	end   uint64 // hash of the end that it is about
	flow  int32  // which report tells of it
	place int32  // in facts, or noPlace
	kind  portFact
}

// Flows learns what reports on flows tell of their ends: that the server of an
// answered flow offers a service on its port, that the client uses one, and that
// the one was reached from the Internet, or the other reached a host there, where
// only one of them is ours. UDP counts only below the ports that clients are given,
// since both sides of a peer-to-peer exchange look like servers.
//
// Each report is about another device, whose facts are far from those of the one
// before: all are looked for before any is needed, so that the processor waits for
// many at once.
func (m *Memory) Flows(list []heron.Flow, ours func(netip.Addr) bool) {
	m.ports = m.ports[:0]
	for i := range list {
		m.report(int32(i), &list[i], ours)
	}
	for i := range m.ports {
		m.ports[i].place = m.now.place(m.ports[i].id)
	}
	forgotten := m.stats.Generations
	for i := range m.ports {
		s := &m.ports[i]
		if s.place == noPlace || m.stats.Generations != forgotten {
			m.port(s, &list[s.flow], m.find(s.id))
		} else {
			m.port(s, &list[s.flow], &m.now.facts[s.place])
		}
	}
}

// report notes what one report tells.
func (m *Memory) report(i int32, f *heron.Flow, ours func(netip.Addr) bool) {
	const ephemeral = 32768 // the lowest port that common systems give to clients
	answered := f.Answered()
	if f.Transport != heron.TCP && (f.Transport != heron.UDP || f.ServerPort >= ephemeral) || !answered && f.Transport != heron.UDP {
		return
	}
	if answered {
		m.sight(servicePort, i, f)
	}
	m.sight(clientPort, i, f)
	if f.Transport != heron.TCP {
		return
	}
	switch client, server := ours(f.Client.IP), ours(f.Server.IP); {
	case client == server:
	case server:
		m.sight(inboundPort, i, f)
	default:
		m.sight(outboundPort, i, f)
	}
}

// sight notes a sighting of a fact about one end of a flow, unless it is nobody.
func (m *Memory) sight(kind portFact, i int32, f *heron.Flow) {
	end := kind.end(f)
	if !identify(&end) {
		return
	}
	s := portSeen{end: m.hasher.endpoint(&end), flow: i, kind: kind}
	s.id = m.hasher.numbers(s.end, uint64(kind)<<24|uint64(f.Transport)<<16|uint64(f.ServerPort))
	m.ports = append(m.ports, s)
}

// port learns one sighting of what may be known.
func (m *Memory) port(p *portSeen, f *heron.Flow, known *fact) {
	if known != nil && !m.count(known, f.Last, f.Last, 1, 0) {
		return
	}
	s := seen{id: p.id, scope: m.hasher.scope(p.end, p.kind.key()), key: p.kind.key(), source: "flow", first: f.Last, last: f.Last, count: 1}
	s.subject.Endpoint = p.kind.end(f)
	identify(&s.subject.Endpoint)
	if p.kind.ofServer() {
		s.subject.Transport, s.subject.Port = f.Transport, f.ServerPort
	}
	m.value = append(append(m.value[:0], f.Transport.String()...), '/')
	m.value = strconv.AppendUint(m.value, uint64(f.ServerPort), 10)
	if known == nil {
		m.learn(&s, m.value, 0)
	} else {
		m.tell(known, &s, string(m.value))
	}
}
