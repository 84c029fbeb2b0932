package lab

import (
	"container/heap"
	"errors"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/heron-iot/heron"
)

// StreamConfig says what a Source plays. The zero value is one hour of the
// whole site, once, without attacks.
type StreamConfig struct {
	// Seed makes one stream differ from another; the same Config always gives
	// the same frames.
	Seed uint64
	// Start is the time of the first frame; 0 is 2026-01-05 08:00 UTC, a Monday.
	Start heron.Time
	// Duration is how long to play, in traffic time; 0 is one hour.
	Duration time.Duration
	// Devices is how many devices there should be at least; the site is
	// repeated until there are. 0 is one site.
	Devices int
	// Strangers is how many things there are besides that say nothing of what they are.
	Strangers int
	// Attacks are names of Attacks, played in this order.
	Attacks []string
	// AttackAfter is when the first attack begins, and AttackEvery how long
	// after it the next one does; 0 is two minutes, for both.
	AttackAfter, AttackEvery time.Duration
	// Loop never ends: Duration is how long until the attacks come again.
	Loop bool
}

// defaultStart is 2026-01-05 08:00 UTC, a Monday.
const defaultStart = heron.Time(1767600000) * heron.Second

func (c StreamConfig) withDefaults() StreamConfig {
	if c.Start == 0 {
		c.Start = defaultStart
	}
	if c.Duration == 0 {
		c.Duration = time.Hour
	}
	if c.AttackAfter == 0 {
		c.AttackAfter = 2 * time.Minute
	}
	if c.AttackEvery == 0 {
		c.AttackEvery = 2 * time.Minute
	}
	return c
}

// Source is a stream of frames, as a capture would give them. It is for one
// goroutine.
type Source struct {
	c     StreamConfig
	site  *Site
	tape  *tape
	tasks taskQueue
	end   heron.Time // 0 when it never ends
	stats Stats
	done  bool
}

// Stats counts what a Source gave out.
type Stats struct{ Packets, Bytes uint64 }

// Stream returns a Source, or an error that names what is wrong with c.
func Stream(c StreamConfig) (*Source, error) {
	c = c.withDefaults()
	if c.Duration < 0 || c.AttackAfter < 0 || c.AttackEvery < 0 || c.Devices < 0 || c.Strangers < 0 {
		return nil, heron.Errorf(heron.CodeInvalid, "lab stream: durations and numbers of devices must not be negative")
	}
	site, err := NewSite(c.Seed, c.Devices)
	if err != nil {
		return nil, err
	}
	if err := site.addStrangers(c.Strangers); err != nil {
		return nil, err
	}
	s := &Source{c: c, site: site, tape: newTape(site)}
	if !c.Loop {
		s.end = c.Start.Add(c.Duration)
	}
	for _, h := range site.Hosts {
		s.schedule(h, c.Seed)
	}
	return s, s.scheduleAttacks()
}

// schedule begins the habits of one host.
func (s *Source) schedule(h *Host, seed uint64) {
	rng := rand.New(rand.NewPCG(seed, fnvOf(h.Name)))
	for i := range h.Model.Habits {
		habit := &h.Model.Habits[i]
		first := habit.First + time.Duration(rng.Int64N(int64(habit.First/2+2*time.Second)))
		s.push(task{at: s.c.Start.Add(first), host: h, rng: rng, habit: habit})
	}
}

// scheduleAttacks puts each attack at its time.
func (s *Source) scheduleAttacks() error {
	for i, name := range s.c.Attacks {
		attack, err := attackNamed(name)
		if err != nil {
			return err
		}
		from := attack.from(s.site)
		if from == nil {
			return heron.Errorf(heron.CodeInternal, "lab: nobody in the site can do %q", name)
		}
		habit := &Habit{Name: name, Do: attack.do}
		if s.c.Loop {
			habit.Every = s.c.Duration
		}
		rng := rand.New(rand.NewPCG(s.c.Seed, fnvOf("attack "+name)))
		at := s.c.Start.Add(s.c.AttackAfter + time.Duration(i)*s.c.AttackEvery)
		s.push(task{at: at, host: from, rng: rng, habit: habit, exact: true})
	}
	return nil
}

