// Package s7comm reads the S7 communication of Siemens controllers: who orders
// what, and what a controller says of itself in its system status list.
package s7comm

import (
	"strconv"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/proto/s7"
	"github.com/heron-iot/heron/internal/wire"
)

// maxBefore is how many packets without S7 in them may come before one with it.
const maxBefore = 4

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{}
	return dissect.Protocol{
		Within:       []string{"cotp"},
		Name:         "s7comm",
		Over:         dissect.OverTCP,
		Ports:        []uint16{102},
		Spec:         "RFC 1006; ITU-T X.224; Siemens, System Software for S7-300/400, System and Standard Functions, ch. 34 (SZL)",
		EveryMessage: true,
		Probe: func(b []byte, _ bool) bool {
			n, err := frame(b)
			return err == nil && n > 0
		},
		Starts:  []byte{3},
		Frame:   frame,
		Dissect: d.dissect,
	}
}

// frame returns the length of the next S7 message with the packets before it
// that hold none. Others connect in the same way and share the port (MMS of IEC
// 61850): only what follows tells whose a connection is.
func frame(b []byte) (int, error) {
	r := wire.NewReader(b)
	for range maxBefore {
		n, err := s7.Size(r.Peek(min(r.Len(), 4)))
		if err != nil {
			return 0, dissect.ErrNotMine
		}
		head := wire.NewReader(r.Peek(min(r.Len(), n)))
		head.Skip(4)
		header, kind := head.U8(), head.U8()
		if n == 0 || head.Err() != nil {
			return 0, nil
		}
		switch kind {
		case s7.ConnectRequest, s7.ConnectConfirm:
		case s7.Data:
			if n > header+5 {
				return s7Message(&head, header-1, r.Offset()+n)
			}
		default:
			return 0, dissect.ErrNotMine
		}
		if r.Len() < n {
			return 0, nil
		}
		r.Skip(n)
	}
	return 0, dissect.ErrNotMine
}

// s7Message returns size when what comes after skip bytes begins an S7 message.
func s7Message(r *wire.Reader, skip, size int) (int, error) {
	const magic = 0x32
	r.Skip(skip)
	switch first := r.U8(); {
	case r.Err() != nil:
		return 0, nil
	case first != magic:
		return 0, dissect.ErrNotMine
	}
	return size, nil
}

// keyTool is the key of who works on the program of a controller, as engineers
// do and panels do not.
const keyTool = "s7comm.tool"

type dissector struct {
	text dissect.Buffer
}

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	for range maxBefore {
		n, err := s7.Size(r.Peek(min(r.Len(), 4)))
		if err != nil || n == 0 || n >= r.Len() {
			break
		}
		r.Skip(n)
	}
	p, n, err := s7.Read(r.Rest())
	if err != nil || n == 0 || p.Kind != s7.Data {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	switch p.ROSCTR {
	case s7.Job:
		if m.FromClient {
			d.order(&p, m, out)
		}
	case s7.Bare, s7.Ack:
	case s7.UserData:
		if list, ok := p.SZLAnswered(); ok && !m.FromClient {
			d.status(&list, m, out)
		} else if m.FromClient {
			userData(&p, m, out)
		}
	default:
		return heron.Verdict{}, dissect.ErrNotMine
	}
	return heron.Verdict{}, nil
}

// order reports what a client asks of the controller. A read is reported once
// for each of the last few forms of it on the flow, since panels poll the same
// for ever; what changes the controller is reported each time.
func (d *dissector) order(p *s7.Packet, m *heron.Message, out dissect.Emitter) {
	function := p.Function()
	var kind, service string
	switch function {
	case s7.ReadVar:
		kind = "s7comm.read"
	case s7.WriteVar:
		kind = "s7comm.write"
	case s7.Download:
		kind = "s7comm.download"
	case s7.Upload:
		kind = "s7comm.upload"
	case s7.Stop:
		kind = "s7comm.stop"
	case s7.Invoke:
		service = string(p.Service())
		kind = "s7comm.control"
		if service == "P_PROGRAM" { // a warm or cold restart
			kind = "s7comm.start"
		}
	default:
		return
	}
	if function != s7.ReadVar && function != s7.WriteVar {
		out.ObserveString(m.Sender(), keyTool, "yes")
	}
	item, named := s7.Item{}, false
	if function == s7.ReadVar || function == s7.WriteVar {
		item, named = p.FirstItem()
	}
	if function == s7.ReadVar && !dissect.Fresh(m.Flow, int(item.Area), item.Block, item.Offset, item.Count) {
		return
	}
	attrs := map[string]string{"function": strconv.Itoa(int(function))}
	if service != "" {
		attrs["service"] = service
	}
	addBlock(attrs, p)
	if named {
		describe(attrs, item)
	}
	out.Event(heron.Event{Kind: kind, Attrs: attrs})
}

// describe adds what a variable is.
func describe(attrs map[string]string, it s7.Item) {
	attrs["address"], attrs["count"] = strconv.Itoa(it.Offset), strconv.Itoa(it.Count)
	switch it.Area {
	case 0x81:
		attrs["area"] = "input"
	case 0x82:
		attrs["area"] = "output"
	case 0x83:
		attrs["area"] = "flag"
	case 0x84:
		attrs["area"], attrs["block"] = "db", strconv.Itoa(it.Block)
	default:
		attrs["area"] = strconv.Itoa(int(it.Area))
	}
}

// addBlock adds the block that a download or upload is for, and the arguments of a
// service: which blocks, or what to do ("EP": copy from RAM to ROM).
func addBlock(attrs map[string]string, p *s7.Packet) {
	key, value := "file", []byte(nil)
	switch p.Function() {
	case s7.Download, s7.Upload:
		value = p.File()
	case s7.Invoke:
		key, value = "argument", p.Argument()
	}
	if text := wire.Text(value, 64); text != "" {
		attrs[key] = text
	}
}

// userData reports what a client asks beside jobs: what it lists, once for each
// of the last few forms on the flow; passwords, clocks and tests of the program
// each time. A password is never told, it is only lightly hidden.
func userData(p *s7.Packet, m *heron.Message, out dissect.Emitter) {
	group, function, ok := p.Request()
	if !ok {
		return
	}
	kind, polled := "", false
	switch {
	case group == s7.GroupSecurity:
		kind = "s7comm.password"
	case group == s7.GroupTime && (function == 2 || function == 4):
		kind = "s7comm.time"
	case group == s7.GroupProgrammer:
		kind, polled = "s7comm.test", true
	case group == s7.GroupBlocks:
		kind, polled = "s7comm.browse", true
	case group == s7.GroupStatus && function == 1:
		kind, polled = "s7comm.browse", true
	}
	list, _, asked := p.SZLAsked()
	if kind == "" || polled && !dissect.Fresh(m.Flow, group, function, int(list)) {
		return
	}
	if kind != "s7comm.browse" || group == s7.GroupBlocks {
		out.ObserveString(m.Sender(), keyTool, "yes")
	}
	attrs := map[string]string{"group": strconv.Itoa(group), "function": strconv.Itoa(function)}
	if asked {
		attrs["szl"] = strconv.FormatInt(int64(list), 16)
	}
	out.Event(heron.Event{Kind: kind, Attrs: attrs})
}
