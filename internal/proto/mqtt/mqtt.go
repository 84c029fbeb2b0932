// Package mqtt reads and writes MQTT control packets, versions 3.1, 3.1.1 (OASIS
// mqtt-v3.1.1-os) and 5.0 (OASIS mqtt-v5.0-os): those by which a client connects,
// publishes and subscribes.
package mqtt

import (
	"encoding/binary"
	"errors"

	"github.com/heron-iot/heron/internal/wire"
)

// Types of control packets (§2.1.2 of v5.0).
const (
	TypeConnect    = 1
	TypeConnack    = 2
	TypePublish    = 3
	TypeSubscribe  = 8
	TypePingreq    = 12
	TypePingresp   = 13
	TypeDisconnect = 14
)

// Versions: the protocol level in CONNECT.
const (
	Version31  = 3
	Version311 = 4
	Version5   = 5
)

// PropUser is the property that holds a name and a value of the user's own (§2.2.2.2).
const PropUser = 0x26

// ErrNotMQTT says that bytes are no control packet.
var ErrNotMQTT = errors.New("not an MQTT control packet")

// Packet is one control packet. Body is borrowed, and may be less than Length
// when the packet was cut.
type Packet struct {
	Type, Flags int
	Length      int // of the body
	Body        []byte
}

// Size returns the length of the packet that b starts with; 0 when b is too short
// to tell, ErrNotMQTT when it can be none.
func Size(b []byte) (int, error) {
	r := wire.NewReader(b)
	first := r.U8()
	if r.Err() != nil {
		return 0, nil
	}
	if !ValidFlags(first>>4, first&15) {
		return 0, ErrNotMQTT
	}
	n, err := varint(&r)
	switch {
	case err == nil:
		return r.Offset() + n, nil
	case errors.Is(err, wire.ErrShort):
		return 0, nil
	}
	return 0, err
}

// ValidFlags reports whether the flags are those that §2.1.3 fixes for a type.
func ValidFlags(kind, flags int) bool {
	switch kind {
	case 0:
		return false
	case TypePublish:
		return flags>>1&3 != 3 // QoS 3 is reserved
	case 6, TypeSubscribe, 10: // PUBREL, SUBSCRIBE, UNSUBSCRIBE
		return flags == 2
	}
	return flags == 0
}

// varint reads a variable byte integer (§1.5.5).
func varint(r *wire.Reader) (int, error) {
	n := 0
	for shift := 0; shift < 28; shift += 7 {
		c := r.U8()
		if err := r.Err(); err != nil {
			return 0, err
		}
		n |= c & 0x7f << shift
		if c < 0x80 {
			return n, nil
		}
	}
	return 0, ErrNotMQTT
}

// Read reads one packet, or what is there of it.
func Read(r *wire.Reader) (Packet, error) {
	first := r.U8()
	n, err := varint(r)
	if err != nil {
		return Packet{}, err
	}
	return Packet{Type: first >> 4, Flags: first & 15, Length: n, Body: r.Bytes(min(n, r.Len()))}, nil
}

// Connect is what a client says first. The password is passed over.
type Connect struct {
	Version      int
	KeepAlive    int // seconds
	ClientID     []byte
	HasUser      bool
	HasPassword  bool
	WillTopic    []byte
	CleanSession bool
	properties   []byte
}

// ReadConnect reads the body of a CONNECT packet. It fails with ErrNotMQTT for a
// protocol name that is not MQTT's.
func ReadConnect(body []byte) (Connect, error) {
	r := wire.NewReader(body)
	name := str(&r)
	c := Connect{Version: r.U8()}
	if s := string(name); s != "MQTT" && s != "MQIsdp" {
		return c, ErrNotMQTT
	}
	c.Version &= 0x7f // the top bit marks a bridge
	if c.Version < Version31 || c.Version > Version5 {
		return c, ErrNotMQTT
	}
	flags := r.U8()
	c.KeepAlive = r.U16()
	c.CleanSession, c.HasUser, c.HasPassword = flags&2 != 0, flags&0x80 != 0, flags&0x40 != 0
	c.properties = properties(&r, c.Version)
	c.ClientID = str(&r)
	if flags&4 != 0 { // the will
		properties(&r, c.Version)
		c.WillTopic = str(&r)
		str(&r)
	}
	return c, r.Err()
}

// str reads a string with its length.
func str(r *wire.Reader) []byte { return r.Bytes(r.U16()) }

// properties passes over the properties, which version 5 alone has.
func properties(r *wire.Reader, version int) []byte {
	if version < Version5 {
		return nil
	}
	n, err := varint(r)
	if err != nil {
		r.Fail(err)
		return nil
	}
	return r.Bytes(n)
}

