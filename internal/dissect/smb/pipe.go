package smb

import (
	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// Limits on what is remembered of the pipes of a connection.
const (
	maxPipes     = 8
	maxAsked     = 16
	maxFragments = 8 // in one message
)

// pipeID is the number by which an open pipe is known: two octets in version 1,
// sixteen in version 2.
type pipeID [2]uint64

// messageID is the number by which an answer is known to belong to what was asked.
type messageID uint64

// pipes are those of one connection that carry DCE/RPC, and what was read from
// them but not answered yet; the oldest make room.
type pipes struct {
	list            [maxPipes]openPipe
	asked           [maxAsked]asked
	nextPipe, nextQ int
}

type openPipe struct {
	id    pipeID
	state dissect.RPCState
}

type asked struct {
	message messageID
	pipe    pipeID
	waits   bool
}

// find returns an open pipe, or nil.
func (p *pipes) find(id pipeID) *openPipe {
	if p == nil {
		return nil
	}
	for i := range p.list {
		if p.list[i].id == id {
			return &p.list[i]
		}
	}
	return nil
}

// open returns the place of a pipe that is new.
func (p *pipes) open(id pipeID) *openPipe {
	o := &p.list[p.nextPipe]
	p.nextPipe = (p.nextPipe + 1) % maxPipes
	*o = openPipe{id: id}
	return o
}

// written reads what a client writes into a pipe. A file may be written in the same
// manner: where only the content can tell, it is a pipe from the message on that an
// association begins with.
func (d *dissector) written(data []byte, id pipeID, message messageID, isPipe bool, m *heron.Message, out dissect.Emitter) {
	ends := dissect.EndsOf(m)
	known := d.pipes.Get(ends)
	pipe := known.find(id)
	begins := dissect.RPCBegins(data, true)
	if size, err := dissect.RPCFrame(data); pipe == nil && !begins && (!isPipe || err != nil || size != len(data)) {
		return
	}
	if known == nil {
		known = d.pipes.Put(ends)
		*known = pipes{} // what it holds may be left from another
	}
	if pipe == nil {
		pipe = known.open(id)
	}
	if begins {
		pipe.state = dissect.RPCState{}
	}
	d.fragments(data, pipe, m, out)
	if isPipe {
		known.ask(message, id)
	}
}

// ask notes that an answer is to come from a pipe.
func (p *pipes) ask(message messageID, id pipeID) {
	p.asked[p.nextQ] = asked{message, id, true}
	p.nextQ = (p.nextQ + 1) % maxAsked
}

// reading notes that a client reads from a pipe.
func (d *dissector) reading(id pipeID, message messageID, m *heron.Message) {
	if known := d.pipes.Get(dissect.EndsOf(m)); known.find(id) != nil {
		known.ask(message, id)
	}
}

// answered reads what comes out of a pipe.
func (d *dissector) answered(data []byte, message messageID, m *heron.Message, out dissect.Emitter) {
	known := d.pipes.Get(dissect.EndsOf(m))
	if known == nil {
		return
	}
	for i := range known.asked {
		q := &known.asked[i]
		if !q.waits || q.message != message {
			continue
		}
		q.waits = false
		if pipe := known.find(q.pipe); pipe != nil {
			d.fragments(data, pipe, m, out)
		}
		return
	}
}

// fragments reads the fragments of one message; the last may go on in the next.
func (d *dissector) fragments(data []byte, pipe *openPipe, m *heron.Message, out dissect.Emitter) {
	for range maxFragments {
		size, err := dissect.RPCFrame(data)
		if err != nil || size == 0 {
			return
		}
		d.carries = true
		r := wire.NewReader(data[:min(size, len(data))])
		d.rpc.Fragment(&r, &pipe.state, m, out)
		if size >= len(data) {
			return
		}
		data = data[size:]
	}
}

// stretch returns so many octets at an offset from the start of a message, or those
// of them that are there.
func stretch(whole wire.Reader, offset, size int) []byte {
	whole.Skip(offset)
	return whole.Bytes(min(size, whole.Len()))
}

// Commands of version 1 that read from pipes and write into them, and the kind of
// transaction that does both ([MS-CIFS] §2.2.2.1, §2.2.2.2).
const (
	oneTransaction = 0x25
	oneRead        = 0x2e
	oneWrite       = 0x2f
	transactPipe   = 0x26
	rawStart       = 0x0c // raw, and the start of a message
)

// onePipe reads the messages of version 1 that use a pipe (§2.2.4.33, §2.2.4.42,
// §2.2.4.43, §2.2.5.6). whole is the message from its mark on.
func (d *dissector) onePipe(command int, reply bool, b *oneBody, message messageID, whole wire.Reader, m *heron.Message, out dissect.Emitter) {
	w := &b.words
	switch {
	case command == oneTransaction && !reply && b.count >= 16:
		w.Skip(22)
		size, offset := w.U16LE(), w.U16LE()
		setups := w.U8()
		w.Skip(1)
		if kind := w.U16LE(); setups < 2 || kind != transactPipe {
			return
		}
		id := pipeID{uint64(w.U16LE())}
		d.written(stretch(whole, offset, size), id, message, true, m, out)
	case command == oneTransaction && reply && b.count >= 10:
		w.Skip(12)
		size, offset := w.U16LE(), w.U16LE()
		d.answered(stretch(whole, offset, size), message, m, out)
	case command == oneWrite && !reply && b.count >= 12:
		w.Skip(4)
		id := pipeID{uint64(w.U16LE())}
		w.Skip(4 + 4)
		mode := w.U16LE()
		w.Skip(2 + 2)
		size, offset := w.U16LE(), w.U16LE()
		data := stretch(whole, offset, size)
		if mode&rawStart == rawStart && len(data) > 2 {
			data = data[2:] // the length of all that is to come
		}
		d.written(data, id, message, false, m, out)
	case command == oneRead && !reply && b.count >= 10:
		w.Skip(4)
		d.reading(pipeID{uint64(w.U16LE())}, message, m)
	case command == oneRead && reply && b.count >= 12:
		w.Skip(4 + 2 + 2 + 2)
		size, offset := w.U16LE(), w.U16LE()
		d.answered(stretch(whole, offset, size), message, m, out)
	}
}

// Commands of version 2 that read from pipes and write into them, and the control
// code that does both ([MS-SMB2] §2.2.1.2, §2.2.31).
const (
	twoRead        = 8
	twoWrite       = 9
	twoControl     = 11
	pipeTransceive = 0x0011c017
)

// twoID reads the number of an open file or pipe.
func twoID(r *wire.Reader) pipeID { return pipeID{r.U64LE(), r.U64LE()} }

// twoAsks reads the requests of version 2 that use a pipe (§2.2.19, §2.2.21,
// §2.2.31). r is behind the size of the fixed part.
func (d *dissector) twoAsks(command, size int, r *wire.Reader, message messageID, whole wire.Reader, m *heron.Message, out dissect.Emitter) {
	switch {
	case command == twoWrite && size == 49:
		offset, length := r.U16LE(), r.U32LE()
		r.Skip(8)
		if id := twoID(r); r.Err() == nil {
			d.written(stretch(whole, offset, length), id, message, false, m, out)
		}
	case command == twoRead && size == 49:
		r.Skip(2 + 4 + 8)
		if id := twoID(r); r.Err() == nil {
			d.reading(id, message, m)
		}
	case command == twoControl && size == 57:
		r.Skip(2)
		code, id := r.U32LE(), twoID(r)
		offset, length := r.U32LE(), r.U32LE()
		if r.Err() == nil && code == pipeTransceive {
			d.written(stretch(whole, offset, length), id, message, true, m, out)
		}
	}
}

// twoAnswers reads the answers to those (§2.2.20, §2.2.32).
func (d *dissector) twoAnswers(command, size int, r *wire.Reader, message messageID, whole wire.Reader, m *heron.Message, out dissect.Emitter) {
	switch {
	case command == twoRead && size == 17:
		offset := r.U8()
		r.Skip(1)
		if length := r.U32LE(); r.Err() == nil {
			d.answered(stretch(whole, offset, length), message, m, out)
		}
	case command == twoControl && size == 49:
		r.Skip(2 + 4 + 16 + 4 + 4)
		offset, length := r.U32LE(), r.U32LE()
		if r.Err() == nil {
			d.answered(stretch(whole, offset, length), message, m, out)
		}
	}
}
