package detect

import (
	"cmp"
	"container/list"
	"maps"
	"slices"

	"github.com/heron-iot/heron"
)

// Bounds of an Engine.
const (
	// maxOpen is how many troubles are kept at once; the quietest goes first.
	maxOpen = 10_000
	// quiet is after how much traffic time the same trouble is news again.
	quiet = heron.Day
	// maxEvidence bounds the attributes of one alert.
	maxEvidence = 32
)

// Engine runs detectors and keeps one alert for each trouble that they find.
// It is deterministic, and used from one goroutine.
type Engine struct {
	siteID    string
	watching  watching
	open      map[string]*trouble // by fingerprint
	order     *list.List          // of them, the quietest first
	now       heron.Time
	lastClock heron.Time
	tick      Input                   // in which only the clock moved
	changed   map[string]*heron.Alert // by alert id, since the last Drain
}

// watching are the detectors by what they watch, each list in the order of ids.
type watching struct {
	flow, change, clock, sensor []watcher
	every                       []watcher            // of events, whatever their kind
	kinds                       map[string][]watcher // of events of a kind, those of every included
	lately                      [64]watched          // what kinds has, or has not
}

// watcher is what of a running detector is asked most, in one place with others.
type watcher struct {
	evaluate Evaluate
	out      func(Signal)
}

// watched is who watches events of a kind.
type watched struct {
	kind string
	by   []watcher
}

// running is a detector with its state.
type running struct {
	Detector
	watcher
}

// trouble is an alert that the engine may refresh or clear.
type trouble struct {
	alert heron.Alert
	seen  heron.Time
	place *list.Element // in Engine.order
}

// NewEngine starts the detectors, in the order of their ids.
func NewEngine(detectors []Detector, siteID string) *Engine {
	e := &Engine{siteID: siteID, open: map[string]*trouble{}, order: list.New(), changed: map[string]*heron.Alert{}}
	var all []*running
	for _, d := range slices.SortedFunc(slices.Values(detectors), func(a, b Detector) int { return cmp.Compare(a.ID, b.ID) }) {
		r := &running{Detector: d, watcher: watcher{evaluate: d.Start()}}
		r.out = func(s Signal) { e.signal(r, s) }
		all = append(all, r)
	}
	e.watching = watch(all)
	return e
}

// watch sorts detectors by what they watch.
func watch(all []*running) watching {
	w := watching{kinds: map[string][]watcher{}}
	for _, r := range all {
		for _, kind := range r.Events {
			w.kinds[kind] = nil
		}
	}
	add := func(r *running, what Watch, list *[]watcher) {
		if r.Watches&what != 0 {
			*list = append(*list, r.watcher)
		}
	}
	for _, r := range all {
		add(r, WatchFlow, &w.flow)
		add(r, WatchChange, &w.change)
		add(r, WatchClock, &w.clock)
		add(r, WatchSensor, &w.sensor)
		if r.Watches&WatchEvent == 0 {
			continue
		}
		if len(r.Events) == 0 {
			w.every = append(w.every, r.watcher)
		}
		for kind := range w.kinds {
			if len(r.Events) == 0 || slices.Contains(r.Events, kind) {
				w.kinds[kind] = append(w.kinds[kind], r.watcher)
			}
		}
	}
	return w
}

// of returns the detectors that watch for such an input.
func (w *watching) of(in *Input) []watcher {
	switch {
	case in.Flow != nil:
		return w.flow
	case in.Change != nil:
		return w.change
	case in.Sensor != nil:
		return w.sensor
	case in.Event != nil:
		return w.event(in.Event.Kind)
	}
	return nil
}

// event returns the detectors that watch events of a kind. There are few kinds,
// each of one text, and so they are mostly found at one glance.
func (w *watching) event(kind string) []watcher {
	if kind == "" {
		return w.every
	}
	c := &w.lately[(7*len(kind)+int(kind[0])+3*int(kind[len(kind)-1]))%len(w.lately)]
	if c.kind != kind {
		list, known := w.kinds[kind]
		if !known {
			list = w.every
		}
		*c = watched{kind, list}
	}
	return c.by
}

// Load takes back alerts that are open in the store, or one that a person
// changed: an alert that was closed is news when its trouble comes again.
func (e *Engine) Load(alerts []heron.Alert) {
	byAge := slices.SortedFunc(slices.Values(alerts), func(a, b heron.Alert) int { return cmp.Compare(a.Last, b.Last) })
	for _, a := range byAge {
		t := e.open[a.Fingerprint]
		if a.State == heron.AlertClosed {
			if t != nil && t.alert.ID == a.ID {
				e.drop(t)
			}
			continue
		}
		if t != nil {
			e.drop(t)
		}
		e.keep(&trouble{alert: a, seen: a.Last})
	}
}

// keep adds a trouble, as the one that was heard of last.
func (e *Engine) keep(t *trouble) {
	e.open[t.alert.Fingerprint] = t
	t.place = e.order.PushBack(t)
}