// Next gives the next frame, in order of time; io.EOF after the last. Its data
// is borrowed until the next call.
func (s *Source) Next(p *heron.Packet) error {
	for !s.done && (len(s.tape.queue) == 0 || len(s.tasks) > 0 && s.tasks[0].at <= s.tape.queue[0].at) {
		if len(s.tasks) == 0 {
			break
		}
		s.runTask()
	}
	if s.done || len(s.tape.queue) == 0 {
		return io.EOF
	}
	f := heap.Pop(&s.tape.queue).(queued)
	if s.end != 0 && f.at >= s.end {
		s.done = true
		return io.EOF
	}
	*p = heron.Packet{Time: f.at, Data: f.data, OrigLen: len(f.data), Link: heron.LinkEthernet}
	s.stats.Packets++
	s.stats.Bytes += uint64(len(f.data))
	return nil
}

// runTask lets the next host do what it is due to do.
func (s *Source) runTask() {
	t := heap.Pop(&s.tasks).(task)
	if !t.habit.Day || isDay(t.at) {
		s.tape.turn(t.rng, t.at)
		t.habit.Do(&actor{player: s.tape, site: s.site, host: t.host, rng: t.rng, now: t.at})
	}
	if t.habit.Every == 0 {
		return
	}
	wait := t.habit.Every
	if !t.exact {
		wait += time.Duration(t.rng.Int64N(int64(wait/4)+1)) - wait/8
	}
	t.at = t.at.Add(wait)
	s.push(t)
}

// isDay tells whether people are about.
func isDay(t heron.Time) bool {
	h := t.Std().Hour()
	return h >= 6 && h < 22
}

// Stats returns the counts so far.
func (s *Source) Stats() Stats { return s.stats }

// Site returns the site that the stream shows: what a perfect inventory finds.
func (s *Source) Site() *Site { return s.site }

// Close ends the stream.
func (s *Source) Close() error {
	s.done = true
	return nil
}

// task is one habit at its next time.
type task struct {
	at    heron.Time
	seq   uint64
	host  *Host
	rng   *rand.Rand
	habit *Habit
	exact bool
}

func (s *Source) push(t task) {
	s.tape.next++
	t.seq = s.tape.next
	heap.Push(&s.tasks, t)
}

// taskQueue is a heap by time, then by order of scheduling.
type taskQueue []task

func (q taskQueue) Len() int { return len(q) }
func (q taskQueue) Less(i, j int) bool {
	return q[i].at < q[j].at || q[i].at == q[j].at && q[i].seq < q[j].seq
}
func (q taskQueue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q *taskQueue) Push(x any)   { *q = append(*q, x.(task)) }
func (q *taskQueue) Pop() any {
	last := len(*q) - 1
	x := (*q)[last]
	*q = (*q)[:last]
	return x
}

// WriteCapture writes the whole stream as a pcap file with nanosecond times
// (draft-ietf-opsawg-pcap-04). A stream that loops is refused.
func WriteCapture(w io.Writer, c StreamConfig) error {
	if c.Loop {
		return heron.Errorf(heron.CodeInvalid, "a capture of a stream that loops would never end; give a duration instead")
	}
	s, err := Stream(c)
	if err != nil {
		return err
	}
	out := newPcapWriter(w)
	var p heron.Packet
	for {
		if err := s.Next(&p); errors.Is(err, io.EOF) {
			return out.flush()
		} else if err != nil {
			return err
		}
		if err := out.write(&p); err != nil {
			return err
		}
	}
}

// attackNamed finds an attack, or says which there are.
func attackNamed(name string) (*Attack, error) {
	all := Attacks()
	names := make([]string, 0, len(all))
	for i := range all {
		if all[i].Name == name {
			return &all[i], nil
		}
		names = append(names, all[i].Name)
	}
	slices.Sort(names)
	return nil, heron.Errorf(heron.CodeInvalid, "no attack is called %q; there are %s", name, strings.Join(names, ", "))
}
