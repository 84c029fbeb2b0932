package bus

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/heron-iot/heron"
)

// sensorInbox is where sensors of the previous version get their
// acknowledgements, and nothing else.
const sensorInbox = "_HERON_SENSOR"

// inboxOf is where a sensor gets its answers, which no other sensor may read.
// All others use an inbox that cannot be guessed.
func inboxOf(name string) string { return "_HERON_OF." + name }

func baseOptions(log *slog.Logger) []nats.Option {
	return []nats.Option{
		nats.Name("heron"),
		nats.MaxReconnects(-1),
		nats.ReconnectWait(250 * time.Millisecond),
		nats.ReconnectJitter(100*time.Millisecond, 500*time.Millisecond),
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) {
			if err != nil {
				log.Warn("bus connection lost", "error", err)
			}
		}),
		nats.ReconnectHandler(func(*nats.Conn) { log.Info("bus connection is back") }),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { log.Warn("bus", "error", err) }),
	}
}

func (b *Bus) connectInProcess() (*nats.Conn, error) {
	options := append(baseOptions(b.log), nats.InProcessServer(b.server), nats.Token(b.gate.inProcess),
		nats.CustomInboxPrefix("_HERON_"+rand.Text()))
	conn, err := nats.Connect("", options...)
	if err != nil {
		return nil, heron.Errorf(heron.CodeInternal, "connect to the bus in process: %v", err)
	}
	return conn, nil
}

// connect joins an outside bus. It does not give up while ctx lives unless the
// bus refuses the secret.
func connect(ctx context.Context, c Config, log *slog.Logger) (*nats.Conn, error) {
	secret, err := readToken(c.TokenFile)
	if err != nil {
		return nil, err
	}
	options := baseOptions(log)
	if secret != "" {
		options = append(options, nats.Token(secret))
	}
	if host := hostOf(secret); host != "" {
		options = append(options, nats.CustomInboxPrefix(inboxOf(token(host))))
	} else {
		options = append(options, nats.CustomInboxPrefix("_HERON_"+rand.Text()))
	}
	if c.CAFile != "" {
		options = append(options, nats.RootCAs(c.CAFile))
	}
	if c.CertFile != "" {
		options = append(options, nats.ClientCert(c.CertFile, c.KeyFile))
	}
	for wait := 100 * time.Millisecond; ; wait = min(2*wait, 5*time.Second) {
		conn, err := nats.Connect(c.URL, options...)
		switch {
		case err == nil:
			return conn, nil
		case errors.Is(err, nats.ErrAuthorization):
			return nil, heron.Errorf(heron.CodeUnauthorized, "the bus at %s refuses the token in %q: ask for a new one", c.URL, c.TokenFile)
		case strings.Contains(err.Error(), "x509"):
			return nil, heron.Errorf(heron.CodeInvalid, "the certificate of the bus at %s: %v; name its authority as CA file", c.URL, err)
		}
		log.Warn("bus does not answer", "url", c.URL, "error", err)
		if !pause(ctx, wait) {
			return nil, unavailable("the bus at "+c.URL+" does not answer", err)
		}
	}
}

// pause waits, and reports whether ctx still lives.
func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

// makeStreams makes or adjusts the two streams.
func (b *Bus) makeStreams(ctx context.Context) error {
	streams := []jetstream.StreamConfig{{
		Name: batchStream, Subjects: []string{batchSubjects}, Storage: jetstream.FileStorage,
		// A batch leaves when it is acknowledged; when there is no more room,
		// new ones are refused, so that their sender keeps them.
		Retention: jetstream.WorkQueuePolicy, Discard: jetstream.DiscardNew,
		MaxBytes: b.conf.MaxBytes, Duplicates: 10 * time.Minute, MaxMsgSize: maxPayload,
	}, {
		Name: asideStream, Subjects: []string{asideSubjects}, Storage: jetstream.FileStorage,
		Retention: jetstream.LimitsPolicy, Discard: jetstream.DiscardOld,
		MaxBytes: max(b.conf.MaxBytes/4, 16<<20), MaxAge: 90 * 24 * time.Hour,
	}}
	for _, s := range streams {
		if _, err := b.js.CreateOrUpdateStream(ctx, s); err != nil {
			return unavailable("the stream "+s.Name+" of the bus cannot be made", err)
		}
	}
	return nil
}
