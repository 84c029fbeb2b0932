// Package mqtt reads MQTT: who connects to which broker under which name, and
// what about. Payloads (but a broker's own version), user names and passwords are never told.
package mqtt

import (
	"bytes"
	"errors"
	"strconv"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/proto/mqtt"
	"github.com/heron-iot/heron/internal/wire"
)

// Keys of the observations.
const (
	keyClientID  = "mqtt.client_id"
	keyVersion   = "mqtt.version"   // 3.1, 3.1.1 or 5.0, of the client
	keyTopic     = "mqtt.topic"     // first levels of what the client publishes
	keySubscribe = "mqtt.subscribe" // first levels of what it subscribes to
	keyAuth      = "mqtt.auth"      // how the client logs in: none, user, password
	keyConnack   = "mqtt.connack"   // code of the broker's answer
	keyAnonymous = "mqtt.anonymous" // what it said to a client without login: accepted, refused
	keyBroker    = "mqtt.broker"    // what a broker calls itself: product and version
	keyUser      = "mqtt.user_property."
)

// Limits on what is taken from topics and properties.
const (
	maxLevels       = 3
	maxPropertyName = 40
	maxBroker       = 128
)

// Protocol returns the dissector.
func Protocol() dissect.Protocol {
	d := &dissector{properties: dissect.KeyMaker{Prefix: keyUser}}
	return dissect.Protocol{
		Name:    "mqtt",
		Over:    dissect.OverTCP | dissect.OverWebSocket,
		Ports:   []uint16{1883},
		Spec:    "OASIS MQTT 3.1.1 (mqtt-v3.1.1-os); OASIS MQTT 5.0 (mqtt-v5.0-os)",
		Probe:   probe,
		Starts:  []byte{mqtt.TypeConnect << 4},
		Frame:   frame,
		Quiet:   quiet,
		Dissect: d.dissect,
	}
}

func frame(b []byte) (int, error) {
	n, err := mqtt.Size(b)
	if err != nil {
		return 0, dissect.ErrNotMine
	}
	return n, nil
}

// probe accepts a CONNECT: nothing else comes first.
func probe(b []byte, fromClient bool) bool {
	r := wire.NewReader(b)
	p, err := mqtt.Read(&r)
	if err != nil || !fromClient || p.Type != mqtt.TypeConnect || p.Flags != 0 {
		return false
	}
	_, err = mqtt.ReadConnect(p.Body)
	return err == nil
}

type dissector struct {
	properties dissect.KeyMaker
}

// atVersion is the place in heron.FlowScratch.Data of the protocol's version,
// which is known once the client has connected, atLogin of whether it gave a
// user name, and atPublished of how many messages were published.
const (
	atVersion   = 0
	atLogin     = 1
	atPublished = 2
)

// enough is how many published messages of a connection are looked at: those
// that follow have the same topics, or are somebody's data.
const enough = 24

// Whether the client gave a user name, as kept at atLogin.
const (
	withoutLogin = 1
	withLogin    = 2
)

// Codes by which a broker refuses a login: of 3.1.1 (§3.2.2.3) and of 5.0 (§3.2.2.2).
const (
	badLogin, notAuthorized   = 4, 5
	badLogin5, notAuthorized5 = 0x86, 0x87
)

