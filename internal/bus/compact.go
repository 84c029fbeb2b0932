package bus

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/heron-iot/heron"
)

// The compact form of a batch, before it is compressed: a table of texts and
// one of endpoints, of which all else names the numbers; then what is small as
// JSON, and the three lists, of which some rows at a time are written column by
// column, so that alike stands by alike and near is near.
// Numbers are of varying length (encoding/binary), times are told from Now.

const (
	maxRows   = 1 << 17 // of each list of a message
	blockRows = 256     // written column by column
)

// compactor writes the compact form. It is used again and again.
type compactor struct {
	now    heron.Time
	texts  map[string]uint64
	text   []byte
	places map[heron.Endpoint]uint64
	place  []byte
	body   []byte
	pairs  []pair // re-used
	// What was asked for lately, by a part of it: most is asked for again at once.
	lately [64]struct {
		text   string
		number uint64
	}
	near [256]struct {
		end    heron.Endpoint
		number uint64
	}
	alike [256]struct {
		attrs    uintptr // many events share theirs
		from, to int     // how they stand in body
	}
}

var compactors = sync.Pool{New: func() any {
	return &compactor{texts: map[string]uint64{}, places: map[heron.Endpoint]uint64{}}
}}

// compact returns b in the compact form.
func compact(b *heron.Batch) ([]byte, error) {
	rest := *b
	rest.Observations, rest.Flows, rest.Events = nil, nil, nil
	meta, err := json.Marshal(&rest)
	if err != nil {
		return nil, fmt.Errorf("encode batch: %w", err)
	}
	c := compactors.Get().(*compactor)
	defer c.release()
	c.begin(b.Now)
	rows(c, b.Observations, (*compactor).observations)
	rows(c, b.Flows, (*compactor).flows)
	rows(c, b.Events, (*compactor).events)
	out := make([]byte, 0, len(meta)+len(c.text)+len(c.place)+len(c.body)+3*binary.MaxVarintLen64)
	out = binary.AppendUvarint(out, uint64(len(meta)))
	out = append(out, meta...)
	out = binary.AppendUvarint(out, uint64(len(c.texts)))
	out = append(out, c.text...)
	out = binary.AppendUvarint(out, uint64(len(c.places)))
	out = append(out, c.place...)
	return append(out, c.body...), nil
}

// begin gives empty texts and endpoints the number 0.
func (c *compactor) begin(now heron.Time) {
	c.now = now
	c.newText("")
	c.newPlace(heron.Endpoint{})
}

// release forgets what was written, for the next batch.
func (c *compactor) release() {
	clear(c.texts)
	clear(c.places)
	clear(c.pairs)
	clear(c.lately[:])
	clear(c.near[:])
	clear(c.alike[:])
	c.text, c.place, c.body = c.text[:0], c.place[:0], c.body[:0]
	compactors.Put(c)
}

// rows writes how many there are, and then some at a time.
func rows[T any](c *compactor, list []T, put func(*compactor, []T)) {
	c.number(uint64(len(list)))
	for block := range slices.Chunk(list, blockRows) {
		put(c, block)
	}
}

func (c *compactor) number(v uint64) {
	if v < 0x80 {
		c.body = append(c.body, byte(v))
		return
	}
	c.body = binary.AppendUvarint(c.body, v)
}

func (c *compactor) time(t heron.Time) { c.body = binary.AppendVarint(c.body, int64(t-c.now)) }

// string writes the number of a text, which joins the table when it is new.
func (c *compactor) string(s string) {
	if s == "" {
		c.number(0)
		return
	}
	l := &c.lately[(7*len(s)+int(s[0])+3*int(s[len(s)-1]))%len(c.lately)]
	if l.text != s {
		n, known := c.texts[s]
		if !known {
			n = c.newText(s)
		}
		l.text, l.number = s, n
	}
	c.number(l.number)
}

func (c *compactor) newText(s string) uint64 {
	n := uint64(len(c.texts))
	c.texts[s] = n
	c.text = binary.AppendUvarint(c.text, uint64(len(s)))
	c.text = append(c.text, s...)
	return n
}

// endpoint writes the number of an endpoint. Zones of addresses, which no wire
// carries, are left out.
func (c *compactor) endpoint(e *heron.Endpoint) {
	if *e == (heron.Endpoint{}) {
		c.number(0)
		return
	}
	l := &c.near[nearby(e)%len(c.near)]
	if l.end != *e {
		n, known := c.places[*e]
		if !known {
			n = c.newPlace(*e)
		}
		l.end, l.number = *e, n
	}
	c.number(l.number)
}

// nearby is a number that few endpoints of one network share.
func nearby(e *heron.Endpoint) int {
	n := 3 * int(e.MAC[5])
	if e.IP.IsValid() {
		ip := e.IP.As16()
		n += int(ip[15]) + 7*int(ip[14])
	}
	return n
}

func (c *compactor) newPlace(e heron.Endpoint) uint64 {
	n := uint64(len(c.places))
	c.places[e] = n
	c.place = append(append(c.place, byte(e.IP.BitLen()/8)), e.IP.AsSlice()...)
	c.place = append(c.place, e.MAC[:]...)
	c.place = binary.AppendUvarint(c.place, uint64(e.VLAN))
	return n
}

// column writes one field of all rows.
func column[T any](list []T, put func(*T)) {
	for i := range list {
		put(&list[i])
	}
}

