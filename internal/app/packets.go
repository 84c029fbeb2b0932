package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/heron-iot/heron"
)

// Around an alert, packets are given from this long before it was first seen to
// as long after it was last seen.
const around = 30 * heron.Second

// evidenceWait bounds the search for the packets of an alert.
const evidenceWait = 25 * time.Second

// AlertPackets implements httpapi.Evidence: the file is in no folder any more
// and gone when it is closed.
func (p *Platform) AlertPackets(ctx context.Context, alertID string) (io.ReadCloser, int64, error) {
	ctx, cancel := context.WithTimeout(ctx, evidenceWait)
	defer cancel()
	q, seenBy, err := p.packetQuery(ctx, alertID)
	if err != nil {
		return nil, 0, err
	}
	f, err := os.CreateTemp(p.conf.Data, ".packets-*")
	if err != nil {
		return nil, 0, fmt.Errorf("file for packets: %w", err)
	}
	if err := os.Remove(f.Name()); err != nil {
		p.log.Error("file for packets", "file", filepath.Base(f.Name()), "error", err)
	}
	size, err := p.collect(ctx, q, seenBy, f)
	if err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	if err != nil {
		return nil, 0, errors.Join(err, f.Close())
	}
	return f, size, nil
}

// packetQuery asks for the packets between the ends of an alert; where its
// source is the device that it is about, under all addresses of that device.
func (p *Platform) packetQuery(ctx context.Context, alertID string) (q heron.PacketQuery, seenBy []string, err error) {
	a, err := p.store.GetAlert(ctx, alertID)
	if err != nil {
		return q, nil, err
	}
	q = heron.PacketQuery{From: a.First - around, To: a.Last + around, MaxBytes: maxEvidence}
	q.Hosts, q.Peers = addressesIn(a.Src), addressesIn(a.Dst)
	d, err := p.store.GetDevice(ctx, a.DeviceID)
	if heron.ErrorCode(err) == heron.CodeNotFound || a.DeviceID == "" {
		d, err = &heron.Device{}, nil
	}
	if err != nil {
		return q, nil, err
	}
	var own []string
	for _, m := range d.MACs {
		own = append(own, m.String())
	}
	for _, ip := range d.IPs {
		own = append(own, ip.String())
	}
	switch {
	case len(q.Hosts) == 0:
		q.Hosts = own
	case slices.Contains(own, q.Hosts[0]):
		q.Hosts = own
	}
	if len(q.Hosts) == 0 {
		return q, nil, heron.Errorf(heron.CodeNotFound, "the alert names no address that packets could be found by")
	}
	return q, d.Sensors, nil
}

// addressesIn returns the address that an alert names, if it is one.
func addressesIn(s string) []string {
	if ip, err := netip.ParseAddr(s); err == nil {
		return []string{ip.String()}
	}
	if m, err := heron.ParseMAC(s); err == nil {
		return []string{m.String()}
	}
	return nil
}

// collect writes the packets that this process and others kept to f.
func (p *Platform) collect(ctx context.Context, q heron.PacketQuery, seenBy []string, f *os.File) (size int64, err error) {
	left := q.MaxBytes
	var errs []error
	for _, name := range p.core.keepers(seenBy) {
		q.MaxBytes = left - size
		if p.field != nil && name == p.conf.Sensor.Name {
			err = p.field.packets(ctx, q, f)
		} else {
			err = p.bus.Packets(ctx, name, q, f)
		}
		if err != nil {
			p.log.Warn("packets of an alert", "sensor", name, "error", err)
			errs = append(errs, err)
			if err := f.Truncate(size); err != nil { // half a section would spoil the file
				return 0, err
			}
		}
		if size, err = f.Seek(0, io.SeekEnd); err != nil {
			return 0, err
		}
		if left-size < 1<<10 {
			break
		}
	}
	if size == 0 && len(errs) > 0 {
		return 0, errs[0]
	}
	if size == 0 {
		return 0, heron.Errorf(heron.CodeNotFound,
			"no packets of this alert are kept: it is older than the rings of packets, came in a capture file, or its sensor keeps none")
	}
	return size, nil
}

// orderWait is how long a new configuration waits for the sensor's word on it.
const orderWait = 5 * time.Second

// ConfigureSensor implements httpapi.SensorAdmin.
func (p *Platform) ConfigureSensor(ctx context.Context, _, id string, want heron.SensorConfig) (*heron.Sensor, error) {
	s, err := p.core.command(ctx, id, want)
	if err != nil {
		return nil, err
	}
	version := s.Config.Version
	if err := p.bus.WakeSensor(id); err != nil {
		p.log.Warn("sensor is not told at once of its configuration", "sensor", id, "error", err)
	}
	for end := time.Now().Add(orderWait); time.Now().Before(end); {
		now, ok := p.core.known(id)
		if !ok || now.State != "online" || now.Health != nil && now.Health.Tried >= version {
			break
		}
		if !sleep(ctx, 50*time.Millisecond) {
			break
		}
	}
	if now, ok := p.core.known(id); ok {
		s = &now
	}
	return s, nil
}
