package inventory

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/heron-iot/heron"
)

// Presence is worked out for all devices whenever traffic time passes a mark, and of
// a device that comes back as soon as it does. It rests on traffic time alone: on when
// devices were seen, and on when their sensors saw anything.
const (
	markEvery = 10 * heron.Minute
	// aStall is how long a sensor sees nothing at all before it counts as one that
	// does not watch: what it sees nobody of meanwhile need not be away.
	aStall = 10 * heron.Minute
	// unwatched is how far the clock of a device's sensors may be behind the site's.
	unwatched = heron.Hour
	// goneAfter and goneTimes are after how long a silence a device may not come back.
	goneAfter  = 7 * heron.Day
	goneTimes  = 3
	leastAwake = 5 * heron.Minute // of any type
	// margin is by how much a silence may exceed what is usual, in halves.
	margin = 3
)

// watch is what is known of the clock of a sensor.
type watch struct {
	now heron.Time
	// The last time in which it saw nothing at all.
	stalled, resumed heron.Time
}

// see advances the clock.
func (w *watch) see(at heron.Time) {
	if at <= w.now {
		return
	}
	if w.now != 0 && at > w.now+aStall {
		w.stalled, w.resumed = w.now, at
	}
	w.now = at
}

// silence is how long the sensor watched from one time to another.
func (w *watch) silence(from, to heron.Time) heron.Time {
	return max(0, to-from-max(0, min(to, w.resumed)-max(from, w.stalled)))
}

// manner is what is normal for a type of device.
type manner struct {
	awake heron.Time // silence that need not mean anything
	least heron.Time // silence that is normal in any case
	most  heron.Time // silence that is normal in no case
	// unlearned is what counts as normal until its own rhythm is known.
	unlearned heron.Time
	sleeps    bool // it is asleep between sightings, however often they are
	roams     bool // that it goes is no news
}

// mannerOf says what is normal for a type of device.
func mannerOf(name string) manner {
	t, _ := heron.TypeOf(name)
	does := func(what ...string) bool {
		return slices.ContainsFunc(what, func(w string) bool { return slices.Contains(t.Behavior, w) })
	}
	switch {
	case does(heron.BehaviorSleeps):
		return manner{awake: 15 * heron.Minute, least: 36 * heron.Hour, most: 30 * heron.Day, unlearned: 3 * heron.Day, sleeps: true}
	case does(heron.BehaviorRoams):
		return manner{awake: 15 * heron.Minute, least: heron.Hour, most: 14 * heron.Day, unlearned: 12 * heron.Hour, roams: true}
	case does("serves", "periodic", "streams", "polls"):
		return manner{awake: 5 * heron.Minute, most: 7 * heron.Day, unlearned: heron.Hour}
	}
	return manner{awake: 30 * heron.Minute, least: 3 * heron.Day, most: 14 * heron.Day} // off at night, and at weekends
}

// patience returns for how long a device may be silent and count as awake, and how
// long a silence is normal for it.
func (m *manner) patience(r *rhythm) (awake, normal heron.Time) {
	var speaks heron.Time // how often it does
	for i := range speaking {
		speaks = min(max(speaks, r.usual(i)*margin/2), m.most)
	}
	if awake = m.awake; !m.sleeps {
		awake = max(awake, speaks)
	}
	normal = max(awake, speaks, m.least)
	if !r.known() {
		return awake, max(normal, m.unlearned)
	}
	for i := speaking; i < len(scales); i++ {
		normal = max(normal, r.usual(i)*margin/2)
	}
	return awake, min(normal, max(m.most, awake))
}

// comeback is a silence that ended.
type comeback struct {
	node     *node
	from, at heron.Time
	away     heron.Time // from when on it was away, 0 if it never was
}

