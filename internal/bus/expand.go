package bus

import (
	"encoding/json"
	"errors"
	"math"
	"net/netip"
	"slices"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/wire"
)

var errCompact = errors.New("it breaks the compact form")

// expander reads the compact form, which comes from another host: every number
// is checked before it is believed. A fault sticks to the reader.
type expander struct {
	r      wire.Reader
	now    heron.Time
	texts  []string
	places []heron.Endpoint
}

// expand reads what compact wrote.
func expand(data []byte) (*heron.Batch, error) {
	d := &expander{r: wire.NewReader(data)}
	b := new(heron.Batch)
	if err := json.Unmarshal(d.r.Bytes(d.count(maxPayload)), b); err != nil {
		return nil, err
	}
	b.Observations, b.Flows, b.Events = nil, nil, nil
	d.now = b.Now
	d.tables()
	b.Observations = expandRows(d, 10, (*expander).observations)
	b.Flows = expandRows(d, 56, (*expander).flows)
	b.Events = expandRows(d, 9, (*expander).events)
	if d.r.Err() != nil {
		return nil, errCompact
	}
	return b, nil
}

func (d *expander) fail() { d.r.Fail(errCompact) }

// number reads an unsigned number of varying length.
func (d *expander) number() uint64 {
	v := uint64(0)
	for shift := uint(0); shift < 64; shift += 7 {
		c := d.r.U8()
		v |= uint64(c&0x7f) << shift
		if c < 0x80 {
			return v
		}
	}
	d.fail()
	return 0
}

// count reads a number that may be at most limit.
func (d *expander) count(limit int) int {
	v := d.number()
	if v > uint64(limit) {
		d.fail()
		return 0
	}
	return int(v)
}

// expandRows reads a list whose rows have at least size bytes each.
func expandRows[T any](d *expander, size int, read func(*expander, []T)) []T {
	n := d.count(min(maxRows, d.r.Len()/size))
	if n == 0 {
		return nil
	}
	list := make([]T, n)
	for block := range slices.Chunk(list, blockRows) {
		read(d, block)
	}
	return list
}

func (d *expander) time() heron.Time {
	v := d.number()
	return d.now + heron.Time(int64(v>>1)^-int64(v&1))
}

func (d *expander) port() uint16 { return d.small() }

func (d *expander) small() uint16 { return uint16(d.count(1<<16 - 1)) }

func (d *expander) transport() heron.Transport { return heron.Transport(d.count(int(heron.OtherIP))) }

func (d *expander) string() string {
	n := d.number()
	if n >= uint64(len(d.texts)) {
		d.fail()
		return ""
	}
	return d.texts[n]
}

func (d *expander) endpoint() heron.Endpoint {
	n := d.number()
	if n >= uint64(len(d.places)) {
		d.fail()
		return heron.Endpoint{}
	}
	return d.places[n]
}

func (d *expander) tables() {
	d.texts = make([]string, d.count(d.r.Len()))
	for i := range d.texts {
		d.texts[i] = string(d.r.Bytes(d.count(maxPayload)))
	}
	const least = 8 // an endpoint has a length, a MAC and a VLAN
	d.places = make([]heron.Endpoint, d.count(d.r.Len()/least))
	for i := range d.places {
		e := &d.places[i]
		switch n := d.r.U8(); n {
		case 0:
		case 4, 16:
			e.IP, _ = netip.AddrFromSlice(d.r.Bytes(n))
		default:
			d.fail()
		}
		copy(e.MAC[:], d.r.Bytes(len(e.MAC)))
		e.VLAN = d.port()
	}
}

func (d *expander) observations(list []heron.Observation) {
	column(list, func(o *heron.Observation) { o.Endpoint = d.endpoint() })
	column(list, func(o *heron.Observation) { o.Transport = d.transport() })
	column(list, func(o *heron.Observation) { o.Port = d.port() })
	column(list, func(o *heron.Observation) { o.Key = d.string() })
	column(list, func(o *heron.Observation) { o.Value = d.string() })
	column(list, func(o *heron.Observation) { o.Source = d.string() })
	column(list, func(o *heron.Observation) { o.Sensor = d.string() })
	column(list, func(o *heron.Observation) { o.First = d.time() })
	column(list, func(o *heron.Observation) { o.Last = d.time() })
	column(list, func(o *heron.Observation) { o.Count = d.number() })
}

func (d *expander) flows(list []heron.Flow) {
	column(list, func(f *heron.Flow) { copy(f.ID[:], d.r.Bytes(len(f.ID))) })
	column(list, func(f *heron.Flow) { f.Number = uint32(d.count(math.MaxUint32)) })
	column(list, func(f *heron.Flow) { f.Transport = d.transport() })
	column(list, func(f *heron.Flow) { f.Client = d.endpoint() })
	column(list, func(f *heron.Flow) { f.Server = d.endpoint() })
	column(list, func(f *heron.Flow) { f.ClientPort = d.port() })
	column(list, func(f *heron.Flow) { f.ServerPort = d.port() })
	column(list, func(f *heron.Flow) { f.Protocol = d.string() })
	column(list, func(f *heron.Flow) {
		v := d.count(int(heron.FlowExpired)<<1 | 1)
		f.State, f.Ended = heron.FlowState(v>>1), v&1 != 0
	})
	column(list, func(f *heron.Flow) { f.First = d.time() })
	column(list, func(f *heron.Flow) { f.Last = d.time() })
	column(list, func(f *heron.Flow) { f.ClientPackets = d.number() })
	column(list, func(f *heron.Flow) { f.ServerPackets = d.number() })
	column(list, func(f *heron.Flow) { f.ClientBytes = d.number() })
	column(list, func(f *heron.Flow) { f.ServerBytes = d.number() })
	column(list, func(f *heron.Flow) { f.ClientDevice = d.string() })
	column(list, func(f *heron.Flow) { f.ServerDevice = d.string() })
	column(list, func(f *heron.Flow) { f.Before = d.string() })
	column(list, func(f *heron.Flow) { f.Exporter = d.endpoint().IP })
	d.shapes(list)
}

func (d *expander) shapes(list []heron.Flow) {
	column(list, func(f *heron.Flow) { f.ClientPayload = d.number() })
	column(list, func(f *heron.Flow) { f.ServerPayload = d.number() })
	for _, h := range histograms {
		for i := range heron.FlowBuckets {
			column(list, func(f *heron.Flow) { h(f)[i] = d.small() })
		}
	}
	column(list, func(f *heron.Flow) { f.ClientRepeats = d.small() })
	column(list, func(f *heron.Flow) { f.ServerRepeats = d.small() })
	column(list, func(f *heron.Flow) { f.Resets = d.small() })
}

func (d *expander) events(list []heron.Event) {
	column(list, func(e *heron.Event) { e.Time = d.time() })
	column(list, func(e *heron.Event) { e.Kind = d.string() })
	column(list, func(e *heron.Event) { e.Protocol = d.string() })
	column(list, func(e *heron.Event) { e.Transport = d.transport() })
	column(list, func(e *heron.Event) { e.Src = d.endpoint() })
	column(list, func(e *heron.Event) { e.Dst = d.endpoint() })
	column(list, func(e *heron.Event) { e.SrcPort = d.port() })
	column(list, func(e *heron.Event) { e.DstPort = d.port() })
	column(list, func(e *heron.Event) { e.Attrs = d.attrs() })
}

func (d *expander) attrs() map[string]string {
	n := d.count(d.r.Len() / 2)
	if n == 0 {
		return nil
	}
	m := make(map[string]string, min(n, 64))
	for range n {
		k := d.string()
		m[k] = d.string()
	}
	return m
}
