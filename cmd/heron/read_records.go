package main

import (
	"encoding/json"
	"errors"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/app"
	"github.com/heron-iot/heron/internal/zeeklog"
)

// recordSchema names the form of the lines of `heron read --flows` and its like
// (docs/heron.record.v1.schema.json).
const recordSchema = "heron.record/v1"

// records prints one JSON object a line: what kind of thing it is, and the thing.
type records struct{ json *json.Encoder }

type flowRecord struct {
	Record string `json:"record"`
	*heron.Flow
}

type eventRecord struct {
	Record string `json:"record"`
	*heron.Event
}

type observationRecord struct {
	Record string `json:"record"`
	Device string `json:"device_id"`
	*heron.Observation
}

type profileRecord struct {
	Record string `json:"record"`
	*heron.Baseline
}

type protocolRecord struct {
	Record string `json:"record"`
	*heron.ProtocolCount
}

func (r records) flow(f *heron.Flow) error {
	if !f.Ended {
		return nil
	}
	return r.json.Encode(flowRecord{"flow", f})
}

func (r records) event(e *heron.Event) error { return r.json.Encode(eventRecord{"event", e}) }

func (r records) observation(o *heron.DeviceObservation) error {
	return r.json.Encode(observationRecord{"observation", o.DeviceID, &o.Observation})
}

func (r records) profile(b *heron.Baseline) error {
	return r.json.Encode(profileRecord{"profile", b})
}

func (r records) protocols(list []heron.ProtocolCount) error {
	for i := range list {
		if err := r.json.Encode(protocolRecord{"protocol", &list[i]}); err != nil {
			return err
		}
	}
	return nil
}

// zeek has the logs written beside whatever else is asked for.
func zeek(dir string, o *app.ReadOptions) (*zeeklog.Writer, error) {
	w, err := zeeklog.New(dir)
	if err != nil {
		return nil, err
	}
	o.Flow, o.Event = both(o.Flow, w.Flow), both(o.Event, w.Event)
	return w, nil
}

// both calls one function after the other; the first may be nil.
func both[T any](a, b func(*T) error) func(*T) error {
	if a == nil {
		return b
	}
	return func(v *T) error { return errors.Join(a(v), b(v)) }
}

// closeZeek writes what is known only at the end.
func closeZeek(w *zeeklog.Writer, r *app.ReadResult) error {
	var errs []error
	if r != nil {
		for i := range r.Alerts {
			errs = append(errs, w.Alert(&r.Alerts[i]))
		}
		for i := range r.Devices {
			errs = append(errs, w.Device(&r.Devices[i]))
		}
	}
	return errors.Join(append(errs, w.Close())...)
}
