package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/capture"
	"github.com/heron-iot/heron/internal/config"
)

// An order is the configuration that the core gives a process with sensors. It
// is checked whole before anything changes, applied whole or not at all, and
// kept on disk, so that a restart without the core changes nothing.

// overlay lays an order over the process's own configuration.
func overlay(c config.Config, o heron.SensorConfig) config.Config {
	set(&c.Sensor.Filter, o.Filter)
	set(&c.Local, o.Local)
	set(&c.Sensor.Interfaces, o.Sources)
	set(&c.Sensor.MaxFlows, o.MaxFlows)
	set(&c.Sensor.SpoolBytes, o.SpoolBytes)
	set(&c.Sensor.EvidenceBytes, o.EvidenceBytes)
	return c
}

func set[T any](to, from *T) {
	if from != nil {
		*to = *from
	}
}

// checkOrder returns the configuration that an order makes, or all that is
// wrong with it.
func checkOrder(base config.Config, o heron.SensorConfig) (config.Config, error) {
	c := overlay(base, o)
	err := c.Validate()
	if _, bad := capture.CompileFilter(c.Sensor.Filter, heron.LinkEthernet); bad != nil {
		err = errors.Join(err, bad)
	}
	if len(c.Sensor.Interfaces) == 0 {
		err = errors.Join(err, errors.New("sources: want at least one, or nobody watches"))
	}
	if err != nil {
		return c, heron.Errorf(heron.CodeInvalid, "%v", err)
	}
	return c, nil
}

// obey tries an order of the core, once.
func (f *field) obey(ctx context.Context, o heron.SensorConfig) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.tried, f.fault = o.Version, ""
	if err := f.applyLocked(ctx, o); err != nil {
		f.fault = heron.ErrorMessage(err)
		f.log.Error("the core's order is not in force", "version", o.Version, "error", err)
		return
	}
	if err := f.storeOrder(o); err != nil {
		f.fault = "in force, but a restart forgets it: " + err.Error()
		f.log.Error("the core's order is not kept", "error", err)
	}
	f.log.Info("the core's order is in force", "version", o.Version)
}

// applyLocked brings a configuration into force, or changes nothing. Sources
// that stay go on: a filter is exchanged under them, a new pipeline takes over
// between two packets.
func (f *field) applyLocked(ctx context.Context, o heron.SensorConfig) error {
	c, err := checkOrder(f.base, o)
	if err != nil {
		return err
	}
	fresh, err := f.openLocked(&c)
	if err != nil {
		return err
	}
	if err := f.filterLocked(c.Sensor.Filter); err != nil {
		return errors.Join(err, closeAll(fresh))
	}
	if f.spool != nil && c.Sensor.SpoolBytes != f.conf.Sensor.SpoolBytes {
		if err := f.spool.SetMaxBytes(ctx, c.Sensor.SpoolBytes); err != nil {
			return errors.Join(err, f.filterLocked(f.conf.Sensor.Filter), closeAll(fresh))
		}
	}
	f.endLocked(&c)
	if !slices.Equal(c.Local, f.conf.Local) || c.Sensor.MaxFlows != f.conf.Sensor.MaxFlows {
		for _, s := range f.sources {
			err = errors.Join(err, s.sensor.reshape(func(p *pipelineConfig) { *p = reshaped(*p, &c) }))
		}
	}
	for _, s := range fresh {
		f.runLocked(ctx, s)
	}
	f.keepLocked(&c)
	f.conf, f.order = c, o
	return err
}

// reshaped is a pipeline with what an order may change of it.
func reshaped(p pipelineConfig, c *config.Config) pipelineConfig {
	p.table, p.local = c.Sensor.MaxFlows, c.Prefixes()
	return p
}

// filterLocked exchanges the filter of all sources at work; when one does not
// take it, all have the old one again.
func (f *field) filterLocked(filter string) error {
	if filter == f.conf.Sensor.Filter {
		return nil
	}
	var rings []capture.Source
	for _, s := range f.sources {
		rings = append(rings, s.rings...)
	}
	for i, r := range rings {
		err := capture.SetFilter(r, filter)
		if err == nil {
			continue
		}
		for _, back := range rings[:i] {
			err = errors.Join(err, capture.SetFilter(back, f.conf.Sensor.Filter))
		}
		return err
	}
	return nil
}

func (f *field) orderFile() string { return filepath.Join(f.base.Data, "sensor.json") }

func (f *field) loadOrder() (o heron.SensorConfig, err error) {
	text, err := os.ReadFile(f.orderFile())
	if errors.Is(err, fs.ErrNotExist) {
		return o, nil
	}
	if err == nil {
		err = json.Unmarshal(text, &o)
	}
	if err != nil {
		return heron.SensorConfig{}, heron.Errorf(heron.CodeInvalid, "order of the core in %s: %v", f.orderFile(), err)
	}
	return o, nil
}

// storeOrder keeps an order.
func (f *field) storeOrder(o heron.SensorConfig) error { return writeWhole(f.orderFile(), o) }

// writeWhole puts a value into a file as JSON, whole or not at all. It is on disk when
// this returns.
func writeWhole(path string, v any) error {
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	tmp, err := os.OpenFile(path+".new", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("keep an order: %w", err)
	}
	_, err = tmp.Write(append(text, '\n'))
	if err := errors.Join(err, tmp.Sync(), tmp.Close()); err != nil {
		return fmt.Errorf("keep an order: %w", err)
	}
	return os.Rename(tmp.Name(), path)
}
