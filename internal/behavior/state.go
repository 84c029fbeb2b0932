package behavior

import "github.com/heron-iot/heron"

// state is everything known of one device. What every report on a flow changes
// comes first, a cache line in each block, and then what is needed less often.
type state struct {
	id            string
	window, until heron.Time    // window is the start of the open one; 0 = none
	met           uint64        // peers in the open window, a bit for each
	flows         [roles]uint64 // that it had part in, by its role
	hash          digest        // of id

	sums   [peers]uint64         // of the open window
	hourly uint64                // what is still to be added to hours
	bytes  [secrecies - 1]uint64 // both ways, less those of untold
	lately uint64                // peers that were met again since the hand was there

	peers    []peer
	wide     *[][16]byte // addresses of those of IPv6; nil for none
	since    heron.Time
	reported heron.Time
	word     uint32 // its id among the Tracker's words
	busy     uint32 // windows with traffic
	services uint8  // how many it uses and offers
	hand     uint8  // the peer that is asked next to make room
	hour     uint8  // of the day, for hourly
	changed  bool   // since its baseline was reported
	queued   bool   // in Tracker.due

	lanes [histograms]lanes // what is still to be added to packets

	few [fewServices]service

	packets [histograms]histogram
	more    []service // after the few
	tags    tags      // of the peers
	gone    *sketch   // peers in the open window that made room since
	hours   *[24]uint64
	past    [peers]uint64 // sums of all windows that are closed
	tails
}

// total is the sum of a feature in all windows.
func (s *state) total(feature int) uint64 { return s.past[feature] + s.sums[feature] }

// add counts what a flow did, in which the device has a role.
func (s *state) add(d *growth, r role, f *heron.Flow) {
	s.flows[r] += uint64(d.begun)
	out, in := d.any(r), d.any(1-r)
	if !out && !in && d.earlier == 0 {
		return // it only ended
	}
	if d.secrecy != untold {
		s.tell(d)
	}
	s.sums[bytesOut] += d.bytes[r]
	s.sums[bytesIn] += d.bytes[1-r]
	s.sums[packetsOut] += d.packets[r]
	s.sums[packetsIn] += d.packets[1-r]
	if hour := uint8(f.Last / heron.Hour % 24); hour != s.hour {
		s.endHour()
		s.hour = hour
	}
	s.hourly += d.bytes[r] + d.bytes[1-r]
	if out {
		s.tally(sizesOut, &d.classes[r].sizes)
		s.tally(gapsOut, &d.classes[r].gaps)
	}
	if in {
		s.tally(sizesIn, &d.classes[1-r].sizes)
		s.tally(gapsIn, &d.classes[1-r].gaps)
	}
}

// tell counts bytes whose secrecy is known, those too that came before it was.
func (s *state) tell(d *growth) {
	n := d.bytes[asClient] + d.bytes[asServer]
	if d.earlier > 0 {
		rest := s.total(bytesOut) + s.total(bytesIn) - s.bytes[inClear-1] - s.bytes[encrypted-1]
		n += min(d.earlier, rest)
	}
	s.bytes[d.secrecy-1] += n
}

// endHour adds up the hour that it was.
func (s *state) endHour() {
	if s.hourly == 0 {
		return
	}
	if s.hours == nil {
		s.hours = new([24]uint64)
	}
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
