// Package volume makes alerts of what behavior found out of the ordinary.
package volume

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/detect"
)

// The rule for telling a person: once is chance.
const (
	together   = 10 * heron.Minute
	persistent = 3       // minutes out of the ordinary within that time
	far        = 10      // times the threshold: enough on its own
	mature     = 3.0 / 7 // maturity of the baseline: three of its seven days
	maxDevices = 4096
	quiet      = heron.Hour
)

// Detector returns the detector behavior.volume.
func Detector() detect.Detector {
	return detect.Detector{
		ID:       "behavior.volume",
		Title:    "Unusual volume",
		Severity: heron.Low,
		Attack:   []string{"T1498", "T1048"},
		Watches:  detect.WatchEvent | detect.WatchClock,
		Events:   []string{"behavior.unusual"},
		Doc: `Sees minutes in which a device sent or received more bytes or packets, or talked with more others, than
ever before and than its past would lead one to expect (one minute in ten thousand).

Fires only for devices that were watched for a day and active in thirty minutes of it. Such a minute is
low; three within ten minutes, or one at ten times the threshold, are medium, once the device was
watched for three days. It clears after an hour without another.

What fools it: a firmware update or a backup that comes once a month. After it the threshold gives way
by a quarter a day, so that what comes every day becomes normal and an attacker cannot raise it at once.`,
		Start: start,
	}
}

// device is what was unusual of one device lately.
type device struct {
	marks   []mark
	last    heron.Time
	alerted bool
}

type mark struct {
	feature string
	at      heron.Time
	far     bool
	trusted bool
}

type state struct {
	devices *detect.Table[string, device]
}

func start() detect.Evaluate {
	s := &state{devices: detect.NewTable[string, device](maxDevices, detect.HashString, strings.Compare)}
	return s.evaluate
}

func (s *state) evaluate(v detect.View, in *detect.Input, out func(detect.Signal)) {
	if in.Event == nil {
		s.expire(in.Now, out)
		return
	}
	id := in.Event.Attrs["device"]
	if id == "" {
		return
	}
	d := s.devices.Get(id, in.Now)
	d.marks = slices.DeleteFunc(d.marks, func(m mark) bool { return in.Now-m.at > together })
	d.marks = append(d.marks, newMark(in.Event))
	d.last, d.alerted = in.Now, true
	s.devices.Mark(id)
	out(d.signal(id, v, in.Event))
}

// newMark reads an event of behavior.
func newMark(e *heron.Event) mark {
	maturity, err := strconv.ParseFloat(e.Attrs["maturity"], 64)
	return mark{feature: e.Attrs["feature"], at: e.Time, far: ratio(e) >= far, trusted: err == nil && maturity >= mature}
}

// ratio is how many times its threshold a value is.
func ratio(e *heron.Event) float64 {
	value, err := strconv.ParseFloat(e.Attrs["value"], 64)
	threshold, err2 := strconv.ParseFloat(e.Attrs["threshold"], 64)
	if err != nil || err2 != nil || threshold <= 0 {
		return 0
	}
	return value / threshold
}

func (d *device) signal(id string, v detect.View, e *heron.Event) detect.Signal {
	sig := detect.Signal{
		Op: detect.Raise, Key: id, DeviceID: id, First: d.marks[0].at, Confidence: 0.5, Severity: heron.Low,
		Summary:  fmt.Sprintf("%s: %s in a minute, at most %s expected", words(e.Attrs["feature"]), e.Attrs["value"], e.Attrs["threshold"]),
		Evidence: heron.Attributes{},
	}
	for k, value := range e.Attrs {
		if k != "device" {
			sig.Evidence[k] = value
		}
	}
	if d.isGrave() {
		sig.Severity, sig.Confidence = heron.Medium, 0.7
	}
	if dev := v.Device(id); dev != nil {
		sig.Summary = dev.Title() + ": " + sig.Summary
		if len(dev.IPs) > 0 {
			sig.Src = dev.IPs[0].String()
		}
	}
	return sig
}

// isGrave reports whether a person should look: the baseline is old enough to
// be trusted, and the excess lasts or is great.
func (d *device) isGrave() bool {
	minutes := map[heron.Time]bool{}
	great := false
	for _, m := range d.marks {
		if m.trusted {
			minutes[m.at] = true
			great = great || m.far
		}
	}
	return great || len(minutes) >= persistent
}

// words spells a feature for people.
func words(feature string) string {
	if feature == "peers" {
		return "distinct peers"
	}
	what, way, _ := strings.Cut(feature, "_")
	if way == "out" {
		return what + " sent"
	}
	return what + " received"
}

// expire clears the alerts of devices that are back to normal.
func (s *state) expire(now heron.Time, out func(detect.Signal)) {
	alerted := func(d *device) bool { return d.alerted }
	s.devices.Sweep(now, alerted, func(key string, d *device) bool {
		if now-d.last <= quiet {
			return false
		}
		out(detect.Signal{Op: detect.Clear, Key: key})
		return true
	})
}
