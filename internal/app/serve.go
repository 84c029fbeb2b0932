package app

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"syscall"
	"time"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/bus"
	"github.com/heron-iot/heron/internal/config"
)

// shutdownTime is how long open requests get to end.
const shutdownTime = 5 * time.Second

// listen claims the address of the page before anything else is opened: who starts
// Heron twice is told so at once, and nothing was touched.
func (p *Platform) listen(ctx context.Context) (err error) {
	at := p.conf.Web.Listen
	p.listener, err = new(net.ListenConfig).Listen(ctx, "tcp", at)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, syscall.EADDRINUSE):
		return heron.Errorf(heron.CodeConflict, "cannot listen on %s: something listens there already, perhaps another Heron; stop it, or choose another address with --listen", at)
	case errors.Is(err, syscall.EACCES):
		return heron.Errorf(heron.CodeConflict, "cannot listen on %s: ports below 1024 want the capability CAP_NET_BIND_SERVICE; give it, or choose another address with --listen", at)
	}
	return heron.Errorf(heron.CodeConflict, "cannot listen on %s: %v; choose another address with --listen", at, err)
}

// serve tells the address, and serves until ctx ends.
func (p *Platform) serve(ctx context.Context) error {
	l, srv := p.listener, p.server.HTTP()
	var err error
	if srv.Handler, err = p.handler(); err != nil {
		return err
	}
	scheme := "http"
	if p.conf.Web.TLSCert != "" {
		cert, err := tls.LoadX509KeyPair(p.conf.Web.TLSCert, p.conf.Web.TLSKey)
		if err != nil {
			return fmt.Errorf("TLS certificate: %w", err)
		}
		srv.TLSConfig = &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}
		l = tls.NewListener(l, srv.TLSConfig)
		scheme = "https"
	}
	if err := p.announce(ctx, scheme+"://"+l.Addr().String()); err != nil {
		return err
	}
	stopped := make(chan error, 1)
	stop := context.AfterFunc(ctx, func() {
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTime)
		defer cancel()
		stopped <- srv.Shutdown(grace)
	})
	if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		stop()
		return err
	}
	if err := <-stopped; err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return nil
}

// announce makes the first user where there is none, and tells the address.
func (p *Platform) announce(ctx context.Context, url string) error {
	password, _, err := p.server.EnsureAdmin(ctx)
	if err != nil {
		return err
	}
	p.log.Info("serving", "url", url, "role", p.conf.Role, "site", p.conf.Site)
	if p.opt.Started != nil {
		p.opt.Started(url, password)
	}
	return nil
}

// startSensors begins a sensor for each source.
func (p *Platform) startSensors(ctx context.Context) error {
	if len(p.conf.Sensor.Interfaces) == 0 {
		return nil
	}
	p.field = newField(p, nil)
	if err := p.field.start(ctx); err != nil {
		return err
	}
	p.group.Go(func() error { return p.field.serve(ctx, p.bus.Uplink(p.conf.Sensor.Name)) })
	return nil
}

// pipelineOf is the pipeline of a sensor as a configuration wants it.
func pipelineOf(c *config.Config, sensor string) pipelineConfig {
	return pipelineConfig{
		site: c.Site, sensor: sensor, table: c.Sensor.MaxFlows, local: c.Prefixes(), workers: c.Sensor.Workers,
	}
}

// startRemoteSensor captures into a bus of its own on disk, and forwards from
// there to the core's: an outage of the way between loses nothing.
func (p *Platform) startRemoteSensor(ctx context.Context) error {
	if err := p.openField(ctx); err != nil {
		return err
	}
	if err := p.field.start(ctx); err != nil {
		return err
	}
	p.group.Go(func() error { return p.serveHealth(ctx) })
	p.group.Go(func() error { return p.uplink(ctx, p.busConfig()) })
	return nil
}

// openField opens the bus of a remote sensor, and makes its field on it.
func (p *Platform) openField(ctx context.Context) error {
	local := p.busConfig()
	local.URL, local.Listen, local.TokenFile, local.CertFile, local.KeyFile = "", "", "", "", ""
	local.MaxBytes = p.conf.Sensor.SpoolBytes
	b, err := bus.Open(ctx, local)
	if err != nil {
		return err
	}
	p.bus = b
	p.bus.MakeRoom()
	p.field = newField(p, b)
	if p.field.errands, err = newErrands(ctx, p); err != nil {
		return err
	}
	p.field.publish = p.field.errands.overhear(p.field.publish)
	return nil
}

// uplink connects a remote sensor with its core, and keeps at it.
func (p *Platform) uplink(ctx context.Context, to bus.Config) error {
	log := p.log.With("component", "forward")
	u, err := bus.Dial(ctx, to, p.conf.Sensor.Name, log)
	if err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return err
	}
	defer u.Close()
	p.group.Go(func() error { return p.field.serve(ctx, u) })
	return u.Forward(ctx, p.bus)
}

// newPace returns a function that waits until a packet's time has come on the
// wall clock.
func newPace() func(context.Context, heron.Time) bool {
	return func(ctx context.Context, at heron.Time) bool {
		if wait := time.Until(at.Std()); wait > time.Millisecond {
			return sleep(ctx, wait)
		}
		return ctx.Err() == nil
	}
}
