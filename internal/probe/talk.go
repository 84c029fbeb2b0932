package probe

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"sync"
	"syscall"
	"time"

	"github.com/heron-iot/heron"
)

// talk is all that is said to one host. Its methods may be called at the same
// time, by as many as there may be connections.
type talk struct {
	s     *Scanner
	h     Host
	hand  func(Answer)
	delay delay
	pace  *pacer

	mu      sync.Mutex
	control bool
	knows   Knowledge
	late    bool
	patient bool // it is given more time than it seemed to need
	refuses bool // it answers datagrams that nobody listens for
	asked   map[Target]bool
	seen    map[doorKey]bool
	refused map[uint16]bool // TCP ports
	follows int
	silent  []door

	taking sync.Mutex    // held by whoever waits for places
	places chan struct{} // for connections; a control device's takes all
}

func (s *Scanner) newTalk(h Host, hand func(Answer)) *talk {
	k := &talk{s: s, h: h, hand: hand, asked: map[Target]bool{}, seen: map[doorKey]bool{}, refused: map[uint16]bool{}}
	k.places = make(chan struct{}, s.o.Limits.HostConnections)
	k.pace = newPacer(s.o.Limits.HostPackets)
	if h.Control || s.o.Careful || controlMaker(h.MAC) || s.control(h) {
		k.isOne()
	}
	if h.Delay > 0 {
		k.delay.saw(h.Delay, s.lag.get())
	}
	return k
}

// host asks one host everything. What tells whether it is a control device comes
// first, one at a time.
func (s *Scanner) host(ctx context.Context, h Host, hand func(Answer)) {
	over, err := s.o.Turns.take(ctx, h.Addr)
	if err != nil {
		return
	}
	defer over()
	k := s.newTalk(h, hand)
	defer k.leave()
	ctx, stop := context.WithCancel(ctx)
	var watcher sync.WaitGroup
	watcher.Go(func() { k.heed(ctx, stop) })
	defer watcher.Wait()
	defer stop()
	if !k.isControl() {
		k.knockAll(ctx, s.controlDoors(), 1)
	}
	for n := range stageCount {
		lanes := s.o.Limits.HostConnections
		if k.isControl() {
			lanes = 1
		}
		k.knockAll(ctx, s.stages(k.host())[n], lanes)
	}
	k.again(ctx)
}

// heedEvery is how often it is looked whether others learned something of a host that
// is being asked.
const heedEvery = 500 * time.Millisecond

// heed takes note of what others learn of a host while it is asked, until ctx ends: a
// control device has one connection at a time from then on, and who must not be touched
// is asked no more.
func (k *talk) heed(ctx context.Context, stop context.CancelFunc) {
	tick := time.NewTicker(heedEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		switch h := k.host(); {
		case k.s.skip(h):
			stop()
		case !h.Control && k.s.control(h):
			k.isOne()
		}
	}
}

// isOne notes that the host is or may be a control device.
func (k *talk) isOne() {
	k.mu.Lock()
	defer k.mu.Unlock()
	if !k.control {
		k.control = true
		k.pace.limit(k.s.o.Limits.ControlPackets)
	}
}

func (k *talk) isControl() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.control
}

// host is the host with what was learned of it.
func (k *talk) host() Host {
	h := k.h
	h.Control = k.isControl()
	return h
}

// enough tells that nothing more has to be asked, but of a controller in its own protocol.
func (k *talk) enough() bool { return k.enoughAt(door{}) }

// enoughAt tells that nothing more has to be asked at a door.
func (k *talk) enoughAt(d door) bool {
	if k.s.o.Thorough {
		return false
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.knows == KnowsAll || k.knows == KnowsUnheard && !isControlPort(d.port)
}

// knockAll works through doors in their order, so many at a time.
func (k *talk) knockAll(ctx context.Context, doors []door, lanes int) {
	next := make(chan door)
	var wg sync.WaitGroup
	for range lanes {
		wg.Go(func() {
			for d := range next {
				if ctx.Err() == nil && (d.always && !k.s.o.Hasty || !k.enoughAt(d)) && k.unseen(d) {
					k.door(ctx, d)
				}
			}
		})
	}
	for _, d := range doors {
		next <- d
	}
	close(next)
	wg.Wait()
}

// unseen tells whether nobody knocked on a door yet, and notes it.
func (k *talk) unseen(d door) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.seen[d.key()] {
		return false
	}
	k.seen[d.key()] = true
	return true
}

// maxAgain is how many silent ports of a host are tried once more, to see whether
// a packet was lost; only when one of them answers, all are.
const maxAgain = 6

// again tries what was silent once more.
func (k *talk) again(ctx context.Context) {
	k.mu.Lock()
	silent := k.silent
	k.silent, k.patient = nil, true
	k.mu.Unlock()
	slices.SortStableFunc(silent, func(x, y door) int { return k.s.place(x) - k.s.place(y) })
	for i, d := range silent {
		if ctx.Err() != nil || k.enough() && k.s.o.Hasty {
			return
		}
		if i == maxAgain {
			k.mu.Lock()
			lost := len(k.silent) < maxAgain
			k.mu.Unlock()
			if !lost {
				return
			}
		}
		k.door(ctx, d)
	}
}

// door knocks on one port and asks what is behind it.
func (k *talk) door(ctx context.Context, d door) {
	if d.transport == heron.UDP {
		k.datagrams(ctx, d)
		return
	}
	raw, err := k.connect(ctx, d.port)
	if err != nil {
		k.notOpen(d, err)
		return
	}
	if isControlPort(d.port) {
		k.isOne()
	}
	k.opened(ctx, d, raw)
}