// UserProperties goes through the user properties of a CONNECT.
func (c *Connect) UserProperties(each func(name, value []byte)) {
	r := wire.NewReader(c.properties)
	for r.Len() > 0 {
		id := r.U8()
		if id == PropUser {
			name, value := str(&r), str(&r)
			if r.Err() == nil {
				each(name, value)
			}
			continue
		}
		if !skipProperty(&r, id) {
			return
		}
	}
}

// skipProperty passes over the value of a property that CONNECT may have (§3.1.2.11).
func skipProperty(r *wire.Reader, id int) bool {
	switch id {
	case 0x11, 0x27: // session expiry, maximum packet size
		r.Skip(4)
	case 0x21, 0x22: // receive maximum, topic alias maximum
		r.Skip(2)
	case 0x17, 0x19: // request problem information, request response information
		r.Skip(1)
	case 0x15, 0x16: // authentication method, authentication data
		str(r)
	default:
		return false
	}
	return r.Err() == nil
}

// ReadConnack returns the code with which a server answers CONNECT; 0 accepts.
func ReadConnack(body []byte) (code int, err error) {
	r := wire.NewReader(body)
	if flags := r.U8(); flags > 1 {
		return 0, ErrNotMQTT
	}
	code = r.U8()
	return code, r.Err()
}

// ReadPublish returns the topic of a PUBLISH packet; empty for an alias of version 5.
func ReadPublish(body []byte) ([]byte, error) {
	r := wire.NewReader(body)
	topic := str(&r)
	return topic, r.Err()
}

// ReadPayload returns the payload of a PUBLISH packet, as far as it is there.
func ReadPayload(p *Packet, version int) ([]byte, error) {
	r := wire.NewReader(p.Body)
	str(&r)
	if p.Flags>>1&3 > 0 { // QoS 1 and 2 have a packet identifier
		r.Skip(2)
	}
	properties(&r, version)
	return r.Rest(), r.Err()
}

// ReadSubscribe goes through the topic filters of a SUBSCRIBE packet.
func ReadSubscribe(body []byte, version int, each func(filter []byte)) error {
	r := wire.NewReader(body)
	r.Skip(2) // packet identifier
	properties(&r, version)
	for r.Len() > 0 {
		filter := str(&r)
		r.Skip(1) // options
		if r.Err() != nil {
			break
		}
		each(filter)
	}
	return r.Err()
}

// AppendPacket adds a control packet around body.
func AppendPacket(b []byte, kind, flags int, body []byte) []byte {
	b = append(b, byte(kind<<4|flags))
	n := len(body)
	for n > 0x7f {
		b = append(b, byte(n)|0x80)
		n >>= 7
	}
	return append(append(b, byte(n)), body...)
}

func appendString(b []byte, s string) []byte {
	return append(binary.BigEndian.AppendUint16(b, uint16(len(s))), s...)
}

// AppendConnect adds the CONNECT packet of a client with a clean session; empty
// user and password are left out.
func AppendConnect(b []byte, version int, clientID, user, password string) []byte {
	body := appendString(nil, "MQTT")
	flags := byte(2)
	if user != "" {
		flags |= 0x80
	}
	if password != "" {
		flags |= 0x40
	}
	body = append(body, byte(version), flags, 0, 60)
	if version >= Version5 {
		body = append(body, 0)
	}
	body = appendString(body, clientID)
	if user != "" {
		body = appendString(body, user)
	}
	if password != "" {
		body = appendString(body, password)
	}
	return AppendPacket(b, TypeConnect, 0, body)
}

// AppendConnack adds the CONNACK packet with that code.
func AppendConnack(b []byte, version, code int) []byte {
	body := []byte{0, byte(code)}
	if version >= Version5 {
		body = append(body, 0)
	}
	return AppendPacket(b, TypeConnack, 0, body)
}

// AppendPublish adds a PUBLISH packet of quality of service 0.
func AppendPublish(b []byte, version int, topic string, payload []byte) []byte {
	body := appendString(nil, topic)
	if version >= Version5 {
		body = append(body, 0)
	}
	return AppendPacket(b, TypePublish, 0, append(body, payload...))
}

// AppendSubscribe adds a SUBSCRIBE packet of quality of service 0.
func AppendSubscribe(b []byte, version int, id uint16, filters ...string) []byte {
	body := binary.BigEndian.AppendUint16(nil, id)
	if version >= Version5 {
		body = append(body, 0)
	}
	for _, f := range filters {
		body = append(appendString(body, f), 0)
	}
	return AppendPacket(b, TypeSubscribe, 2, body)
}