// hear takes note of a sighting, and of a silence that it ends. What others write
// down of a device is none.
func (v *Inventory) hear(end *endpoint, o *heron.Observation) {
	if !v.options.Presence || strings.HasPrefix(o.Key, "import.") || strings.HasPrefix(o.Source, "import") || o.Source == heron.SourceARPTable {
		return
	}
	w := v.watches[o.Sensor]
	if w == nil {
		w = &watch{}
		v.watches[o.Sensor] = w
	}
	w.see(o.Last)
	v.clock = max(v.clock, o.Last)
	for _, n := range end.nodes() {
		if n.rhythm == nil {
			n.rhythm = &rhythm{}
		}
		if n.record != nil && o.Last > n.rhythm.last+leastAwake {
			v.noteComeback(n, o.Last, w)
		}
		n.rhythm.add(o.Last)
	}
}

// noteComeback takes note of a silence that ends, if it was one.
func (v *Inventory) noteComeback(n *node, at heron.Time, w *watch) {
	seen := n.record.rhythm()
	if seen.last == 0 || at <= seen.last {
		return
	}
	m := mannerOf(n.record.device.Identity.Type.Value)
	awake, normal := m.patience(&seen)
	silence := w.silence(seen.last, at)
	if silence <= awake {
		return
	}
	c := comeback{node: n, from: seen.last, at: at}
	if silence > normal {
		c.away = at - (silence - normal)
	}
	v.comebacks = append(v.comebacks, c)
}

// rhythm is that of all nodes of a device.
func (r *record) rhythm() rhythm {
	var all rhythm
	for _, n := range r.nodes {
		if n.rhythm != nil {
			all.join(n.rhythm)
		}
	}
	return all
}

// attend makes a device's presence as it is stored: what it was, with what is known
// of its rhythm now. Who is new is present since it came.
func (v *Inventory) attend(r *record, d *heron.Device) {
	if !v.options.Presence || !d.Local {
		d.Presence = heron.Presence{}
		return
	}
	seen := r.rhythm()
	if seen.last == 0 {
		return
	}
	m := mannerOf(d.Identity.Type.Value)
	_, normal := m.patience(&seen)
	d.Presence.Silence, d.Presence.Rhythm = normal.Sub(0).Seconds(), seen.text()
	if d.Presence.State == "" {
		d.Presence.State, d.Presence.Since = heron.PresencePresent, d.First
	}
}

// Watch takes note of the traffic time that a sensor has reached, and returns what
// that means to who is there.
func (v *Inventory) Watch(sensor string, now heron.Time) Delta {
	var d Delta
	if !v.options.Presence {
		return d
	}
	v.settle()
	w := v.watches[sensor]
	if w == nil {
		w = &watch{}
		v.watches[sensor] = w
	}
	w.see(now)
	v.clock = max(v.clock, now)
	for _, c := range v.comebacks {
		v.comeBack(&d, &c)
	}
	clear(v.comebacks)
	v.comebacks = v.comebacks[:0]
	if mark := v.clock / markEvery; mark > v.mark {
		v.mark = mark
		v.takeRoll(&d)
	}
	return d
}

// takeRoll works out anew who is there.
func (v *Inventory) takeRoll(d *Delta) {
	var moved []*record
	for _, r := range v.records {
		if r.device.Local && r.device.MergedInto == "" && v.roll(r) != r.device.Presence.State {
			moved = append(moved, r)
		}
	}
	slices.SortFunc(moved, func(a, b *record) int { return strings.Compare(a.device.ID, b.device.ID) })
	for _, r := range moved {
		v.move(d, r)
	}
}

// roll says what the presence of a device is by now.
func (v *Inventory) roll(r *record) heron.PresenceState {
	state, _, _ := v.judgePresence(r)
	return state
}

