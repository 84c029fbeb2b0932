// Package syslog reads the heads of log messages: which host and which program
// they are from, and which product where they say it. The messages themselves are
// never told.
package syslog

import (
	"bytes"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations, all of the host that sends, which may pass on what
// others say.
const (
	keyHost    = "syslog.hostname"
	keyApp     = "syslog.app"
	keyVendor  = "syslog.vendor"
	keyProduct = "syslog.product"
	keyVersion = "syslog.version"
	keySerial  = "syslog.device_id" // serial number or name that a firewall gives itself
)

// port is that of syslog over UDP.
const port = 514

// maxMessages is how many of a flow are read, after which it has nothing new.
const maxMessages = 200

// maxMessage bounds a message over TCP.
const maxMessage = 8192

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	return dissect.Protocol{
		Name:  "syslog",
		Over:  dissect.OverUDP | dissect.OverTCP,
		Ports: []uint16{port, 601, 1514},
		Spec:  "RFC 5424; RFC 3164; RFC 6587 (TCP); CEF and LEEF as ArcSight and QRadar publish them",
		Probe: func(b []byte, fromClient bool) bool {
			r := wire.NewReader(b)
			h, ok := read(&r)
			return ok && fromClient && h.dated
		},
		Starts:  []byte{'<'},
		Dissect: dissectMessage,
	}
}

func dissectMessage(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	if !m.FromClient {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	if m.Transport == heron.UDP {
		b := r.Peek(r.Len())
		h, ok := read(r)
		if !ok && (m.DstPort != port || !isBare(b)) {
			return heron.Verdict{}, dissect.ErrNotMine
		}
		if ok {
			h.tell(heron.Subject{Endpoint: m.Src}, out)
		}
		return heron.Verdict{Done: count(m)}, nil
	}
	b := r.Peek(r.Len())
	start, size, err := frame(b)
	if err != nil || size == 0 {
		return heron.Verdict{}, err
	}
	one := wire.NewReader(b)
	one.Skip(start)
	one = one.Sub(size - start)
	h, ok := read(&one)
	if !ok || m.Flow.Protocol == 0 && !h.dated && h.app == nil {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	h.tell(heron.Subject{Endpoint: m.Src}, out)
	return heron.Verdict{Consumed: size, Done: count(m)}, nil
}

// isBare reports whether a datagram is text without a head, which is a message as
// well when it is sent to the port of syslog (RFC 3164 §4, §4.3.3). Nothing of it is
// told.
func isBare(b []byte) bool { return wire.Printable(b) && bytes.IndexByte(b, '\r') < 0 }

// count counts the messages of a flow, and reports whether they are enough.
func count(m *heron.Message) bool {
	n := &m.Flow.Data[0]
	*n++
	return *n >= maxMessages
}

// frame returns where a message begins and ends in a stream: its length in digits
// comes before it, or a line feed after it (RFC 6587 §3.4). A size of 0 says that
// more is needed.
func frame(b []byte) (start, size int, err error) {
	r := wire.NewReader(b)
	n, digits := 0, 0
	for digits < 5 {
		c := r.U8()
		if r.Err() != nil {
			return 0, 0, nil
		}
		if c < '0' || c > '9' {
			break
		}
		n, digits = 10*n+c-'0', digits+1
	}
	if digits > 0 {
		separator := r.At(digits)
		if separator.U8() != ' ' || n == 0 || n > maxMessage {
			return 0, 0, dissect.ErrNotMine
		}
		if len(b) < digits+1+n {
			return 0, 0, nil
		}
		return digits + 1, digits + 1 + n, nil
	}
	if !bytes.HasPrefix(b, []byte("<")) {
		return 0, 0, dissect.ErrNotMine
	}
	end := bytes.IndexAny(b, "\n\x00")
	switch {
	case end > 0:
		return 0, end + 1, nil
	case len(b) > maxMessage:
		return 0, 0, dissect.ErrNotMine
	}
	return 0, 0, nil
}

// head is what is read of a message.
type head struct {
	host, app []byte
	rest      []byte
	dated     bool // it has a time as one of the standards has it
}

// tell tells where a message is from.
func (h *head) tell(about heron.Subject, out dissect.Emitter) {
	if !dissect.IsAddress(h.host) {
		out.Observe(about, keyHost, h.host)
	}
	out.Observe(about, keyApp, h.app)
	product(h.rest, about, out)
}

// product tells the product that a message in one of the common forms names.
func product(b []byte, about heron.Subject, out dissect.Emitter) {
	for _, form := range [...]string{"CEF:0|", "CEF:1|", "LEEF:1.0|", "LEEF:2.0|"} {
		_, fields, found := bytes.Cut(b, []byte(form))
		if !found {
			continue
		}
		for _, key := range [...]string{keyVendor, keyProduct, keyVersion} {
			var value []byte
			value, fields, found = bytes.Cut(fields, []byte("|"))
			if found && len(value) <= 64 {
				out.Observe(about, key, value)
			}
		}
		return
	}
	for _, name := range [...]string{"devid=", "device_id=", " sn="} {
		_, value, found := bytes.Cut(b, []byte(name))
		if !found {
			continue
		}
		value = bytes.TrimLeft(value, `"`)
		if end := bytes.IndexAny(value, "\" \r\n"); end > 0 && end <= 40 {
			out.Observe(about, keySerial, value[:end])
		}
		return
	}
}