func (d *dissector) dissect(r *wire.Reader, m *heron.Message, out dissect.Emitter) (heron.Verdict, error) {
	p, err := mqtt.Read(r)
	if err != nil {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	version := int(m.Flow.Data[atVersion])
	if version == 0 && !opens(&p, m.FromClient) {
		return heron.Verdict{}, dissect.ErrNotMine
	}
	switch p.Type {
	case mqtt.TypeConnect:
		return heron.Verdict{}, d.connect(&p, m, out)
	case mqtt.TypeConnack:
		return heron.Verdict{}, connack(&p, m, out)
	case mqtt.TypePublish:
		topic, err := mqtt.ReadPublish(p.Body)
		if m.FromClient && err == nil {
			out.Observe(m.Sender(), keyTopic, firstLevels(topic))
		}
		if !m.FromClient && isVersion(topic) {
			if text, err := mqtt.ReadPayload(&p, version); err == nil && len(text) <= maxBroker && wire.Printable(text) {
				out.Observe(m.Sender(), keyBroker, text)
			}
		}
		m.Flow.Data[atPublished]++
		return heron.Verdict{Done: m.Flow.Data[atPublished] >= enough}, err
	case mqtt.TypeSubscribe:
		return heron.Verdict{}, subscribe(&p, version, m, out)
	}
	return heron.Verdict{}, nil
}

// opens reports whether p can be the first packet that is seen of its direction:
// the handshake, or, of a session whose start was missed, a message that has its
// form and a topic that is text.
func opens(p *mqtt.Packet, fromClient bool) bool {
	switch p.Type {
	case mqtt.TypeConnect:
		_, err := mqtt.ReadConnect(p.Body)
		return fromClient && !errors.Is(err, mqtt.ErrNotMQTT)
	case mqtt.TypeConnack:
		_, err := mqtt.ReadConnack(p.Body)
		return !fromClient && err == nil && (p.Length == 2 || p.Length > 2 && p.Length < 256)
	case mqtt.TypePublish:
		topic, err := mqtt.ReadPublish(p.Body)
		return err == nil && len(topic) > 0 && wire.Printable(topic)
	case mqtt.TypePingreq:
		return fromClient && p.Length == 0
	case mqtt.TypePingresp:
		return !fromClient && p.Length == 0
	}
	return false
}

func (d *dissector) connect(p *mqtt.Packet, m *heron.Message, out dissect.Emitter) error {
	c, err := mqtt.ReadConnect(p.Body)
	if errors.Is(err, mqtt.ErrNotMQTT) {
		return dissect.ErrNotMine
	}
	if err != nil {
		return err
	}
	m.Flow.Data[atVersion], m.Flow.Data[atLogin], m.Flow.Quiet = byte(c.Version), withLogin, true
	if !c.HasUser && !c.HasPassword {
		m.Flow.Data[atLogin] = withoutLogin
	}
	about := m.Sender()
	out.Observe(about, keyClientID, c.ClientID)
	out.ObserveString(about, keyVersion, versionName(c.Version))
	out.ObserveString(about, keyAuth, authName(&c))
	out.Observe(about, keyTopic, firstLevels(c.WillTopic))
	c.UserProperties(func(name, value []byte) {
		if key := d.properties.Key(name, maxPropertyName); key != "" {
			out.Observe(about, key, value)
		}
	})
	if c.HasPassword {
		dissect.ClearLogin(out, "mqtt")
	}
	return nil
}

func authName(c *mqtt.Connect) string {
	switch {
	case c.HasPassword:
		return "password"
	case c.HasUser:
		return "user"
	}
	return "none"
}

func versionName(v int) string {
	switch v {
	case mqtt.Version31:
		return "3.1"
	case mqtt.Version311:
		return "3.1.1"
	}
	return "5.0"
}

func connack(p *mqtt.Packet, m *heron.Message, out dissect.Emitter) error {
	code, err := mqtt.ReadConnack(p.Body)
	if err != nil {
		return err
	}
	out.ObserveString(m.Sender(), keyConnack, strconv.Itoa(code))
	if m.Flow.Data[atLogin] == withoutLogin {
		switch code {
		case 0:
			out.ObserveString(m.Sender(), keyAnonymous, "accepted")
		case badLogin, notAuthorized, badLogin5, notAuthorized5:
			out.ObserveString(m.Sender(), keyAnonymous, "refused")
		}
	}
	if code != 0 {
		dissect.LoginFailed(out, "mqtt", strconv.Itoa(code))
	}
	return nil
}

func subscribe(p *mqtt.Packet, version int, m *heron.Message, out dissect.Emitter) error {
	about := m.Sender()
	return mqtt.ReadSubscribe(p.Body, version, func(filter []byte) {
		out.Observe(about, keySubscribe, firstLevels(filter))
	})
}

// isVersion reports whether a topic is the one under which brokers publish what they
// are, by a convention that many follow.
func isVersion(topic []byte) bool {
	return bytes.HasPrefix(topic, []byte("$SYS/broker")) && (bytes.HasSuffix(topic, []byte("/version")) || bytes.HasSuffix(topic, []byte("/sysdescr")))
}

// firstLevels cuts a topic after its first levels: what comes later is data, and
// without end.
func firstLevels(topic []byte) []byte {
	levels := 0
	for i, c := range topic {
		if c != '/' {
			continue
		}
		if levels++; levels == maxLevels {
			return topic[:i+1]
		}
	}
	return topic
}