// judgePresence says what the presence of a device is by now, since when, and when it
// began to be away.
func (v *Inventory) judgePresence(r *record) (state heron.PresenceState, since, away heron.Time) {
	seen, p := r.rhythm(), &r.device.Presence
	w := v.watchOf(&r.device)
	if seen.last == 0 || w == nil {
		return p.State, p.Since, 0
	}
	m := mannerOf(r.device.Identity.Type.Value)
	awake, normal := m.patience(&seen)
	silence := w.silence(seen.last, w.now)
	away = w.now - (silence - normal)
	switch {
	case silence > max(goneAfter, goneTimes*normal):
		return heron.PresenceGone, seen.last, away
	case silence > normal:
		return heron.PresenceAway, seen.last, away
	case v.clock > w.now+unwatched:
		return heron.PresenceUnknown, w.now, 0
	case silence > awake:
		return heron.PresenceAsleep, seen.last, 0
	case p.State != heron.PresencePresent:
		return heron.PresencePresent, seen.last, 0
	}
	return heron.PresencePresent, p.Since, 0
}

// watchOf is the clock of the sensors that see a device, nil where nothing is known.
func (v *Inventory) watchOf(d *heron.Device) *watch {
	best := v.watches[""]
	if len(d.Sensors) > 0 {
		best = nil
	}
	for _, s := range d.Sensors {
		if w := v.watches[s]; w != nil && (best == nil || w.now > best.now) {
			best = w
		}
	}
	return best
}

// move brings the presence of a device up to date.
func (v *Inventory) move(d *Delta, r *record) {
	state, since, away := v.judgePresence(r)
	was := r.device.Presence.State
	v.put(d, r, state, since)
	if state == heron.PresenceAway || (state == heron.PresenceGone && was != heron.PresenceAway) {
		v.tellPresence(d, r, heron.DeviceAway, away, since)
	}
}

// comeBack notes that a device is there again.
func (v *Inventory) comeBack(d *Delta, c *comeback) {
	r := c.node.record
	if r == nil || !r.device.Local || v.records[r.device.ID] != r {
		return
	}
	was := r.device.Presence.State
	gone := was == heron.PresenceAway || was == heron.PresenceGone
	if c.away != 0 && !gone {
		v.tellPresence(d, r, heron.DeviceAway, c.away, c.from)
	}
	v.put(d, r, heron.PresencePresent, c.at)
	if c.away != 0 || gone {
		v.tellPresence(d, r, heron.DeviceBack, c.at, c.from)
	}
}

// put changes the presence of a device.
func (v *Inventory) put(d *Delta, r *record, state heron.PresenceState, since heron.Time) {
	v.renumber(r, &r.device, r.device.Version)
	r.device.Presence.State, r.device.Presence.Since = state, since
	v.tell(d, &r.device)
}

// tellPresence adds to the timeline that a device went, or came back. Of those that
// roam it is no news.
func (v *Inventory) tellPresence(d *Delta, r *record, kind heron.ChangeKind, at, seen heron.Time) {
	if m := mannerOf(r.device.Identity.Type.Value); m.roams {
		return
	}
	device := r.device
	silent := words(at.Sub(seen))
	summary := "was not seen for " + silent + ", longer than is normal for it"
	if kind == heron.DeviceBack {
		summary = "is back, after " + silent
	}
	d.Changes = append(d.Changes, heron.DeviceChange{Time: at, Kind: kind, DeviceID: device.ID, Summary: summary, Device: &device})
}

// words says how long something lasted, roughly.
func words(d time.Duration) string {
	switch {
	case d >= 48*time.Hour:
		return fmt.Sprintf("%.0f days", d.Hours()/24)
	case d >= 2*time.Hour:
		return fmt.Sprintf("%.0f hours", d.Hours())
	}
	return fmt.Sprintf("%.0f minutes", d.Minutes())
}

// recall gives the nodes of a stored device the rhythm that is stored of it.
func (v *Inventory) recall(d *heron.Device) {
	stored := parseRhythm(d.Presence.Rhythm)
	if !v.options.Presence || stored.last == 0 {
		return
	}
	for i := range d.Interfaces {
		n := v.macs[d.Interfaces[i].MAC]
		if d.Interfaces[i].MAC.IsZero() && len(d.Interfaces[i].IPs) > 0 {
			n = v.ips[d.Interfaces[i].IPs[0]]
		}
		if n == nil {
			continue
		}
		if n.rhythm == nil {
			n.rhythm = &rhythm{}
		}
		n.rhythm.join(&stored)
	}
}