// notOpen notes what became of a knock that opened nothing.
func (k *talk) notOpen(d door, err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		k.refused[d.port] = true
	case isTimeout(err):
		k.silent = append(k.silent, d)
	}
}

// opened asks what is behind an open port: over the connection that found it, and
// then, for as long as nobody answered, over one for each probe that is left.
func (k *talk) opened(ctx context.Context, d door, raw *line) {
	open := k.serviceOpen(d)
	h := k.host()
	h.Printer = silentPort(d.transport, d.port) && k.s.printer(h)
	list := k.s.questions(h, d)
	if k.enoughAt(d) || len(list) == 0 {
		var a Answer
		a.Question, a.Open = Question{k.h.Addr, d.port, ""}, true
		k.greeting(ctx, raw, d, &a)
		k.tell(ctx, a, open)
		return
	}
	for _, q := range list {
		a := Answer{Question: q.target.Question, Open: true}
		if !k.first(q.target) {
			continue
		}
		if raw == nil {
			var err error
			if raw, err = k.connect(ctx, d.port); err != nil {
				return
			}
		}
		k.converse(ctx, raw, q.probe, q.target, &a)
		raw = nil
		k.tell(ctx, a, open)
		if len(a.Observations) > 0 && !errors.Is(a.Err, ErrNotMine) || ctx.Err() != nil || k.enoughAt(d) {
			return
		}
		open = nil
	}
	if raw != nil {
		k.hangUp(ctx, raw, nil)
	}
}

// datagrams asks over UDP, what nobody answered once more.
func (k *talk) datagrams(ctx context.Context, d door) {
	answered := !d.always || k.s.o.Hasty
	for _, q := range k.s.questions(k.host(), d) {
		if ctx.Err() != nil || answered && k.enoughAt(d) {
			return
		}
		if !d.always && k.moot(q.probe) || !k.first(q.target) {
			continue
		}
		a := k.ask(ctx, q.probe, q.target)
		if !a.Open {
			k.hand(a) // what was sent is told, whoever answers
			if errors.Is(a.Err, syscall.ECONNREFUSED) {
				return
			}
			continue
		}
		answered = true
		if d.port == bacnetPort {
			k.isOne()
		}
		k.tell(ctx, a, k.serviceOpen(d))
		if k.s.o.Sparing && len(a.Observations) > 0 {
			return
		}
	}
}

// serviceOpen is the observation that a service answers.
func (k *talk) serviceOpen(d door) []heron.Observation {
	now := k.s.o.Now()
	return []heron.Observation{{
		Subject: heron.Subject{Endpoint: heron.Endpoint{IP: k.h.Addr}, Transport: d.transport, Port: d.port},
		Key:     heron.KeyService, Value: d.transport.String() + "/" + strconv.Itoa(int(d.port)), Source: "scan",
		First: now, Last: now, Count: 1,
	}}
}

// first tells whether a question was not asked yet, and notes it.
func (k *talk) first(t Target) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.asked[t] {
		return false
	}
	k.asked[t] = true
	return true
}

// tell hands an answer over, and goes where it leads.
func (k *talk) tell(ctx context.Context, a Answer, more []heron.Observation) {
	a.Observations = append(more, a.Observations...)
	k.hand(a)
	knows := k.s.knows(k.h.Addr)
	k.mu.Lock()
	k.knows = max(k.knows, knows)
	k.mu.Unlock()
	for _, f := range a.Follows {
		if ctx.Err() != nil || k.enough() {
			return
		}
		k.follow(ctx, f)
	}
}

func (k *talk) follow(ctx context.Context, f Follow) {
	p := k.s.probe(f.Probe)
	t := Target{Question: Question{k.h.Addr, f.Port, f.Probe}, TLS: f.TLS, Path: f.Path}
	if p == nil || !k.s.Allowed(p, k.host()) {
		return
	}
	k.mu.Lock()
	may := k.follows < maxHostFollows
	k.mu.Unlock()
	if !may || !k.first(t) {
		return
	}
	k.mu.Lock()
	k.follows++
	k.mu.Unlock()
	a := k.ask(ctx, p, t)
	var open []heron.Observation
	if a.Open {
		open = k.serviceOpen(door{transport: p.Transport, port: t.Port})
	}
	k.tell(ctx, a, open)
}

// ask puts one question over a connection of its own.
func (k *talk) ask(ctx context.Context, p *Probe, t Target) Answer {
	a := Answer{Question: t.Question}
	if p.Transport == heron.TCP {
		raw, err := k.connect(ctx, t.Port)
		if err != nil {
			a.Err = err
			return a
		}
		a.Open = true
		k.converse(ctx, raw, p, t, &a)
		return a
	}
	for range k.tries(p) {
		raw, err := k.dial(ctx, p.Transport, t.Port)
		if err != nil {
			a.Err = err
			return a
		}
		k.converse(ctx, raw, p, t, &a)
		if a.Open || !isTimeout(a.Err) || ctx.Err() != nil {
			break
		}
	}
	if errors.Is(a.Err, syscall.ECONNREFUSED) {
		k.mu.Lock()
		k.refuses = true
		k.mu.Unlock()
	}
	return a
}

// tries is how often a question over UDP is put: twice, when it is worth it and
// the host does not say of its own which ports nobody listens on.
func (k *talk) tries(p *Probe) int {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.refuses || p.Once || p.worth() < 2 {
		return 1
	}
	return 2
}

func isTimeout(err error) bool {
	var t interface{ Timeout() bool }
	return errors.As(err, &t) && t.Timeout()
}
