package behavior

import "github.com/heron-iot/heron"

// state is everything known of one device. What every report on a flow changes
// comes first, a cache line in each block, and then what is needed less often.
type state struct {
	window, until heron.Time    // window is the start of the open one; 0 = none
	met           uint64        // peers in the open window, a bit for each
	lately        uint64        // peers that were met again since the hand was there
	sums          [peers]uint64 // of the open window

	peers []peer
	bytes [secrecies - 1]uint64 // both ways, less those of untold
	flows [roles]uint64         // that it had part in, by its role
	word  uint32                // its id among the Tracker's words
	busy  uint32                // windows with traffic

	few      [fewServices]service
	hash     digest // of id
	services uint8  // how many it uses and offers
	hand     uint8  // the peer that is asked next to make room
	hour     uint8  // of the day, that is still to be added to hours
	changed  bool   // since its baseline was reported
	queued   bool   // in Tracker.due

	out, in classes // what is still to be added to sent and received

	sent, received tally
	more           []service   // after the few
	tags           tags        // of the peers
	wide           *[][16]byte // addresses of those of IPv6; nil for none
	gone           *sketch     // peers in the open window that made room since
	hours          *[24]uint64
	timed          uint64        // how much of all traffic is in hours
	past           [peers]uint64 // sums of all windows that are closed
	id             string
	since          heron.Time
	reported       heron.Time
	tails
	_ [2]uint64 // to whole cache lines
}

// total is the sum of a feature in all windows.
func (s *state) total(feature int) uint64 { return s.past[feature] + s.sums[feature] }

// traffic is the bytes of all windows, both ways.
func (s *state) traffic() uint64 { return s.total(bytesOut) + s.total(bytesIn) }

// add counts what a flow did, in which the device has a role.
func (s *state) add(r role, d *growth) {
	sent, got := sides(&d.ends, r)
	s.flows[r%roles] += uint64(d.begun)
	out, in := sent.any(), got.any()
	if !out && !in && d.earlier == 0 {
		return // it only ended
	}
	if d.hour != s.hour {
		s.endHour()
		s.hour = d.hour
	}
	if d.secrecy != untold {
		s.tell(d)
	}
	s.sums[bytesOut] += sent.bytes
	s.sums[bytesIn] += got.bytes
	s.sums[packetsOut] += sent.packets
	s.sums[packetsIn] += got.packets
	if out {
		s.out.add(&sent.classes, &s.sent)
	}
	if in {
		s.in.add(&got.classes, &s.received)
	}
}

// tell counts bytes whose secrecy is known, those too that came before it was.
func (s *state) tell(d *growth) {
	n := d.ends[asClient].bytes + d.ends[asServer].bytes
	if d.earlier > 0 {
		rest := s.traffic() - s.bytes[inClear-1] - s.bytes[encrypted-1]
		n += min(d.earlier, rest)
	}
	s.bytes[d.secrecy-1] += n
}

// endHour adds up the hour that it was.
func (s *state) endHour() {
	n := s.traffic() - s.timed
	if n == 0 {
		return
	}
	if s.hours == nil {
		s.hours = new([24]uint64)
	}
	s.hours[s.hour] += n
	s.timed += n
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
