package eval

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"github.com/heron-iot/heron"
)

// answer is what was said of a device on one level, and how it compares.
type answer struct {
	verdict Verdict
	heron.Claim
}

type answers [levels]answer

// span is how much of a device's traffic passed until an answer was given.
type span struct {
	given   bool
	time    time.Duration // since its first frame
	packets int           // that it sent
}

// outcome is what came of one capture.
type outcome struct {
	*Capture
	fault   string // why it could not be read
	found   bool
	answers answers
	spans   [levels]span
	// Groups of evidence that the device showed, and what would be said without
	// one, and with nothing else. Sets are groups here.
	without, alone map[string]answers
}

// failed is the outcome of a capture that could not be read.
func (e *run) failed(c *Capture, err error) outcome {
	return outcome{Capture: c, fault: heron.ErrorMessage(err), answers: e.judge(c, nil)}
}

// measure compares what was seen with what is known of one device.
func (e *run) measure(c *Capture, s *Sight, w *witness, ips []netip.Addr) (outcome, error) {
	e, err := e.facing(c)
	if err != nil {
		return outcome{}, err
	}
	o := outcome{Capture: c, without: map[string]answers{}, alone: map[string]answers{}}
	mac := e.mac(c)
	var known []Known
	for i := range s.Devices {
		if d := &s.Devices[i]; isMeant(d, mac, ips) {
			known = append(known, Known{c, d, e.left.of(own(d, s.Observations[d.ID])), s.Profiles[d.ID]})
		}
	}
	o.found = len(known) > 0
	o.answers = e.judge(c, known)
	for _, g := range e.groups(known) {
		o.without[g] = e.judge(c, each(known, without([]string{g})))
		o.alone[g] = e.judge(c, unprofiled(each(known, alone(g))))
	}
	for _, set := range GroupSets() {
		o.without[set] = e.judge(c, each(known, without([]string{set})))
	}
	o.spans = e.spans(o.answers, known, w.sent[mac])
	return o, nil
}

// facing returns the evaluation as it is to be for one capture: where makers are
// to be unseen, with a reader that does not know that of the device. The last one
// is kept: captures of a maker mostly follow one another.
func (e *run) facing(c *Capture) (*run, error) {
	if !e.options.UnseenMaker {
		return e, nil
	}
	if e.stranger == nil || e.maker != c.Vendor {
		names := e.manifest.names.vendors[c.Vendor]
		if c.Vendor != "" {
			names = append([]string{c.Vendor}, names...)
		}
		r, err := e.reader.Unlearned(names)
		if err != nil {
			return nil, fmt.Errorf("reader that does not know %q: %w", c.Vendor, err)
		}
		e.stranger, e.maker = r, c.Vendor
	}
	out := *e
	out.reader = e.stranger
	return &out, nil
}

func isMeant(d *heron.Device, mac heron.MAC, ips []netip.Addr) bool {
	return !mac.IsZero() && slices.Contains(d.MACs, mac) ||
		slices.ContainsFunc(ips, func(ip netip.Addr) bool { return slices.Contains(d.IPs, ip) })
}

// own empties each MAC that is not the device's, as that of the router before it.
func own(d *heron.Device, obs []heron.Observation) []heron.Observation {
	for i := range obs {
		if !slices.Contains(d.MACs, obs[i].MAC) {
			obs[i].MAC = heron.MAC{}
		}
	}
	return obs
}

func each(known []Known, c cut) []Known {
	out := slices.Clone(known)
	for i := range out {
		out[i].Observations = c.of(out[i].Observations)
	}
	return out
}

// unprofiled takes the profiles away.
func unprofiled(known []Known) []Known {
	for i := range known {
		known[i].Profile = nil
	}
	return known
}

// judge compares what is said of devices that have the meant address: right if
// it is right of one of them, wrong if something else is said of one.
func (e *run) judge(c *Capture, known []Known) answers {
	var best answers
	for level, want := range c.truth() {
		best[level].verdict = e.manifest.names.judge(level, want, "")
	}
	for i := range known {
		id := e.reader.Identify(&known[i]).Identity
		for level, claim := range said(&id) {
			now := answer{e.manifest.names.judge(level, c.truth()[level], claim.Value), claim}
			if now.verdict < best[level].verdict || best[level].Value == "" && now.verdict == best[level].verdict {
				best[level] = now
			}
		}
	}
	return best
}

// groups lists the groups of what identification may rest on.
func (e *run) groups(known []Known) []string {
	found := map[string]bool{}
	for _, k := range known {
		for i := range k.Observations {
			o := &k.Observations[i]
			found[addressGroup] = found[addressGroup] || !o.MAC.IsZero()
			if e.reader.Reads(o.Key, o.Value) {
				key, source := groupsOf(o)
				found[key], found[source] = true, true
			}
		}
	}
	var out []string
	for g, is := range found {
		if is && g != "" {
			out = append(out, g)
		}
	}
	slices.Sort(out)
	return out
}

// spans finds for each right answer how much traffic it took until it was first
// said: the devices are identified again from what was known at each moment.
func (e *run) spans(final answers, known []Known, sent []heron.Time) (out [levels]span) {
	missing := 0
	for _, a := range final {
		if a.verdict == Right {
			missing++
		}
	}
	if len(sent) == 0 {
		return out
	}
	begun := slices.Min(sent)
	for _, at := range e.moments(known) {
		for _, k := range known {
			if missing == 0 {
				return out
			}
			// What it had done by then is not known.
			id := e.reader.Identify(&Known{Capture: k.Capture, Device: k.Device, Observations: until(k.Observations, at)}).Identity
			for level, claim := range said(&id) {
				if s := &out[level]; !s.given && final[level].verdict == Right && claim.Value == final[level].Value {
					*s = span{true, max(0, at.Sub(begun)), countUntil(sent, at)}
					missing--
				}
			}
		}
	}
	return out
}

// moments are the times at which something became known that can make a
// difference.
func (e *run) moments(known []Known) []heron.Time {
	var out []heron.Time
	for _, k := range known {
		obs := k.Observations
		if len(obs) == 0 {
			continue
		}
		out = append(out, slices.MinFunc(obs, byFirst).First)
		for i := range obs {
			if e.reader.Reads(obs[i].Key, obs[i].Value) {
				out = append(out, obs[i].First)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func byFirst(a, b heron.Observation) int { return cmp.Compare(a.First, b.First) }

func until(obs []heron.Observation, at heron.Time) []heron.Observation {
	return slices.DeleteFunc(slices.Clone(obs), func(o heron.Observation) bool { return o.First > at })
}

func countUntil(times []heron.Time, at heron.Time) int {
	n := 0
	for _, t := range times {
		if t <= at {
			n++
		}
	}
	return n
}
