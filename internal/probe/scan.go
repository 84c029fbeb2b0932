package probe

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/heron-iot/heron"
)

// Host is one target of a scan.
type Host struct {
	Addr netip.Addr
	// Control tells that it is, or may be, a control device. A host of which
	// nothing is known may be one.
	Control bool
}

// Options say how a Scanner works; the zero value asks read-only questions of
// eight hosts at once.
type Options struct {
	Probes  []Probe
	Safety  Safety        // the highest class allowed
	Hosts   int           // hosts asked at once; 0 is 8
	Timeout time.Duration // for one probe, dialling included; 0 is 3 s
	// Dial is net.Dialer's DialContext when nil.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// Read returns what dissectors tell about a server whose conversation with the
	// probe they are given: each payload, and whether the probe sent it. nil: what
	// the probe itself emits is all.
	Read func(server heron.Subject, at heron.Time, said iter.Seq2[bool, []byte]) []heron.Observation
	// Now is the clock for observations; nil is the wall's.
	Now func() heron.Time
	Log *slog.Logger // nil discards
}

// Question is one probe of one service, asked or to be asked.
type Question struct {
	Host  netip.Addr `json:"host"`
	Port  uint16     `json:"port"`
	Probe string     `json:"probe"`
}

// Answer is what became of a question. Every byte that was sent is accounted.
type Answer struct {
	Question
	Open         bool                `json:"open"`
	Observations []heron.Observation `json:"observations,omitempty"`
	Writes       int                 `json:"writes"`
	Bytes        int                 `json:"bytes_sent"`
	Err          error               `json:"-"`
	// Follows is where the answer leads.
	Follows []Follow `json:"-"`
}

// Scanner asks hosts questions. It is safe for use by one scan at a time.
type Scanner struct{ o Options }

// NewScanner checks the probes and returns a Scanner.
func NewScanner(o Options) (*Scanner, error) {
	for _, p := range o.Probes {
		if err := p.check(); err != nil {
			return nil, err
		}
	}
	if o.Hosts == 0 {
		o.Hosts = 8
	}
	if o.Timeout == 0 {
		o.Timeout = 3 * time.Second
	}
	if o.Dial == nil {
		o.Dial = new(net.Dialer).DialContext
	}
	if o.Now == nil {
		o.Now = func() heron.Time { return heron.TimeOf(time.Now()) }
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Scanner{o}, nil
}

// Plan lists the questions that a scan of hosts would ask, in order.
func (s *Scanner) Plan(hosts []Host) []Target {
	var out []Target
	for _, h := range hosts {
		for i := range s.o.Probes {
			p := &s.o.Probes[i]
			if !s.Allowed(p, h) {
				continue
			}
			for _, port := range p.Ports {
				out = append(out, Target{Question: Question{h.Addr, port, p.Name}})
			}
			for _, port := range p.TLSPorts {
				out = append(out, Target{Question: Question{h.Addr, port, p.Name}, TLS: true})
			}
		}
	}
	return out
}

// Allowed reports whether a probe may be put to a host.
func (s *Scanner) Allowed(p *Probe, h Host) bool {
	return p.Safety <= s.o.Safety && (p.Control || !h.Control)
}

// Run asks all questions and hands each answer to fn, one at a time. A host
// gets one connection at a time, and after it went silent no more questions.
func (s *Scanner) Run(ctx context.Context, hosts []Host, fn func(Answer)) error {
	var wg sync.WaitGroup
	var mu sync.Mutex
	slots := make(chan struct{}, s.o.Hosts)
	for _, h := range hosts {
		select {
		case slots <- struct{}{}:
		case <-ctx.Done():
			wg.Wait()
			return ctx.Err()
		}
		wg.Go(func() {
			defer func() { <-slots }()
			s.host(ctx, h, func(a Answer) {
				mu.Lock()
				defer mu.Unlock()
				fn(a)
			})
		})
	}
	wg.Wait()
	return ctx.Err()
}

// host asks one host everything, a question at a time.
func (s *Scanner) host(ctx context.Context, h Host, fn func(Answer)) {
	answered := map[uint16]bool{}
	asked := map[Target]bool{}
	queue := s.Plan([]Host{h})
	for follows := 0; len(queue) > 0 && ctx.Err() == nil; {
		t := queue[0]
		queue = queue[1:]
		if asked[t] || answered[t.Port] && t.Path == "" && !t.TLS {
			continue
		}
		asked[t] = true
		a := s.Ask(ctx, h, t)
		answered[t.Port] = answered[t.Port] || len(a.Observations) > 0
		fn(a)
		for _, f := range a.Follows {
			next := s.probe(f.Probe)
			if next == nil || follows == maxHostFollows || !s.Allowed(next, h) {
				continue
			}
			follows++
			queue = append([]Target{{Question: Question{h.Addr, f.Port, f.Probe}, TLS: f.TLS, Path: f.Path}}, queue...)
		}
	}
}

// probe finds a probe by its name.
func (s *Scanner) probe(name string) *Probe {
	for i := range s.o.Probes {
		if s.o.Probes[i].Name == name {
			return &s.o.Probes[i]
		}
	}
	return nil
}

// Ask puts one question, whether or not the port is one of the probe's.
func (s *Scanner) Ask(ctx context.Context, h Host, t Target) Answer {
	a := Answer{Question: t.Question}
	p := s.probe(t.Probe)
	if p == nil || !s.Allowed(p, h) {
		a.Err = ErrUnsafe
		return a
	}
	ctx, cancel := context.WithTimeoutCause(ctx, s.o.Timeout, fmt.Errorf("no answer within %v", s.o.Timeout))
	defer cancel()
	address := net.JoinHostPort(t.Host.String(), strconv.Itoa(int(t.Port)))
	raw, err := s.o.Dial(ctx, p.Transport.String(), address)
	if err != nil {
		a.Err = err
		return a
	}
	a.Open = p.Transport == heron.TCP
	s.converse(ctx, raw, p, t, &a)
	return a
}

// converse runs a probe over a connection, and closes it.
func (s *Scanner) converse(ctx context.Context, raw net.Conn, p *Probe, t Target, a *Answer) {
	n := notes{s: s, a: a, at: s.o.Now(), source: "probe." + p.Name}
	n.subject = heron.Subject{Endpoint: heron.Endpoint{IP: t.Host}, Transport: p.Transport, Port: t.Port}
	var over interface{ CloseWrite() error }
	defer func() { closeOrderly(raw, over, hangUp) }()
	deadline, _ := ctx.Deadline()
	_ = raw.SetDeadline(deadline)
	plain := raw
	if t.TLS {
		c, err := secure(ctx, raw, &n)
		if err != nil {
			a.Err = fmt.Errorf("TLS: %w", err)
			return
		}
		plain, over = c, c
	}
	conn := NewConn(plain, p, t, Patience{Answer: s.o.Timeout, Quiet: s.o.Timeout}, deadline, n.emit)
	a.Err = p.Run(ctx, conn)
	a.Writes, a.Bytes = conn.Sent()
	a.Follows = conn.Follows()
	n.overhear(conn.said)
	if errors.Is(a.Err, ErrBudget) || errors.Is(a.Err, ErrUnsafe) {
		s.o.Log.Error("a probe overstepped and was stopped", "probe", p.Name, "error", a.Err)
	}
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
	o := heron.Observation{Subject: n.subject, Key: key, Value: value, First: n.at, Last: n.at, Count: 1}
	n.add(o)
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
	if n.s.o.Read == nil {
		return
	}
	for _, o := range n.s.o.Read(n.subject, n.at, conversation(said)) {
		n.add(o)
	}
}