func (c *compactor) observations(list []heron.Observation) {
	column(list, func(o *heron.Observation) { c.endpoint(&o.Endpoint) })
	column(list, func(o *heron.Observation) { c.number(uint64(o.Transport)) })
	column(list, func(o *heron.Observation) { c.number(uint64(o.Port)) })
	column(list, func(o *heron.Observation) { c.string(o.Key) })
	column(list, func(o *heron.Observation) { c.string(o.Value) })
	column(list, func(o *heron.Observation) { c.string(o.Source) })
	column(list, func(o *heron.Observation) { c.string(o.Sensor) })
	column(list, func(o *heron.Observation) { c.time(o.First) })
	column(list, func(o *heron.Observation) { c.time(o.Last) })
	column(list, func(o *heron.Observation) { c.number(o.Count) })
}

func (c *compactor) flows(list []heron.Flow) {
	column(list, func(f *heron.Flow) { c.body = append(c.body, f.ID[:]...) })
	column(list, func(f *heron.Flow) { c.number(uint64(f.Number)) })
	column(list, func(f *heron.Flow) { c.number(uint64(f.Transport)) })
	column(list, func(f *heron.Flow) { c.endpoint(&f.Client) })
	column(list, func(f *heron.Flow) { c.endpoint(&f.Server) })
	column(list, func(f *heron.Flow) { c.number(uint64(f.ClientPort)) })
	column(list, func(f *heron.Flow) { c.number(uint64(f.ServerPort)) })
	column(list, func(f *heron.Flow) { c.string(f.Protocol) })
	column(list, func(f *heron.Flow) { c.number(uint64(f.State)<<1 | bit(f.Ended)) })
	column(list, func(f *heron.Flow) { c.time(f.First) })
	column(list, func(f *heron.Flow) { c.time(f.Last) })
	column(list, func(f *heron.Flow) { c.number(f.ClientPackets) })
	column(list, func(f *heron.Flow) { c.number(f.ServerPackets) })
	column(list, func(f *heron.Flow) { c.number(f.ClientBytes) })
	column(list, func(f *heron.Flow) { c.number(f.ServerBytes) })
	column(list, func(f *heron.Flow) { c.string(f.ClientDevice) })
	column(list, func(f *heron.Flow) { c.string(f.ServerDevice) })
	column(list, func(f *heron.Flow) { c.string(f.Before) })
	column(list, func(f *heron.Flow) { c.endpoint(&heron.Endpoint{IP: f.Exporter}) })
	c.shapes(list)
}

// shapes writes what tells how the packets of flows came.
func (c *compactor) shapes(list []heron.Flow) {
	column(list, func(f *heron.Flow) { c.number(f.ClientPayload) })
	column(list, func(f *heron.Flow) { c.number(f.ServerPayload) })
	for _, h := range histograms {
		for i := range heron.FlowBuckets {
			column(list, func(f *heron.Flow) { c.number(uint64(h(f)[i])) })
		}
	}
	column(list, func(f *heron.Flow) { c.number(uint64(f.ClientRepeats)) })
	column(list, func(f *heron.Flow) { c.number(uint64(f.ServerRepeats)) })
	column(list, func(f *heron.Flow) { c.number(uint64(f.Resets)) })
}

// histograms are those of a flow, in the order in which they are written.
var histograms = [...]func(*heron.Flow) *[heron.FlowBuckets]uint16{
	func(f *heron.Flow) *[heron.FlowBuckets]uint16 { return &f.ClientSizes },
	func(f *heron.Flow) *[heron.FlowBuckets]uint16 { return &f.ServerSizes },
	func(f *heron.Flow) *[heron.FlowBuckets]uint16 { return &f.ClientGaps },
	func(f *heron.Flow) *[heron.FlowBuckets]uint16 { return &f.ServerGaps },
}

func (c *compactor) events(list []heron.Event) {
	column(list, func(e *heron.Event) { c.time(e.Time) })
	column(list, func(e *heron.Event) { c.string(e.Kind) })
	column(list, func(e *heron.Event) { c.string(e.Protocol) })
	column(list, func(e *heron.Event) { c.number(uint64(e.Transport)) })
	column(list, func(e *heron.Event) { c.endpoint(&e.Src) })
	column(list, func(e *heron.Event) { c.endpoint(&e.Dst) })
	column(list, func(e *heron.Event) { c.number(uint64(e.SrcPort)) })
	column(list, func(e *heron.Event) { c.number(uint64(e.DstPort)) })
	column(list, func(e *heron.Event) { c.attrs(e.Attrs) })
}

func (c *compactor) attrs(m map[string]string) {
	if len(m) == 0 {
		c.number(0)
		return
	}
	at := reflect.ValueOf(m).Pointer()
	l := &c.alike[at>>4%uintptr(len(c.alike))]
	if l.attrs != at {
		l.attrs, l.from = at, len(c.body)
		c.newAttrs(m)
		l.to = len(c.body)
		return
	}
	c.body = append(c.body, c.body[l.from:l.to]...)
}

func (c *compactor) newAttrs(m map[string]string) {
	c.number(uint64(len(m)))
	c.pairs = c.pairs[:0]
	for k, v := range m {
		c.pairs = append(c.pairs, pair{k, v})
	}
	slices.SortFunc(c.pairs, func(a, b pair) int { return strings.Compare(a.key, b.key) })
	for i := range c.pairs {
		c.string(c.pairs[i].key)
		c.string(c.pairs[i].value)
	}
}

// pair is an attribute with its key.
type pair struct{ key, value string }

func bit(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}
