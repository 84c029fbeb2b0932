package bus

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// Forward hands the batches of a sensor's own bus to the core's bus at to.URL,
// in order, until ctx ends; then it returns nil. A batch leaves the sensor's
// disk only when the core's bus has it on its own, so that an outage of either,
// or of the way between, loses nothing while there is room. From when Forward
// begins, from makes room (see MakeRoom) rather than hold up the capture. It
// fails only when the core refuses the sensor's token or to is wrong.
func Forward(ctx context.Context, from *Bus, to Config, log *slog.Logger) error {
	from.MakeRoom()
	u, err := Dial(ctx, to, "", log)
	if err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return err
	}
	defer u.Close()
	return u.Forward(ctx, from)
}

type forwarder struct {
	from   *Bus
	remote jetstream.JetStream
	host   string // in whose name the token lets us send; "" when in any
	log    *slog.Logger
}

// forward stores a message with the core under the id it has here, so that a
// second copy after a lost answer is dropped there.
func (f *forwarder) forward(ctx context.Context, m jetstream.Msg) bool {
	subject := f.subject(m.Subject())
	id := m.Headers().Get(jetstream.MsgIDHeader)
	for wait := 100 * time.Millisecond; ; wait = min(2*wait, 10*time.Second) {
		err := send(ctx, f.remote, subject, id, m.Data())
		if err == nil {
			f.from.stats.forwarded.Add(1)
			return true
		}
		if ctx.Err() != nil {
			return false
		}
		if errors.Is(err, context.DeadlineExceeded) {
			err = errors.New("no answer: the way to the core is down, or the token is not for this sensor's name")
		}
		f.log.Warn("the core's bus does not take a batch; trying again", "error", err, "wait", wait)
		if !pause(ctx, wait) {
			return false
		}
	}
}

// subject puts the token's holder into a subject of this host.
func (f *forwarder) subject(local string) string {
	parts := strings.Split(local, ".")
	if f.host == "" || len(parts) != 5 {
		return local
	}
	return strings.Join(parts[:4], ".") + "." + token(f.host) + "." + parts[4]
}
