package app

import (
	"sync/atomic"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect"
	"github.com/heron-iot/heron/internal/flow"
)

// Bounds of what waits for a worker.
const (
	parcelPackets = 512
	parcelBytes   = 256 << 10
	parcels       = 4 // on their way to one worker
)

// team is a crew of several workers, each in a goroutine of its own. All frames
// between two hosts go to the same one. Every cut goes to all of them, and one
// more goroutine makes a batch of what they answer.
type team struct {
	members []*member
	now     heron.Time // traffic time
	cuts    chan cut
	batch   func(cut, []*harvest) error
	failed  atomic.Pointer[error]
	done    chan struct{} // closed when the last batch is made
}

// member is a worker with what goes to it and comes from it.
type member struct {
	worker *worker
	fill   *parcel
	in     chan *parcel
	empty  chan *parcel // to be filled again
	out    chan *harvest
	taken  chan struct{} // the last harvest may be overwritten
}

// parcel is a stretch of work, in order.
type parcel struct {
	jobs []job
	data []byte // of all its packets
}

// job is one thing for a worker to do.
type job struct {
	kind   jobKind
	packet heron.Packet // Data is set by the worker
	size   int          // of Data
	place  uint64
	now    heron.Time
}

type jobKind uint8

const (
	jobPacket jobKind = iota
	jobQuote          // a packet of another worker with an ICMP error about a flow of this one
	jobTick
	jobCut
	jobFinish
)

func newTeam(memory *dissect.Memory, c pipelineConfig, batch func(cut, []*harvest) error) *team {
	t := &team{cuts: make(chan cut, parcels), batch: batch, done: make(chan struct{})}
	for i := range c.workers {
		m := &member{
			worker: newWorker(memory, c.table/c.workers, share{uint32(i), uint32(c.workers)}), fill: &parcel{},
			in: make(chan *parcel, parcels), empty: make(chan *parcel, parcels+2),
			out: make(chan *harvest), taken: make(chan struct{}, 1),
		}
		for range parcels + 1 {
			m.empty <- &parcel{}
		}
		m.taken <- struct{}{}
		t.members = append(t.members, m)
		go m.work()
	}
	go t.gather()
	return t
}

func (t *team) packets(ps []*heron.Packet, place uint64) {
	n := uint64(len(t.members))
	for i, p := range ps {
		t.now = max(t.now, p.Time)
		of, quoted, ok := flow.Share(p)
		j := job{packet: *p, place: place + uint64(i), now: t.now}
		t.members[of%n].give(j, p.Data)
		if ok && quoted%n != of%n {
			j.kind = jobQuote
			t.members[quoted%n].give(j, p.Data)
		}
	}
}

func (t *team) tick(at heron.Time) error {
	for _, m := range t.members {
		m.give(job{kind: jobTick, now: at}, nil)
	}
	return nil
}

func (t *team) cut(c cut) error {
	for _, m := range t.members {
		m.give(job{kind: jobCut}, nil)
		m.send()
	}
	t.cuts <- c
	return t.fault()
}

func (t *team) finish(c cut) error {
	for _, m := range t.members {
		m.give(job{kind: jobFinish}, nil)
	}
	_ = t.cut(c) // told below
	t.stop()
	return t.fault()
}

func (t *team) stop() {
	for _, m := range t.members {
		close(m.in)
	}
	close(t.cuts)
	<-t.done
}

// fault is why a batch could not be emitted, nil when all could.
func (t *team) fault() error {
	if err := t.failed.Load(); err != nil {
		return *err
	}
	return nil
}

// gather makes a batch of each cut. After a fault it only keeps the workers going.
func (t *team) gather() {
	defer close(t.done)
	of := make([]*harvest, len(t.members))
	for c := range t.cuts {
		for i, m := range t.members {
			of[i] = <-m.out
		}
		if t.failed.Load() == nil {
			if err := t.batch(c, of); err != nil {
				t.failed.Store(&err)
			}
		}
		for _, m := range t.members {
			m.taken <- struct{}{}
		}
	}
}

// give adds a job, with the bytes of its packet, to the parcel being filled.
func (m *member) give(j job, data []byte) {
	p := m.fill
	if len(p.jobs) >= parcelPackets || len(p.data) > 0 && len(p.data)+len(data) > parcelBytes {
		m.send()
		p = m.fill
	}
	j.packet.Data, j.size = nil, len(data)
	p.jobs = append(p.jobs, j)
	p.data = append(p.data, data...)
}

// send hands the parcel over and begins another.
func (m *member) send() {
	m.in <- m.fill
	m.fill = <-m.empty
	m.fill.jobs, m.fill.data = m.fill.jobs[:0], m.fill.data[:0]
}

// work does what comes in.
func (m *member) work() {
	var ahead [flow.MaxAhead]*heron.Packet
	for p := range m.in {
		data := p.data
		for i := range p.jobs {
			j := &p.jobs[i]
			j.packet.Data, data = data[:j.size:j.size], data[j.size:]
		}
		jobs := p.jobs
		for len(jobs) > 0 {
			n := m.ahead(jobs, ahead[:0])
			for i := range n {
				m.do(&jobs[i])
			}
			jobs = jobs[n:]
		}
		m.empty <- p
	}
}

// ahead has the table look at the packets of the first jobs, and returns how many
// jobs these are.
func (m *member) ahead(jobs []job, room []*heron.Packet) int {
	n := 0
	for ; n < len(jobs) && len(room) < cap(room); n++ {
		if jobs[n].kind == jobPacket {
			room = append(room, &jobs[n].packet)
		}
	}
	m.worker.table.Ahead(room)
	return n
}

func (m *member) do(j *job) {
	switch j.kind {
	case jobPacket:
		m.worker.table.Advance(j.now)
		m.worker.packet(&j.packet, j.place)
	case jobQuote:
		m.worker.table.Advance(j.now)
		m.worker.quote(&j.packet, j.place)
	case jobTick:
		m.worker.tick(j.now)
	case jobCut:
		<-m.taken
		m.out <- m.worker.cut()
	case jobFinish:
		m.worker.finish()
	}
}
