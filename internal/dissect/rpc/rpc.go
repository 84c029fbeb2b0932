// Package rpc reads the remote procedure calls of Sun: which programs a host
// serves, NFS among them, what the port mapper lists, and what a client's machine
// is called. Files and users are never told.
package rpc

import (
	"strconv"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyUses    = "rpc.uses"    // of a client: program and version, nfs 3
	keyServes  = "rpc.serves"  // of a server
	keyPortmap = "rpc.portmap" // of a server: program, version and port, nfs 3 tcp/2049
)

// Numbers of RFC 5531 §9 and RFC 1833.
const (
	call        = 0
	reply       = 1
	version2    = 2
	authNone    = 0
	authSystem  = 1
	authLast    = 6
	maxAuth     = 400
	portmap     = 100000
	dump        = 4
	lastFrag    = 1 << 31
	maxFragment = 1 << 21
	maxEntries  = 64
	maxMessages = 30
)

// Places in heron.FlowScratch.Data: the last call.
const (
	atProgram   = 0 // four
	atVersion   = 4
	atProcedure = 5
	atMessages  = 6
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{}
	return dissect.Protocol{
		Name:    "rpc",
		Over:    dissect.OverTCP | dissect.OverUDP,
		Ports:   []uint16{111, 2049},
		Spec:    "RFC 5531; RFC 1833 (port mapper)",
		Probe:   probe,
		Frame:   frame,
		Dissect: d.dissect,
	}
}

// frame returns the length of a record's last fragment (RFC 5531 §11).
func frame(b []byte) (int, error) {
	r := wire.NewReader(b)
	mark := r.U32()
	if r.Err() != nil {
		return 0, nil
	}
	size := mark &^ lastFrag
	if mark&lastFrag == 0 || size < 24 || size > maxFragment {
		return 0, dissect.ErrNotMine
	}
	return 4 + size, nil
}

// probe takes a call, bare or behind the mark of a record.
func probe(b []byte, fromClient bool) bool {
	r := wire.NewReader(b)
	mark, second, third, fourth := r.U32(), r.U32(), r.U32(), r.U32()
	switch {
	case !fromClient || r.Err() != nil:
	case second == call && third == version2:
		bare := r.At(0)
		_, ok := readCall(&bare)
		return ok
	case third == call && fourth == version2:
		behind := r.At(4)
		_, ok := readCall(&behind)
		return ok && mark == lastFrag|(len(b)-4)
	}
	return false
}

// request is what a call asks.
type request struct {
	program, version, procedure int
	machine                     []byte
}

// readCall reads a call: all its numbers must be ones that exist.
func readCall(r *wire.Reader) (q request, ok bool) {
	r.Skip(4)
	kind, rpc := r.U32(), r.U32()
	q.program, q.version, q.procedure = r.U32(), r.U32(), r.U32()
	flavor, size := r.U32(), r.U32()
	credentials := r.Sub(min(size, r.Len()))
	verifier, size2 := r.U32(), r.U32()
	ok = r.Err() == nil && kind == call && rpc == version2 && q.program >= portmap && q.program < 0x60000000 && q.version > 0 && q.version < 32 &&
		q.procedure < 256 && flavor <= authLast && verifier <= authLast && size <= maxAuth && size2 <= maxAuth && size%4 == 0
	if flavor == authSystem {
		credentials.Skip(4)
		q.machine = credentials.Bytes(min(credentials.U32(), 255))
	}
	return q, ok
}

type dissector struct {
	text []byte
}

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	if m.Transport == heron.TCP {
		r.Skip(4)
	}
	data := &m.Flow.Data
	var err error
	if m.FromClient {
		err = d.call(r, m, out)
	} else {
		err = d.reply(r, m, out)
	}
	if err == nil && data[atMessages] < maxMessages {
		data[atMessages]++
	}
	return heron.Verdict{Done: data[atMessages] >= maxMessages}, err
}

func (d *dissector) call(r *wire.Reader, m *heron.Message, out dissect.Emitter) error {
	q, ok := readCall(r)
	if !ok {
		return dissect.ErrNotMine
	}
	data := &m.Flow.Data
	data[0], data[1], data[2], data[3] = byte(q.program>>24), byte(q.program>>16), byte(q.program>>8), byte(q.program)
	data[atVersion], data[atProcedure] = byte(q.version), byte(q.procedure)
	out.Observe(m.Sender(), keyUses, d.name(q.program, q.version))
	out.Observe(heron.Subject{Endpoint: m.Src}, heron.KeyHostname, q.machine)
	return nil
}

// reply tells that a server serves what it was asked for: accepted, and done.
func (d *dissector) reply(r *wire.Reader, m *heron.Message, out dissect.Emitter) error {
	r.Skip(4)
	kind, denied := r.U32(), r.U32()
	if m.Flow.Protocol == 0 || r.Err() != nil || kind != reply || denied > 1 {
		return dissect.ErrNotMine
	}
	if denied == 1 {
		return nil
	}
	r.Skip(4)
	r.Skip(r.U32())
	if status := r.U32(); r.Err() != nil || status != 0 {
		return nil
	}
	data := &m.Flow.Data
	at := wire.NewReader(data[:])
	program, version, procedure := at.U32(), at.U8(), at.U8()
	out.Observe(m.Sender(), keyServes, d.name(program, version))
	if program == portmap && version == 2 && procedure == dump {
		d.entries(r, m, out)
	}
	return nil
}

// entries tells the list of the port mapper (RFC 1833 §3).
func (d *dissector) entries(r *wire.Reader, m *heron.Message, out dissect.Emitter) {
	const tcp, udp = 6, 17
	for range maxEntries {
		more, program, version, protocol, port := r.U32(), r.U32(), r.U32(), r.U32(), r.U32()
		if r.Err() != nil || more != 1 {
			return
		}
		d.text = append(d.name(program, version), " udp/"...)
		switch protocol {
		case tcp:
			copy(d.text[len(d.text)-4:], "tcp")
		case udp:
		default:
			continue
		}
		d.text = strconv.AppendInt(d.text, int64(port), 10)
		out.Observe(m.Sender(), keyPortmap, d.text)
	}
}

// name is a program's name or number, and its version.
func (d *dissector) name(program, version int) []byte {
	d.text = d.text[:0]
	if name := programName(program); name != "" {
		d.text = append(d.text, name...)
	} else {
		d.text = strconv.AppendInt(d.text, int64(program), 10)
	}
	d.text = append(d.text, ' ')
	return strconv.AppendInt(d.text, int64(version), 10)
}

func programName(n int) string {
	switch n {
	case portmap:
		return "portmap"
	case 100001:
		return "rstat"
	case 100002:
		return "rusers"
	case 100003:
		return "nfs"
	case 100004:
		return "ypserv"
	case 100005:
		return "mount"
	case 100021:
		return "nlm"
	case 100024:
		return "status"
	case 100227:
		return "nfs_acl"
	case 100300:
		return "nisplus"
	case 395183, 395184, 395185:
		return "vxi11"
	case 100009:
		return "yppasswd"
	}
	return ""
}
