package dissect

import (
	"iter"

	"github.com/heron-iot/heron"
)

// Overhear reads a conversation that somebody else had with a server and kept: the
// payloads in order, each with whether the client sent it. It returns what the
// protocols in list tell about the server; list is used up by it. A dissector that
// fails tells nothing more.
func Overhear(list []Protocol, server heron.Subject, at heron.Time, said iter.Seq2[bool, []byte]) []heron.Observation {
	memory := NewMemory(CollectorConfig{})
	out := NewCollector(memory)
	l := listener{dispatcher: NewDispatcher(list, out), server: server, at: at}
	for fromClient, payload := range said {
		l.hear(fromClient, payload)
	}
	memory.Take(out.Cut())
	learned, _ := memory.Drain()
	about := make([]heron.Observation, 0, len(learned))
	for _, o := range learned {
		if o.IP == server.IP {
			about = append(about, o)
		}
	}
	return about
}

// listener does for one conversation what the flow table does for all.
type listener struct {
	dispatcher *Dispatcher
	server     heron.Subject
	at         heron.Time
	flow       heron.FlowScratch
	pending    [2][]byte // of the client and of the server: what was not consumed yet
	calls      [2]uint32
}

// hear takes one payload.
func (l *listener) hear(fromClient bool, payload []byte) {
	side := 1
	if fromClient {
		side = 0
	}
	if l.server.Transport != heron.TCP {
		l.offer(fromClient, side, payload)
		return
	}
	waiting := append(l.pending[side], payload...)
	for len(waiting) > 0 {
		n := min(len(waiting), StreamPrefix)
		used := min(l.offer(fromClient, side, waiting[:n]).Consumed, n)
		if used <= 0 && n == StreamPrefix {
			used = n // as much as a dissector may see: it never will understand it
		}
		if used <= 0 {
			break
		}
		waiting = waiting[used:]
	}
	l.pending[side] = waiting
}

// offer gives a payload to the dispatcher. The client is left without an address, so
// that nothing is told of it.
func (l *listener) offer(fromClient bool, side int, payload []byte) heron.Verdict {
	m := heron.Message{
		Time: l.at, Transport: l.server.Transport, FromClient: fromClient, Sequence: l.calls[side],
		Src: l.server.Endpoint, SrcPort: l.server.Port, DstPort: anyClient, Payload: payload, Flow: &l.flow,
	}
	if fromClient {
		m.Src, m.Dst = m.Dst, m.Src
		m.SrcPort, m.DstPort = m.DstPort, m.SrcPort
	}
	l.calls[side]++
	return l.dispatcher.Message(&m)
}

// anyClient stands for the client's port: none that a dissector knows a service by.
const anyClient = 61001
