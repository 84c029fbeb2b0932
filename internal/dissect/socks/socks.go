// Package socks reads the opening of SOCKS proxies, versions 4, 4a and 5: whom the
// client wants to reach. What follows belongs to another protocol, which the
// dispatcher then looks for.
package socks

import (
	"strconv"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/wire"
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{}
	return dissect.Protocol{
		Name:    "socks",
		Over:    dissect.OverTCP,
		Ports:   []uint16{1080},
		Spec:    "RFC 1928 (version 5); RFC 1929 (login); SOCKS 4 and 4A, Ying-Da Lee",
		Dissect: d.dissect,
	}
}

type dissector struct {
	text []byte
}

// Places in heron.FlowScratch.Data: the step that each side has reached, the
// client's first, and the version that the client speaks.
const (
	atStep    = 0
	atVersion = 2
)

// Steps of a side.
const (
	stepHello   = iota
	stepLogin   // version 5, with a password
	stepRequest // and its answer
	stepDone    // another protocol
)

// dissect reads the next message of one side.
func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	data := &m.Flow.Data
	side := dissect.Side(m)
	step := data[atStep+side]
	if step == stepDone {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	version := r.U8()
	login := step == stepLogin && version == 1
	if side == 0 && step == stepHello && (version == 4 || version == 5) {
		data[atVersion] = byte(version)
	}
	answer4 := side == 1 && version == 0 && data[atVersion] == 4
	if !login && !answer4 && (version != int(data[atVersion]) || version == 0) {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	var next int
	var err error
	switch {
	case login:
		credentials(r, side, out)
		next = stepRequest
	case side == 0:
		next, err = d.client(r, version, step, m, out)
	default:
		next, err = server(r, version, step, data)
	}
	if err != nil {
		return heron.Verdict{}, err
	}
	if r.Err() != nil {
		return heron.Verdict{}, nil // more is to come
	}
	data[atStep+side] = byte(next)
	return heron.Verdict{Consumed: r.Offset()}, nil
}

// client reads a greeting or a request, and returns the step after it.
func (d *dissector) client(
	r *wire.Reader, version int, step byte, m *heron.Message, out dissect.Emitter,
) (int, error) {
	if version == 4 {
		return d.request4(r, m, out)
	}
	if step == stepHello {
		n := r.U8()
		methods := r.Bytes(n)
		if r.Err() == nil && n == 0 {
			return 0, dissect.ErrNotMine
		}
		for _, method := range methods {
			if method > 0x0f && method < 0x80 {
				return 0, dissect.ErrNotMine // nobody has had such a number assigned
			}
		}
		return stepRequest, nil
	}
	command, reserved := r.U8(), r.U8()
	if r.Err() == nil && (command < 1 || command > 3 || reserved != 0) {
		return 0, dissect.ErrNotMine
	}
	name, err := address(r)
	r.Skip(2) // port
	if r.Err() == nil {
		d.contact(name, m, out)
	}
	return stepDone, err
}

// request4 reads a request of version 4, which has a name after it in version 4A.
func (d *dissector) request4(r *wire.Reader, m *heron.Message, out dissect.Emitter) (int, error) {
	const longest = 256
	command := r.U8()
	r.Skip(2) // port
	ip := r.U32()
	if r.Err() == nil && command != 1 && command != 2 {
		return 0, dissect.ErrNotMine
	}
	if user := r.Until(0, longest); len(user) > 0 && !wire.Printable(user) {
		return 0, dissect.ErrNotMine
	}
	if ip > 0 && ip < 256 { // 0.0.0.x
		name := r.Until(0, longest)
		if r.Err() == nil {
			d.contact(name, m, out)
		}
	}
	return stepDone, nil
}

// server reads an answer, and returns the step after it.
func server(r *wire.Reader, version int, step byte, data *[12]byte) (int, error) {
	if version == 0 { // version 4 answers so
		code := r.U8()
		r.Skip(6)
		if r.Err() == nil && (code < 90 || code > 93) {
			return 0, dissect.ErrNotMine
		}
		return stepDone, nil
	}
	if step == stepHello {
		if method := r.U8(); r.Err() == nil && method == 2 {
			data[atStep] = stepLogin
			return stepLogin, nil
		}
		return stepRequest, nil
	}
	r.Skip(2) // code, reserved
	_, err := address(r)
	r.Skip(2)
	return stepDone, err
}

// credentials passes over a name and a password, and tells that they came in clear;
// or reads the answer to them (RFC 1929 §2).
func credentials(r *wire.Reader, side int, out dissect.Emitter) {
	if side == 0 {
		r.Skip(r.U8())
		r.Skip(r.U8())
		if r.Err() == nil {
			dissect.ClearLogin(out, "socks")
		}
		return
	}
	if status := r.U8(); status != 0 {
		dissect.LoginFailed(out, "socks", strconv.Itoa(status))
	}
}

// address reads an address of version 5 and returns it when it is a name.
func address(r *wire.Reader) ([]byte, error) {
	switch kind := r.U8(); kind {
	case 1:
		r.Skip(4)
	case 3:
		return r.Bytes(r.U8()), nil
	case 4:
		r.Skip(16)
	default:
		if r.Err() == nil {
			return nil, dissect.ErrNotMine
		}
	}
	return nil, nil
}

func (d *dissector) contact(name []byte, m *heron.Message, out dissect.Emitter) {
	if len(name) > 0 && !dissect.IsAddress(name) {
		d.text = dissect.AppendLower(d.text[:0], name)
		out.Observe(m.Sender(), heron.KeyContact, d.text)
	}
}
