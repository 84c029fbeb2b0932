package opcua

import (
	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/proto/opcua"
	"github.com/heron-iot/heron/internal/wire"
)

// maxMessage is how much of a message of several chunks is put together: of a
// longer one, that is read.
const maxMessage = 32 << 10

// What is remembered in heron.FlowScratch.Data of the message that a side is in.
const (
	noMessage = iota
	gathering
	passingOver
)

// gathered is a message of several chunks, as far as it came, and the request that
// it belongs to. Both sides of a flow have one.
type gathered [2]struct {
	request int
	data    []byte
}

// message reads a chunk of a message (OPC 10000-6 §6.7.2): a whole one at once, those
// of several when the last is there. whole says that the capture of the chunk is.
func (d *dissector) message(c *opcua.Chunk, whole bool, m *heron.Message, out dissect.Emitter) {
	body := wire.NewReader(c.Body)
	body.Skip(4 + 4 + 4) // channel, token, sequence
	request := body.U32LE()
	part := body.Rest()
	side := dissect.Side(m)
	state := &m.Flow.Data[moreAt+side]
	was := *state
	*state = noMessage
	switch {
	case c.Final == 'A':
	case was == noMessage && c.Final == 'F':
		r := wire.NewReader(part)
		d.service(&r, m, out)
	case was == passingOver || was == noMessage && !isTold(part, m.FromClient):
		if c.Final == 'C' {
			*state = passingOver
		}
	default:
		g := &d.chunks.Put(dissect.EndsOf(m))[side]
		if was == noMessage {
			g.request, g.data = request, g.data[:0]
		}
		if g.request == request {
			g.data = append(g.data, part[:min(len(part), maxMessage-len(g.data))]...)
		}
		full := !whole || g.request != request || len(g.data) == maxMessage
		if c.Final == 'C' && !full {
			*state = gathering
			return
		}
		r := wire.NewReader(g.data)
		d.service(&r, m, out)
		if c.Final == 'C' {
			*state = passingOver
		}
	}
}

// isTold reports whether a message begins with a service of which something is
// told: no other is kept.
func isTold(b []byte, fromClient bool) bool {
	r := wire.NewReader(b)
	id := opcua.ReadNode(&r)
	if r.Err() != nil || id.Namespace != 0 || id.Name != nil || id.Opaque {
		return false
	}
	if fromClient {
		kind, _ := kindOf(id.Number)
		return kind != ""
	}
	return isAnswer(id.Number)
}

// isAnswer reports whether of the answer of a service something is told.
func isAnswer(service int) bool {
	switch service {
	case opcua.ServiceFault, opcua.ActivateAnswer, opcua.EndpointsAnswer, opcua.FindServersAnswer, opcua.CreateAnswer:
		return true
	}
	return false
}
