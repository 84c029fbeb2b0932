package probe

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/heron-iot/heron"
)

// Host is one target of a scan.
type Host struct {
	Addr netip.Addr
	MAC  heron.MAC // zero where it is not known
	// Control tells that it is, or may be, a control device.
	Control bool
	// Printer tells that other evidence shows it to be a printer of pages.
	Printer bool
	// Delay is how long it took to answer, where that was measured.
	Delay time.Duration

	anyMaker bool // its network card may be of any maker: in a plan, before it was seen
}

// Limits bound what a scan may do to a network. A field that is 0 gets the value
// of the profile safe.
type Limits struct {
	Packets         int // a second, to all hosts
	HostPackets     int // a second, to one host
	ControlPackets  int // a second, to one host that is or may be a control device
	Hosts           int // asked at once
	Connections     int // open at once, to all hosts
	HostConnections int // open at once to one host that is no control device
}

func (l Limits) filled() Limits {
	l.Packets = cmp.Or(max(l.Packets, 0), 500)
	l.HostPackets = cmp.Or(max(l.HostPackets, 0), 40)
	l.ControlPackets = cmp.Or(max(l.ControlPackets, 0), 40)
	l.Hosts = cmp.Or(max(l.Hosts, 0), 64)
	l.Connections = cmp.Or(max(l.Connections, 0), 128)
	l.HostConnections = cmp.Or(max(l.HostConnections, 0), 1)
	return l
}

