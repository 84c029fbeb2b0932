package behavior

import "github.com/heron-iot/heron"

// state is everything known of one device. What every report on a flow changes
// comes first, in few cache lines.
type state struct {
	window, until, since heron.Time    // window is the start of the open one; 0 = none
	sums                 [peers]uint64 // of the open window
	busy                 uint32        // windows with traffic
	changed              bool          // since its baseline was reported
	queued               bool          // in Tracker.due
	hour                 uint8         // of the day, and
	hourly               uint64        // what is still to be added to hours for it
	id                   string
	met                  uint64 // peers in the open window, a bit for each of peers
	era                  uint32 // another one since a peer made room
	hash                 digest // of id
	traffic
	peers    []peer
	services [roles][]service

	keys     []uint64      // of the peers, side by side so that they are found quickly
	devices  []uint32      // words of those of the peers
	lasts    []uint32      // of the peers, roughly, as they were when somebody last asked
	seen     sketch        // peers in the open window
	past     [peers]uint64 // sums of all windows that are closed
	tails    [features]tail
	hours    [24]uint64
	reported heron.Time
	word     uint32 // its id among the Tracker's words
}

// total is the sum of a feature in all windows.
func (s *state) total(feature int) uint64 { return s.past[feature] + s.sums[feature] }

// add counts what a flow did, in which the device has a role.
func (s *state) add(d *growth, r role, f *heron.Flow) {
	s.flows[r] += uint64(d.begun)
	out, in := &d.sent[r], &d.sent[1-r]
	if !out.any() && !in.any() && d.earlier == 0 {
		return // it only ended
	}
	if d.secrecy != untold {
		s.tell(d)
	}
	s.sums[bytesOut] += out.bytes
	s.sums[bytesIn] += in.bytes
	s.sums[packetsOut] += out.packets
	s.sums[packetsIn] += in.packets
	if hour := uint8(f.Last / heron.Hour % 24); hour != s.hour {
		s.endHour()
		s.hour = hour
	}
	s.hourly += out.bytes + in.bytes
	if out.any() {
		s.sizesOut.add(&out.sizes)
		s.gapsOut.add(&out.gaps)
	}
	if in.any() {
		s.sizesIn.add(&in.sizes)
		s.gapsIn.add(&in.gaps)
	}
}

// tell counts bytes whose secrecy is known, those too that came before it was.
func (s *state) tell(d *growth) {
	n := d.sent[asClient].bytes + d.sent[asServer].bytes
	if d.earlier > 0 {
		rest := s.total(bytesOut) + s.total(bytesIn) - s.bytes[inClear] - s.bytes[encrypted]
		n += min(d.earlier, rest)
	}
	s.bytes[d.secrecy] += n
}

// endHour adds up the hour that it was.
func (s *state) endHour() {
	s.hours[s.hour] += s.hourly
	s.hourly = 0
}

// mature reports whether a device is known well enough to be judged.
func (s *state) mature(now heron.Time) bool { return now-s.since >= heron.Day && s.busy > 30 }

// maturity goes from 0 to 1, which is seven days with enough activity.
func (s *state) maturity(now heron.Time) float64 {
	age := min(1, float64(now-s.since)/float64(7*heron.Day))
	return max(0, age*min(1, float64(s.busy)/30))
}

// stretch is how many times its greatest value a feature may reach. It is
// wider for a device that is not known for long.
func (s *state) stretch(now heron.Time) float64 {
	switch age := now - s.since; {
	case age < heron.Day:
		return 3
	case age < 3*heron.Day:
		return 2
	}
	return 1.5
}
