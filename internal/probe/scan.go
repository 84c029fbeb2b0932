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

// check refuses a probe whose bounds say nothing.
func (p *Probe) check() error {
	switch {
	case p.Transport != heron.TCP && p.Transport != heron.UDP:
		return fmt.Errorf("probe %s: transport must be tcp or udp", p.Name)
	case p.MaxAnswer <= 0 || p.MaxWrites < 0 || p.MaxBytes < 0:
		return fmt.Errorf("probe %s: has no bounds", p.Name)
	case p.Control && p.Allow == nil && p.MaxWrites > 0:
		return fmt.Errorf("probe %s: is for control devices and does not say what it may send", p.Name)
	}
	return nil
}

// Plan lists the questions that a scan of hosts would ask, in order.
func (s *Scanner) Plan(hosts []Host) []Question {
	var out []Question
	for _, h := range hosts {
		for i := range s.o.Probes {
			p := &s.o.Probes[i]
			if !s.allowed(p, h) {
				continue
			}
			for _, port := range p.Ports {
				out = append(out, Question{h.Addr, port, p.Name})
			}
		}
	}
	return out
}

func (s *Scanner) allowed(p *Probe, h Host) bool {
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
	for _, q := range s.Plan([]Host{h}) {
		if ctx.Err() != nil || answered[q.Port] {
			continue
		}
		i := slices.IndexFunc(s.o.Probes, func(p Probe) bool { return p.Name == q.Probe })
		a := s.ask(ctx, &s.o.Probes[i], q)
		answered[q.Port] = len(a.Observations) > 0
		fn(a)
	}
}

// ask puts one question.
func (s *Scanner) ask(ctx context.Context, p *Probe, q Question) Answer {
	a := Answer{Question: q}
	ctx, cancel := context.WithTimeoutCause(ctx, s.o.Timeout, fmt.Errorf("no answer within %v", s.o.Timeout))
	defer cancel()
	address := net.JoinHostPort(q.Host.String(), strconv.Itoa(int(q.Port)))
	raw, err := s.o.Dial(ctx, p.Transport.String(), address)
	if err != nil {
		a.Err = err
		return a
	}
	conn := &limited{Conn: raw, probe: p}
	defer conn.Close()
	if d, ok := ctx.Deadline(); ok {
		_ = raw.SetDeadline(d)
	}
	a.Open = p.Transport == heron.TCP
	now := s.o.Now()
	subject := heron.Subject{Endpoint: heron.Endpoint{IP: q.Host}, Transport: p.Transport, Port: q.Port}
	emit := func(key, value string) {
		a.Observations = append(a.Observations, heron.Observation{
			Subject: subject, Key: key, Value: value, Source: "probe." + p.Name, First: now, Last: now, Count: 1,
		})
	}
	a.Err = p.Run(ctx, conn, emit)
	a.Writes, a.Bytes = conn.writes, conn.sent
	if s.o.Read != nil {
		for _, o := range s.o.Read(subject, now, conn.all) {
			o.Source = "probe." + p.Name
			same := func(x heron.Observation) bool { return x.Key == o.Key && x.Value == o.Value }
			if !slices.ContainsFunc(a.Observations, same) {
				a.Observations = append(a.Observations, o)
			}
		}
	}
	if errors.Is(a.Err, ErrBudget) || errors.Is(a.Err, ErrUnsafe) {
		s.o.Log.Error("a probe overstepped and was stopped", "probe", p.Name, "error", a.Err)
	}
	return a
}