// drop forgets a trouble.
func (e *Engine) drop(t *trouble) {
	delete(e.open, t.alert.Fingerprint)
	e.order.Remove(t.place)
}

// Apply shows one input to the detectors that watch for it, and the clock to
// those that watch it when a second or more has gone by. The engine's time never
// goes back; an input without time of its own happens now.
func (e *Engine) Apply(v View, in *Input) {
	e.now = max(e.now, in.Now)
	if in.Now == 0 {
		in.Now = e.now
	}
	if e.now-e.lastClock >= heron.Second {
		e.lastClock, e.tick.Now = e.now, e.now
		show(v, &e.tick, e.watching.clock)
	}
	show(v, in, e.watching.of(in))
}

// show lets detectors look at an input.
func show(v View, in *Input, by []watcher) {
	for i := range by {
		by[i].evaluate(v, in, by[i].out)
	}
}

// signal raises, refreshes or clears the alert of one trouble.
func (e *Engine) signal(r *running, s Signal) {
	fingerprint := r.ID + "/" + s.Key
	t := e.open[fingerprint]
	if t != nil && e.now-t.seen > quiet {
		e.drop(t)
		t = nil
	}
	if s.Op == Clear {
		e.clear(t)
		return
	}
	if t == nil {
		t = e.raise(r, s, fingerprint)
	}
	t.refresh(r, s, e.now)
	e.order.MoveToBack(t.place)
	e.touch(&t.alert)
}

// raise opens an alert.
func (e *Engine) raise(r *running, s Signal, fingerprint string) *trouble {
	if len(e.open) >= maxOpen {
		e.evict()
	}
	t := &trouble{alert: heron.Alert{
		ID:     heron.DeriveID(e.siteID, "alert", fingerprint, e.now.String()),
		SiteID: e.siteID, Detector: r.ID, Fingerprint: fingerprint,
		DeviceID: s.DeviceID, Src: s.Src, Dst: s.Dst,
		First: cmp.Or(s.First, e.now), DetectedAt: e.now,
		Attack: slices.Clone(r.Attack), Title: r.Title, State: heron.AlertOpen,
	}}
	e.keep(t)
	return t
}

// refresh brings an alert up to date with what the detector says now.
func (t *trouble) refresh(r *running, s Signal, now heron.Time) {
	a := &t.alert
	severity := r.Severity
	if s.Severity != heron.Info {
		severity = s.Severity
	}
	t.seen = now
	a.Last = max(a.Last, now)
	a.Count++
	a.Severity = max(a.Severity, severity)
	a.Confidence = min(1, max(a.Confidence, s.Confidence))
	a.Summary = s.Summary
	a.DeviceID = cmp.Or(a.DeviceID, s.DeviceID)
	a.Src, a.Dst = cmp.Or(s.Src, a.Src), cmp.Or(s.Dst, a.Dst)
	a.Evidence = boundEvidence(s.Evidence)
}

// boundEvidence returns at most maxEvidence attributes, the first by name.
func boundEvidence(in heron.Attributes) heron.Attributes {
	if n := len(in); n > 0 && n <= maxEvidence {
		return in
	}
	out := make(heron.Attributes, min(len(in), maxEvidence))
	for _, k := range slices.Sorted(maps.Keys(in)) {
		if len(out) == maxEvidence {
			break
		}
		out[k] = in[k]
	}
	return out
}

// clear closes an alert whose trouble is over. There may be none.
func (e *Engine) clear(t *trouble) {
	if t == nil {
		return
	}
	e.drop(t)
	t.alert.Last = max(t.alert.Last, e.now)
	t.alert.State = heron.AlertClosed
	e.touch(&t.alert)
}

// touch remembers that an alert must be drained.
func (e *Engine) touch(a *heron.Alert) { e.changed[a.ID] = a }

// evict forgets the trouble that has been quiet longest. Its alert stays open
// in the store, for a person to close.
func (e *Engine) evict() {
	if t, ok := e.order.Front().Value.(*trouble); ok {
		e.drop(t)
	}
}

// Drain returns the alerts raised, refreshed or cleared since the last call, in
// the order in which they were first raised. The caller owns them.
func (e *Engine) Drain() []heron.Alert {
	if len(e.changed) == 0 { // as after nearly every batch of little traffic
		return []heron.Alert{}
	}
	out := make([]heron.Alert, 0, len(e.changed))
	for _, a := range e.changed {
		c := *a
		c.Evidence = maps.Clone(a.Evidence)
		out = append(out, c)
	}
	clear(e.changed)
	slices.SortFunc(out, func(a, b heron.Alert) int {
		return cmp.Or(cmp.Compare(a.DetectedAt, b.DetectedAt), cmp.Compare(a.Fingerprint, b.Fingerprint), cmp.Compare(a.ID, b.ID))
	})
	return out
}
