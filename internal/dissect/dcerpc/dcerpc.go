// Package dcerpc reads remote procedure calls of DCE and Microsoft: which
// interfaces are used and offered, what the endpoint mapper and the object
// resolver say of a machine, and calls that change one. Arguments are not told.
// PROFINET's calls, which look the same, are another dissector's, and so are those
// in the pipes of SMB.
package dcerpc

import (
	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

const maxMessages = 60 // of a connection

// Places in heron.FlowScratch.Data.
const (
	atState    = 0 // a dissect.RPCState
	atMessages = atState + len(dissect.RPCState{})
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{}
	return dissect.Protocol{
		Name:    "dcerpc",
		Over:    dissect.OverTCP | dissect.OverUDP,
		Ports:   []uint16{135},
		Spec:    "The Open Group C706; [MS-RPCE]; [MS-DCOM] §3.1.2.5 (ServerAlive2)",
		Starts:  []byte{4, 5},
		Probe:   probe,
		Frame:   dissect.RPCFrame,
		Dissect: d.dissect,
	}
}

// probe takes what can be told without a port: the start of an association, and
// whole datagrams of version 4.
func probe(b []byte, fromClient bool) bool {
	r := wire.NewReader(b)
	if r.U8() == 4 {
		return isDatagram(b)
	}
	return dissect.RPCBegins(b, fromClient)
}

type dissector struct {
	rpc dissect.RPCTeller
}

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	if m.Transport == heron.UDP {
		return d.datagram(m, out)
	}
	data := &m.Flow.Data
	state := (*dissect.RPCState)(data[atState:atMessages])
	if !d.rpc.Fragment(r, state, m, out) && m.Flow.Protocol == 0 {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	if data[atMessages] < maxMessages {
		data[atMessages]++
	}
	return heron.Verdict{Done: data[atMessages] >= maxMessages}, nil
}
