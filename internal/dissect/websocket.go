package dissect

import (
	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/proto/websocket"
)

// next gives what comes next on a stream to whom it belongs.
func (d *Dispatcher) next(m *heron.Message) heron.Verdict {
	if m.Flow.Told&inWebSocket == 0 {
		return d.offer(m)
	}
	message, err := d.unmask(m)
	switch {
	case err != nil: // the next segment may start where a frame does
		return heron.Verdict{Consumed: len(m.Payload), Done: d.inVain(m.Flow)}
	case !message.Whole && len(m.Payload) < StreamPrefix:
		return heron.Verdict{}
	}
	return heron.Verdict{Consumed: message.Size, Done: d.within(m, message.Data)}
}

// unmask reads the message of WebSocket that m begins with.
func (d *Dispatcher) unmask(m *heron.Message) (websocket.Message, error) {
	message, err := websocket.Read(d.unmasked[:0], m.Payload, m.FromClient)
	if message.Data != nil {
		d.unmasked = message.Data
	}
	return message, err
}

// enter tells a stream of WebSocket whose start was not seen by a message of a
// protocol that comes in it.
func (d *Dispatcher) enter(m *heron.Message) (heron.Verdict, outcome) {
	const text, binary = 0x80 | websocket.Text, 0x80 | websocket.Binary
	if m.Transport != heron.TCP || len(m.Payload) == 0 || m.Payload[0] != text && m.Payload[0] != binary {
		return heron.Verdict{}, refused
	}
	message, err := d.unmask(m)
	switch {
	case err != nil || message.Size > StreamPrefix:
		return heron.Verdict{}, refused
	case !message.Whole:
		return heron.Verdict{}, waiting
	case !d.holds(m, message.Data):
		return heron.Verdict{}, refused
	}
	m.Flow.Told |= inWebSocket
	return heron.Verdict{Consumed: message.Size, Done: m.Flow.Settled}, taken
}

// holds offers the data of a message to the protocols that come in WebSocket, and
// reports whether one took it. The flow is that one's then.
func (d *Dispatcher) holds(m *heron.Message, data []byte) bool {
	f, whole := m.Flow, m.Payload
	before, told := f.Protocol, f.Told
	f.Told &^= toldBoth // of what it was before
	m.Payload = data
	v, result := d.try(d.inside, m, -1, true)
	m.Payload, f.Quiet = whole, false
	if result != taken {
		f.Told = told
		return false
	}
	if f.Before == 0 && before != f.Protocol {
		f.Before = before
	}
	if v.Consumed < len(data) {
		d.read(m, data[max(v.Consumed, 0):])
	}
	return true
}

// within gives the data of a message to the protocol that it is known to be of, or
// looks for one, and reports whether the flow has nothing more to tell.
func (d *Dispatcher) within(m *heron.Message, data []byte) bool {
	f := m.Flow
	i := int(f.Protocol) - 1
	switch {
	case len(data) == 0:
	case i >= 0 && d.list[i].Over&OverWebSocket != 0:
		d.read(m, data)
	case !d.holds(m, data):
		d.inVain(f)
	}
	return f.Settled
}

// read gives the data of a message to the flow's protocol: a message of it, or
// several. What is cut off there is not read.
func (d *Dispatcher) read(m *heron.Message, data []byte) {
	f, whole := m.Flow, m.Payload
	for len(data) > 0 && !f.Settled {
		m.Payload = data
		v, err := d.run(int(f.Protocol)-1, m)
		if isNotMine(err) {
			d.inVain(f)
			break
		}
		if f.Tries = 0; v.Consumed <= 0 || v.Consumed > len(data) {
			break
		}
		data = data[v.Consumed:]
	}
	m.Payload, f.Quiet = whole, false // a glance would see the frame
}

// inVain notes that a message of WebSocket was looked at in vain, and reports
// whether that was often enough.
func (d *Dispatcher) inVain(f *heron.FlowScratch) bool {
	if f.Tries++; f.Tries >= maxTries {
		f.Settled = true
	}
	return f.Settled
}
