package app

import (
	"context"
	"slices"
	"strings"

	"github.com/heron-iot/heron"
)

// report takes what a process with sensors tells, and returns all that it shall do.
func (p *Platform) report(name string, h *heron.SensorHealth) *heron.SensorOrder {
	o := p.core.report(name, h)
	o.Scans = p.discovery.orders(name, h)
	o.Now = wallClock()
	return o
}

// report takes what a process with sensors tells of itself, and returns the
// core's order for what it captures. It brings its sources back online, traffic or not.
func (c *core) report(name string, h *heron.SensorHealth) *heron.SensorOrder {
	o := &heron.SensorOrder{Received: wallClock()}
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.sensors[name]
	if s.ID == "" {
		s = heron.Sensor{ID: name, SiteID: c.site, Name: name, Created: o.Received}
	}
	s.State, s.LastSeen, s.Version, s.Health = "online", o.Received, h.Version, h
	s.Stats, s.Sources = heron.Stats{}, nil
	for i := range h.Sources {
		s.Sources = append(s.Sources, h.Sources[i].Source)
		c.sourceLocked(&s, &h.Sources[i])
	}
	s.Stats.ShedFlows, s.Stats.ShedFacts = h.Spool.ShedFlows, h.Spool.ShedObservations
	c.sensors[name] = s
	if s.Config != nil && s.Config.Version != h.Tried && s.Config.Version != h.Applied {
		o.Config = s.Config
	}
	if err := c.store.PutSensor(context.Background(), &s); err != nil {
		c.log.Error("report of a sensor", "sensor", name, "error", err)
	}
	return o
}

// sourceLocked takes the state of one source of a process. A process speaks
// only for sources of its own name.
func (c *core) sourceLocked(of *heron.Sensor, h *heron.SourceHealth) {
	if !strings.HasPrefix(h.ID, of.ID+"-") {
		return
	}
	of.Stats.Packets += h.Packets
	of.Stats.Bytes += h.Bytes
	of.Stats.KernelDrops += h.KernelDrops
	s, known := c.sensors[h.ID]
	if !known {
		return // it is there with its first batch
	}
	of.Stats.Flows += s.Stats.Flows
	of.TrafficTime = max(of.TrafficTime, s.TrafficTime)
	changed := s.State != "online" || s.Of != of.ID
	s.State, s.LastSeen, s.Of, s.Version = "online", of.LastSeen, of.ID, of.Version
	s.Sources = []string{h.Source}
	s.Stats.KernelDrops = max(s.Stats.KernelDrops, h.KernelDrops)
	c.sensors[h.ID] = s
	if !changed {
		return // the next batch stores it
	}
	if err := c.store.PutSensor(context.Background(), &s); err != nil {
		c.log.Error("source of a sensor", "sensor", s.ID, "error", err)
	}
}

// command gives a process with sensors a configuration, which it gets with its
// next report.
func (c *core) command(ctx context.Context, id string, want heron.SensorConfig) (*heron.Sensor, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	s, known := c.sensors[id]
	switch {
	case !known:
		return nil, heron.Errorf(heron.CodeNotFound, "no sensor %.64q", id)
	case s.Health == nil && s.LastSeq > 0:
		return nil, heron.Errorf(heron.CodeUnsupported, "the sensor %q takes no configuration: it is a simulation, or older than this core", id)
	case s.Of != "":
		return nil, heron.Errorf(heron.CodeInvalid, "%.64q is a source of the sensor %q: configure that", id, s.Of)
	}
	want.Version = 1
	if s.Config != nil {
		want.Version = s.Config.Version + 1
	}
	if s.Health != nil { // also after the core's memory of it was lost
		want.Version = max(want.Version, s.Health.Tried+1, s.Health.Applied+1)
	}
	s.Config = &want
	if err := c.store.PutSensor(ctx, &s); err != nil {
		return nil, err
	}
	c.sensors[id] = s
	return &s, nil
}

// known returns a sensor as it is now.
func (c *core) known(id string) (heron.Sensor, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	s, ok := c.sensors[id]
	return s, ok
}

// processOf names the process that a source belongs to, by what it tells of itself; "" is none.
func (c *core) processOf(source string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	for id, s := range c.sensors {
		if s.Health != nil && slices.ContainsFunc(s.Health.Sources, func(x heron.SourceHealth) bool { return x.ID == source }) {
			return id
		}
	}
	return ""
}

// keepers names the processes that are there and keep packets: those that saw
// one of the given sensors first.
func (c *core) keepers(seenBy []string) []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var first, others []string
	for id, s := range c.sensors {
		if s.Health == nil || s.State != "online" ||
			!slices.ContainsFunc(s.Health.Sources, func(x heron.SourceHealth) bool { return x.Evidence != nil }) {
			continue
		}
		if slices.ContainsFunc(s.Health.Sources, func(x heron.SourceHealth) bool { return slices.Contains(seenBy, x.ID) }) {
			first = append(first, id)
		} else {
			others = append(others, id)
		}
	}
	slices.Sort(first)
	slices.Sort(others)
	return append(first, others...)
}
