package lab

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/wire"
)

// MQTT control packets (MQTT 3.1.1 §2.2.1), as the first byte of each.
const (
	mqttConnect    = 0x10
	mqttConnack    = 0x20
	mqttPublish    = 0x30
	mqttPuback     = 0x40
	mqttSubscribe  = 0x82
	mqttSuback     = 0x90
	mqttPing       = 0xc0
	mqttPong       = 0xd0
	mqttDisconnect = 0xe0

	mqttRetain = 1
)

// mqttPacket is one control packet.
func mqttPacket(first byte, body []byte) []byte {
	b := []byte{first}
	for n := len(body); ; {
		digit := byte(n & 0x7f)
		if n >>= 7; n > 0 {
			digit |= 0x80
		}
		if b = append(b, digit); n == 0 {
			return append(b, body...)
		}
	}
}

func appendText(b []byte, s string) []byte {
	return append(binary.BigEndian.AppendUint16(b, uint16(len(s))), s...)
}

// mqttHello is a CONNECT; user may be empty.
func mqttHello(client, user, password string) []byte {
	flags := byte(2) // clean session
	if user != "" {
		flags |= 0xc0
	}
	b := appendText(nil, "MQTT")
	b = append(b, 4, flags, 0, 60)
	b = appendText(b, client)
	if user != "" {
		b = appendText(appendText(b, user), password)
	}
	return mqttPacket(mqttConnect, b)
}

// mqttSay is a PUBLISH that the broker keeps.
func mqttSay(topic, payload string) []byte {
	return mqttPacket(mqttPublish|mqttRetain, append(appendText(nil, topic), payload...))
}

// mqttService is a broker that tells every message to whoever subscribed, and
// keeps the last of each topic for who comes later. It lets anyone in.
func mqttService() Service {
	return Service{Protocol: "mqtt", Transport: heron.TCP, Port: 1883, Answer: answerMQTT}
}

// retained is what a broker keeps: the last message of each topic, and who
// wants to hear the next.
type retained struct {
	mu     sync.Mutex
	topics map[string]string
	subs   map[*Session][]string // filters
}

// maxTopics bounds what strangers can make a broker keep.
const (
	maxTopics  = 4096
	maxFilters = 64 // a session
)

func (k *retained) put(topic, payload string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.topics == nil {
		k.topics = map[string]string{}
	}
	if _, known := k.topics[topic]; known || len(k.topics) < maxTopics {
		k.topics[topic] = payload
	}
	for s, filters := range k.subs {
		if slices.ContainsFunc(filters, func(f string) bool { return mqttMatch(f, topic) }) {
			s.push(mqttPacket(mqttPublish, append(appendText(nil, topic), payload...)))
		}
	}
}

// subscribe adds a filter of a session that can be told more later.
func (k *retained) subscribe(s *Session, filter string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.subs == nil {
		k.subs = map[*Session][]string{}
	}
	if len(k.subs[s]) == 0 {
		s.gone = append(s.gone, func() {
			k.mu.Lock()
			defer k.mu.Unlock()
			delete(k.subs, s)
		})
	}
	if len(k.subs[s]) < maxFilters {
		k.subs[s] = append(k.subs[s], filter)
	}
}

// matching returns the packets for all topics that a filter matches, in order.
func (k *retained) matching(filter string) []byte {
	k.mu.Lock()
	defer k.mu.Unlock()
	var names []string
	for t := range k.topics {
		if mqttMatch(filter, t) {
			names = append(names, t)
		}
	}
	slices.Sort(names)
	var out []byte
	for _, t := range names {
		out = append(out, mqttSay(t, k.topics[t])...)
	}
	return out
}

// mqttMatch tells whether a filter selects a topic (MQTT 3.1.1 §4.7).
func mqttMatch(filter, topic string) bool {
	f, t := strings.Split(filter, "/"), strings.Split(topic, "/")
	for i, part := range f {
		if part == "#" {
			return true
		}
		if i >= len(t) || part != "+" && part != t[i] {
			return false
		}
	}
	return len(f) == len(t)
}

// readMQTT takes one control packet from the start of a stream; used is 0 when
// it is not whole yet, and less than 0 when it never will be.
func readMQTT(in []byte) (first int, body wire.Reader, used int) {
	r := wire.NewReader(in)
	first = r.U8()
	n, shift := 0, 0
	for {
		digit := r.U8()
		if r.Err() != nil {
			return 0, body, 0
		}
		n |= digit & 0x7f << shift
		if shift += 7; digit < 0x80 {
			break
		}
		if shift > 21 {
			return 0, body, -1
		}
	}
	if r.Len() < n {
		return 0, body, 0
	}
	body = r.Sub(n)
	return first, body, r.Offset()
}

func answerMQTT(h *Host, q Query) Reply {
	first, body, used := readMQTT(q.Bytes)
	if used < 0 {
		return Reply{Used: len(q.Bytes), Close: true}
	}
	if used == 0 {
		return Reply{}
	}
	reply := Reply{Used: used}
	if first&0xf0 != mqttConnect && q.Session.Step == 0 {
		reply.Close = true // §3.1: the first packet must be a CONNECT
		return reply
	}
	switch first & 0xf0 {
	case mqttConnect:
		q.Session.Step = 1
		reply.Bytes = mqttPacket(mqttConnack, []byte{0, 0})
	case mqttPublish:
		reply.Bytes = mqttPublished(h, first, &body)
	case mqttSubscribe & 0xf0:
		reply.Bytes = mqttSubscribed(h, q.Session, &body)
	case mqttPing:
		reply.Bytes = mqttPacket(mqttPong, nil)
	case mqttDisconnect:
		reply.Close = true
	}
	return reply
}

// mqttPublished keeps a message, and acknowledges one of quality of service 1.
func mqttPublished(h *Host, first int, body *wire.Reader) []byte {
	topic := string(body.Bytes(body.U16()))
	var ack []byte
	if first>>1&3 > 0 {
		id := body.U16()
		ack = mqttPacket(mqttPuback, []byte{byte(id >> 8), byte(id)})
	}
	if body.Err() == nil {
		h.retained.put(topic, string(body.Rest()))
	}
	return ack
}

// mqttSubscribed grants every filter and tells what is known.
func mqttSubscribed(h *Host, s *Session, body *wire.Reader) []byte {
	id := body.U16()
	granted := []byte{byte(id >> 8), byte(id)}
	var known []byte
	for body.Len() > 0 {
		filter := string(body.Bytes(body.U16()))
		body.U8()
		if body.Err() != nil {
			break
		}
		granted = append(granted, 0)
		known = append(known, h.retained.matching(filter)...)
		if s.push != nil {
			h.retained.subscribe(s, filter)
		}
	}
	return append(mqttPacket(mqttSuback, granted), known...)
}

// report publishes a reading; text may hold one %.1f for the value.
func report(user, topic, text string, mean, spread float64) func(*actor) {
	return func(a *actor) {
		value := mean + spread*(a.rng.Float64()*2-1)
		if strings.Contains(text, "%") {
			text := fmt.Sprintf(a.host.fill(text), value)
			a.publish(user, topic, text)
			return
		}
		a.publish(user, topic, a.host.fill(text))
	}
}

func (a *actor) publish(user, topic, text string) {
	a.ask(a.site.role(a.host, roleBroker), 1883,
		mqttHello(a.host.fill("{host}"), user, "changeme"),
		mqttSay(a.host.fill(topic), text), mqttPacket(mqttDisconnect, nil))
}
