package bus

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"strings"

	"github.com/nats-io/nats.go"

	"github.com/heron-iot/heron"
)

// ServeSensors calls fn for each report of a process with sensors of this site,
// one at a time, until ctx ends; what fn returns goes back as the core's order.
// The name is the one that the sender's token is for.
func (b *Bus) ServeSensors(ctx context.Context, fn func(name string, h *heron.SensorHealth) *heron.SensorOrder) error {
	const waiting = 1024
	msgs := make(chan *nats.Msg, waiting)
	sub, err := b.conn.ChanSubscribe(sensorSubject(kindReport, b.conf.SiteID, "")+"*", msgs)
	if err != nil {
		return unavailable("the bus does not take a listener", err)
	}
	defer func() { _ = sub.Unsubscribe() }() // fails only when the connection is gone
	for {
		select {
		case <-ctx.Done():
			return nil
		case m := <-msgs:
			if err := b.report(m, fn); err != nil {
				b.log.Warn("report of a sensor", "subject", m.Subject, "error", err)
			}
		}
	}
}

func (b *Bus) report(m *nats.Msg, fn func(string, *heron.SensorHealth) *heron.SensorOrder) error {
	name, ok := untoken(m.Subject[strings.LastIndexByte(m.Subject, '.')+1:])
	h, err := decodeReport(m.Data)
	if err != nil || !ok {
		return errors.Join(err, errors.New("it cannot be read"))
	}
	data, err := json.Marshal(fn(name, h))
	if err != nil {
		return err
	}
	return m.Respond(data)
}

// maxSources bounds the sources that a report tells of.
const maxSources = 256

// decodeReport reads a report, which comes from another host.
func decodeReport(data []byte) (*heron.SensorHealth, error) {
	h := new(heron.SensorHealth)
	if len(data) > maxReport {
		return nil, errors.New("it is too long")
	}
	if err := json.Unmarshal(data, h); err != nil {
		return nil, err
	}
	h.Sources = h.Sources[:min(len(h.Sources), maxSources)]
	return h, nil
}

// WakeSensor asks a process with sensors for a report at once.
func (b *Bus) WakeSensor(name string) error {
	if err := b.conn.Publish(sensorSubject(kindWake, b.conf.SiteID, name), nil); err != nil {
		return unavailable("the bus does not take a message", err)
	}
	return nil
}

// Packets asks a process with sensors for packets that it kept, and writes them
// to w. It is CodeUnavailable when the process does not answer.
func (b *Bus) Packets(ctx context.Context, name string, q heron.PacketQuery, w io.Writer) error {
	ctx, cancel := context.WithTimeout(ctx, packetsWait)
	defer cancel()
	r := packetsRequest{PacketQuery: q, ID: strings.ToLower(randomText())}
	r.ID = token(strings.Trim(r.ID, "-"))
	data, err := json.Marshal(r)
	if err != nil {
		return err
	}
	const ahead = 4 // chunks come one by one, and then the end
	msgs := make(chan *nats.Msg, ahead)
	sub, err := b.conn.ChanSubscribe(sensorSubject(kindChunk, b.conf.SiteID, name)+"."+r.ID, msgs)
	if err != nil {
		return unavailable("the bus does not take a listener", err)
	}
	defer func() { _ = sub.Unsubscribe() }() // fails only when the connection is gone
	if err := b.conn.Publish(sensorSubject(kindPackets, b.conf.SiteID, name), data); err != nil {
		return unavailable("the bus does not take a message", err)
	}
	return takeChunks(ctx, name, msgs, q.MaxBytes, w)
}

// takeChunks writes chunks to w until the end comes, or nothing for too long.
func takeChunks(ctx context.Context, name string, msgs <-chan *nats.Msg, limit int64, w io.Writer) error {
	for {
		wait, cancel := context.WithTimeout(ctx, chunkWait)
		select {
		case <-wait.Done():
			cancel()
			return heron.Errorf(heron.CodeUnavailable, "sensor %.64q does not give its packets: it is silent", name)
		case m := <-msgs:
			cancel()
			if end := m.Header.Get(headerEnd); end != "" {
				if end != "ok" {
					return heron.Errorf(heron.CodeUnavailable, "sensor %.64q does not give its packets: %.200s", name, end)
				}
				return nil
			}
			if limit -= int64(len(m.Data)); limit < 0 {
				return stop(m, heron.Errorf(heron.CodeInvalid, "sensor %.64q gives more packets than it was asked for", name))
			}
			if _, err := w.Write(m.Data); err != nil {
				return stop(m, err)
			}
			if err := m.Respond(nil); err != nil {
				return unavailable("the bus does not take a message", err)
			}
		}
	}
}

// stop answers a chunk so that no other follows.
func stop(m *nats.Msg, err error) error {
	no := nats.NewMsg(m.Reply)
	no.Header.Set(headerEnd, "stop")
	_ = m.RespondMsg(no) // at worst the sensor waits for an answer in vain
	return err
}
