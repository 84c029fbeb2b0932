package bus

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/heron-iot/heron"
)

// Headers of a message set aside: why, and where it came from.
const (
	headerReason  = "Heron-Reason"
	headerSubject = "Heron-Subject"
	headerID      = "Heron-Id"
)

// setAside stores a message that cannot be applied in a stream of its own, so
// that those behind it can go on and it is not lost. It reports false when ctx
// ended before it was stored.
func (b *Bus) setAside(ctx context.Context, m jetstream.Msg, reason error) bool {
	aside := nats.NewMsg(strings.Replace(m.Subject(), ".batch.", ".aside.", 1))
	aside.Data = m.Data()
	aside.Header.Set(headerReason, oneLine(reason.Error()))
	aside.Header.Set(headerSubject, m.Subject())
	id := m.Headers().Get(jetstream.MsgIDHeader)
	aside.Header.Set(headerID, id)
	for wait := 100 * time.Millisecond; ; wait = min(2*wait, 5*time.Second) {
		_, err := b.js.PublishMsg(ctx, aside, jetstream.WithMsgID("aside."+id+"."+deliveryID(m)))
		if err == nil {
			b.stats.aside.Add(1)
			b.log.Error("batch set aside", "subject", m.Subject(), "id", id, "error", reason)
			return true
		}
		b.log.Error("batch cannot be set aside; trying again", "subject", m.Subject(), "error", err)
		if !pause(ctx, wait) {
			return false
		}
	}
}

// deliveryID tells apart two stays of one batch in the stream.
func deliveryID(m jetstream.Msg) string {
	meta, err := m.Metadata()
	if err != nil {
		return ""
	}
	return strconv.FormatUint(meta.Sequence.Stream, 10)
}

// oneLine makes text fit for a header.
func oneLine(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' {
			return ' '
		}
		return r
	}, s)
	return s[:min(len(s), 1000)]
}

// AsideBatch is a batch that was set aside.
type AsideBatch struct {
	Seq     uint64 // its number in the stream of batches set aside
	Subject string
	Reason  string
	Bytes   int
	Time    heron.Time
}

// Aside lists the batches set aside, oldest first, at most limit.
func (b *Bus) Aside(ctx context.Context, limit int) ([]AsideBatch, error) {
	var list []AsideBatch
	err := b.eachAside(ctx, func(m *jetstream.RawStreamMsg) (bool, error) {
		list = append(list, AsideBatch{
			Seq: m.Sequence, Subject: m.Header.Get(headerSubject), Reason: m.Header.Get(headerReason),
			Bytes: len(m.Data), Time: heron.TimeOf(m.Time),
		})
		return len(list) < limit, nil
	})
	return list, err
}

// Retry puts all batches set aside back in line, behind those that wait, and
// returns how many. Do it after what was wrong with them was mended.
func (b *Bus) Retry(ctx context.Context) (n int, err error) {
	stream, err := b.js.Stream(ctx, asideStream)
	if err != nil {
		return 0, unavailable("the bus does not answer", err)
	}
	err = b.eachAside(ctx, func(m *jetstream.RawStreamMsg) (bool, error) {
		id := m.Header.Get(headerID) + ".retry." + strconv.FormatUint(m.Sequence, 10)
		if err := b.publish(ctx, m.Header.Get(headerSubject), id, m.Data); err != nil {
			return false, err
		}
		n++
		return true, stream.DeleteMsg(ctx, m.Sequence)
	})
	return n, err
}

// eachAside calls fn for each message set aside until it says no.
func (b *Bus) eachAside(ctx context.Context, fn func(*jetstream.RawStreamMsg) (bool, error)) error {
	stream, err := b.js.Stream(ctx, asideStream)
	if err != nil {
		return unavailable("the bus does not answer", err)
	}
	state := stream.CachedInfo().State
	for seq := state.FirstSeq; seq <= state.LastSeq && state.Msgs > 0; seq++ {
		m, err := stream.GetMsg(ctx, seq)
		if errors.Is(err, jetstream.ErrMsgNotFound) {
			continue
		}
		if err != nil {
			return unavailable("the bus does not answer", err)
		}
		if more, err := fn(m); err != nil || !more {
			return err
		}
	}
	return nil
}
