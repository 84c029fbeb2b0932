package bus

import (
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"net"
	"os"
	"strconv"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/heron-iot/heron"
)

// startServer starts the bus in process. It opens no port unless told to.
func (b *Bus) startServer() error {
	c := &b.conf
	if err := os.MkdirAll(c.StoreDir, 0o700); err != nil {
		return heron.Errorf(heron.CodeInvalid, "make the folder of the bus: %v", err)
	}
	gate, err := newGate(c)
	if err != nil {
		return err
	}
	o := &server.Options{
		ServerName: "heron", DontListen: c.Listen == "", NoSigs: true, NoLog: true, MaxPayload: maxPayload,
		JetStream: true, StoreDir: c.StoreDir, SyncAlways: true, CustomClientAuthentication: gate,
		// The streams have limits, of which that for batches may be changed.
		JetStreamMaxStore: 1 << 50, JetStreamMaxMemory: 64 << 20,
	}
	if err := listenOptions(o, c); err != nil {
		return err
	}
	s, err := server.NewServer(o)
	if err != nil {
		return heron.Errorf(heron.CodeInvalid, "bus in %s: %v", c.StoreDir, err)
	}
	s.SetLoggerV2(serverLog{b.log}, false, false, false)
	b.server, b.gate = s, gate
	s.Start()
	if !s.ReadyForConnections(30 * time.Second) {
		return heron.Errorf(heron.CodeUnavailable,
			"the bus in %s did not start within 30 seconds: another process may use the folder, or the address %q", c.StoreDir, c.Listen)
	}
	if c.Listen != "" {
		b.log.Info("bus takes sensors", "address", b.Addr(), "tls", o.TLSConfig != nil)
	}
	return nil
}

func listenOptions(o *server.Options, c *Config) error {
	if c.Listen == "" {
		return nil
	}
	host, portText, err := net.SplitHostPort(c.Listen)
	port, perr := strconv.ParseUint(portText, 10, 16)
	if err != nil || perr != nil {
		return heron.Errorf(heron.CodeInvalid, "bus address %q: want HOST:PORT", c.Listen)
	}
	o.Host, o.Port = host, int(port)
	if port == 0 {
		o.Port = server.RANDOM_PORT
	}
	if host == "" {
		o.Host = "0.0.0.0"
	}
	if c.CertFile == "" {
		return nil
	}
	pair, err := tls.LoadX509KeyPair(c.CertFile, c.KeyFile)
	if err != nil {
		return heron.Errorf(heron.CodeInvalid, "certificate of the bus: %v", err)
	}
	o.TLSConfig = &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}
	o.TLSTimeout = 5
	return nil
}

// serverLog passes the server's warnings and errors on.
type serverLog struct{ log *slog.Logger }

func (l serverLog) say(level slog.Level, format string, v []any) {
	l.log.Log(context.Background(), level, "bus server", "text", fmt.Sprintf(format, v...))
}

func (l serverLog) Noticef(format string, v ...any) { l.say(slog.LevelDebug, format, v) }
func (l serverLog) Warnf(format string, v ...any)   { l.say(slog.LevelWarn, format, v) }
func (l serverLog) Errorf(format string, v ...any)  { l.say(slog.LevelError, format, v) }
func (l serverLog) Fatalf(format string, v ...any)  { l.say(slog.LevelError, format, v) }
func (l serverLog) Debugf(string, ...any)           {}
func (l serverLog) Tracef(string, ...any)           {}
