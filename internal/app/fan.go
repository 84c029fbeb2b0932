package app

import (
	"bytes"
	"slices"
	"sync"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/flow"
)

// fan is a pipeline for a source that the kernel shares between several rings,
// all frames between two hosts in the same one. Each ring is a lane with a
// worker of its own, which works where its ring is read: nothing is copied and
// nothing is handed over. A place is the time of a packet, so that what the
// lanes learned is joined in the order of time.
//
// Batches are cut when flush is called, and wait for no lane.
type fan struct {
	batcher
	lanes []*lane
}

// lane is a ring's share of the work.
type lane struct {
	mu     sync.Mutex
	cut    *sync.Cond // with mu: a cut was made, or ended is set
	worker *worker
	time   trafficTime
	quotes []heron.Packet // of other lanes, not yet looked at
	since  heron.Time     // the traffic time of the last cut
	quiet  bool           // nothing came lately
	ended  bool           // no cut is to come
}

// Bounds of the quotes that wait, and of each.
const (
	maxQuotes = 1024
	quoteSize = 256
)

// lanePatience is how much traffic a lane takes in without a cut: when batches find
// no way out, packets wait in the kernel's ring.
const lanePatience = 4 * heron.Second

func newFan(c pipelineConfig, rings int) *fan {
	f := &fan{}
	for range rings {
		l := &lane{}
		l.cut = sync.NewCond(&l.mu)
		f.lanes = append(f.lanes, l)
	}
	f.begin(c)
	return f
}

// begin makes what the lanes work with, while nobody else uses them.
func (f *fan) begin(c pipelineConfig) {
	f.batcher = newBatcher(c)
	for i, l := range f.lanes {
		l.worker = newWorker(f.memory, c.table/len(f.lanes), share{uint32(i), uint32(len(f.lanes))})
		l.time, l.since, l.quiet = trafficTime{}, 0, false
	}
}

// take takes the next packets of a ring.
func (f *fan) take(ring int, ps []*heron.Packet) {
	f.lanes[ring].take(ps)
	for _, p := range ps {
		if flow.MayQuote(p) {
			f.quote(ring, p)
		}
	}
}

// quote tells the other lanes of an ICMP error about a flow that may be in any of
// them.
func (f *fan) quote(ring int, p *heron.Packet) {
	if _, _, ok := flow.Share(p); !ok {
		return
	}
	q := *p
	q.Data = bytes.Clone(p.Data[:min(len(p.Data), quoteSize)])
	for i, l := range f.lanes {
		if i != ring {
			l.quoted(&q)
		}
	}
}

// quoted keeps a quote until the lane is as far in time: the packet that it is
// about may be still in the ring.
func (l *lane) quoted(q *heron.Packet) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.quotes = append(l.quotes, *q); len(l.quotes) > maxQuotes {
		l.quote(l.quotes[0].Time)
	}
}

// quote looks at the quotes up to that time.
func (l *lane) quote(to heron.Time) {
	n := 0
	for ; n < len(l.quotes) && l.quotes[n].Time <= to; n++ {
		l.worker.quote(&l.quotes[n], uint64(l.quotes[n].Time))
	}
	l.quotes = slices.Delete(l.quotes, 0, n)
}

func (l *lane) take(ps []*heron.Packet) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.worker.table.Ahead(ps)
	l.quiet = false
	for _, p := range ps {
		l.packetLocked(p)
	}
}

func (l *lane) packetLocked(p *heron.Packet) {
	l.waitLocked(p.Time)
	l.time.see(p.Time)
	if len(l.quotes) > 0 {
		l.quote(p.Time - 1)
	}
	l.worker.packet(p, uint64(p.Time))
}

// waitLocked waits for a cut when there was none for too long.
func (l *lane) waitLocked(at heron.Time) {
	for {
		if l.since == 0 {
			l.since = at
		}
		if at <= l.since+lanePatience || l.ended {
			return
		}
		l.cut.Wait()
	}
}

// idle tells that nothing came from a ring for a while.
func (f *fan) idle(ring int) {
	l := f.lanes[ring]
	l.mu.Lock()
	defer l.mu.Unlock()
	l.quiet = true
}

// release lets no lane wait for a cut any more.
func (f *fan) release() {
	for _, l := range f.lanes {
		l.mu.Lock()
		l.ended = true
		l.cut.Broadcast()
		l.mu.Unlock()
	}
}

// flush emits what was learned since the last batch, if anything was. Like
// finish and reshape it is for one goroutine at a time.
func (f *fan) flush() error {
	c := f.when()
	of := make([]*harvest, len(f.lanes))
	for i, l := range f.lanes {
		l.mu.Lock()
		of[i] = l.harvest(c.now)
		l.mu.Unlock()
	}
	return f.batch(c, of)
}

// finish ends all flows and emits the last batch, which there always is.
func (f *fan) finish() error {
	f.lock()
	defer f.unlock()
	return f.finishLocked()
}

// reshape goes on with another configuration, between two packets.
func (f *fan) reshape(c pipelineConfig) error {
	f.lock()
	defer f.unlock()
	err := f.finishLocked()
	f.begin(c)
	return err
}

func (f *fan) finishLocked() error {
	c := cut{last: true}
	for _, l := range f.lanes {
		c.join(&l.time)
	}
	of := make([]*harvest, len(f.lanes))
	for i, l := range f.lanes {
		l.quote(c.now)
		l.worker.finish()
		of[i] = l.harvest(c.now)
	}
	return f.batch(c, of)
}

// when is the traffic time of all lanes.
func (f *fan) when() (c cut) {
	for _, l := range f.lanes {
		l.mu.Lock()
		c.join(&l.time)
		l.mu.Unlock()
	}
	return c
}

// harvest is what the lane learned since the last cut. Where nothing came
// lately the traffic of the others moves time on.
func (l *lane) harvest(now heron.Time) *harvest {
	if l.quiet {
		l.quote(now)
		l.worker.at(phaseTimer, uint64(now))
		l.worker.table.Advance(now)
	}
	if l.since != 0 {
		l.since = max(now, l.time.now)
	}
	l.cut.Broadcast()
	return l.worker.cut()
}

func (f *fan) lock() {
	for _, l := range f.lanes {
		l.mu.Lock()
	}
}

func (f *fan) unlock() {
	for _, l := range f.lanes {
		l.mu.Unlock()
	}
}
