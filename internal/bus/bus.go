// Package bus carries batches from sensors to the core, and live messages to
// whoever listens, over NATS JetStream: in this process by default, an outside
// cluster by URL, the same code for both.
//
// It guarantees: PublishBatch returns when the batch is on disk (fsynced where
// the server is ours); a batch reaches the consumer at least once and, for each
// sensor, in the order published; it leaves the bus only when the consumer has
// returned nil, or was set aside because it cannot be applied (see Aside).
// Together with the store, which applies each batch id once, nothing is lost and
// nothing counts twice. Live messages are not kept: readers that missed some
// find them in the store's outbox by number.
//
// docs/bus.md lists subjects, streams and failure cases.
package bus

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/heron-iot/heron"
)

// Config says which bus to use. The zero value of each field is usable but for
// StoreDir, which the bus in process needs.
type Config struct {
	// URL is an outside cluster, as nats://host:4222 or tls://host:4222, several
	// separated by commas; "" runs a bus in process. It never holds a secret.
	URL string
	// StoreDir is where the bus in process keeps its streams.
	StoreDir string
	// Listen is the address at which the bus in process takes sensors of other
	// hosts; "" opens no port.
	Listen string
	// TokenFile holds the secret of the connection: that shared by cores, or
	// the one that AddSensor gave. The bus in process wants it from all who
	// come through Listen.
	TokenFile string
	// CAFile holds the authorities that a server's certificate must come from;
	// "" means those of the system.
	CAFile string
	// CertFile and KeyFile are the certificate of the bus in process.
	CertFile, KeyFile string
	// MaxBytes bounds what waits on disk; 0 means 4 GiB.
	MaxBytes int64
	// SiteID is the site of the live messages published here.
	SiteID string
	// AckWait is how long a batch may be without a sign of life from its
	// consumer before it is delivered again; 0 means 10 seconds.
	AckWait time.Duration
	// MaxTries is how often a batch that fails is tried before it is set aside;
	// 0 means 5. Errors with CodeUnavailable do not count.
	MaxTries int
	// Log gets what an operator should know; nil discards.
	Log *slog.Logger
}

func (c Config) withDefaults() Config {
	if c.MaxBytes == 0 {
		c.MaxBytes = 4 << 30
	}
	if c.AckWait == 0 {
		c.AckWait = 10 * time.Second
	}
	if c.MaxTries == 0 {
		c.MaxTries = 5
	}
	if c.SiteID == "" {
		c.SiteID = "default"
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return c
}

func (c *Config) validate() error {
	switch {
	case strings.Contains(c.URL, "@"):
		return heron.Errorf(heron.CodeInvalid, "the bus URL holds a user or password: put the secret into a file and name it as token file")
	case c.URL == "" && c.StoreDir == "":
		return heron.Errorf(heron.CodeInvalid, "the bus in process needs a folder to store in")
	case c.URL == "" && c.Listen != "" && c.TokenFile == "":
		return heron.Errorf(heron.CodeInvalid, "the bus would listen at %s for anyone: it needs a token file", c.Listen)
	case (c.CertFile == "") != (c.KeyFile == ""):
		return heron.Errorf(heron.CodeInvalid, "the bus needs both a certificate file and its key file, or neither")
	}
	return nil
}

// Bus is an open bus. Its methods may be called at the same time.
type Bus struct {
	conf   Config
	log    *slog.Logger
	server *server.Server // nil for an outside cluster
	gate   *gate          // nil for an outside cluster
	conn   *nats.Conn
	js     jetstream.JetStream
	stats  counters
	room   roomMaker
}

// Open starts or joins a bus, and makes its streams.
func Open(ctx context.Context, c Config) (*Bus, error) {
	c = c.withDefaults()
	if err := c.validate(); err != nil {
		return nil, err
	}
	b := &Bus{conf: c, log: c.Log.With("component", "bus"), room: roomMaker{shed: newShedder()}}
	b.room.limit.Store(c.MaxBytes)
	if err := b.open(ctx); err != nil {
		return nil, errors.Join(err, b.Close())
	}
	return b, nil
}

func (b *Bus) open(ctx context.Context) (err error) {
	if b.conf.URL == "" {
		if err := b.startServer(); err != nil {
			return err
		}
		b.conn, err = b.connectInProcess()
	} else {
		b.conn, err = connect(ctx, b.conf, b.log)
	}
	if err != nil {
		return err
	}
	if b.js, err = jetstream.New(b.conn); err != nil {
		return heron.Errorf(heron.CodeInternal, "bus: %v", err)
	}
	return b.makeStreams(ctx)
}

// Close ends consumers and connections, and the bus in process.
func (b *Bus) Close() error {
	if b.conn != nil {
		b.conn.Close()
	}
	if b.server != nil {
		b.server.Shutdown()
		b.server.WaitForShutdown()
	}
	return nil
}

// Ping reports whether the bus answers and its stream is there.
func (b *Bus) Ping(ctx context.Context) error {
	if _, err := b.js.Stream(ctx, batchStream); err != nil {
		return unavailable("the bus does not answer", err)
	}
	return nil
}

// Addr is the address at which the bus in process listens; "" for none.
func (b *Bus) Addr() string {
	if b.server == nil || b.server.Addr() == nil {
		return ""
	}
	return b.server.Addr().String()
}

func unavailable(what string, err error) error {
	return &heron.Error{Code: heron.CodeUnavailable, Message: what + "; it is tried again", Err: err}
}
