package lab

import (
	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/wire"
)

// esphomeDevice is what a device of ESPHome tells of itself.
type esphomeDevice struct {
	board, platform, project, projectVersion, title string
	// sealed speaks under a key alone.
	sealed bool
}

// Messages of the native API, and fields of theirs (ESPHome, api.proto).
const (
	espPort       = 6053
	espHello      = 1
	espBye        = 5
	espInfo       = 9
	espServerInfo = 3
	espName       = 4
	espInfoName   = 2
	espInfoMAC    = 3
	espInfoAt     = 4
	espInfoBoard  = 6
	espInfoWhat   = 8
	espInfoWhatAt = 9
	espInfoTitle  = 13
)

// advert announces it, as ESPHome's own component does.
func (d esphomeDevice) advert() Advert {
	txt := []string{
		"friendly_name=" + d.title, "version={fw}", "mac={short}", "platform=" + d.platform, "board=" + d.board, "network=wifi",
		"project_name=" + d.project, "project_version=" + d.projectVersion,
	}
	if d.sealed {
		txt = append(txt, "api_encryption=Noise_NNpsk0_25519_ChaChaPoly_SHA256")
	}
	return Advert{Type: "_esphomelib._tcp", Name: "{host}", Port: espPort, TXT: txt}
}

// service greets and says what it is; all else wants a login. Under a key it says its name
// alone, and to who comes in clear that it wants another first octet.
func (d esphomeDevice) service() Service {
	answer := d.answer
	if d.sealed {
		answer = answerSealed
	}
	return Service{Protocol: "esphome", Transport: heron.TCP, Port: espPort, Answer: answer}
}

func (d esphomeDevice) answer(h *Host, q Query) Reply {
	r := wire.NewReader(q.Bytes)
	mark, n, kind := r.U8(), espNumber(&r), espNumber(&r)
	switch {
	case len(q.Bytes) > 0 && mark != 0 || n > 1<<10:
		return Reply{Used: len(q.Bytes), Close: true, Broken: true}
	case r.Err() != nil || r.Len() < n:
		return Reply{}
	}
	out := Reply{Used: r.Offset() + n}
	switch kind {
	case espHello:
		body := append([]byte{1 << 3, 1, 2 << 3, 10}, espText(espServerInfo, h.fill("{host} (esphome v{fw})"))...)
		out.Bytes = espMessage(espHello+1, append(body, espText(espName, h.hostname())...))
	case espBye:
		out.Bytes, out.Close = espMessage(espBye+1, nil), true
	case espInfo:
		var body []byte
		for _, f := range []struct {
			number byte
			text   string
		}{
			{espInfoName, h.hostname()},
			{espInfoMAC, h.fill("{MAC}")},
			{espInfoAt, h.Model.Firmware},
			{espInfoBoard, d.board},
			{espInfoWhat, d.project},
			{espInfoWhatAt, d.projectVersion},
			{espInfoTitle, d.title},
		} {
			body = append(body, espText(f.number, f.text)...)
		}
		out.Bytes = espMessage(espInfo+1, body)
	}
	return out
}

// answerSealed is the greeting of the Noise protocol: a first octet of 1, and a length.
func answerSealed(h *Host, q Query) Reply {
	r := wire.NewReader(q.Bytes)
	mark := r.U8()
	if len(q.Bytes) > 0 && mark != 1 {
		return Reply{Used: len(q.Bytes), Bytes: espSealed("\x01Bad indicator byte"), Close: true}
	}
	if n := r.U16(); r.Err() != nil || r.Len() < n {
		return Reply{Used: overlong(q.Bytes)}
	} else if n > 0 || q.Session.Step > 0 {
		return Reply{Used: len(q.Bytes), Bytes: espSealed("\x01Handshake MAC failure"), Close: true}
	}
	q.Session.Step++
	return Reply{Used: r.Offset(), Bytes: espSealed(h.fill("\x01{host}\x00") + h.Serial + "\x00")}
}

func espSealed(s string) []byte { return append([]byte{1, 0, byte(len(s))}, s...) }

// espMessage is a message in clear: lengths and types of less than 128 are one octet.
func espMessage(kind byte, body []byte) []byte {
	out := []byte{0}
	if n := len(body); n < 0x80 {
		out = append(out, byte(n))
	} else {
		out = append(out, byte(n)|0x80, byte(n>>7))
	}
	return append(append(out, kind), body...)
}

func espText(field byte, s string) []byte {
	return append([]byte{field<<3 | 2, byte(len(s))}, s...)
}

// espNumber reads a number of seven bits an octet, the lowest first.
func espNumber(r *wire.Reader) (n int) {
	const most = 4
	for i := range most {
		b := r.U8()
		if n |= b & 0x7f << (7 * i); b < 0x80 {
			break
		}
	}
	return n
}
