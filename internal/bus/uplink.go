package bus

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/heron-iot/heron"
)

// Uplink is how a process with sensors talks with the core of its site beside
// the batches: it reports, gets orders, and gives packets that it kept.
type Uplink struct {
	conn *nats.Conn
	own  bool   // the connection is the uplink's
	site string // of both
	name string // of the process: the one that its token is for
	host string // in whose name the token lets us send; "" when in any
	log  *slog.Logger
}

// Dial connects to the core's bus at to.URL. It does not give up while ctx lives
// unless the core refuses the token or to is wrong.
func Dial(ctx context.Context, to Config, name string, log *slog.Logger) (*Uplink, error) {
	to = to.withDefaults()
	if log == nil {
		log = to.Log
	}
	if err := to.validate(); err != nil {
		return nil, err
	}
	secret, err := readToken(to.TokenFile)
	if err != nil {
		return nil, err
	}
	conn, err := connect(ctx, to, log)
	if err != nil {
		return nil, err
	}
	u := &Uplink{conn: conn, own: true, site: to.SiteID, name: name, host: hostOf(secret), log: log}
	if u.host != "" {
		u.name = u.host // no other is allowed
	}
	return u, nil
}

// Uplink returns that of the sensors in this process.
func (b *Bus) Uplink(name string) *Uplink {
	return &Uplink{conn: b.conn, site: b.conf.SiteID, name: name, log: b.log}
}

// Name is the name under which the core knows this process.
func (u *Uplink) Name() string { return u.name }

// Close ends the connection.
func (u *Uplink) Close() {
	if u.own {
		u.conn.Close()
	}
}

// Forward hands the batches of from to the core until ctx ends; see the
// function of that name.
func (u *Uplink) Forward(ctx context.Context, from *Bus) error {
	remote, err := jetstream.New(u.conn)
	if err != nil {
		return heron.Errorf(heron.CodeInternal, "bus: %v", err)
	}
	from.MakeRoom()
	from.dropConsumer(ctx, coreConsumer(u.site))
	f := &forwarder{from: from, remote: remote, host: u.host, log: u.log}
	c := &consumer{bus: from, name: forwardConsumer, filter: batchSubjects, ackWait: from.conf.AckWait, handle: f.forward}
	return c.run(ctx)
}

// maxReport bounds a report, and a question for packets.
const maxReport = 256 << 10

// Report tells the core how this process is and returns its order.
func (u *Uplink) Report(ctx context.Context, h *heron.SensorHealth) (*heron.SensorOrder, error) {
	data, err := json.Marshal(h)
	if err != nil {
		return nil, err
	}
	m, err := u.conn.RequestWithContext(ctx, sensorSubject(kindReport, u.site, u.name), data)
	if err != nil {
		return nil, unavailable("the core does not answer", err)
	}
	o := new(heron.SensorOrder)
	if len(m.Data) > maxMessage || json.Unmarshal(m.Data, o) != nil {
		return nil, heron.Errorf(heron.CodeInvalid, "the core's order cannot be read")
	}
	return o, nil
}

// Answer serves the core until ctx ends: wake is called when it wants a report
// at once, packets when it asks for kept packets, which go to w.
func (u *Uplink) Answer(ctx context.Context, wake func(), packets func(context.Context, heron.PacketQuery, io.Writer) error) error {
	asked := make(chan *nats.Msg, 4)
	subs := make([]*nats.Subscription, 0, 2)
	defer func() {
		for _, s := range subs {
			_ = s.Unsubscribe() // fails only when the connection is gone
		}
	}()
	s, err := u.conn.Subscribe(sensorSubject(kindWake, u.site, u.name), func(*nats.Msg) { wake() })
	if err == nil {
		subs = append(subs, s)
		s, err = u.conn.ChanSubscribe(sensorSubject(kindPackets, u.site, u.name), asked)
	}
	if err != nil {
		return unavailable("the bus does not take a listener", err)
	}
	subs = append(subs, s)
	for {
		select {
		case <-ctx.Done():
			return nil
		case m := <-asked:
			u.give(ctx, m, packets)
		}
	}
}

// give answers one request for packets, in chunks that the core acknowledges
// one by one: it goes no faster than both ends can, and ends when the core's
// end is gone.
func (u *Uplink) give(ctx context.Context, m *nats.Msg, packets func(context.Context, heron.PacketQuery, io.Writer) error) {
	ctx, cancel := context.WithTimeout(ctx, packetsWait)
	defer cancel()
	var q packetsRequest
	if len(m.Data) > maxReport || json.Unmarshal(m.Data, &q) != nil || q.ID != token(q.ID) {
		u.log.Warn("a request for packets cannot be read", "bytes", len(m.Data))
		return
	}
	w := &chunkWriter{ctx: ctx, conn: u.conn, subject: sensorSubject(kindChunk, u.site, u.name) + "." + q.ID}
	err := packets(ctx, q.PacketQuery, w)
	if err == nil {
		err = w.flush()
	}
	end := nats.NewMsg(w.subject)
	end.Header.Set(headerEnd, "ok")
	if err != nil {
		u.log.Warn("packets for the core", "error", err)
		end.Header.Set(headerEnd, oneLine(heron.ErrorMessage(err)))
	}
	if err := u.conn.PublishMsg(end); err != nil {
		u.log.Warn("packets for the core", "error", err)
	}
}

// packetsRequest is what the core asks for; the answer's subject ends in ID.
type packetsRequest struct {
	heron.PacketQuery
	ID string `json:"id"`
}

// Sizes and times of an answer with packets.
const (
	chunkSize   = 512 << 10
	chunkWait   = 10 * time.Second
	packetsWait = time.Minute
	headerEnd   = "Heron-End"
)

var errStopped = errors.New("the core wants no more")

// chunkWriter sends what is written in chunks, each when the one before has come.
type chunkWriter struct {
	ctx     context.Context //nolint:containedctx // the life of one answer
	conn    *nats.Conn
	subject string
	buf     []byte
}

// Write implements io.Writer.
func (w *chunkWriter) Write(p []byte) (int, error) {
	w.buf = append(w.buf, p...)
	if len(w.buf) < chunkSize {
		return len(p), nil
	}
	return len(p), w.flush()
}

func (w *chunkWriter) flush() error {
	if len(w.buf) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(w.ctx, chunkWait)
	defer cancel()
	m, err := w.conn.RequestWithContext(ctx, w.subject, w.buf)
	w.buf = w.buf[:0]
	if err == nil && m.Header.Get(headerEnd) != "" {
		err = errStopped
	}
	if err != nil {
		return unavailable("the core does not take the packets any more", err)
	}
	return nil
}