// Options say how a Scanner works; the zero value finds hosts and asks nothing.
type Options struct {
	Probes []Probe
	Safety Safety // the highest class allowed
	Limits Limits
	// Turns are shared by scans that may meet at a host; nil is of this scan alone.
	Turns *Turns
	// Links are, for a plan, the networks of the links of who will scan; nil are those of
	// this machine.
	Links []netip.Prefix
	// Careful takes every host for a control device.
	Careful bool
	// Ports are looked at on each host, whatever is known of it, unless Hasty. Other
	// TCP ports of the probes are knocked at by a Thorough scan, or where there is
	// no list.
	Ports []uint16
	// Datagrams are the UDP ports among those of the probes that are looked at so.
	Datagrams []uint16
	// Hasty leaves a host alone as soon as all is known of it; else its ports are
	// still looked at.
	Hasty bool
	// Sparing does not ask over UDP what would hardly be answered, or tell more than
	// is known.
	Sparing bool
	// Thorough asks everything, whatever is known.
	Thorough bool
	// Knows tells how much is known of a host. nil knows nothing.
	Knows func(netip.Addr) Knowledge
	// Control tells of hosts that are known to be control devices. nil knows none. It is
	// asked again while a host is, for others may learn it meanwhile.
	Control func(Host) bool
	// Printer tells of hosts that are known to be printers of pages, by other evidence
	// than an open port. nil knows none.
	Printer func(Host) bool
	// Skip tells hosts that must not be touched. It is asked before the first
	// packet, again when the hardware address is known, and while the host is asked. nil skips none.
	Skip    func(Host) bool
	Timeout time.Duration // of one question, dialling included; 0 is 10 s
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

// Knowledge is how much is known of a host.
type Knowledge uint8

// How much is known.
const (
	KnowsLittle  Knowledge = iota
	KnowsType              // the type, or nearly: what one kind of thing answers is asked no more
	KnowsKind              // the type and the maker: what may tell the model is still asked
	KnowsUnheard           // all but what a controller tells in its own protocol alone: it is asked where that may be spoken
	KnowsAll               // the model, too: it is asked no more
)

// Question is one probe of one service, asked or to be asked.
type Question struct {
	Host  netip.Addr `json:"host"`
	Port  uint16     `json:"port"`
	Probe string     `json:"probe"`
}

// Answer is what became of a question, of a knock on a port that is open (no
// Probe), of the search for a host (no Port), or the last word of it (Last). Every byte that was sent is
// accounted.
type Answer struct {
	Question
	Open         bool                `json:"open"`
	Observations []heron.Observation `json:"observations,omitempty"`
	Writes       int                 `json:"writes"`
	Bytes        int                 `json:"bytes_sent"`
	Err          error               `json:"-"`
	// Follows is where the answer leads.
	Follows []Follow `json:"-"`
	// Last tells that the host was asked all there was to ask; it has no Port.
	Last bool `json:"-"`
}

// Progress is how far a scan has come.
type Progress struct {
	Hosts       int64 `json:"hosts"`       // to be looked for
	Decided     int64 `json:"decided"`     // found, or found not to be there
	Found       int64 `json:"found"`       // those that are there
	Done        int64 `json:"done"`        // of those, asked all there was to ask
	Connections int64 `json:"connections"` // opened or tried
	Questions   int64 `json:"questions"`
	Packets     int64 `json:"packets"` // sent, as far as the system lets count
}

// counts are the numbers of Progress while they change.
type counts struct {
	hosts, decided, found, done, connections, questions, packets atomic.Int64
}

// Scanner finds hosts and asks them questions. It is safe for use by one scan at
// a time; Progress may be called meanwhile.
type Scanner struct {
	o       Options
	pace    *pacer
	counts  counts
	open    chan struct{} // a place for each connection
	late    atomic.Int64  // hosts that answer later and later
	paced   atomic.Int64  // when the pace of all changed last, in nanoseconds
	lag     lag
	answers sync.Mutex // one answer is handed over at a time
}

// NewScanner checks the probes and returns a Scanner.
func NewScanner(o Options) (*Scanner, error) {
	for _, p := range o.Probes {
		if err := p.check(); err != nil {
			return nil, err
		}
	}
	o.Limits = o.Limits.filled()
	o.Timeout = cmp.Or(o.Timeout, 10*time.Second)
	if o.Dial == nil {
		o.Dial = (&net.Dialer{FallbackDelay: -1, KeepAlive: -1}).DialContext
	}
	if o.Turns == nil {
		o.Turns = &Turns{}
	}
	if o.Now == nil {
		o.Now = func() heron.Time { return heron.TimeOf(time.Now()) }
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Scanner{o: o, pace: newPacer(o.Limits.Packets), open: make(chan struct{}, o.Limits.Connections)}, nil
}

// Limits are those that the scan keeps to.
func (s *Scanner) Limits() Limits { return s.o.Limits }

// Allowed reports whether a probe may be put to a host.
func (s *Scanner) Allowed(p *Probe, h Host) bool {
	return p.Safety <= s.o.Safety && (p.Control || !h.Control && !s.o.Careful) &&
		(s.o.Thorough || !p.Thorough && p.suits(h)) && (h.Printer || !p.Printers)
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

func (s *Scanner) skip(h Host) bool { return s.o.Skip != nil && s.o.Skip(h) }

func (s *Scanner) control(h Host) bool { return s.o.Control != nil && s.o.Control(h) }

// knows asks how much is known of a host. Who answers may do so with what it
// learned from the answers: it is never asked while one is handed over.
func (s *Scanner) knows(a netip.Addr) Knowledge {
	if s.o.Knows == nil {
		return KnowsLittle
	}
	s.answers.Lock()
	defer s.answers.Unlock()
	return s.o.Knows(a)
}

// printer asks whether a host is known to be a printer, as sure does.
func (s *Scanner) printer(h Host) bool {
	if h.Printer || s.o.Printer == nil {
		return h.Printer
	}
	s.answers.Lock()
	defer s.answers.Unlock()
	return s.o.Printer(h)
}

// Progress tells how far the scan has come.
func (s *Scanner) Progress() Progress {
	c := &s.counts
	return Progress{
		Hosts: c.hosts.Load(), Decided: c.decided.Load(), Found: c.found.Load(), Done: c.done.Load(),
		Connections: c.connections.Load(), Questions: c.questions.Load(), Packets: c.packets.Load(),
	}
}

// Run finds the hosts of an area, asks each what there is to ask, and hands each
// answer to fn, one at a time. When ctx ends it stops at once: nothing new is
// sent, and what is open is closed in order.
func (s *Scanner) Run(ctx context.Context, area Area, fn func(Answer)) error {
	hand := func(a Answer) {
		s.answers.Lock()
		defer s.answers.Unlock()
		fn(a)
	}
	var wg, watcher sync.WaitGroup
	watch, unwatch := context.WithCancel(ctx)
	watcher.Go(func() { s.lag.watch(watch) })
	defer watcher.Wait()
	defer unwatch()
	slots := make(chan struct{}, s.o.Limits.Hosts)
	err := s.find(ctx, area, func(h Host, how string) {
		s.counts.found.Add(1)
		wg.Go(func() {
			defer s.counts.done.Add(1)
			hand(s.found(h, how))
			select {
			case slots <- struct{}{}:
			case <-ctx.Done():
				return
			}
			defer func() { <-slots }()
			s.host(ctx, h, hand)
			hand(Answer{Question: Question{Host: h.Addr}, Last: true})
		})
	})
	wg.Wait()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// keyAlive is the key of how a scan learned that a host is there, where no
// hardware address says it.
const keyAlive = "scan.alive"

// How a host was found.
const (
	howOwn     = "own" // an address of this machine: nobody was asked
	howARP     = "arp"
	howEcho    = "echo"
	howConnect = "connect"
)

// found is the answer of a host that is there.
func (s *Scanner) found(h Host, how string) Answer {
	now := s.o.Now()
	o := heron.Observation{
		Subject: heron.Subject{Endpoint: heron.Endpoint{MAC: h.MAC, IP: h.Addr}}, Key: keyAlive, Value: how,
		Source: "scan", First: now, Last: now, Count: 1,
	}
	if h.MAC != (heron.MAC{}) {
		o.Key, o.Value = heron.KeyARP, h.Addr.String()
	}
	a := Answer{Question: Question{Host: h.Addr}}
	if how != howOwn {
		a.Observations = []heron.Observation{o}
	}
	return a
}

// Ask puts one question, whether or not the port is one of the probe's.
func (s *Scanner) Ask(ctx context.Context, h Host, t Target) Answer {
	p := s.probe(t.Probe)
	if p == nil || !s.Allowed(p, h) {
		return Answer{Question: t.Question, Err: ErrUnsafe}
	}
	k := s.newTalk(h, nil)
	return k.ask(ctx, p, t)
}

// errSilent says that nothing came within the time a question has.
func errSilent(d time.Duration) error { return fmt.Errorf("no answer within %v", d) }
