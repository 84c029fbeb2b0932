// Package s7comm reads the S7 communication of Siemens controllers: who orders
// what, and what a controller says of itself in its system status list.
package s7comm

import (
	"bytes"
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
		Name:         "s7comm",
		Over:         dissect.OverTCP,
		Ports:        []uint16{102},
		Spec:         "RFC 1006; ITU-T X.224; Siemens, System Software for S7-300/400, System and Standard Functions, ch. 34 (SZL)",
		EveryMessage: true,
		Probe: func(b []byte, _ bool) bool {
			n, err := frame(b)
			return err == nil && n > 0
		},
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

type dissector struct {
	text []byte
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
	item, named := s7.Item{}, false
	if function == s7.ReadVar || function == s7.WriteVar {
		item, named = p.FirstItem()
	}
	if function == s7.ReadVar && !fresh(m.Flow, item) {
		return
	}
	attrs := map[string]string{"function": strconv.Itoa(int(function))}
	if service != "" {
		attrs["service"] = service
	}
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

// fresh reports whether a read is none of the last four forms on the flow, and
// remembers it: four sums of 16 bits in the flow's scratch, then the place of the
// oldest.
func fresh(s *heron.FlowScratch, it s7.Item) bool {
	const places, oldest = 4, 8
	sum := uint32(2166136261) // FNV-1a over the numbers
	for _, n := range [...]int{int(it.Area), it.Block, it.Offset, it.Count} {
		sum = (sum ^ uint32(n)) * 16777619
	}
	hi, lo := byte(sum>>24)|1, byte(sum>>16) // never two zeros, which mean empty
	for i := range places {
		if s.Data[2*i] == hi && s.Data[2*i+1] == lo {
			return false
		}
	}
	i := s.Data[oldest] % places
	s.Data[2*i], s.Data[2*i+1] = hi, lo
	s.Data[oldest] = i + 1
	return true
}

// Parts of the system status list, by the low byte of their number: the rest
// tells which extract of them was asked for.
const (
	partModules    = 0x11
	partComponents = 0x1c
)

// status tells what a part of the system status list says of the controller.
func (d *dissector) status(l *s7.List, m *heron.Message, out dissect.Emitter) {
	about := m.Sender()
	if l.Size < 4 {
		return
	}
	for r := wire.NewReader(l.Records); r.Len() >= l.Size; {
		record := r.Sub(l.Size)
		index := record.U16()
		switch l.ID & 0xff {
		case partModules:
			d.module(index, &record, about, out)
		case partComponents:
			text, _, _ := bytes.Cut(record.Rest(), []byte{0})
			if key := componentKey(index); key != "" {
				out.Observe(about, key, bytes.TrimSpace(text))
			}
		}
	}
}

// module reads a record of the module identification: an order number, and a
// version whose form depends on what the record is about.
func (d *dissector) module(index int, r *wire.Reader, about heron.Subject, out dissect.Emitter) {
	order := bytes.Trim(r.Bytes(20), "\x00 ")
	r.Skip(2) // type of the module
	sign, major, minor, patch := r.U8(), r.U8(), r.U8(), r.U8()
	switch index {
	case 1:
		out.Observe(about, "s7.szl.order_number", order)
	case 6:
		out.Observe(about, "s7.szl.hardware", order)
	case 7:
		if r.Err() == nil && sign == 'V' {
			d.text = append(d.text[:0], 'V')
			d.text = strconv.AppendInt(d.text, int64(major), 10)
			d.text = strconv.AppendInt(append(d.text, '.'), int64(minor), 10)
			d.text = strconv.AppendInt(append(d.text, '.'), int64(patch), 10)
			out.Observe(about, "s7.szl.firmware", d.text)
		}
	}
}

// componentKey names a record of the component identification. Those that are
// left out say nothing of the product: the copyright, and what is reserved.
func componentKey(index int) string {
	switch index {
	case 1:
		return "s7.szl.system_name"
	case 2:
		return "s7.szl.module_name"
	case 3:
		return "s7.szl.plant"
	case 5:
		return "s7.szl.serial"
	case 7:
		return "s7.szl.module_type"
	case 8:
		return "s7.szl.memory_card"
	case 10:
		return "s7.szl.oem"
	case 11:
		return "s7.szl.location"
	}
	return ""
}
