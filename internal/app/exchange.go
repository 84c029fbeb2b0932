package app

import (
	"context"
	"io"
	"iter"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/exchange"
	"github.com/heron-iot/heron/internal/httpapi"
	"github.com/heron-iot/heron/internal/inventory"
)

// importSensor is what an import is called where devices name who saw them.
const importSensor = "import"

// Import implements httpapi.Exchanger: what the file says goes to the inventory
// as observations, each with its own time.
func (p *Platform) Import(ctx context.Context, _, format string, body io.Reader) (*heron.Import, error) {
	out, observations, err := exchange.Read(format, body, wallClock())
	if err != nil {
		return nil, err
	}
	for i := range observations {
		observations[i].Sensor = importSensor
	}
	changed, err := p.core.edit(ctx, func(a *analyzer, now heron.Time) (inventory.Delta, error) {
		return a.inventory.Apply(now, observations), nil
	})
	out.Devices = len(changed)
	return out, err
}

// Export implements httpapi.Exchanger.
func (p *Platform) Export(ctx context.Context, format string, f heron.DeviceFilter) (*httpapi.Export, error) {
	w, err := exchange.WriterOf(format)
	if err != nil {
		return nil, err
	}
	about := exchange.Export{Site: p.conf.Site, Version: p.opt.Version, Time: wallClock(), ID: heron.NewID()}
	return &httpapi.Export{MediaType: w.MediaType, Extension: w.Extension, Write: func(to io.Writer) error {
		return w.Write(to, about, everyDevice(ctx, p.store, f))
	}}, nil
}

// deviceLister is the store, for who reads devices.
type deviceLister interface {
	ListDevices(ctx context.Context, f heron.DeviceFilter, p heron.Page) (heron.List[heron.Device], error)
}

// everyDevice yields the devices that f chooses, a page at a time.
func everyDevice(ctx context.Context, s deviceLister, f heron.DeviceFilter) iter.Seq2[heron.Device, error] {
	return func(yield func(heron.Device, error) bool) {
		p := heron.Page{Limit: 1000}
		for {
			l, err := s.ListDevices(ctx, f, p)
			if err != nil {
				yield(heron.Device{}, err)
				return
			}
			for i := range l.Items {
				if !yield(l.Items[i], nil) {
					return
				}
			}
			if p.Cursor = l.Next; p.Cursor == "" {
				return
			}
		}
	}
}
