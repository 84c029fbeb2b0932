package probe

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/heron-iot/heron"
)

// converse runs a probe over a connection, and closes it.
func (k *talk) converse(ctx context.Context, raw *line, p *Probe, t Target, a *Answer) {
	k.s.counts.questions.Add(1)
	scan := ctx
	ctx, cancel := context.WithTimeoutCause(ctx, k.s.o.Timeout, errSilent(k.s.o.Timeout))
	defer cancel()
	n := k.notes(a, "probe."+p.Name, p.Transport, t.Port)
	var over closeWriter
	defer func() { k.hangUp(scan, raw, over) }()
	deadline, _ := ctx.Deadline()
	_ = raw.SetDeadline(deadline)
	defer context.AfterFunc(ctx, func() { _ = raw.SetDeadline(time.Unix(1, 0)) })()
	plain := raw.Conn
	if t.TLS {
		if k.owe(2); ctx.Err() != nil {
			a.Err = ctx.Err()
			return
		}
		c, err := secure(ctx, raw.Conn, n)
		if err != nil {
			a.Err = fmt.Errorf("TLS: %w", err)
			return
		}
		plain, over = c, c
	}
	wait := k.delay.patience(p.Transport == heron.UDP)
	wait.Answer += 2 * k.s.lag.get()
	conn := NewConn(plain, p, t, wait, deadline, n.emit)
	conn.turn = func() error { return k.turn(ctx, 1) }
	conn.done = ctx.Done()
	conn.wait(conn.patience.Answer)
	a.Err = p.Run(ctx, conn)
	writes, bytes := conn.Sent()
	a.Writes, a.Bytes = a.Writes+writes, a.Bytes+bytes
	a.Open = a.Open || conn.read > 0
	a.Follows = conn.Follows()
	if !t.TLS && p.Transport == heron.TCP && conn.heardAlert() {
		a.Follows = append(a.Follows, Follow{Probe: p.Name, Port: t.Port, TLS: true, Path: t.Path})
	}
	n.overhear(conn.said)
	if errors.Is(a.Err, ErrBudget) || errors.Is(a.Err, ErrUnsafe) {
		k.s.o.Log.Error("a probe overstepped and was stopped", "probe", p.Name, "error", a.Err)
	}
}

// greeting hears whether an open port says something by itself, and hangs up.
// Nothing is sent.
func (k *talk) greeting(ctx context.Context, raw *line, d door, a *Answer) {
	defer k.hangUp(ctx, raw, nil)
	if k.enough() || silentPort(d.transport, d.port) {
		return
	}
	listen := Probe{Transport: d.transport, MaxAnswer: 4 << 10}
	n := k.notes(a, "scan", d.transport, d.port)
	wait := k.delay.patience(false)
	conn := NewConn(raw.Conn, &listen, Target{}, wait, time.Now().Add(2*wait.Quiet), n.emit)
	conn.done = ctx.Done()
	conn.wait(wait.Quiet)
	defer context.AfterFunc(ctx, func() { _ = raw.SetDeadline(time.Unix(1, 0)) })()
	part := make([]byte, listen.MaxAnswer)
	for {
		if _, err := conn.Read(part); err != nil {
			break
		}
	}
	n.overhear(conn.said)
}

func (k *talk) notes(a *Answer, source string, t heron.Transport, port uint16) *notes {
	subject := heron.Subject{Endpoint: heron.Endpoint{IP: k.h.Addr}, Transport: t, Port: port}
	return &notes{s: k.s, a: a, at: k.s.o.Now(), source: source, subject: subject}
}

// notes gathers what one conversation tells.
type notes struct {
	s       *Scanner
	a       *Answer
	at      heron.Time
	subject heron.Subject
	source  string
}

// emit adds a fact, once.
func (n *notes) emit(key, value string) {
	n.add(heron.Observation{Subject: n.subject, Key: key, Value: value, First: n.at, Last: n.at, Count: 1})
}

func (n *notes) add(o heron.Observation) {
	o.Source = n.source
	same := func(x heron.Observation) bool { return x.Key == o.Key && x.Value == o.Value }
	if !slices.ContainsFunc(n.a.Observations, same) {
		n.a.Observations = append(n.a.Observations, o)
	}
}

// overhear has the dissectors read a conversation.
func (n *notes) overhear(said []utterance) {
	ofServer := func(u utterance) bool { return !u.fromClient }
	if n.s.o.Read == nil || !slices.ContainsFunc(said, ofServer) {
		return
	}
	for _, o := range n.s.o.Read(n.subject, n.at, conversation(said)) {
		n.add(o)
	}
}
