// Package c1222 reads ANSI C12.22, by which meters are read: which applications
// speak, and who writes tables or logs in.
package c1222

import (
	"strconv"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/proto/ber"
	"github.com/heron-iot/heron/internal/wire"
)

// keyTitle is the title of the application that sends: an object identifier.
const keyTitle = "c1222.ap_title"

// Tags of an ACSE message (ANSI C12.22-2012 §5.3.4; X.690 for their lengths).
const (
	tagMessage   = 0x60
	tagCalled    = 0xa2
	tagCalling   = 0xa6
	tagUser      = 0xbe
	tagExternal  = 0x28
	tagOctets    = 0x81
	tagObject    = 0x06
	tagRelative  = 0x80
	maxMessage   = 1 << 16
	maxRequests  = 16
	minimumSpace = 4
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{}
	return dissect.Protocol{
		Name:         "c1222",
		Over:         dissect.OverTCP | dissect.OverUDP,
		Ports:        []uint16{1153},
		Spec:         "ANSI C12.22-2012 §5.3; RFC 6142; ANSI C12.19 for the tables",
		EveryMessage: true,
		Probe: func(b []byte, _ bool) bool {
			n, err := frame(b)
			return err == nil && n > 0 && n == len(b) && isMessage(b)
		},
		Starts:  []byte{tagMessage},
		Frame:   frame,
		Dissect: d.dissect,
	}
}

// frame returns the length of a message.
func frame(b []byte) (int, error) {
	first := wire.NewReader(b)
	n, err := ber.Size(b)
	if err != nil || len(b) > 0 && first.U8() != tagMessage || n > maxMessage || n > 0 && n < minimumSpace {
		return 0, dissect.ErrNotMine
	}
	return n, nil
}

// isMessage reports whether b is a message whose elements are in order and known,
// with a calling or called title.
func isMessage(b []byte) bool {
	r := wire.NewReader(b)
	_, body := ber.Next(&r)
	titles, last := 0, 0
	for body.Len() > 0 {
		tag, content := ber.Next(&body)
		if tag < 0xa1 || tag > 0xae && tag != tagUser {
			return false
		}
		if last >= tagCalling && tag < tagCalling && tag != 0xa4 {
			return false
		}
		last = tag
		if tag != tagCalled && tag != tagCalling {
			continue
		}
		kind, title := ber.Next(&content)
		if kind != tagObject && kind != tagRelative || title.Len() == 0 || content.Len() > 0 {
			return false
		}
		titles++
	}
	return r.Err() == nil && body.Err() == nil && titles > 0
}

type dissector struct {
	text []byte
}

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	b := r.Peek(r.Len())
	n, err := frame(b)
	if err != nil || n != len(b) || !isMessage(b) {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	_, body := ber.Next(r)
	for body.Len() > 0 {
		tag, content := ber.Next(&body)
		switch tag {
		case tagCalling:
			kind, title := ber.Next(&content)
			d.title(kind, &title, m.Sender(), out)
		case tagUser:
			if m.FromClient {
				requests(&content, out)
			}
		}
	}
	return heron.Verdict{}, nil
}

// title tells an object identifier in its dotted form; one that is relative to the
// network's begins with a dot (X.690 §8.19, §8.20).
func (d *dissector) title(kind int, r *wire.Reader, about heron.Subject, out dissect.Emitter) {
	if kind == tagObject {
		d.text = ber.AppendOID(d.text[:0], r.Rest())
	} else {
		d.text = ber.AppendRelativeOID(d.text[:0], r.Rest())
	}
	out.Observe(about, keyTitle, d.text)
}

// requests reads the services asked for, unless they are encrypted: a control
// octet, and then each with its length (§5.3.2).
func requests(r *wire.Reader, out dissect.Emitter) {
	const security, hasClass = 0x0c, 0x10
	_, external := ber.Next(r)
	tag, epsem := ber.Next(&external)
	control := epsem.U8()
	if tag != tagOctets || control&security != 0 {
		return
	}
	if control&hasClass != 0 {
		epsem.Skip(4)
	}
	for range maxRequests {
		service := epsem.Sub(ber.Length(&epsem))
		code := service.U8()
		if service.Err() != nil {
			return
		}
		request(code, &service, out)
	}
}

// request makes an event of what changes a meter, and of logins (ANSI C12.22
// §5.2): the password that a security request carries in clear is not read.
func request(code int, r *wire.Reader, out dissect.Emitter) {
	switch {
	case code >= 0x40 && code <= 0x4f:
		if table := r.U16(); r.Err() == nil {
			out.Event(heron.Event{Kind: "c1222.write", Attrs: map[string]string{"table": strconv.Itoa(table)}})
		}
	case code == 0x50:
		out.Event(heron.Event{Kind: "c1222.logon", Attrs: map[string]string{}})
	case code == 0x51:
		dissect.ClearLogin(out, "c1222")
	}
}
