// Package newdevice tells of devices that were not there before.
package newdevice

import (
	"strings"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/detect"
)

// learning is how long a site is watched before anything on it is new.
const learning = heron.Hour

// More than burst new devices within burstWindow are one alert: that is a
// network being plugged in, or our having been blind, rather than an intruder.
const (
	burst       = 10
	burstWindow = 10 * heron.Minute
)

// Detector returns the detector device.new.
func Detector() detect.Detector {
	return detect.Detector{
		ID:       "device.new",
		Title:    "New device",
		Severity: heron.Info,
		Attack:   []string{"T1200", "T0864"},
		Watches:  detect.WatchChange,
		Doc: `Sees every local device the first time that anything is heard of it.

Fires once a device, when the site has been watched for an hour of traffic time: before that
everything is new. It informs; in a zone it is low, and medium for a device in a zone that speaks a
control protocol. More than ten new devices within ten minutes are one alert that counts them.

What fools it: a phone that invents a MAC address and gives neither a name nor anything else to know
it by is a new device each time. It is silent about remote hosts, and about a device that was merged.`,
		Start: start,
	}
}

// state is what the detector remembers.
type state struct {
	windowStart heron.Time
	count       int
}

func start() detect.Evaluate {
	s := &state{}
	return s.evaluate
}

func (s *state) evaluate(v detect.View, in *detect.Input, out func(detect.Signal)) {
	c := in.Change
	if c == nil || c.Kind != heron.DeviceNew || c.Device == nil || !c.Device.Local {
		return
	}
	since := v.Since()
	if since == 0 || in.Now-since < learning {
		return
	}
	if in.Now-s.windowStart > burstWindow {
		s.windowStart, s.count = in.Now, 0
	}
	s.count++
	if s.count > burst {
		out(detect.Signal{
			Op: detect.Raise, Key: "many/" + s.windowStart.String(), Severity: heron.Low, Confidence: 1, First: s.windowStart,
			Summary:  "many new devices at once",
			Evidence: heron.Attributes{"latest": c.Device.Title()},
		})
		return
	}
	out(signal(c.Device))
}

// signal makes the alert about one device.
func signal(d *heron.Device) detect.Signal {
	sig := detect.Signal{
		Op: detect.Raise, Key: d.ID, DeviceID: d.ID, Confidence: 1, Severity: grade(d), First: d.First,
		Summary:  d.Title() + " was seen for the first time",
		Evidence: heron.Attributes{"type": d.Identity.Type.Value},
	}
	if len(d.IPs) > 0 {
		sig.Src = d.IPs[0].String()
		sig.Evidence["address"] = sig.Src
	}
	if len(d.MACs) > 0 {
		sig.Evidence["mac"] = d.MACs[0].String()
	}
	if d.Identity.Vendor != nil {
		sig.Evidence["vendor"] = d.Identity.Vendor.Value
	}
	if len(d.Hostnames) > 0 {
		sig.Evidence["hostnames"] = strings.Join(d.Hostnames, ", ")
	}
	return sig
}

// grade is graver where devices are protected, and gravest for control devices there.
func grade(d *heron.Device) heron.Severity {
	switch {
	case d.Zone == "":
		return heron.Info
	case d.IsControl():
		return heron.Medium
	}
	return heron.Low
}
