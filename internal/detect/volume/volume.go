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
	far        = 10 // times the threshold: enough on its own
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

Fires only for devices that were watched for a day and active in thirty minutes of it. One such minute
of one feature is low; two within ten minutes, two features at once, or ten times the threshold are
medium. It clears after an hour without another.

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
}

type state struct {
	devices *detect.Table[string, device]
}

func start() detect.Evaluate {
	s := &state{devices: detect.NewTable[string, device](maxDevices)}
	return s.evaluate
}

func (s *state) evaluate(v detect.View, in detect.Input, out func(detect.Signal)) {
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
	d.marks = append(d.marks, mark{in.Event.Attrs["feature"], in.Event.Time, ratio(in.Event) >= far})
	d.last, d.alerted = in.Now, true
	out(d.signal(id, v, in.Event))
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
	if len(d.marks) > 1 || d.marks[0].far {
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
	s.devices.Sweep(now, func(key string, d *device) bool {
		if !d.alerted || now-d.last <= quiet {
			return false
		}
		out(detect.Signal{Op: detect.Clear, Key: key})
		return true
	})
}
