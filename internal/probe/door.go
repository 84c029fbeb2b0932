package probe

import (
	"cmp"
	"slices"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/oui"
)

// door is a port of a host.
type door struct {
	transport heron.Transport
	port      uint16
	always    bool // also when it is known well enough what the host is
}

type doorKey struct {
	transport heron.Transport
	port      uint16
}

func (d door) key() doorKey { return doorKey{d.transport, d.port} }

// question is a probe for a service.
type question struct {
	probe  *Probe
	target Target
}

// questions are the probes that may be put to a service, the most telling first.
func (s *Scanner) questions(h Host, d door) []question {
	var out []question
	for i := range s.o.Probes {
		p := &s.o.Probes[i]
		if p.Transport != d.transport || !p.asks(d.port) || !s.Allowed(p, h) || s.unlikely(p, h) {
			continue
		}
		t := Target{Question: Question{h.Addr, d.port, p.Name}, TLS: slices.Contains(p.TLSPorts, d.port)}
		t.Printer = p.Printers && h.Printer
		out = append(out, question{p, t})
	}
	slices.SortStableFunc(out, func(x, y question) int { return cmp.Compare(y.probe.worth(), x.probe.worth()) })
	return out
}

func (p *Probe) worth() int { return cmp.Or(p.Worth, 1) }

// usual are the ports that are looked at, whatever is known of a host.
func (s *Scanner) usual(t heron.Transport) []uint16 {
	if t == heron.UDP {
		return s.o.Datagrams
	}
	return s.o.Ports
}

// leastWorth is what an answer over UDP must be worth for a Sparing scan to ask.
const leastWorth = 2

// unlikely tells that a Sparing scan does not ask a host over UDP, for what it is
// expected to be: behind a router, where no maker is known, it does.
func (s *Scanner) unlikely(p *Probe, h Host) bool {
	if !s.o.Sparing || p.Transport != heron.UDP {
		return false
	}
	_, known := oui.Lookup(h.MAC)
	return p.worth() < leastWorth || known && p.Plant && !h.Control
}

// moot tells that a Sparing scan does not ask a host over UDP, for what was learned
// of it: who has not the port beside it open, who is of another kind than answers, and
// who is known but for the model.
func (k *talk) moot(p *Probe) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.s.o.Sparing && (p.Beside != 0 && k.refused[p.Beside] ||
		k.knows >= KnowsType && (p.Plant || p.Narrow) && !k.control || k.knows >= KnowsKind && p.worth() < worthModel)
}

// worthModel is the Worth of what names the model.
const worthModel = 3

// controlDoors are those that tell whether a host is a control device.
func (s *Scanner) controlDoors() []door {
	var out []door
	for _, port := range s.o.Ports {
		if isControlPort(port) {
			out = append(out, door{heron.TCP, port, true})
		}
	}
	return out
}

// The stages in which doors are knocked at.
const (
	stageAlways  = iota // those that are looked at whatever is known
	stageTelling        // datagrams whose answer is worth much
	stageOther
	stageCount
)

// stages are the doors of a host in order: first those that are always looked at, and
// then, for as long as it is not known what the host is, those where the other probes
// ask. What is looked at anyway may tell what else would have been asked for; where that
// spares nothing, the second stage is part of the first. A port that is not on the
// list is knocked at only by a thorough scan: a host that says nothing at closed
// ports makes each a wait, and discovery names the ports of those who use it.
// Within a stage comes first what tells most, and of that a datagram before a
// connection.
func (s *Scanner) stages(h Host) [][]door {
	worth, stage := map[door]int{}, map[door]int{}
	for _, port := range s.o.Ports {
		worth[door{heron.TCP, port, true}] = 0
	}
	for i := range s.o.Probes {
		p := &s.o.Probes[i]
		if !s.Allowed(p, h) {
			continue
		}
		for _, port := range slices.Concat(p.Ports, p.TLSPorts) {
			d := door{p.Transport, port, slices.Contains(s.usual(p.Transport), port)}
			n := s.stage(p, d)
			if was, ok := stage[d]; ok {
				n = min(n, was)
			}
			worth[d], stage[d] = max(worth[d], p.worth()), n
		}
	}
	stages := make([][]door, stageCount)
	for d := range worth {
		if len(s.o.Ports) > 0 && d.transport == heron.TCP && !d.always && !s.o.Thorough {
			continue
		}
		stages[stage[d]] = append(stages[stage[d]], d)
	}
	for _, list := range stages {
		slices.SortFunc(list, func(x, y door) int {
			return cmp.Or(cmp.Compare(worth[y], worth[x]), datagramsFirst(x, y), s.place(x)-s.place(y),
				cmp.Compare(x.port, y.port))
		})
	}
	return stages
}

// stage is when a probe has a door knocked at.
func (s *Scanner) stage(p *Probe, d door) int {
	switch {
	case d.always:
		return stageAlways
	case d.transport != heron.UDP || p.worth() < leastWorth || p.Beside != 0:
		return stageOther
	case s.o.Sparing && !s.o.Hasty:
		return stageTelling
	}
	return stageAlways
}

func datagramsFirst(x, y door) int {
	if x.transport == y.transport {
		return 0
	}
	if x.transport == heron.UDP {
		return -1
	}
	return 1
}

// place is where a port stands in the list of ports, which begins with what is
// open most often.
func (s *Scanner) place(d door) int {
	if i := slices.Index(s.o.Ports, d.port); i >= 0 {
		return i
	}
	return len(s.o.Ports)
}
