// Package enip reads EtherNet/IP and the CIP messages inside: which product a
// controller, drive or I/O station is, and who changes what in it.
package enip

import (
	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// Commands of the encapsulation (The CIP Networks Library, volume 2, §2-4).
const (
	cmdNOP             = 0x00
	cmdListServices    = 0x04
	cmdListIdentity    = 0x63
	cmdListInterfaces  = 0x64
	cmdRegisterSession = 0x65
	cmdUnregister      = 0x66
	cmdSendRRData      = 0x6f
	cmdSendUnitData    = 0x70
	cmdIndicateStatus  = 0x72
	cmdCancel          = 0x73
)

// Items of the common packet format (§2-6).
const (
	itemIdentity        = 0x000c
	itemConnectedData   = 0x00b1
	itemUnconnectedData = 0x00b2
	itemService         = 0x0100
	itemSequencedAddr   = 0x8002
)

// headerSize is the length of the encapsulation header.
const headerSize = 24

// maxBefore is how many messages that prove nothing may come before one that does.
const maxBefore = 4

// Protocol returns the dissector. It never says that a stream is done, since
// each order matters; flows of process data (UDP port 2222) it does.
func Protocol() dissect.Protocol {
	d := &dissector{}
	return dissect.Protocol{
		Name:  "enip",
		Over:  dissect.OverTCP | dissect.OverUDP,
		Ports: []uint16{44818, 2222},
		Spec:  "ODVA, The CIP Networks Library, volume 2 (EtherNet/IP) chapter 2, volume 1 (CIP) chapters 2, 5 and appendix A",
		Probe: func(b []byte, _ bool) bool {
			n, err := frame(b)
			return err == nil && n > 0 && proves(b) || isProcessData(b)
		},
		Starts: []byte{
			cmdNOP, cmdListServices, cmdListIdentity, cmdRegisterSession, cmdSendRRData, cmdSendUnitData,
			processItems,
		},
		Frame:   frame,
		Dissect: d.dissect,
	}
}

// header is the encapsulation header.
type header struct {
	command, length, status int
}

// readHeader reads a header, and fails when it cannot be one: the options must be
// zero, and each command has its own length.
func readHeader(r *wire.Reader) (header, error) {
	h := header{command: r.U16LE(), length: r.U16LE()}
	r.Skip(4) // session
	h.status = r.U32LE()
	r.Skip(8) // the sender's own
	options := r.U32LE()
	if r.Err() != nil {
		return h, r.Err()
	}
	if options != 0 || h.status > 0xff || !fits(h.command, h.length, h.status) {
		return h, dissect.ErrNotMine
	}
	return h, nil
}

// fits reports whether a command may have so many bytes after its header.
func fits(command, length, status int) bool {
	switch command {
	case cmdNOP:
		return length <= 1024 && status == 0
	case cmdListServices, cmdListIdentity, cmdListInterfaces:
		return length <= 1024
	case cmdRegisterSession:
		return length == 4 || length == 0 && status != 0
	case cmdUnregister:
		return length == 0
	case cmdSendRRData, cmdSendUnitData:
		return length >= 8 || length == 0 && status != 0
	case cmdIndicateStatus, cmdCancel:
		return length <= 64
	}
	return false
}

// frame returns the length of a message, with the messages before it that do
// nothing: those are all zeros, which anybody may send.
func frame(b []byte) (int, error) {
	r := wire.NewReader(b)
	for range maxBefore {
		early := wire.NewReader(r.Peek(min(r.Len(), 2)))
		if command := early.U16LE(); early.Err() == nil && !isCommand(command) {
			return 0, dissect.ErrNotMine
		}
		head := wire.NewReader(r.Peek(min(r.Len(), headerSize)))
		h, err := readHeader(&head)
		if head.Err() != nil {
			return 0, nil
		}
		if err != nil {
			return 0, err
		}
		size := headerSize + h.length
		start := wire.NewReader(r.Peek(min(r.Len(), headerSize+startSize)))
		if start.Skip(headerSize); !plausible(&start, h) {
			return 0, dissect.ErrNotMine
		}
		if h.command != cmdNOP {
			return r.Offset() + size, nil
		}
		if r.Len() < size {
			return 0, nil
		}
		r.Skip(size)
	}
	return 0, dissect.ErrNotMine
}

// proves reports whether the first message that does something shows more than a
// header, which little tells from other numbers: the opening of a session, items
// of a list, or a message's interface.
func proves(b []byte) bool {
	r := wire.NewReader(b)
	h, err := readHeader(&r)
	for err == nil && h.command == cmdNOP {
		r.Skip(h.length)
		h, err = readHeader(&r)
	}
	body := r.Sub(min(h.length, r.Len()))
	switch h.command {
	case cmdRegisterSession:
		return body.U16LE() == 1 && body.U16LE() == 0 && body.Err() == nil
	case cmdListIdentity, cmdListServices:
		items, kind := body.U16LE(), body.U16LE()
		return items >= 1 && items <= 8 && (kind == itemIdentity || kind == itemService)
	case cmdSendRRData, cmdSendUnitData:
		return body.Len() >= startSize && plausible(&body, h)
	}
	return false
}

// startSize is how much of a body plausible looks at.
const startSize = 8

// plausible reports whether what is there of a body can be that of h: messages
// have the interface of CIP, a time-out, and few items (§2-4.7, §2-4.8).
func plausible(r *wire.Reader, h header) bool {
	if h.length == 0 || h.command != cmdSendRRData && h.command != cmdSendUnitData {
		return true
	}
	handle := r.U32LE()
	if r.Err() != nil {
		return true
	}
	r.Skip(2)
	items := r.U16LE()
	return handle == 0 && (r.Err() != nil || items >= 1 && items <= 8)
}

func isCommand(n int) bool { return fits(n, 0, 1) || fits(n, 0, 0) }

type dissector struct {
	text dissect.Buffer
}

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	if m.Transport == heron.UDP && isProcessData(m.Payload) {
		return heron.Verdict{Done: true}, nil
	}
	h, err := readHeader(r)
	for err == nil && h.command == cmdNOP && r.Len() > h.length {
		r.Skip(h.length)
		h, err = readHeader(r)
	}
	start := wire.NewReader(r.Peek(min(r.Len(), startSize)))
	if err != nil || h.command == cmdNOP || !plausible(&start, h) || r.Len() < h.length || m.Transport == heron.UDP && r.Len() != h.length {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	body := r.Sub(h.length)
	switch h.command {
	case cmdListIdentity:
		d.list(&body, m, out)
	case cmdListServices:
		services(&body, m, out)
	case cmdSendRRData, cmdSendUnitData:
		body.Skip(6) // interface and timeout
		d.data(&body, m, out)
	}
	return heron.Verdict{}, nil
}

// processItems is how many items process data have, and what they begin with.
const processItems = 2

// isProcessData reports whether a datagram is what connections exchange all the
// time: an address with a sequence number, then data (§2-6, chapter 3-2).
func isProcessData(b []byte) bool {
	r := wire.NewReader(b)
	count, address, length := r.U16LE(), r.U16LE(), r.U16LE()
	r.Skip(8)
	kind, size := r.U16LE(), r.U16LE()
	return r.Err() == nil && count == processItems && address == itemSequencedAddr && length == 8 &&
		kind == itemConnectedData && size == r.Len()
}

// list reads the answer to List Identity (§2-4.2).
func (d *dissector) list(r *wire.Reader, m *heron.Message, out dissect.Emitter) {
	for n := r.Count(r.U16LE(), 4); n > 0; n-- {
		kind := r.U16LE()
		item := r.Sub(r.U16LE())
		if kind == itemIdentity {
			item.Skip(2 + 16) // version of the encapsulation, socket address
			d.identity(&item, m.Sender(), out)
		}
	}
}

// services reads the answer to List Services (§2-4.6): a name for each.
func services(r *wire.Reader, m *heron.Message, out dissect.Emitter) {
	for n := r.Count(r.U16LE(), 4); n > 0 && !m.FromClient; n-- {
		kind := r.U16LE()
		item := r.Sub(r.U16LE())
		item.Skip(4) // version of the protocol, capabilities
		name := wire.UntilZero(item.Bytes(16))
		if kind == itemService && wire.Printable(name) {
			out.Observe(m.Sender(), keyService, name)
		}
	}
}

// data reads the messages in the common packet format.
func (d *dissector) data(r *wire.Reader, m *heron.Message, out dissect.Emitter) {
	for n := r.Count(r.U16LE(), 4); n > 0; n-- {
		kind := r.U16LE()
		item := r.Sub(r.U16LE())
		if kind == itemConnectedData {
			item.Skip(2) // sequence number
		}
		if kind == itemConnectedData || kind == itemUnconnectedData {
			d.cip(&item, m, out, 0)
		}
	}
}
